using MLNet.WeightInit.Engine.Data;
using MLNet.WeightInit.Engine.Diagnostics.Rates;
using MLNet.WeightInit.Engine.Network;

namespace MLNet.WeightInit.Engine.Diagnostics;

/// <summary>What was measured of a network before its first step, and what is known of the training that follows.</summary>
/// <param name="Probe">Of the filled network.</param>
/// <param name="Rows">Σ x and Σ x² of each row of the probe batch as the network saw it (standardized).</param>
/// <param name="PriorLoss">Loss of the best constant prediction on the training rows: the label's entropy, or half or whole its variance, as the loss defines
/// it; NaN where unknown.</param>
/// <param name="Steps">Updates that the training makes at most.</param>
/// <param name="Epochs">In which it makes them.</param>
internal sealed record MeasuredStart(NetworkProbe Probe, (double Sum, double SquaredSum)[] Rows, double PriorLoss, long Steps, int Epochs)
{
    /// <summary>Mean of the schedule's rates over the options' one.</summary>
    public double RateShare { get; init; } = 1;

    /// <summary>Whether the forecast knows trainings of this kind.</summary>
    public bool IsKnown { get; init; } = true;

    /// <summary>What trials of a few steps said of the learning rate; null for none.</summary>
    public RateMeasurement? Rates { get; init; }

    /// <summary>What only <see cref="DiagnosticsLevel.Full"/> measures; null for none.</summary>
    public InitializationDetails? Details { get; init; }

    /// <summary>Features that are the same in all training rows; null where nobody looked.</summary>
    public ConstantFeatures? Constants { get; init; }

    /// <summary>Of the training; null where it wasn't tried out.</summary>
    public StartTrial? Trial { get; init; }
}
