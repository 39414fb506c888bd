namespace MLNet.WeightInit;

/// <summary>Singular values of the Jacobian ∂z_L/∂z_1: of the last hidden layer's pre-activations by the first's, at rows of the probe. What a small change of a signal, or a gradient on its way back, is stretched by.</summary>
/// <remarks>
/// <para>J = W_L D_{L−1} … W_2 D_1, with D the derivatives φ′(z) of a row: the L − 1 factors of Pennington et al. 2017, eq. 3, without the first layer's weights, which have the data's width; in residual blocks the
/// stream is added. Dropout is left out.</para>
/// <para>Exact where no hidden layer is wider than 256. Else the mean and variance of s² are Hutchinson's estimates from up to 30 vectors of random signs, s_max is found by as many Lanczos steps, and the quantiles and the condition are
/// <see cref="double.NaN"/>. The singular values are as many as the first hidden layer has units; figures have six significant digits.</para>
/// </remarks>
public sealed record JacobianSpectrum
{
    /// <summary>Below this <see cref="RelativeVariance"/> the network is called isometric.</summary>
    const double IsometricLimit = 0.5;

    internal JacobianSpectrum()
    {
    }

    /// <summary>Rows of the probe that the Jacobian was taken at; figures are means over them, but for the extremes.</summary>
    public required int Rows { get; init; }

    /// <summary>Whether all singular values were computed.</summary>
    public required bool IsExact { get; init; }

    /// <summary>Mean of s²: what squared norms are multiplied by from the first to the last hidden layer. From 0.5 to 2 is healthy.</summary>
    public required double MeanSquare { get; init; }

    /// <summary>var(s²) / mean(s²)²: 0 where every direction is stretched alike.</summary>
    public required double RelativeVariance { get; init; }

    /// <summary>What <see cref="RelativeVariance"/> would be for independent weights, or for orthogonal ones where they are so, in wide layers: Σ (E φ′⁴ / (E φ′²)² − 1), and 1 more for each square layer of independent
    /// weights (Pennington et al. 2017, eq. 15): for L hidden layers of ReLU, of which L − 1 lie between the first and the last, 2 (L − 1), or L − 1 where weights are orthogonal. <see cref="double.NaN"/> in residual blocks.</summary>
    public required double PredictedRelativeVariance { get; init; }

    /// <summary>s_max, the largest at any of the rows.</summary>
    public required double LargestSingularValue { get; init; }

    /// <summary>s_min, the smallest at any of the rows.</summary>
    public required double SmallestSingularValue { get; init; }

    /// <summary>A tenth of the singular values lies below.</summary>
    public required double LowerDecile { get; init; }

    /// <summary>Half of the singular values lie below.</summary>
    public required double Median { get; init; }

    /// <summary>A tenth of the singular values lies above.</summary>
    public required double UpperDecile { get; init; }

    /// <summary>s_max / s_min; infinite where a direction is lost, as in every ReLU network.</summary>
    public double Condition => LargestSingularValue > 0 ? SmallestSingularValue > 0 ? LargestSingularValue / SmallestSingularValue : SmallestSingularValue == 0 ? double.PositiveInfinity : double.NaN : double.NaN;

    /// <summary>Whether <see cref="RelativeVariance"/> is below 0.5: nearly all directions pass alike (dynamical isometry).</summary>
    public bool IsIsometric => RelativeVariance < IsometricLimit;
}
