using System.Text.Json;
using MLNet.WeightInit.Engine.Diagnostics.Comparing;
using MLNet.WeightInit.Engine.Tests.Architecture;
using MLNet.WeightInit.Engine.Training;

namespace MLNet.WeightInit.Engine.Tests.Diagnostics.Comparing;

/// <summary>What is made of trainings whose losses are written here.</summary>
[TestFixture]
internal sealed class ComparisonBuilderTests
{
    /// <summary>Two initializers, two seeds, four steps. The constant has a loss of 1. The reference ends at 0.5 and 0.3, so the target is 1 − 0.9 · (1 − 0.4) = 0.46.</summary>
    static readonly TrialRecord[] s_records =
    [
        Record(0, 0, [1.2, 0.9, 0.7, 0.6, 0.5]),
        Record(0, 1, [1.2, 0.9, 0.44, 0.4, 0.3]),
        Record(1, 0, [1.2, 0.45, 0.4, 0.3, 0.2]),
        Record(1, 1, [1.2, 0.8, 0.3, 0.2, 0.1]),
    ];

    [Test]
    public void Differences_are_seed_by_seed_and_in_the_sense_of_this_less_the_reference()
    {
        InitializationComparison comparison = Build(s_records);
        CandidateResult reference = comparison.Candidates[0], other = comparison.Candidates[1];
        Assert.That(reference.HeldOutLoss.Value, Is.EqualTo(0.4));
        Assert.That(other.HeldOutLoss.Value, Is.EqualTo(0.15));
        Assert.That(other.LossDifference!.Value, Is.EqualTo(-0.25));
        // Differences −0.3 and −0.2: deviation 0.1/√2, so t is −0.25 / 0.05 = −5 with one degree of freedom, whose two tails are 1 − (2/π) atan 5 = 0.125666, and whose 97.5 % point is 12.7062.
        Assert.That(other.PValue, Is.EqualTo(0.125666).Within(1e-6));
        Assert.That(other.AdjustedPValue, Is.EqualTo(other.PValue));
        Assert.That(other.LossDifference.Lower, Is.EqualTo(-0.25 - 12.7062 * 0.05).Within(1e-5));
        Assert.That(other.LossDifference.Upper, Is.EqualTo(-0.25 + 12.7062 * 0.05).Within(1e-5));
        Assert.That((reference.LossDifference, reference.PValue, reference.AdjustedPValue), Is.EqualTo(((IntervalEstimate?)null, (double?)null, (double?)null)));
        Assert.That(comparison.Ranking.Select(candidate => candidate.Initializer), Is.EqualTo(new[] { "b", "a" }));
    }

    [Test]
    public void The_target_is_nine_tenths_of_the_references_improvement()
    {
        InitializationComparison comparison = Build(s_records);
        CandidateResult reference = comparison.Candidates[0], other = comparison.Candidates[1];
        Assert.That(comparison.TargetLoss, Is.EqualTo(0.46));
        Assert.That(reference.Trials.Select(trial => trial.StepsToTarget), Is.EqualTo(new int?[] { null, 2 }));
        Assert.That(other.Trials.Select(trial => trial.StepsToTarget), Is.EqualTo(new int?[] { 1, 2 }));
        Assert.That(reference.ReachedShare, Is.EqualTo(0.5));
        Assert.That(reference.StepsToTarget!.Value, Is.EqualTo(3), "4 steps count where it isn't reached");
        Assert.That(other.StepsDifference!.Value, Is.EqualTo(-1.5));
    }

    /// <summary>A step has 10 rows of 6 operations; the second initializer calibrates for 1,000. The first: 240 and 120 over the one that arrives; the second: 1,060 and 1,120 over two.</summary>
    [Test]
    public void Costs_are_operations_with_calibration_over_the_seeds_that_arrive()
    {
        InitializationComparison comparison = Build(s_records);
        Assert.That(comparison.Candidates[0].OperationsToTarget, Is.EqualTo(360));
        Assert.That(comparison.Candidates[1].OperationsToTarget, Is.EqualTo(1090));
        Assert.That(comparison.Candidates[1].CalibrationOperations, Is.EqualTo(1000));
        Assert.That(comparison.CostRanking.Select(candidate => candidate.Initializer), Is.EqualTo(new[] { "a", "b" }), "the better loss is not the cheaper one");
    }

    [Test]
    public void A_training_that_breaks_down_fails_and_counts_with_the_constants_loss()
    {
        TrialRecord[] records = [.. s_records];
        records[3] = Record(1, 1, [1.2, 0.2, double.NaN]);
        CandidateResult other = Build(records).Candidates[1];
        Assert.That(other.FailedShare, Is.EqualTo(0.5));
        Assert.That(other.Trials[1].HasFailed, Is.True);
        Assert.That(other.Trials[1].HeldOutLoss, Is.NaN);
        Assert.That(other.HeldOutLoss.Value, Is.EqualTo((0.2 + 1) / 2));
        Assert.That(other.Trials[1].StepsToTarget, Is.EqualTo(1), "it had been there");
        Assert.That(other.Gap, Is.Null, "one training is no sample");
    }

    [Test]
    public void Ending_no_better_than_the_constant_is_a_failure()
    {
        TrialRecord[] records = [.. s_records];
        records[2] = Record(1, 0, [1.2, 1.1, 1.05, 1.01, 1]);
        Assert.That(Build(records).Candidates[1].Trials.Select(trial => trial.HasFailed), Is.EqualTo(new[] { true, false }));
    }

    [Test]
    public void Where_the_constant_is_unknown_the_loss_before_the_first_step_takes_its_place()
    {
        TrialRecord[] records = [.. s_records.Select(record => Record(record.Candidate, record.Seed, [.. record.Trial.Points.Select(point => point.Loss)], constant: double.NaN))];
        InitializationComparison comparison = Build(records);
        Assert.That(comparison.BestConstantLoss, Is.NaN);
        Assert.That(comparison.TargetLoss, Is.EqualTo(1.2 - 0.9 * (1.2 - 0.4)).Within(1e-6));
    }

    [Test]
    public void Where_the_reference_learns_nothing_the_best_gives_the_target_and_where_none_does_there_is_none()
    {
        TrialRecord[] records = [Record(0, 0, [1.2, 1, 1, 1, 1]), Record(0, 1, [1.2, 1, 1, 1, 1.1]), s_records[2], s_records[3]];
        Assert.That(Build(records).TargetLoss, Is.EqualTo(1 - 0.9 * (1 - 0.15)).Within(1e-6));
        records[2] = Record(1, 0, [1.2, 1, 1, 1, 2]);
        records[3] = Record(1, 1, [1.2, 1, 1, 1, 2]);
        InitializationComparison none = Build(records);
        Assert.That(none.TargetLoss, Is.Null);
        Assert.That(none.Candidates.Select(candidate => candidate.OperationsToTarget), Is.All.Null);
        Assert.That(none.ToString(), Does.StartWith("No initializer learned anything"));
    }

    /// <summary>Five rates, half a decade apart; the first seed reaches the target at two of them, the second at one.</summary>
    [Test]
    public void Decades_are_half_of_the_rates_that_reach_the_target_over_the_seeds_of_the_sweep()
    {
        double[] good = [1.2, 0.4, 0.4, 0.4, 0.4], bad = [1.2, 1, 1, 1, 1];
        List<TrialRecord> records = [Record(0, 0, good, rate: 2), Record(0, 1, good, rate: 2)];
        foreach (int rate in new[] { 0, 1, 3, 4 })
        {
            records.Add(Record(0, 0, rate == 3 ? good : bad, rate: rate));
            records.Add(Record(0, 1, bad, rate: rate));
        }
        InitializationComparison comparison = ComparisonBuilder.Build(Setup(["a"]) with { LearningRates = [0.001f, 0.003f, 0.01f, 0.03f, 0.1f], OwnRate = 2, SweepSeeds = 2, TargetLoss = 0.5 }, records);
        Assert.That(comparison.Candidates[0].LearningRateDecades, Is.EqualTo(0.5 * (2 + 1) / 2));
        Assert.That(comparison.Candidates[0].Trials, Has.Count.EqualTo(2));
        Assert.That(comparison.Candidates[0].Sweep, Has.Count.EqualTo(8));
        Assert.That(comparison.LearningRate, Is.EqualTo(0.01f));
    }

    [Test]
    public void Text_keeps_to_100_columns_and_says_what_intervals_cover()
    {
        string[] names = ["truncated_normal(deviation=0.0123, truncation=2)", "variance_scaling(scale=2, mode=fan_in, distribution=uniform)"];
        InitializationComparison comparison = ComparisonBuilder.Build(Setup(names), s_records);
        Assert.That(comparison.ToString().Split('\n').Max(line => line.Length), Is.LessThanOrEqualTo(100));
        Assert.That(comparison.ToString().ReplaceLineEndings(" "), Does.Contain(comparison.Coverage));
        Assert.That(comparison.Coverage, Does.Contain("95 %").And.Contain("2 seeds").And.Contain("not the data").And.Contain("8 others"));
        Assert.That(comparison.ToMarkdown(), Does.Contain(comparison.Coverage).And.Contain($"| {names[1]} |"));
        Assert.That(comparison.ToString(), Does.Contain("is within what the seeds do"), "p is 0.13");
    }

    /// <summary>Numbers as wide as they get, under the longest names of an initializer and a metric.</summary>
    [Test]
    public void Text_keeps_to_100_columns_with_losses_that_explode()
    {
        TrialRecord[] records = [Record(0, 0, [-1e30, -2e31, -1e31, -5e30, -1.7e33]), Record(0, 1, [-1e30, -3e31, -2e31, -1e30, -3.1e34]), s_records[2], s_records[3]];
        InitializationComparison comparison = ComparisonBuilder.Build(Setup([new string('x', 120), "b"]) with { Metric = "SubsetAccuracy" }, records);
        Assert.That(comparison.ToString().Split('\n').Skip(3).Max(line => line.Length), Is.LessThanOrEqualTo(100), "a name that can't be broken stands in the sentences before");
    }

    [Test]
    public void Json_has_every_figure_in_an_order_that_stays()
    {
        InitializationComparison comparison = Build(s_records);
        ReportJsonPageTests.AssertDocumented(comparison.ToJson());
        using JsonDocument json = JsonDocument.Parse(comparison.ToJson());
        Assert.That(json.RootElement.EnumerateObject().Select(member => member.Name), Is.EqualTo(new[]
        {
            "schema", "best", "optimizer", "learningRate", "loss", "metric", "higherMetricIsBetter", "firstSeed", "seeds", "steps", "trainingRows", "heldOutRows", "bestConstantLoss", "targetLoss", "confidence", "method",
            "coverage", "sweepSeeds", "learningRates", "evaluatedSteps", "candidates",
        }));
        Assert.That(json.RootElement.GetProperty("schema").GetInt32(), Is.EqualTo(1));
        JsonElement other = json.RootElement.GetProperty("candidates")[1];
        Assert.That(other.GetProperty("lossDifference").GetProperty("value").GetDouble(), Is.EqualTo(-0.25));
        Assert.That(other.GetProperty("trials")[0].GetProperty("heldOutLosses").EnumerateArray().Select(loss => loss.GetDouble()), Is.EqualTo(new[] { 1.2, 0.45, 0.4, 0.3, 0.2 }));
        // Every public figure of a candidate and of a trial has its member.
        Assert.That(other.EnumerateObject().Select(member => member.Name), Is.EquivalentTo(Names(typeof(CandidateResult))));
        Assert.That(other.GetProperty("trials")[0].EnumerateObject().Select(member => member.Name), Is.EquivalentTo(Names(typeof(ComparisonTrial))));
    }

    static IEnumerable<string> Names(Type type) => type.GetProperties().Select(property => JsonNamingPolicy.CamelCase.ConvertName(property.Name));

    static InitializationComparison Build(IReadOnlyList<TrialRecord> records) => ComparisonBuilder.Build(Setup(["a", "b"]), records);

    /// <summary>Four steps from two seeds.</summary>
    public static ComparisonSetup Setup(IReadOnlyList<string> initializers) => new()
    {
        Initializers = initializers,
        FirstSeed = 7,
        Seeds = 2,
        Steps = 4,
        Optimizer = "SGD",
        LearningRates = [0.1f],
        OwnRate = 0,
        SweepSeeds = 0,
        Loss = "Squared",
        LossIsNonNegative = true,
        Metric = null,
        HigherMetricIsBetter = true,
        TrainingRows = 32,
        HeldOutRows = 8,
        TargetLoss = null,
        Confidence = 0.95,
        Method = IntervalMethod.StudentT,
    };

    /// <param name="losses">Before the first step and after each of four; ends with NaN where the training broke down.</param>
    static TrialRecord Record(int candidate, int seed, double[] losses, double constant = 1, int rate = 0)
    {
        var trial = new TrainingTrial(4, split: null) { BestConstantLoss = constant, OperationsPerRow = 6, CalibrationOperations = candidate == 0 ? 0 : 1000 };
        for (int step = 0; step < losses.Length; step++)
        {
            trial.Add(step, losses[step], metric: null);
            trial.TrainedRows += 10;
        }
        trial.TrainedRows -= 10;
        if (double.IsFinite(losses[^1]))
            trial.Complete(trainingLoss: losses[^1] / 2);
        return new TrialRecord(candidate, seed, rate, trial, Verdict.Healthy);
    }
}
