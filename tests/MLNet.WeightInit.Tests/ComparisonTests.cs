using System.Globalization;
using Microsoft.ML;
using MLNet.WeightInit.Engine.Data;
using MLNet.WeightInit.Engine.Kernels;
using MLNet.WeightInit.Engine.Training;
using MLNet.WeightInit.Tests.Support;

namespace MLNet.WeightInit.Tests;

/// <summary>Initializers side by side, through MLContext.</summary>
[TestFixture]
public sealed class ComparisonTests
{
    static readonly WeightInitializer[] s_pair = ["He", "Glorot"];

    MLContext _context = null!;
    IDataView _data = null!;

    [SetUp]
    public void CreateContext()
    {
        _context = new MLContext(seed: 1);
        _data = Samples.View(_context);
    }

    /// <summary>A fifth of the 200 rows is kept out; of 66 or 67 rows of a class, 13.</summary>
    [TestCase("Label", "Accuracy")]
    [TestCase(nameof(SampleRow.Flag), "Accuracy")]
    [TestCase(nameof(SampleRow.Value), "R2")]
    [TestCase(nameof(SampleRow.Values), "R2")]
    [TestCase(nameof(SampleRow.Flags), "MicroF1")]
    [TestCase("Features", "R2")]
    [TestCase("quantiles", null)]
    [TestCase("heads", null)]
    public void Every_task_is_compared(string label, string? metric)
    {
        NeuralNetOptions options = Samples.Quick(label);
        if (label == "quantiles")
            (options.LabelColumnName, options.Loss) = (nameof(SampleRow.Value), LossFunction.Quantiles(0.1, 0.5, 0.9));
        if (label == "heads")
            options.Heads = ["Label", nameof(SampleRow.Value)];
        options.LearningRate = 0.01f;
        InitializationComparison comparison = _context.WeightInit.Compare(_data, options, s_pair, seeds: 3, steps: 60);
        Assert.That((comparison.TrainingRows + comparison.HeldOutRows, comparison.Seeds, comparison.Steps, comparison.Metric), Is.EqualTo((200, 3, 60, metric)));
        Assert.That(comparison.HeldOutRows, Is.InRange(39, 40));
        Assert.That(comparison.Candidates.Select(candidate => candidate.Initializer), Is.EqualTo(s_pair.Select(candidate => _context.WeightInit.Parse(candidate.Specification).Specification)));
        Assert.That(comparison.Candidates.Select(candidate => candidate.HeldOutLoss.Value), Is.All.LessThan(comparison.BestConstantLoss), "60 steps at 0.01 learn these rows");
        Assert.That(comparison.TargetLoss, Is.LessThan(comparison.BestConstantLoss));
        Assert.That(comparison.Candidates.Select(candidate => candidate.FailedShare), Is.All.Zero);
        Assert.That(comparison.LearningRates, Has.Count.EqualTo(9));
        Assert.That(comparison.Candidates.Select(candidate => candidate.LearningRateDecades), Is.All.InRange(0.0, 4.5));
    }

    /// <summary>Of two seeds Student's quantile is 12.7: an interval of a loss that cannot be negative, of a share or of steps would end where none of them can be.</summary>
    [TestCase("Label", 0, 1)]
    [TestCase(nameof(SampleRow.Value), double.NegativeInfinity, 1)]
    [TestCase("heads", 0, 0)]
    public void Intervals_of_two_seeds_stay_where_their_figures_can_be(string label, double lowestMetric, double highestMetric)
    {
        NeuralNetOptions options = Samples.Quick(label);
        if (label == "heads")
            options.Heads = ["Label", nameof(SampleRow.Value)];
        InitializationComparison comparison = _context.WeightInit.Compare(_data, options, s_pair, new ComparisonOptions { Seeds = 2, Steps = 12, LearningRateDecades = 0, TargetLoss = 0.9 });
        using (Assert.EnterMultipleScope())
            foreach (CandidateResult candidate in comparison.Candidates)
            {
                Assert.That(candidate.HeldOutLoss.Lower, Is.GreaterThanOrEqualTo(0).And.LessThanOrEqualTo(candidate.HeldOutLoss.Value));
                Assert.That(candidate.StepsToTarget!.Lower, Is.GreaterThanOrEqualTo(0));
                Assert.That(candidate.StepsToTarget.Upper, Is.LessThanOrEqualTo(12));
                if (candidate.Metric is { } metric)
                {
                    Assert.That(metric.Lower, Is.GreaterThanOrEqualTo(lowestMetric));
                    Assert.That(metric.Upper, Is.LessThanOrEqualTo(highestMetric));
                }
            }
        Assert.That(comparison.Candidates.Any(candidate => candidate.HeldOutLoss.Upper - candidate.HeldOutLoss.Value > candidate.HeldOutLoss.Value - candidate.HeldOutLoss.Lower + 1e-3), Is.True, "one at least was cut");
    }

    /// <summary>A user who trains as the comparison does, seed by seed, gets its numbers.</summary>
    [Test]
    public void A_training_of_the_comparison_is_that_of_Fit_with_its_seed()
    {
        IDataView validation = Samples.View(_context, Samples.Rows(90, seed: 3));
        NeuralNetOptions options = Samples.Quick(nameof(SampleRow.Value));
        options.Seed = 5;
        options.EarlyStopping = false;
        InitializationComparison comparison = _context.WeightInit.Compare(_data, options, s_pair, new ComparisonOptions { Seeds = 2, Steps = 8, ValidationData = validation, LearningRateDecades = 0 });
        foreach (CandidateResult candidate in comparison.Candidates)
            foreach (ComparisonTrial trial in candidate.Trials)
            {
                (options.Seed, options.NumberOfEpochs, options.Init) = ((int)trial.Seed, 2, candidate.Initializer);       // 200 rows are 4 batches
                TrainingHistory history = _context.Transforms.NeuralNet(options).Fit(_data, validation).Model.History;
                // Half a unit of the sixth digit is at most 5 in a million.
                Assert.That(trial.HeldOutLoss, Is.EqualTo(history.Epochs[1].ValidationLoss!.Value).Within(5e-4).Percent);
                Assert.That(trial.HeldOutLosses[4], Is.EqualTo(history.Epochs[0].ValidationLoss!.Value).Within(5e-4).Percent);
            }
    }

    /// <summary>Twins draw the same numbers from the same streams, so that every paired difference is exactly 0.</summary>
    [Test]
    public void Trainings_are_paired_in_everything_but_the_initializer()
    {
        _context.WeightInit.Register("twin", _ => new Twin());
        NeuralNetOptions options = Samples.Quick();
        options.Dropout = 0.2f;
        CandidateResult twin = _context.WeightInit.Compare(_data, options, ["normal(deviation=0.3)", "twin"], seeds: 3, steps: 20).Candidates[1];
        Assert.That(twin.LossDifference, Is.EqualTo(twin.StepsDifference).And.EqualTo(twin.MetricDifference));
        Assert.That((twin.LossDifference!.Value, twin.LossDifference.Lower, twin.LossDifference.Upper, twin.AdjustedPValue), Is.EqualTo((0.0, 0.0, 0.0, 1.0)));
        Assert.That(twin.Deviation.Value, Is.Positive, "seeds differ");
    }

    [Test]
    public void Threads_and_cultures_do_not_reach_the_result()
    {
        string Json(int threads, IntervalMethod method)
        {
            var context = new MLContext(seed: 1);
            NeuralNetOptions options = Samples.Quick();
            options.NumberOfThreads = threads;
            return context.WeightInit.Compare(Samples.View(context), options, ["Auto", "He", "Orthogonal"], new ComparisonOptions { Seeds = 3, Steps = 12, Method = method, LearningRateDecades = 2 }).ToJson();
        }
        string expected = Json(1, IntervalMethod.Bca);
        CultureInfo before = CultureInfo.CurrentCulture;
        var comma = (CultureInfo)CultureInfo.InvariantCulture.Clone();
        comma.NumberFormat = new NumberFormatInfo { NumberDecimalSeparator = ",", NumberGroupSeparator = ".", NegativeSign = "\u2212", PercentDecimalSeparator = "," };
        try
        {
            CultureInfo.CurrentCulture = comma;
            Assert.That(Json(2, IntervalMethod.Bca), Is.EqualTo(expected));
            Assert.That(Json(3, IntervalMethod.Bca), Is.EqualTo(expected));
        }
        finally
        {
            CultureInfo.CurrentCulture = before;
        }
        Assert.That(Json(1, IntervalMethod.StudentT), Is.Not.EqualTo(expected));
    }

    [Test]
    [Category("Fused")]
    public void Every_vector_width_gives_the_same()
    {
        string[] texts = [.. new[] { SimdLevel.Width128, SimdLevel.Width256, SimdLevel.Width512 }.Select(level => Of(level))];
        Assert.That(texts, Is.All.EqualTo(texts[0]));

        string Of(SimdLevel level)
        {
            var run = new ComparisonRun([_context.WeightInit.Parse("he"), _context.WeightInit.Parse("auto")], new ComparisonOptions { Seeds = 2, Steps = 10 });
            List<SampleRow> rows = Samples.Rows(100);
            var data = new TrainingSet([.. rows.SelectMany(row => row.Features)], rows.Count, SampleRow.FeatureCount, [.. rows.Select(row => row.Value)], 1);
            NeuralNetOptions options = Samples.Quick(nameof(SampleRow.Value));
            options.Activation = "GELU";
            run.Run(data, null, new TrainerSettings(_context, options).ForTraining(NetworkTask.Regression, 1, null, new Progress<EpochProgress>(), () => { }) with { Simd = level });
            return run.Result!.ToJson();
        }
    }

    [Test]
    public void A_start_that_cannot_learn_fails_on_every_seed_and_is_placed_last()
    {
        NeuralNetOptions options = Samples.Quick(nameof(SampleRow.Value));
        (options.Optimizer, options.LearningRate, options.HiddenLayers) = ("SGD", 0.01f, [32, 32, 32]);
        InitializationComparison comparison = _context.WeightInit.Compare(_data, options, ["normal(deviation=3)", "He"], seeds: 3, steps: 60);
        CandidateResult wild = comparison.Candidates[0], he = comparison.Candidates[1];
        Assert.That((wild.FailedShare, he.FailedShare), Is.EqualTo((1.0, 0.0)), "deviation 3 makes a signal of (3 √16)³ times √3, and a gradient as large");
        Assert.That((wild.Rank, wild.CostRank, he.Rank, he.CostRank), Is.EqualTo((2, 2, 1, 1)));
        Assert.That(wild.OperationsToTarget, Is.EqualTo(double.PositiveInfinity));
        Assert.That(comparison.ToString(), Does.StartWith("he").IgnoreCase.And.Contain("never"));
        Assert.That(comparison.ToString().Split('\n').Max(line => line.Length), Is.LessThanOrEqualTo(100));
    }

    [Test]
    public void Progress_comes_on_the_callers_thread_once_a_training()
    {
        NeuralNetOptions options = Samples.Quick();
        options.NumberOfThreads = 2;
        int thread = Environment.CurrentManagedThreadId;
        List<ComparisonProgress> reports = [];
        var progress = new Inline(report =>
        {
            Assert.That(Environment.CurrentManagedThreadId, Is.EqualTo(thread));
            reports.Add(report);
        });
        _context.WeightInit.Compare(_data, options, s_pair, new ComparisonOptions { Seeds = 2, Steps = 3, LearningRateDecades = 2, LearningRateSeeds = 1, Progress = progress });
        Assert.That(reports.Select(report => report.Completed), Is.EqualTo(Enumerable.Range(1, 12)), "2 initializers × (2 seeds + 4 other rates)");
        Assert.That(reports.Select(report => report.Trainings), Is.All.EqualTo(12));
        Assert.That(reports.Select(report => report.Seed), Is.All.InRange(1, 2));
    }

    [Test]
    public void Cancelling_from_progress_ends_the_comparison([Values] bool throws)
    {
        using var source = new CancellationTokenSource();
        var progress = new Inline(_ =>
        {
            if (throws)
                throw new NotSupportedException("enough");
            source.Cancel();
        });
        var comparison = new ComparisonOptions { Seeds = 50, Steps = 50, Progress = progress, CancellationToken = source.Token };
        Assert.That(() => _context.WeightInit.Compare(_data, Samples.Quick(), s_pair, comparison), throws ? Throws.InstanceOf<NotSupportedException>() : Throws.InstanceOf<OperationCanceledException>());
    }

    static IEnumerable<TestCaseData> BadArguments()
    {
        TestCaseData Case(WeightInitializer[] candidates, ComparisonOptions comparison, string message, string name) => new TestCaseData(candidates, comparison, message).SetArgDisplayNames(name);
        yield return Case([], new(), "At least 1 initializer", "none");
        yield return Case(["He", "Glorot", "he(mode=fan_in)"], new(), "Candidates 0 and 2 are the same", "twice");
        yield return Case(["He", "Glorrot"], new(), "glorot", "unknown");
        yield return Case(s_pair, new() { Seeds = 1 }, "from 2 to 1,000 seeds", "one seed");
        yield return Case(s_pair, new() { Steps = 0 }, "from 1 to 1,000,000 steps", "no step");
        yield return Case(s_pair, new() { TargetLoss = double.NaN }, "target must be finite", "NaN");
        yield return Case(s_pair, new() { ValidationFraction = 0 }, "above 0 and below 1", "nothing kept out");
        yield return Case(s_pair, new() { LearningRateDecades = 3 }, "even number", "odd decades");
        yield return Case(s_pair, new() { LearningRateSeeds = 0 }, "At least 1 seed", "no seed of the sweep");
        yield return Case(s_pair, new() { Confidence = 1 }, "above 0 and below 1", "certain");
        yield return Case(s_pair, new() { Method = (IntervalMethod)7 }, "StudentT or Bca", "no method");
    }

    [TestCaseSource(nameof(BadArguments))]
    public void Bad_arguments_are_refused_before_rows_are_read(WeightInitializer[] candidates, ComparisonOptions comparison, string message)
    {
        IDataView unread = _context.Data.LoadFromEnumerable(Unreadable());
        Assert.That(() => _context.WeightInit.Compare(unread, Samples.Quick(), candidates, comparison), Throws.InstanceOf<ArgumentOutOfRangeException>().With.Message.Contains(message));

        static IEnumerable<SampleRow> Unreadable()
        {
            Assert.Fail("A row was read.");
            yield break;
        }
    }

    [Test]
    public void Nulls_are_refused()
    {
        WeightInitCatalog catalog = _context.WeightInit;
        Assert.That(() => catalog.Compare(null!, Samples.Quick(), s_pair), Throws.ArgumentNullException);
        Assert.That(() => catalog.Compare(_data, null!, s_pair), Throws.ArgumentNullException);
        Assert.That(() => catalog.Compare(_data, Samples.Quick(), null!), Throws.ArgumentNullException);
        Assert.That(() => catalog.Compare(_data, Samples.Quick(), s_pair, null!), Throws.ArgumentNullException);
        Assert.That(() => catalog.Compare(_data, Samples.Quick(), ["He", null!]), Throws.ArgumentNullException.With.Message.Contains("Candidate 1"));
    }

    [Test]
    public void Too_few_rows_are_said_to_be_too_few()
        => Assert.That(() => _context.WeightInit.Compare(Samples.View(_context, 2), Samples.Quick(nameof(SampleRow.Value)), s_pair), Throws.InvalidOperationException.With.Message.Contains("kept out"));

    [Test]
    public void L_BFGS_is_compared_without_a_sweep()
    {
        NeuralNetOptions options = Samples.Quick(nameof(SampleRow.Value));
        (options.Optimizer, options.WeightDecay) = ("L-BFGS", 0);
        InitializationComparison comparison = _context.WeightInit.Compare(_data, options, s_pair, seeds: 2, steps: 6);
        Assert.That(comparison.SweepSeeds, Is.Zero);
        Assert.That(comparison.ToString(), Does.Not.Contain("learning rate"), "a line search finds the steps");
        Assert.That(comparison.Candidates.Select(candidate => candidate.LearningRateDecades), Is.All.Null);
        Assert.That(comparison.Candidates.Select(candidate => candidate.FailedShare), Is.All.Zero);
    }

    sealed class Twin : WeightInitializer
    {
        public override string Name => "twin";

        public override void Fill(Span<float> weights, in WeightShape shape, RandomSource random) => random.FillNormal(weights, 0.3f);
    }

    sealed class Inline(Action<ComparisonProgress> action) : IProgress<ComparisonProgress>
    {
        public void Report(ComparisonProgress value) => action(value);
    }
}
