namespace MLNet.WeightInit.Engine.Expectations;

/// <summary>E φ(z), E φ(z)² and E φ′(z)² for a Gaussian z.</summary>
internal readonly record struct GaussianMoments(double Value, double SquaredValue, double SquaredSlope);
