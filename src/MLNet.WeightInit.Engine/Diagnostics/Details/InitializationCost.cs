namespace MLNet.WeightInit;

/// <summary>What initialization and its report cost, in operations and bytes: figures of the network and the data, the same on every machine.</summary>
/// <remarks>A multiplication with its addition counts as two operations; what isn't a product of a layer's weights (activations, losses, updates, drawing the weights) isn't counted. So the numbers compare with each other, and a machine's
/// time for them is theirs over its rate, some 10¹⁰ to 10¹¹ operations a second.</remarks>
public sealed record InitializationCost
{
    internal InitializationCost()
    {
    }

    /// <summary>Passes forward over the probe's rows that initializers made, as LSUV does; 0 for those that look at no data.</summary>
    public required int CalibrationPasses { get; init; }

    /// <summary>Operations of these passes.</summary>
    public required double CalibrationOperations { get; init; }

    /// <summary>Operations of the probe, forward and backward, and of all that <see cref="InitializationDetails"/> holds; not of the trials that <see cref="LearningRateAdvice"/>, the remedies and other draws take.</summary>
    public required double MeasurementOperations { get; init; }

    /// <summary>Operations of one epoch of the training.</summary>
    public required double OperationsAnEpoch { get; init; }

    /// <summary>Calibration beside an epoch of training; <see cref="double.NaN"/> where an epoch takes nothing.</summary>
    public double CalibrationShare => OperationsAnEpoch > 0 ? CalibrationOperations / OperationsAnEpoch : double.NaN;

    /// <summary>Bytes of the parameters, 4 each, as they lie in memory.</summary>
    public required long ParameterBytes { get; init; }

    /// <summary>Bytes that a training holds at most beside the data: parameters, gradient, the optimizer's averages, and the signals and gradients of a batch.</summary>
    public required long TrainingBytes { get; init; }
}
