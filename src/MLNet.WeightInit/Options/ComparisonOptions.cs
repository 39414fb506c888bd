using Microsoft.ML;

namespace MLNet.WeightInit;

/// <summary>How <see cref="WeightInitCatalog.Compare(IDataView, NeuralNetOptions, IReadOnlyList{WeightInitializer}, ComparisonOptions)"/> compares.</summary>
public sealed class ComparisonOptions
{
    /// <summary>Trainings of each initializer, from the options' seed on, one by one: the same seeds for all.</summary>
    /// <value>Default: 10. From 2 to 1,000.</value>
    public int Seeds { get; set; } = DefaultSeeds;

    /// <summary>Steps of each training, over which a schedule of the learning rate runs; iterations with L-BFGS.</summary>
    /// <value>Default: 100. From 1 to 1,000,000.</value>
    public int Steps { get; set; } = DefaultSteps;

    /// <summary>The loss on rows kept out that steps and costs are counted to.</summary>
    /// <value>Default: null, nine tenths of the reference's improvement on the best constant: <see cref="InitializationComparison.TargetLoss"/>. Finite.</value>
    public double? TargetLoss { get; set; }

    /// <summary>Other rows to measure on, with the same columns; no part of the data is kept out then.</summary>
    /// <value>Default: null.</value>
    public IDataView? ValidationData { get; set; }

    /// <summary>Share of the rows that is kept out of every training to measure on: of each class for classification, drawn by the options' seed, the same for all trainings.</summary>
    /// <value>Default: null, a fifth, at most 1,000 rows. Above 0 and below 1. Not used with <see cref="ValidationData"/>.</value>
    public float? ValidationFraction { get; set; }

    /// <summary>Decades of learning rate that are tried, half of them below the options' own rate and half above, two rates a decade.</summary>
    /// <value>Default: 4, which is nine rates. 0 for no sweep; else an even number up to 12. With L-BFGS, which has no rate, there is none.</value>
    public int LearningRateDecades { get; set; } = 4;

    /// <summary>Seeds, the first ones, that are trained at every rate of the sweep.</summary>
    /// <value>Default: 2. At least 1; above <see cref="Seeds"/> it means all of them.</value>
    public int LearningRateSeeds { get; set; } = 2;

    /// <summary>How intervals are made.</summary>
    /// <value>Default: <see cref="IntervalMethod.StudentT"/>.</value>
    public IntervalMethod Method { get; set; }

    /// <summary>Share of intervals that cover what they estimate.</summary>
    /// <value>Default: 0.95. Above 0 and below 1.</value>
    public double Confidence { get; set; } = 0.95;

    /// <summary>Is told after each training, on the thread that called, in the order in which they end. What it throws ends the comparison and reaches the caller.</summary>
    /// <value>Default: null.</value>
    public IProgress<ComparisonProgress>? Progress { get; set; }

    /// <summary>Ends the comparison within one batch, with an <see cref="OperationCanceledException"/>. The network options' own token does the same.</summary>
    /// <value>Default: none.</value>
    public CancellationToken CancellationToken { get; set; }

    internal const int DefaultSeeds = 10, DefaultSteps = 100;

    internal ComparisonOptions Copy() => (ComparisonOptions)MemberwiseClone();

    /// <exception cref="ArgumentOutOfRangeException">A value is out of its range.</exception>
    internal void Check()
    {
        OptionChecks.Require(Seeds is >= 2 and <= 1_000, "seeds", Seeds, "A comparison needs from 2 to 1,000 seeds: of one training nobody knows what chance did. 10 is the default.");
        OptionChecks.Require(Steps is >= 1 and <= 1_000_000, "steps", Steps, "A comparison needs from 1 to 1,000,000 steps of each training. 100 is the default; Diagnose looks at networks that are not trained.");
        OptionChecks.Require(TargetLoss is not { } target || double.IsFinite(target), nameof(TargetLoss), TargetLoss, "The target must be finite. null takes nine tenths of the first initializer's improvement on the best constant.");
        OptionChecks.Require(ValidationFraction is null or (> 0 and < 1), nameof(ValidationFraction), ValidationFraction, "The share of rows kept out must be above 0 and below 1: a comparison measures on them. null takes a fifth, at most 1,000 rows.");
        OptionChecks.Require(LearningRateDecades is >= 0 and <= 12 && LearningRateDecades % 2 == 0, nameof(LearningRateDecades), LearningRateDecades, "The decades of learning rate must be an even number from 0 to 12, half of them below the options' rate. 0 tries no other rate.");
        OptionChecks.Require(LearningRateSeeds >= 1, nameof(LearningRateSeeds), LearningRateSeeds, "At least 1 seed must be trained at every learning rate. For no sweep set LearningRateDecades to 0.");
        OptionChecks.Require(Enum.IsDefined(Method), nameof(Method), Method, "It must be StudentT or Bca.");
        OptionChecks.Require(Confidence is > 0 and < 1, nameof(Confidence), Confidence, "The confidence must be above 0 and below 1, for example 0.95.");
    }
}
