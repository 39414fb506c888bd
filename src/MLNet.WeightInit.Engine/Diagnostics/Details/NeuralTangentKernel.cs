namespace MLNet.WeightInit;

/// <summary>The neural tangent kernel of the untrained network on up to 64 different rows of the probe: K = J Jᵀ, with J the derivatives of an output by all weights and biases, averaged over the outputs.</summary>
/// <remarks>Jacot et al. 2018. Under gradient descent with a small rate the outputs of wide networks move by −η K ∂L/∂f: rows learn in the directions of K's eigenvectors, at rates that are its eigenvalues. Of more than 10 outputs, 10 sums
/// with random signs stand for all. Scales, shifts and embeddings aren't counted, and dropout is left out.</remarks>
public sealed record NeuralTangentKernel
{
    internal NeuralTangentKernel()
    {
    }

    /// <summary>Rows, n.</summary>
    public required int Rows { get; init; }

    /// <summary>The largest eigenvalue over the smallest: above 10⁸ single precision can't tell some rows apart. Infinite where K has no full rank.</summary>
    public required double Condition { get; init; }

    /// <summary>tr K / n: the mean squared norm of a row's gradient of an output.</summary>
    public required double MeanDiagonal { get; init; }

    /// <summary>yᵀ K y / (‖y‖² tr K), with y what the loss asks for, −∂L/∂f less its mean over the rows, summed over outputs: 1/n where K prefers no direction, up to 1 where all it learns is what is asked (Cristianini et al. 2001).
    /// <see cref="double.NaN"/> where nothing is asked.</summary>
    public required double Alignment { get; init; }
}
