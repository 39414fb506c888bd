namespace MLNet.WeightInit.Engine.Diagnostics;

/// <summary>Tensors of neighbouring layers that are filled alike, which a text shows as one row.</summary>
internal sealed record PlanRun(TensorPlan First, TensorPlan Last)
{
    /// <summary><c>hidden[0].weights</c>, <c>hidden[0-29].weights</c>.</summary>
    public string Name
    {
        get
        {
            if (ReferenceEquals(First, Last))
                return First.Tensor;
            (string prefix, string index, string suffix) = Split(First.Tensor);
            (string lastPrefix, string lastIndex, string lastSuffix) = Split(Last.Tensor);
            return prefix == lastPrefix && suffix == lastSuffix ? $"{prefix}[{index}-{lastIndex}]{suffix}" : $"{First.Tensor} to {Last.Tensor}";
        }
    }

    /// <summary>Weights and biases alternate in a plan: each kind has runs of its own, in the order of their first tensors.</summary>
    public static IReadOnlyList<PlanRun> Of(IReadOnlyList<TensorPlan> plan)
    {
        var runs = new List<PlanRun>();
        var open = new Dictionary<bool, int>();
        foreach (TensorPlan tensor in plan)
        {
            bool isBias = tensor.Shape.Role == TensorRole.Bias;
            if (open.TryGetValue(isBias, out int run) && AreAlike(runs[run].First, tensor))
                runs[run] = runs[run] with { Last = tensor };
            else
            {
                open[isBias] = runs.Count;
                runs.Add(new PlanRun(tensor, tensor));
            }
        }
        return runs;
    }

    static bool AreAlike(TensorPlan left, TensorPlan right)
        => left.Shape.Role == right.Shape.Role && left.Shape.Role != TensorRole.Embedding && left.Shape.Rows == right.Shape.Rows && left.Shape.Columns == right.Shape.Columns && left.Initializer == right.Initializer
            && Nullable.Equals(left.TargetDeviation, right.TargetDeviation) && left.LearningRateMultiplier == right.LearningRateMultiplier && left.Reason == right.Reason && Split(left.Tensor).Prefix == Split(right.Tensor).Prefix;

    static (string Prefix, string Index, string Suffix) Split(string name)
    {
        int open = name.IndexOf('[', StringComparison.Ordinal), close = name.IndexOf(']', StringComparison.Ordinal);
        return open < 0 || close < open ? (name, "", "") : (name[..open], name[(open + 1)..close], name[(close + 1)..]);
    }
}
