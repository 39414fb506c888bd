using MLNet.WeightInit.Engine.Data;
using MLNet.WeightInit.Engine.Diagnostics;
using MLNet.WeightInit.Engine.Diagnostics.Findings;
using MLNet.WeightInit.Engine.Diagnostics.Rates;
using MLNet.WeightInit.Engine.Kernels;
using MLNet.WeightInit.Engine.Network;
using MLNet.WeightInit.Engine.Tests.Data;
using MLNet.WeightInit.Engine.Tests.Kernels;
using MLNet.WeightInit.Engine.Tests.Training;
using MLNet.WeightInit.Engine.Training;
using MLNet.WeightInit.Engine.Training.Optimizers;
using MLNet.WeightInit.Engine.Training.Schedules;

namespace MLNet.WeightInit.Engine.Tests.Diagnostics;

/// <summary>Trials of the learning rate, what is made of them, and the levels.</summary>
internal sealed class LearningRateTests
{
    static readonly TrainingSet s_rings = Trainings.Rings(200);

    [TestCase("SGD", 10f)]
    [TestCase("Momentum", 10f)]
    [TestCase("Adam", 5f)]
    [TestCase("RMSProp", 5f)]
    public void An_absurd_rate_is_named_at_every_level_but_off(string optimizer, float rate)
    {
        foreach (DiagnosticsLevel level in new[] { DiagnosticsLevel.Summary, DiagnosticsLevel.Full })
        {
            Finding finding = Report(optimizer, rate, level).Findings[0];
            Assert.That((finding.Verdict, finding.Severity), Is.EqualTo((Verdict.LrUnstable, Severity.Error)).Or.EqualTo((Verdict.LrUnstable, Severity.Warning)), $"{level}");
            Assert.That(finding.Remedies, Is.Not.Empty);
        }
        Assert.That(Report(optimizer, rate, DiagnosticsLevel.Off).Findings, Is.Empty);
    }

    [Test]
    public void A_usual_rate_is_not([Values("SGD", "Momentum", "Nesterov", "Adam", "AdamW", "RMSProp", "Lion", "LAMB")] string optimizer, [Values] DiagnosticsLevel level)
        => Assert.That(Report(optimizer, null, level).Findings.Where(finding => finding is { Verdict: Verdict.LrUnstable, Severity: > Severity.Note }), Is.Empty);

    /// <summary>The rates are tried as training would use them: at the largest that is stable its loss falls, well above the smallest that isn't it doesn't. Ten epochs of seven batches are more than a trial.</summary>
    [TestCase("SGD")]
    [TestCase("Momentum")]
    [TestCase("Adam")]
    public void Training_itself_falls_below_the_largest_stable_rate_and_not_far_above(string optimizer)
    {
        InitializationReport report = Report(optimizer, null, DiagnosticsLevel.Full);
        LearningRateAdvice advice = report.LearningRateAdvice!;
        Assert.That(advice.DivergenceRate / advice.LargestStableRate, Is.GreaterThan(Math.Sqrt(RateEdge.Step) - 1e-5), "the edge is half a rung above the last at which all draws train, or more");
        Assert.That(LastLoss(advice.LargestStableRate / 1.5), Is.LessThan(0.98 * report.InitialLoss));
        Assert.That(LastLoss(advice.ProposedRate), Is.LessThan(0.98 * report.InitialLoss));
        Assert.That(LastLoss(advice.DivergenceRate * 4), Is.GreaterThan(0.98 * report.InitialLoss));

        double LastLoss(double rate)
        {
            try
            {
                return NetworkTrainer.Train(s_rings, Options(optimizer, (float)rate, DiagnosticsLevel.Off) with { NumberOfEpochs = 10, EarlyStopping = false }).History.Epochs[^1].TrainingLoss;
            }
            catch (NonFiniteTrainingException)
            {
                return double.PositiveInfinity;
            }
        }
    }

    /// <summary>A trial is the training's own beginning: the mean of an epoch's losses is the history's, but for the order of a sum of seven doubles.</summary>
    [Test]
    public void A_trial_is_the_beginning_of_the_training([Values("SGD", "Adam", "LAMB")] string optimizer, [Values(0, 0.2f)] float dropout, [Values] bool clips)
    {
        TrainingOptions options = Options(optimizer, null, DiagnosticsLevel.Off) with
        {
            Dropout = dropout == 0 ? null : new Dropout(dropout, isAlpha: false),
            GradientClipping = clips ? new GradientClipping(isByNorm: true, 0.1f) : null,
            Standardize = false,
            EarlyStopping = false,
        };
        FeedForwardNetwork start = NetworkTrainer.Train(s_rings, options).Network;
        EpochRecord epoch = NetworkTrainer.Train(s_rings, options with { NumberOfEpochs = 1, Optimizer = Optimizers.Parse(optimizer) }).History.Epochs[0];
        PassKernels kernels = PassKernels.Create(SimdLevels.Best, WorkerPool.CallerOnly);
        int[] rows = [.. Enumerable.Range(0, s_rings.Rows)];
        var gatherer = new BatchGatherer(s_rings, AffineScale.None, AffineScale.None, 1, kernels.Rows, 256);
        var trial = new RateTrial(start, gatherer, rows, options, kernels, [1, 1, 1, 1], TrainingBudget.WeightDecay(options.Optimizer, s_rings.Rows, null));
        float[] before = start.Parameters.Span.ToArray();
        trial.Losses(5, _ => 10 * options.LearningRate);               // leaves nothing to the next one
        double[] losses = trial.Losses(7, _ => options.LearningRate);
        double sum = 0;
        for (int i = 0; i < losses.Length; i++)
            sum += losses[i] * Math.Min(32, s_rings.Rows - 32 * i);
        Assert.That(sum / s_rings.Rows, Is.EqualTo(epoch.TrainingLoss).Within(1e-14));
        Assert.That(start.Parameters.Span.ToArray(), Is.EqualTo(before), "the network stays as it was");
        Assert.That(rows, Is.Ordered, "and so do the rows");
    }

    [Test]
    public void No_level_changes_a_bit_of_the_model([Values("plain", "dropout", "batch", "sparse", "embeddings")] string kind)
    {
        TrainingOptions options = Trainings.Options(NetworkTask.Multiclass, 3, [12, 10], epochs: 2);
        TrainingSet data = s_rings;
        if (kind == "dropout")
            options = options with { Dropout = new Dropout(0.2f, isAlpha: false) };
        if (kind == "batch")
            options = options with { Normalization = Normalization.Batch };
        if (kind == "sparse")
            data = SparseSets.Create(150, 300, 0.05);
        if (kind == "embeddings")
            (data, options) = (Trainings.WithCategories(60), options with { Embeddings = Trainings.Categories() });
        float[][] parameters = [.. Enum.GetValues<DiagnosticsLevel>().Select(level => NetworkTrainer.Train(data, options with { Diagnostics = level, Optimizer = Optimizers.Parse("Adam") }).Network.Parameters.Span.ToArray())];
        Assert.That(parameters[1], Is.EqualTo(parameters[0]));
        Assert.That(parameters[2], Is.EqualTo(parameters[0]));
    }

    [Test]
    public void A_full_report_is_the_same_on_any_number_of_threads_and_at_any_width([Values("SGD", "Adam")] string optimizer)
    {
        string expected = Report(optimizer, null, DiagnosticsLevel.Full).ToJson();
        foreach (SimdLevel level in Widths.Fused)
            foreach (int threads in new[] { 1, 2 })
                Assert.That(NetworkTrainer.Train(s_rings, Options(optimizer, null, DiagnosticsLevel.Full) with { Simd = level, Threads = threads }).Initialization.ToJson(), Is.EqualTo(expected), $"{level}, {threads} threads");
    }

    [Test]
    public void What_was_found_out_reads_back([Values("SGD", "Lion")] string optimizer)
    {
        InitializationReport report = Report(optimizer, null, DiagnosticsLevel.Full), read = InitializationReport.FromJson(report.ToJson());
        Assert.That(read.Level, Is.EqualTo(DiagnosticsLevel.Full));
        Assert.That(read.LearningRateAdvice, Is.EqualTo(report.LearningRateAdvice));
        Assert.That(read.ToString(), Is.EqualTo(report.ToString()).And.Contain("Learning rate: up to"));
        Assert.That(read.ToMarkdown(), Is.EqualTo(report.ToMarkdown()).And.Contain("Learning rate: up to"));
        Assert.That(Report(optimizer, null, DiagnosticsLevel.Summary).ToJson(), Does.Not.Contain("learningRateAdvice").And.Not.Contain("diagnostics"), "as reports of earlier releases");
    }

    [Test]
    public void Off_measures_nothing_and_says_so()
    {
        InitializationReport report = Report("Adam", null, DiagnosticsLevel.Off), read = InitializationReport.FromJson(report.ToJson());
        Assert.That((report.Layers.Count, report.Findings.Count, report.ProbeRows), Is.EqualTo((0, 0, 0)));
        Assert.That(report.Plan, Has.Count.EqualTo(4));
        Assert.That(report.InitialLoss, Is.NaN);
        foreach (string text in new[] { report.ToString(), report.ToMarkdown() })
            Assert.That(text, Does.Contain("Not measured: Diagnostics is Off").And.Contain("hidden[0].weights").And.Not.Contain("Healthy").And.Not.Contain("z dev"));
        Assert.That(read.ToString(), Is.EqualTo(report.ToString()));
    }

    [Test]
    public void There_is_no_advice_where_no_rate_is_used()
        => Assert.That(Report("L-BFGS", null, DiagnosticsLevel.Full).LearningRateAdvice, Is.Null);

    /// <summary>2 % below the start, and below the best constant where that is much lower; 5 % above both.</summary>
    [TestCase(1, 0.97, 1, true, false)]
    [TestCase(1, 0.99, 1, false, false)]
    [TestCase(1, 1.04, 1, false, false)]
    [TestCase(1, 1.06, 1, false, true)]
    [TestCase(1, 1.06, 1.5, false, false)]
    [TestCase(1, 0.5, 0.4, false, false)]
    [TestCase(1, 0.38, 0.4, true, false)]
    [TestCase(1, 0.97, double.NaN, true, false)]
    [TestCase(-1, -1.03, double.NaN, true, false)]
    [TestCase(-1, -0.9, double.NaN, false, true)]
    [TestCase(1, double.PositiveInfinity, 1, false, true)]
    public void An_outcome_is_judged_by_what_the_loss_was(double start, double end, double prior, bool learned, bool rose)
    {
        var outcome = new TrialOutcome(40, start, end);
        Assert.That((outcome.HasLearned(prior), outcome.HasRisen(prior)), Is.EqualTo((learned, rose)));
    }

    // Start and best constant at 0.693.
    [TestCase(0.6, double.NaN, double.NaN, null)]
    [TestCase(0.72, double.NaN, double.NaN, null)]
    [TestCase(0.74, double.NaN, double.NaN, Severity.Warning)]
    [TestCase(6.9, double.NaN, double.NaN, Severity.Warning)]
    [TestCase(7, double.NaN, double.NaN, Severity.Error)]
    [TestCase(double.PositiveInfinity, double.NaN, double.NaN, Severity.Error)]
    [TestCase(0.69, 0.09, double.NaN, Severity.Warning)]
    [TestCase(0.69, 0.11, double.NaN, null)]
    [TestCase(0.6, 0.09, 0.11, null)]
    [TestCase(0.6, 0.09, 0.09, Severity.Note)]
    public void The_rule_judges_by_trial_then_curvature(double end, double largestStable, double quadratic, Severity? expected)
    {
        LearningRateAdvice? advice = double.IsNaN(largestStable) ? null : new LearningRateAdvice
        {
            Curvature = 2 / quadratic, CurvatureReason = "", StabilityBound = 2, LargestStableRate = largestStable, DivergenceRate = largestStable * 1.2, LargestStableReason = "", TrialSteps = 40,
            ProposedRate = 0.02, ProposedRateReason = "", ProposedWarmUpSteps = 10, ProposedWarmUpReason = "",
        };
        ReportContext plain = Statistics.Context(Statistics.Chain(2), Statistics.Sgd);
        var context = new ReportContext
        {
            Layers = plain.Layers, Probe = plain.Probe, Training = plain.Training, Initializers = plain.Initializers, IsStandardized = true, Loss = plain.Loss, PriorLoss = plain.PriorLoss, PredictedGradientRatio = 1,
            Rates = new RateMeasurement(new TrialOutcome(32, 0.693, end), Highest: 0.1, DefaultRate: 0.05, advice, StepsAnEpoch: 20),
        };
        Finding? finding = new UnstableLearningRate().Examine(context).SingleOrDefault();
        Assert.That(finding?.Severity, Is.EqualTo(expected));
        if (finding is not null)
            Assert.That(finding.Remedies[0].Code, Is.EqualTo(advice is null ? "LearningRate = 0.01f" : "LearningRate = 0.02f, Schedule = \"Constant(warmup=0.5)\""));
    }

    /// <summary>A factor of 1,000 is ten doublings and two bisections, from 2 to 1.19, or five quadruplings and two, from 4 to 1.41.</summary>
    [TestCase(0.37)]
    [TestCase(150)]
    [TestCase(1e-4)]
    public void A_search_closes_in_on_the_limit_from_any_guess(double limit)
    {
        RateSearch search = RateSearch.Run(rate => rate < limit ? 1 : -1, guess: 0.1), large = RateSearch.Run(rate => rate < limit ? 1 : -1, guess: 0.1, RateSearch.LargeResolution, RateSearch.LargeFactor);
        foreach ((RateSearch found, double resolution) in new[] { (search, RateSearch.Resolution), (large, RateSearch.LargeResolution) })
        {
            Assert.That(found.Stable, Is.LessThan(limit));
            Assert.That(found.Diverged, Is.GreaterThanOrEqualTo(limit));
            Assert.That(found.Diverged / found.Stable, Is.LessThanOrEqualTo(resolution));
        }
        int doublings = (int)Math.Ceiling(Math.Abs(Math.Log2(limit / 0.1)));
        Assert.That((search.Trials <= 1 + doublings + 1 + 2, large.Trials <= 1 + doublings / 2 + 1 + 2), Is.EqualTo((true, true)), $"{search.Trials}, {large.Trials}");
    }

    /// <summary>A rate that changes nothing may be too small, or so large that the network dies.</summary>
    [TestCase(1e-2, 20)]
    [TestCase(1e-4, 0.05)]
    [TestCase(1, 3)]
    public void A_search_leaves_a_plateau(double guess, double limit)
    {
        RateSearch small = RateSearch.Run(rate => rate < limit / 30 ? 0 : rate < limit ? 1 : -1, guess), dead = RateSearch.Run(rate => rate < limit ? 1 : 0, guess: 300 * limit);
        Assert.That((small.Stable < limit, small.Diverged >= limit, small.Diverged / small.Stable < RateSearch.Resolution), Is.EqualTo((true, true, true)));
        Assert.That((dead.Stable < limit, dead.Diverged >= limit, dead.Diverged / dead.Stable < RateSearch.Resolution), Is.EqualTo((true, true, true)));
    }

    [Test]
    public void A_search_ends_where_all_rates_train_or_none()
    {
        Assert.That(RateSearch.Run(_ => -1, 0.1), Is.EqualTo(new RateSearch(double.NaN, double.NaN, 15)));
        Assert.That(RateSearch.Run(_ => 0, 0.1), Is.EqualTo(new RateSearch(double.NaN, double.NaN, 21)));
        RateSearch all = RateSearch.Run(_ => 1, 0.1);
        Assert.That((all.Stable, all.Diverged), Is.EqualTo((0.1 * (1 << 14), double.NaN)));
    }

    [TestCase("Constant", 0.1, 0.1, 0.1)]
    [TestCase("Cosine", 0.1, 0.1, 0.1)]
    [TestCase("Constant(warmup=0.5)", 0.1, 0.1 * 1 / 51, 0.1)]
    [TestCase("Constant(warmup=5)", 0.1, 0.1 * 1 / 501, 0.1)]
    [TestCase("OneCycle", 0.1, 0.1 / 25, 0.1)]
    public void A_trial_meets_the_highest_rate_of_a_schedule(string schedule, double highest, double first, double last)
    {
        // 10 epochs of 100 steps; a trial of 12 has its last six at the top where the schedule takes longer to get there.
        TrainingOptions options = Options("SGD", 0.1f, DiagnosticsLevel.Summary) with { Schedule = Schedules.Parse(schedule), NumberOfEpochs = 10, BatchSize = 2 };
        var course = new TrialCourse(options, 200);
        Func<int, double> rates = course.Rates(12);
        Assert.That(course.Highest, Is.EqualTo(highest).Within(1e-4 * highest));
        Assert.That(rates(0), Is.EqualTo(first).Within(1e-3 * first));
        Assert.That(rates(11), Is.EqualTo(last).Within(2e-3 * last));
    }

    static InitializationReport Report(string optimizer, float? rate, DiagnosticsLevel level) => NetworkTrainer.Train(s_rings, Options(optimizer, rate, level)).Initialization;

    /// <summary>Small first outputs start the loss at the best constant's: a loss that rises has then gone above either.</summary>
    static TrainingOptions Options(string optimizer, float? rate, DiagnosticsLevel level)
        => Trainings.Options(NetworkTask.Multiclass, 3, [16], optimizer: optimizer, learningRate: rate, epochs: 0) with { Diagnostics = level, OutputInit = new SmallLogits() };
}
