namespace MLNet.WeightInit;

/// <summary>How far other rows of the same data would move a figure: a 95 % interval from half-samples of the probe's rows.</summary>
/// <remarks>The rows are dealt into pairs of groups by chance, and the figure is taken of sixteen halves that have one group of each pair, balanced against each other (McCarthy 1969). Both ends are <see cref="double.NaN"/> for less than four
/// rows.</remarks>
/// <param name="Lower">Lower end.</param>
/// <param name="Upper">Upper end.</param>
public sealed record RowInterval(double Lower, double Upper);
