namespace MLNet.WeightInit;

/// <summary>Every tensor of a network with the initializer that will fill it, and what is known of the data and the training.</summary>
public sealed class InitializationPlan
{
    internal InitializationPlan(IReadOnlyList<PlannedTensor> tensors, IReadOnlyList<PlannedTensor>? embeddings = null)
    {
        Tensors = tensors;
        Embeddings = embeddings ?? [];
        Weights = [.. tensors.Where(tensor => tensor.Shape.Role != TensorRole.Bias)];
        Biases = [.. tensors.Where(tensor => tensor.Shape.Role == TensorRole.Bias)];
    }

    /// <summary>All tensors of the dense layers from input to output: each layer's weights, then its bias.</summary>
    public IReadOnlyList<PlannedTensor> Tensors { get; }

    /// <summary>The weight tensors, from input to output.</summary>
    public IReadOnlyList<PlannedTensor> Weights { get; }

    /// <summary>The bias vectors, from input to output.</summary>
    public IReadOnlyList<PlannedTensor> Biases { get; }

    /// <summary>The vectors of categorical columns, in the order of their inputs; empty without any. They have a rule of their own, which a plan may replace.</summary>
    public IReadOnlyList<PlannedTensor> Embeddings { get; }

    /// <summary>Residual branches that are added to the stream, L; 0 without residual blocks.</summary>
    public int ResidualBranches => Tensors[0].Shape.ResidualBranches;

    /// <summary>Dense layers in each residual branch, m; 0 without residual blocks.</summary>
    public int BranchDepth => Tensors[0].Shape.BranchDepth;

    /// <summary>Mean over the first layer's inputs of E x², as the network sees them: features (standardized or not), indicators of missing ones, embeddings. NaN where no data was seen.</summary>
    public double FeatureSecondMoment { get; internal init; } = double.NaN;

    /// <summary>Σ E x² of the first layer's inputs, at most their number, rounded: how many standardized features they amount to, of one-hot columns the number of categorical ones. The number of inputs where no data was seen.</summary>
    internal double EffectiveFeatures
    {
        get
        {
            int inputs = Weights[0].Shape.FanIn;
            return FeatureSecondMoment is > 0 and < 1 ? Math.Round(FeatureSecondMoment * inputs) : inputs;
        }
    }

    /// <summary>What the output bias should be so that the untrained network predicts the label's prior: log-probabilities for classes, log-odds for binary, the mean for regression, one value an output; null where no data was seen.</summary>
    public IReadOnlyList<float>? PriorBias { get; internal init; }

    /// <summary>The rules that made this plan, a recipe's parts among them, each once: they may look at the filled network, whichever rules they gave its tensors.</summary>
    internal List<WeightInitializer> Rules { get; } = [];

    /// <summary>Plans by a part of a recipe. A text that several parts have is one rule, as an object that they share is.</summary>
    internal WeightInitializer PlanBy(WeightInitializer part)
    {
        WeightInitializer rule = Tensors[0].Resolve(part);
        if (!Rules.Exists(other => ReferenceEquals(other, rule) || (part is UnresolvedInitializer && other.Specification == rule.Specification)))
            Rules.Add(rule);
        rule.Plan(this);
        return rule;
    }

    /// <summary>The optimizer of the training to come, without arguments: <c>Adam</c>, <c>Momentum</c>.</summary>
    public string Optimizer { get; internal init; } = "Adam";

    /// <summary>The loss of the training to come, without arguments: <c>SoftmaxCrossEntropy</c>, <c>BinaryCrossEntropy</c>, <c>Squared</c>. Of several labels the one that all of them have; null where they differ, or nothing is known.</summary>
    public string? Loss => Losses.Distinct().Take(2).ToArray() is [var loss] ? loss : null;

    /// <summary>The losses of the labels, in their order; empty where nothing is known.</summary>
    internal IReadOnlyList<string> Losses { get; init; } = [];

    /// <summary>Whether the outputs are logits of classes or labels, all of them.</summary>
    internal bool PredictsClasses => Losses.Count > 0 && Losses.All(loss => loss is "SoftmaxCrossEntropy" or "BinaryCrossEntropy");

    /// <summary>Whether the outputs are compared with the labels' values themselves, all of them.</summary>
    internal bool PredictsValues => Losses.Count > 0 && Losses.All(loss => loss is "Squared" or "Absolute" or "Huber" or "Quantile");
}
