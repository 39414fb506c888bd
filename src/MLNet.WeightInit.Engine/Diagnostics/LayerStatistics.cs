namespace MLNet.WeightInit;

/// <summary>What one dense layer did to a batch of the training data before the first step, beside what theory predicts.</summary>
/// <remarks>Sums run in double precision in a fixed order; figures are kept to six significant digits, beyond which a probe of some hundred rows says nothing.
/// <see cref="double.NaN"/> where a figure isn't defined.</remarks>
public sealed record LayerStatistics
{
    internal LayerStatistics()
    {
    }

    /// <summary>The layer's name: <c>hidden[0]</c>, <c>output</c>.</summary>
    public required string Layer { get; init; }

    /// <summary>The activation after the layer, with arguments; <c>Identity</c> for the output.</summary>
    public required string Activation { get; init; }

    /// <summary>Inputs of each unit.</summary>
    public required int Inputs { get; init; }

    /// <summary>Units of the layer.</summary>
    public required int Outputs { get; init; }

    /// <summary>Mean of <c>z = W h + b</c>, pooled over rows and units.</summary>
    public required double PreActivationMean { get; init; }

    /// <summary>Standard deviation of <c>z = W h + b</c> about <see cref="PreActivationMean"/>, pooled over rows and units.</summary>
    public required double PreActivationDeviation { get; init; }

    /// <summary>What <see cref="PreActivationDeviation"/> would be for independent weights and infinite width: the mean-field recursion of Poole et al. 2016, eq.
    /// 3, started from the probe's own features and run with the actual weights' mean and variance.</summary>
    public required double PredictedDeviation { get; init; }

    /// <summary>Mean of the layer's output <c>φ(z)</c>.</summary>
    public required double OutputMean { get; init; }

    /// <summary>Standard deviation of the layer's output <c>φ(z)</c>.</summary>
    public required double OutputDeviation { get; init; }

    /// <summary>Share of outputs, over rows and units, that are exactly 0. From 0 to 1.</summary>
    public required double ZeroFraction { get; init; }

    /// <summary>Share of outputs at the bounds of a bounded activation: |h| above 0.97 for tanh, erf and softsign; outside (0.03, 0.97) for the sigmoid; |h| = 1
    /// for hard-tanh; 0 for the others.</summary>
    public required double SaturatedFraction { get; init; }

    /// <summary>Share of units whose derivative <c>φ′(z)</c> is exactly 0 on every row of the probe. From 0 to 1.</summary>
    public required double DeadFraction { get; init; }

    /// <summary>What <see cref="DeadFraction"/> would be for independent weights and rows as alike as these are: deep ReLU networks have many such units and train well.</summary>
    public required double PredictedDeadFraction { get; init; }

    /// <summary>Euclidean norm of <c>∂L/∂z</c> over rows and units, with L the mean loss over the probe.</summary>
    public required double PreActivationGradientNorm { get; init; }

    /// <summary>What <see cref="PreActivationGradientNorm"/> would be for independent weights, started from the output layer's measured norm (Schoenholz et al.
    /// 2017, eq. 16).</summary>
    public required double PredictedGradientNorm { get; init; }

    /// <summary>Euclidean norm of <c>∂L/∂W</c>.</summary>
    public required double WeightGradientNorm { get; init; }

    /// <summary>Standard deviation of the layer's weights about their mean.</summary>
    public required double WeightDeviation { get; init; }

    /// <summary>Share of units that have a twin: equal weights, equal bias and equal gradient, so that training never tells them apart. Always 0 for the output
    /// layer, whose units the targets tell apart.</summary>
    public required double IdenticalFraction { get; init; }

    /// <summary>Share of units whose weight vector is parallel or opposite to another unit's: |cos| above 0.999.</summary>
    public required double ParallelFraction { get; init; }
}
