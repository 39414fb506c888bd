namespace MLNet.WeightInit;

/// <summary>How much of a batch's gradient is the mean over all rows, and how much is the batch's own chance, before the first step.</summary>
/// <remarks>From the gradients g of microbatches of the probe's rows, over all parameters together: ‖E g‖² and tr Var g, both without bias (McCandlish et al. 2018, appendix A.1). So the estimate of ‖E g‖² may come out as 0 where rows ask for
/// different things.</remarks>
public sealed record GradientNoise
{
    internal GradientNoise()
    {
    }

    /// <summary>‖E g‖² / tr Var g for a batch of the training's size. Below 10⁻³ a step follows chance.</summary>
    public required double SignalToNoise { get; init; }

    /// <summary>tr Var g / ‖E g‖² of single rows: the size of a batch whose noise is as large as its signal (McCandlish et al. 2018, eq. 2.9). Infinite where no common gradient is left.</summary>
    public required double NoiseScale { get; init; }

    /// <summary>Rows of a batch of the training.</summary>
    public required int BatchSize { get; init; }

    /// <summary>Microbatches that the figures come from.</summary>
    public required int Microbatches { get; init; }
}
