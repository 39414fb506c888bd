namespace MLNet.WeightInit.Engine.Data;

/// <summary>Means and multipliers of columns: features become <c>(x − mean) · scale</c>, network outputs become <c>output · scale + mean</c>.</summary>
internal sealed record AffineScale(float[] Means, float[] Scales)
{
    /// <summary>Outputs are logarithms of what is predicted: <c>exp(output)</c>. Targets stay as they are.</summary>
    public static AffineScale Exponential { get; } = new([], []) { IsExponential = true };

    /// <summary>Leaves every column as it is.</summary>
    public static AffineScale None { get; } = new([], []);

    /// <summary>How outputs belong together, where they are not one an output of one task: of quantiles one head, of several labels one each. Means and multipliers are of the target columns then.</summary>
    public IReadOnlyList<OutputHead> Heads { get; init; } = [];

    /// <summary>No means and multipliers.</summary>
    public bool IsNone => Means.Length == 0;

    /// <summary>True for <see cref="Exponential"/>.</summary>
    public bool IsExponential { get; private init; }

    /// <summary>A target as the network is to give it: <c>(target − mean) / scale</c>; 0 in a constant column.</summary>
    public float ToNetwork(float target, int column)
    {
        if (IsNone)
            return target;
        float deviation = Scales[column];
        return deviation == 0 ? 0 : (target - Means[column]) / deviation;
    }

    /// <summary>A mean and a multiplier for each output, where there are some for each target column.</summary>
    public AffineScale OfOutputs()
    {
        if (IsNone || Heads.Count == 0)
            return this;
        List<float> means = [], scales = [];
        int column = 0;
        foreach (OutputHead head in Heads)
        {
            for (int output = 0; output < head.Outputs; output++)
            {
                int own = column + (head.TargetColumns == 1 ? 0 : output);
                means.Add(Means[own]);
                scales.Add(Scales[own]);
            }
            column += head.TargetColumns;
        }
        return new AffineScale([.. means], [.. scales]);
    }
}
