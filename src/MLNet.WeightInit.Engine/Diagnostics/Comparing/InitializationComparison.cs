using System.Globalization;
using MLNet.WeightInit.Engine.Diagnostics.Comparing;

namespace MLNet.WeightInit;

/// <summary>How trainings from several initializers went which differ in nothing else: what <c>mlContext.WeightInit.Compare</c> measures.</summary>
/// <remarks>A pure function of data, options and seeds: it holds no clock and no thread count. Costs are counted in floating-point operations, never in time.</remarks>
public sealed class InitializationComparison
{
    /// <summary>Version of the JSON that <see cref="ToJson"/> writes.</summary>
    internal const int SchemaVersion = 1;

    internal InitializationComparison()
    {
    }

    /// <summary>One an initializer, in the order in which they were passed. The first is the reference that the others are compared with.</summary>
    public required IReadOnlyList<CandidateResult> Candidates { get; init; }

    /// <summary>The same by their mean loss on the rows kept out, the best first.</summary>
    public IReadOnlyList<CandidateResult> Ranking => [.. Candidates.OrderBy(candidate => candidate.Rank)];

    /// <summary>The same by the floating-point operations that they take to the target, calibration included.</summary>
    public IReadOnlyList<CandidateResult> CostRanking => [.. Candidates.OrderBy(candidate => candidate.CostRank)];

    /// <summary>The first seed; the others follow it one by one.</summary>
    public required long FirstSeed { get; init; }

    /// <summary>Trainings of each initializer.</summary>
    public required int Seeds { get; init; }

    /// <summary>Steps of each training.</summary>
    public required int Steps { get; init; }

    /// <summary>Steps after which the rows kept out were measured; the first is 0.</summary>
    public required IReadOnlyList<int> EvaluatedSteps { get; init; }

    /// <summary>The optimizer, with arguments.</summary>
    public required string Optimizer { get; init; }

    /// <summary>The learning rate.</summary>
    public required float LearningRate { get; init; }

    /// <summary>All learning rates of the sweep, in ascending order, the options' own among them; that one alone without a sweep.</summary>
    public required IReadOnlyList<float> LearningRates { get; init; }

    /// <summary>Seeds that were trained at every rate of the sweep; 0 without one.</summary>
    public required int SweepSeeds { get; init; }

    /// <summary>The loss, with arguments.</summary>
    public required string Loss { get; init; }

    /// <summary>The metric's name; null where the task has none.</summary>
    public required string? Metric { get; init; }

    /// <summary>Whether more of the metric is better.</summary>
    public required bool HigherMetricIsBetter { get; init; }

    /// <summary>Rows that trained.</summary>
    public required int TrainingRows { get; init; }

    /// <summary>Rows that were kept out, the same for every training.</summary>
    public required int HeldOutRows { get; init; }

    /// <summary>Loss of the best constant prediction of the training rows on the rows kept out; <see cref="double.NaN"/> for a loss whose best constant isn't known.</summary>
    public required double BestConstantLoss { get; init; }

    /// <summary>The loss on rows kept out that <see cref="CandidateResult.StepsToTarget"/> counts to; null where no initializer got better than the best constant.</summary>
    /// <remarks>Unless it was given: nine tenths of the way from the best constant's loss (from the reference's median loss before the first step, where that isn't known) to the reference's median final loss.
    /// Where the reference ends no better than the constant, the initializer with the best median takes its place.</remarks>
    public required double? TargetLoss { get; init; }

    /// <summary>Of the intervals; 0.95 means 95 %.</summary>
    public required double Confidence { get; init; }

    /// <summary>How intervals were made.</summary>
    public required IntervalMethod Method { get; init; }

    /// <summary>What the intervals cover, and what they don't.</summary>
    public string Coverage => string.Create(CultureInfo.InvariantCulture,
        $"The {Confidence * 100:0.##} % intervals cover the seed, that is the draw of the weights and the order of the rows ({Seeds} seeds, the same for every initializer), and not the data: every training had the same {TrainingRows:#,0} rows and was measured on the same {(HeldOutRows == 1 ? "other one" : $"{HeldOutRows.ToString("#,0", CultureInfo.InvariantCulture)} others")}.");

    /// <summary>The best initializer in a sentence, tables and what the intervals cover, as text of at most 100 columns.</summary>
    public override string ToString() => ComparisonText.Write(this);

    /// <summary>The same as Markdown.</summary>
    public string ToMarkdown() => ComparisonText.WriteMarkdown(this);

    /// <summary>Everything as JSON: stable order, invariant culture, the version of its <c>schema</c> first. NaN and infinities are the strings <c>"NaN"</c>, <c>"Infinity"</c> and <c>"-Infinity"</c>.</summary>
    public string ToJson() => ComparisonJson.Write(this);
}
