namespace MLNet.WeightInit;

/// <summary>The shape of the distribution that weights are drawn from; the variance is set apart from it.</summary>
public enum WeightDistribution
{
    /// <summary>Normal. Text: <c>normal</c>.</summary>
    Normal,
    /// <summary>Uniform on an interval symmetric about 0. Text: <c>uniform</c>.</summary>
    Uniform,
    /// <summary>Normal, cut at two deviations and widened so that the cut costs no variance. Text: <c>truncated</c>.</summary>
    Truncated,
}
