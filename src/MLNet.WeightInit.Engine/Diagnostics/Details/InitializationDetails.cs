namespace MLNet.WeightInit;

/// <summary>What a report holds at <see cref="DiagnosticsLevel.Full"/> beyond the theory and the figures of each layer: spectra, intervals over rows, histograms, and what all this cost.</summary>
public sealed record InitializationDetails
{
    internal InitializationDetails()
    {
    }

    /// <summary>A row for every dense layer, the output included.</summary>
    public required IReadOnlyList<LayerDetails> Layers { get; init; }

    /// <summary>Of the hidden layers; null for less than two, under normalization, and where a pre-activation isn't finite.</summary>
    public JacobianSpectrum? Jacobian { get; init; }

    /// <summary>Null under batch normalization, for networks of more than 33 million parameters, for less than two different rows, and where a figure isn't finite.</summary>
    public NeuralTangentKernel? Kernel { get; init; }

    /// <summary>Null for less than 16 rows, for networks of more than 33 million parameters, and where there is no gradient, or none that is finite.</summary>
    public GradientNoise? Noise { get; init; }

    /// <summary>The gradient quotient: the median of |H g / g| over weights and biases, with H g the Hessian's product with the gradient g; what a step along −g changes of g itself, in units of it. Lower is better, and small where gradients
    /// vanish: it says something of healthy gradients only.</summary>
    /// <remarks>Dauphin and Schoenholz 2019, eq. 2, whose |(g − H g) / (g + ε) − 1| is this without ε: instead of ε, which pulls the quotient to 1 where gradients are small, elements with |g| below 10⁻⁸ are left out. <see cref="double.NaN"/> where
    /// all are, and for networks of more than 33 million parameters.</remarks>
    public double GradientQuotient { get; init; } = double.NaN;

    /// <summary>Operations and bytes.</summary>
    public required InitializationCost Cost { get; init; }
}
