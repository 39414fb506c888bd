namespace MLNet.WeightInit;

/// <summary>What a comparison measured of one initializer, over its seeds. Figures are kept to six significant digits.</summary>
/// <remarks>A training in which a number stopped being finite counts with the loss of the best constant, by which whoever ended there would predict (with its loss before the first step, where the best
/// constant isn't known), in all means and differences of losses; it has no part in those of the metric and of the gap. <see cref="FailedShare"/> says how many failed.</remarks>
public sealed record CandidateResult
{
    internal CandidateResult()
    {
    }

    /// <summary>The initializer, with arguments.</summary>
    public required string Initializer { get; init; }

    /// <summary>Place by the mean loss on the rows kept out, from 1.</summary>
    public required int Rank { get; init; }

    /// <summary>Place by <see cref="OperationsToTarget"/>, from 1; those that never reach the target follow by <see cref="HeldOutLoss"/>.</summary>
    public required int CostRank { get; init; }

    /// <summary>Mean loss on the rows kept out, after the last step.</summary>
    public required IntervalEstimate HeldOutLoss { get; init; }

    /// <summary>Standard deviation of that loss over seeds: how much the draw of the weights and the order of rows decide.</summary>
    public required IntervalEstimate Deviation { get; init; }

    /// <summary>Mean of <see cref="InitializationComparison.Metric"/> on the rows kept out; null without one, or where fewer than two trainings ended with finite numbers.</summary>
    public IntervalEstimate? Metric { get; init; }

    /// <summary>Mean of the loss on rows kept out less that on training rows; null where fewer than two trainings ended with finite numbers.</summary>
    public IntervalEstimate? Gap { get; init; }

    /// <summary>This initializer's loss less the reference's, seed by seed: below 0 where this one is better. Null for the reference.</summary>
    public IntervalEstimate? LossDifference { get; init; }

    /// <summary>This initializer's metric less the reference's, seed by seed; null for the reference, without a metric, or where fewer than two pairs ended with finite numbers.</summary>
    public IntervalEstimate? MetricDifference { get; init; }

    /// <summary>Of Student's paired test that <see cref="LossDifference"/> is 0, two-sided; null for the reference.</summary>
    public double? PValue { get; init; }

    /// <summary><see cref="PValue"/> adjusted for the number of candidates (Holm 1979); null for the reference.</summary>
    public double? AdjustedPValue { get; init; }

    /// <summary>Share of seeds that reached the target; null without a target.</summary>
    public double? ReachedShare { get; init; }

    /// <summary>Mean steps to the target, where a seed that doesn't reach it counts with all steps; null without a target.</summary>
    public IntervalEstimate? StepsToTarget { get; init; }

    /// <summary>This initializer's steps to the target less the reference's, seed by seed; null for the reference or without a target.</summary>
    public IntervalEstimate? StepsDifference { get; init; }

    /// <summary>Width of the range of learning rates that reach the target, in decades: half a decade for each rate of the sweep that does, the mean over its seeds. Null without a sweep or a target.</summary>
    public double? LearningRateDecades { get; init; }

    /// <summary>Share of seeds that failed: <see cref="ComparisonTrial.HasFailed"/>.</summary>
    public required double FailedShare { get; init; }

    /// <summary>Floating-point operations of the passes of a calibration, before the first step; 0 for an initializer that only draws.</summary>
    public required double CalibrationOperations { get; init; }

    /// <summary>Floating-point operations until the target is reached, calibration included: those of all seeds, as far as the target or the last step, over the number of seeds that reach it
    /// (expected running time, Hansen et al. 2009). <see cref="double.PositiveInfinity"/> where none does; null without a target.</summary>
    public double? OperationsToTarget { get; init; }

    /// <summary>The trainings, a seed each, at the options' learning rate.</summary>
    public required IReadOnlyList<ComparisonTrial> Trials { get; init; }

    /// <summary>The trainings at other learning rates; empty without a sweep.</summary>
    public required IReadOnlyList<ComparisonTrial> Sweep { get; init; }
}
