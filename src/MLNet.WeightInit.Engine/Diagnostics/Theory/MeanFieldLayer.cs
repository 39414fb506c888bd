namespace MLNet.WeightInit.Engine.Diagnostics.Theory;

/// <summary>What theory says of one layer.</summary>
/// <param name="Deviation">Standard deviation of its pre-activations, pooled over rows and units.</param>
/// <param name="SquaredSlope">E φ′(z)².</param>
internal readonly record struct MeanFieldLayer(double Deviation, double SquaredSlope);
