using MLNet.WeightInit.Engine.Diagnostics.Comparing;
using MLNet.WeightInit.Engine.Training;

namespace MLNet.WeightInit.Engine.Tests.Diagnostics.Comparing;

/// <summary>Each column of a comparison by its definition, of trainings in which no two columns are alike.</summary>
[TestFixture]
internal sealed class ComparisonFiguresTests
{
    static readonly double[] s_falling = [1.2, 0.9, 0.7, 0.6, 0.5];

    [Test]
    public void Metrics_gaps_and_deviations_are_of_the_end_and_seed_by_seed()
    {
        InitializationComparison comparison = Build(["a", "b"], setup => setup with { Metric = "Accuracy" },
            Record(0, 0, s_falling, metric: 0.6), Record(0, 1, [1.2, 0.9, 0.44, 0.4, 0.3], metric: 0.8),
            Record(1, 0, [1.2, 0.45, 0.4, 0.3, 0.2], metric: 0.9), Record(1, 1, [1.2, 0.8, 0.3, 0.2, 0.1], metric: 0.7));
        CandidateResult reference = comparison.Candidates[0], other = comparison.Candidates[1];
        using (Assert.EnterMultipleScope())
        {
            Assert.That(reference.Metric!.Value, Is.EqualTo(0.7), "not the one before the first step");
            Assert.That(other.MetricDifference!.Value, Is.EqualTo(((0.9 - 0.6) + (0.7 - 0.8)) / 2).Within(1e-6));
            Assert.That(reference.Gap!.Value, Is.EqualTo((0.25 + 0.15) / 2).Within(1e-6), "kept-out rows less training rows, whose loss is the half");
            Assert.That(reference.Deviation.Value, Is.EqualTo(0.2 / Math.Sqrt(2)).Within(1e-6));
            Assert.That(other.Trials.Select(trial => trial.Seed), Is.EqualTo(new[] { 7, 8 }), "the seeds that a user would pass");
            Assert.That(other.Trials.Select(trial => trial.Metric), Is.EqualTo(new[] { 0.9, 0.7 }));
        }
    }

    /// <summary>p of two differences is 1 − (2/π) atan |t|: t = 5 for −0.3 and −0.2, t = 2 for −0.1 and −0.3. Holm doubles the smaller and leaves the other.</summary>
    [Test]
    public void Probabilities_are_adjusted_for_the_number_of_candidates()
    {
        InitializationComparison comparison = Build(["a", "b", "c"], setup => setup,
            Record(0, 0, s_falling), Record(0, 1, [1.2, 0.9, 0.44, 0.4, 0.3]),
            Record(1, 0, [1.2, 0.45, 0.4, 0.3, 0.2]), Record(1, 1, [1.2, 0.8, 0.3, 0.2, 0.1]),
            Record(2, 0, [1.2, 0.45, 0.4, 0.4, 0.4]), Record(2, 1, [1.2, 0.8, 0.3, 0.2, 0]));
        double smaller = 1 - 2 / Math.PI * Math.Atan(5), larger = 1 - 2 / Math.PI * Math.Atan(2);
        Assert.That(comparison.Candidates.Skip(1).Select(candidate => candidate.PValue!.Value), Is.EqualTo(new[] { smaller, larger }).Within(1e-6));
        Assert.That(comparison.Candidates.Skip(1).Select(candidate => candidate.AdjustedPValue!.Value), Is.EqualTo(new[] { 2 * smaller, larger }).Within(1e-6));
    }

    /// <summary>Student's quantile of one degree of freedom is tan(0.475 π) = 12.706; losses of 0.3 and 0.5 have a mean of 0.4 and a standard error of 0.1, metrics of 0.6 and 0.8 as much about 0.7, 2 and 3 steps half a step about 2.5.</summary>
    [TestCase(true)]
    [TestCase(false)]
    public void Intervals_end_where_what_they_are_of_does(bool isNonNegative)
    {
        double quantile = Math.Tan(0.475 * Math.PI);
        InitializationComparison comparison = Build(["a", "b"], setup => setup with { LossIsNonNegative = isNonNegative, Metric = "Accuracy", MetricRange = (0, 1), TargetLoss = 0.6 },
            Record(0, 0, [1.2, 0.9, 0.7, 0.6, 0.5], metric: 0.6), Record(0, 1, [1.2, 0.9, 0.44, 0.4, 0.3], metric: 0.8), Record(1, 0, s_falling), Record(1, 1, s_falling));
        CandidateResult reference = comparison.Candidates[0];
        using (Assert.EnterMultipleScope())
        {
            Assert.That(reference.HeldOutLoss.Value, Is.EqualTo(0.4));
            Assert.That(reference.HeldOutLoss.Lower, Is.EqualTo(isNonNegative ? 0 : 0.4 - 0.1 * quantile).Within(1e-5));
            Assert.That(reference.HeldOutLoss.Upper, Is.EqualTo(0.4 + 0.1 * quantile).Within(1e-5));
            Assert.That((reference.Metric!.Lower, reference.Metric.Upper), Is.EqualTo((0.0, 1.0)));
            Assert.That((reference.StepsToTarget!.Lower, reference.StepsToTarget.Value, reference.StepsToTarget.Upper), Is.EqualTo((0.0, 2.5, 4.0)), "four steps are all that there are");
            Assert.That(comparison.Candidates[1].LossDifference!.Lower, Is.LessThan(0), "a difference has no such end");
        }
    }

    /// <summary>The target is 0.46 by the reference's median of 0.4. The second one's first seed never gets there: 40 rows of 6 operations and its calibration count all the same.</summary>
    [Test]
    public void A_seed_that_does_not_arrive_costs_what_it_took()
    {
        InitializationComparison comparison = Build(["a", "b"], setup => setup,
            Record(0, 0, s_falling), Record(0, 1, [1.2, 0.9, 0.44, 0.4, 0.3]), Record(1, 0, [1.2, 0.9, 0.9, 0.9, 0.9]), Record(1, 1, [1.2, 0.8, 0.3, 0.2, 0.1]));
        Assert.That(comparison.TargetLoss, Is.EqualTo(0.46));
        Assert.That(comparison.Candidates[1].OperationsToTarget, Is.EqualTo(1000 + 40 * 6 + 1000 + 20 * 6));
    }

    [Test]
    public void A_loss_that_is_the_target_reaches_it_and_none_that_arrives_ranks_by_loss()
    {
        TrialRecord[] records = [Record(0, 0, s_falling), Record(0, 1, s_falling), Record(1, 0, [1.2, 0.9, 0.8, 0.7, 0.7]), Record(1, 1, [1.2, 0.9, 0.8, 0.7, 0.6])];
        Assert.That(Build(["a", "b"], setup => setup with { TargetLoss = 0.7 }, records).Candidates[0].Trials.Select(trial => trial.StepsToTarget), Is.EqualTo(new int?[] { 2, 2 }));
        InitializationComparison none = Build(["a", "b"], setup => setup with { TargetLoss = 0.01 }, records);
        Assert.That(none.Candidates.Select(candidate => candidate.CostRank), Is.EqualTo(new[] { 1, 2 }));
        Assert.That(Build(["a", "b"], setup => setup with { TargetLoss = 0.01 }, [.. records.Select(record => record with { Candidate = 1 - record.Candidate })]).Candidates.Select(candidate => candidate.CostRank), Is.EqualTo(new[] { 2, 1 }));
    }

    /// <summary>The second seed of the trainings at the own rate isn't one of the sweep's.</summary>
    [Test]
    public void Decades_count_the_seeds_of_the_sweep_alone()
    {
        double[] good = [1.2, 0.4, 0.4, 0.4, 0.4], bad = [1.2, 1, 1, 1, 1];
        InitializationComparison comparison = Build(["a"], setup => setup with { LearningRates = [0.1f, 0.3f], SweepSeeds = 1, TargetLoss = 0.5 }, Record(0, 0, good), Record(0, 1, good), Record(0, 0, bad) with { RateIndex = 1 });
        Assert.That(comparison.Candidates[0].LearningRateDecades, Is.EqualTo(0.5));
    }

    /// <summary>A seed that breaks down ends at the constant's 1: the reference's median is 0.65, and nine tenths of the way from 1 are 0.685.</summary>
    [Test]
    public void A_reference_that_breaks_down_in_one_seed_still_has_a_target()
        => Assert.That(Build(["a"], setup => setup, Record(0, 0, [1.2, double.NaN]), Record(0, 1, [1.2, 0.9, 0.44, 0.4, 0.3])).TargetLoss, Is.EqualTo(0.685).Within(1e-6));

    /// <summary>Without a constant to fall back on, a network whose first loss is not finite counts with the largest first loss that is.</summary>
    [Test]
    public void A_first_loss_that_is_not_finite_counts_as_the_largest_that_is()
    {
        InitializationComparison comparison = Build(["a", "b"], setup => setup, Record(0, 0, s_falling, constant: double.NaN), Record(0, 1, [1.5, 0.9, 0.5, 0.5, 0.5], constant: double.NaN),
            Record(1, 0, [double.NaN], constant: double.NaN), Record(1, 1, [1.2, 0.8, 0.3, 0.2, 0.1], constant: double.NaN));
        Assert.That(comparison.Candidates[1].HeldOutLoss.Value, Is.EqualTo((1.5 + 0.1) / 2).Within(1e-6));
    }

    /// <summary>BCa of a mean of many values without skewness is the normal interval, with the deviation's divisor n. Of 10,000 samples a limit has a standard error of √(0.025 · 0.975 / 10,000) / 0.0584 = 0.027 deviations; five of them.</summary>
    [TestCase(0.95, 1.959964)]
    [TestCase(0.9, 1.644854)]
    public void A_bootstrap_of_many_values_is_the_normal_interval(double confidence, double deviations)
    {
        double[] values = [.. Enumerable.Range(-100, 201).Select(i => (double)i)];
        IntervalEstimate mean = new SeedStatistics(IntervalMethod.Bca, confidence, seed: 1).Mean(values, "mean");
        double error = Math.Sqrt(values.Average(value => value * value) / values.Length);
        Assert.That((mean.Lower / error, mean.Upper / error), Is.EqualTo((-deviations, deviations)).Within(0.14));
    }

    /// <summary>Of the samples of 0 and 1 a quarter has a mean below a half and a half has just that: half of these count, so there is no bias, and 90 % reach from 0 to 1.</summary>
    [Test]
    public void Samples_that_equal_the_estimate_count_half()
        => Assert.That(BcaBootstrap.Interval([0, 1], values => values.Average(), 0.9, new RandomSource(1, "ties")), Is.EqualTo((0.0, 1.0)));

    /// <summary>65 % of samples of ten have the last value.</summary>
    [Test]
    public void Every_value_is_drawn()
        => Assert.That(BcaBootstrap.Interval([0, 0, 0, 0, 0, 0, 0, 0, 0, 10], values => values.Average(), 0.9, new RandomSource(1, "last")).Upper, Is.GreaterThanOrEqualTo(1));

    [Test]
    public void Equal_differences_that_are_not_zero_are_no_chance()
        => Assert.That(SeedStatistics.PairedProbability([2, 2, 2]), Is.Zero);

    static InitializationComparison Build(IReadOnlyList<string> initializers, Func<ComparisonSetup, ComparisonSetup> change, params TrialRecord[] records)
        => ComparisonBuilder.Build(change(ComparisonBuilderTests.Setup(initializers)), records);

    /// <param name="losses">Before the first step and after each of four, each of 10 rows; ends with NaN where the training broke down.</param>
    /// <param name="metric">At the end; 0.1 until then.</param>
    static TrialRecord Record(int candidate, int seed, double[] losses, double metric = 0.5, double constant = 1)
    {
        var trial = new TrainingTrial(4, split: null) { BestConstantLoss = constant, OperationsPerRow = 6, CalibrationOperations = candidate == 0 ? 0 : 1000 };
        for (int step = 0; step < losses.Length; step++)
        {
            trial.TrainedRows = 10 * step;
            trial.Add(step, losses[step], step == 4 ? metric : 0.1);
        }
        if (double.IsFinite(losses[^1]))
            trial.Complete(trainingLoss: losses[^1] / 2);
        return new TrialRecord(candidate, seed, 0, trial, Verdict.Healthy);
    }
}
