namespace MLNet.WeightInit.Engine.Diagnostics.Theory;

/// <summary>What theory says of one layer.</summary>
/// <param name="Deviation">Standard deviation of its pre-activations, pooled over rows and units.</param>
/// <param name="SquaredSlope">E φ′(z)².</param>
/// <param name="SquaredNormalization">What a normalization between sums and pre-activations makes of a gradient's squared norm on its way back; 1 without one.</param>
internal readonly record struct MeanFieldLayer(double Deviation, double SquaredSlope, double SquaredNormalization = 1);
