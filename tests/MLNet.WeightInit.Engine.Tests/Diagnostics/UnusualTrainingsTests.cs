using MLNet.WeightInit.Engine.Data;
using MLNet.WeightInit.Engine.Diagnostics;
using MLNet.WeightInit.Engine.Diagnostics.Findings;
using MLNet.WeightInit.Engine.Diagnostics.Rates;
using MLNet.WeightInit.Engine.Network;
using MLNet.WeightInit.Engine.Tests.Training;
using MLNet.WeightInit.Engine.Training;
using MLNet.WeightInit.Engine.Training.Losses;
using MLNet.WeightInit.Engine.Training.Schedules;

namespace MLNet.WeightInit.Engine.Tests.Diagnostics;

/// <summary>Trainings that the forecast's study has none of, and networks that theory's first order doesn't reach: what isn't known isn't said.</summary>
[TestFixture]
internal sealed class UnusualTrainingsTests
{
    static readonly TrainingSet s_rings = Trainings.Rings(400);

    static IEnumerable<TestCaseData> Unknown()
    {
        yield return Case("max-norm", options => options with { MaxNorm = 0.01f });
        yield return Case("L1", options => options with { L1 = 0.3f });
        yield return Case("clipping by norm", options => options with { GradientClipping = GradientClipping.Parse("norm(1e-6)") });
        yield return Case("clipping by value", options => options with { GradientClipping = GradientClipping.Parse("value(1e-7)") });
        yield return Case("much decay", options => options with { WeightDecay = 3 });
        yield return Case("label smoothing", options => options with { Loss = SmoothedLoss.Of(options.Loss, 0.9f) });

        static TestCaseData Case(string name, Func<TrainingOptions, TrainingOptions> change) => new TestCaseData(change).SetArgDisplayNames(name);
    }

    [TestCaseSource(nameof(Unknown))]
    public void What_may_decide_a_training_and_no_training_of_the_study_had_has_no_forecast(Func<TrainingOptions, TrainingOptions> change)
    {
        TrainingOptions options = Trainings.Options(NetworkTask.Multiclass, 3, [32, 32]) with { OnlyMeasures = true };
        Assert.That(NetworkTrainer.Train(s_rings, options).Initialization.Forecast, Is.Not.Null);
        Assert.That(NetworkTrainer.Train(s_rings, change(options)).Initialization.Forecast, Is.Null);
    }

    [Test]
    public void A_label_that_is_the_same_in_all_rows_has_no_forecast()
    {
        var data = new TrainingSet(s_rings.Features, 400, 4, [.. Enumerable.Repeat(0.1f, 400)], 1);
        Assert.That(NetworkTrainer.Train(data, Trainings.Options(NetworkTask.Regression, 1) with { OnlyMeasures = true }).Initialization.Forecast, Is.Null);
    }

    /// <summary>A thousandth of the rate from the second epoch on is one epoch of ten, and the forecast is that of one.</summary>
    [Test]
    public void A_schedule_counts_by_how_far_it_moves()
    {
        TrainingOptions options = Trainings.Options(NetworkTask.Multiclass, 3, [32, 32], optimizer: "SGD", learningRate: 0.02f, epochs: 40) with { OnlyMeasures = true };
        double Chance(string schedule, int epochs) => NetworkTrainer.Train(s_rings, options with { Schedule = Schedules.Parse(schedule), NumberOfEpochs = epochs }).Initialization.Forecast!.Probability;
        double constant = Chance("Constant", 40), falling = Chance("Exponential(gamma=0.001)", 40), first = Chance("Constant", 1);
        Assert.That(falling, Is.LessThan(constant - 0.2));
        Assert.That(falling, Is.EqualTo(first).Within(0.15), "trees of the steps' logarithm: 13 steps or 14");
    }

    /// <summary>Of any number of steps: the samples of a schedule reach from its first step to its last.</summary>
    [TestCase("Cosine", 0.5, 1, false)]
    [TestCase("OneCycle(pct_start=0.8)", 0.52, 1, false)]
    [TestCase("Step(step_size=24, gamma=0.1)", 0.64, 1, false)]
    [TestCase("Constant", 1, 1, true)]
    public void A_course_is_known_whole(string schedule, double mean, double highest, bool isConstant)
    {
        foreach (int batch in (int[])[64, 10, 16, 4, 3])      // 280, 1,600, 1,000, 4,000, 5,360 steps
        {
            TrainingOptions options = Trainings.Options(NetworkTask.Multiclass, 3, learningRate: 0.1f, batchSize: batch, epochs: 40) with { Schedule = Schedules.Parse(schedule) };
            var course = new TrialCourse(options, 400);
            // 512 samples of a smooth course, or of one with a fall: 1 / 512; OneCycle starts at a 25th and ends at 0, half a cosine up and half a cosine down: (1 + 0.04) / 2 of the way up, 1 / 2 of the way down.
            Assert.That(course.MeanShare, Is.EqualTo(mean).Within(0.015));
            Assert.That(course.Highest, Is.EqualTo(0.1 * highest).Within(0.0005));
            Assert.That(course.IsConstant, Is.EqualTo(isConstant));
        }
    }

    /// <summary>Of counts, whose loss lacks a term of the labels and may be negative: what hasn't moved hasn't learned.</summary>
    [TestCase(-13, -13, -12.5, false)]
    [TestCase(-13, -14, -12.5, true)]
    [TestCase(-10, -12.4, -12.5, false)]
    [TestCase(13, 13, 13.5, false)]
    [TestCase(13, 10, 12, true)]
    [TestCase(13, 11.9, 6, false)]
    public void A_loss_below_zero_learns_by_falling(double start, double end, double prior, bool hasLearned)
        => Assert.That(new TrialOutcome(20, start, end).HasLearned(prior), Is.EqualTo(hasLearned));

    [TestCase(true, 32, 32)]
    [TestCase(true, 16, 16)]
    [TestCase(false, 32, 1, 32)]
    [TestCase(false, 8, 8)]
    public void Gradients_have_bands_where_their_way_back_is_wide_enough(bool has, params int[] hidden)
    {
        IReadOnlyList<LayerTheory> layers = NetworkTrainer.Train(s_rings, Trainings.Options(NetworkTask.Multiclass, 3, hidden, init: "he") with { OnlyMeasures = true }).Initialization.Theory!.Layers;
        Assert.That(double.IsFinite(layers[0].HighestGradientNorm), Is.EqualTo(has));
        Assert.That(double.IsFinite(layers[^2].HighestGradientNorm), Is.EqualTo(hidden[^1] >= 16));
    }

    /// <summary>In one direction all cosines are 1, and lengths tell rows apart.</summary>
    [Test]
    public void A_layer_of_one_unit_is_no_collapse()
    {
        TrainingOptions options = Trainings.Options(NetworkTask.Regression, 5, [32, 1, 32], init: "he") with { OnlyMeasures = true, Diagnostics = DiagnosticsLevel.Full };
        TrainingSet waves = Trainings.Waves(200);
        InitializationReport report = NetworkTrainer.Train(new TrainingSet(waves.Features, 200, 5, waves.Features, 5), options).Initialization;
        Assert.That(report.Findings.Where(finding => finding.Verdict == Verdict.RankCollapse && finding.Severity > Severity.Note), Is.Empty);
        Assert.That(report.Findings.Select(finding => finding.Evidence), Has.None.Contains("rows' distance"), "nor a note");
        Assert.That(report.Findings.SelectMany(finding => finding.Remedies).Select(remedy => remedy.Code), Has.None.EqualTo("hiddenLayers: [64, 64]").And.None.EqualTo("Normalization = \"layer\""));
    }

    [Test]
    public void The_tangent_kernel_of_fewer_parameters_than_rows_is_not_judged()
    {
        TrainingOptions options = Trainings.Options(NetworkTask.Multiclass, 3, [1], init: "he") with { OnlyMeasures = true, Diagnostics = DiagnosticsLevel.Full };
        InitializationReport report = NetworkTrainer.Train(s_rings, options).Initialization;
        Assert.That(double.IsInfinity(report.Details!.Kernel!.Condition) || report.Details.Kernel.Condition > 1e8, Is.True, "else the test proves nothing");
        Assert.That(report.Findings.Select(finding => finding.Evidence), Has.None.Contains("tangent kernel"));
    }

    [TestCase("Softplus", 16, "init: \"edge_of_chaos\"", false)]
    [TestCase("Tanh", 16, "init: \"edge_of_chaos\"", true)]
    [TestCase("Tanh", 2, "Normalization = \"layer\"", false)]
    [TestCase("Tanh", 3, "Normalization = \"layer\"", true)]
    public void What_would_throw_is_no_remedy(string activation, int units, string code, bool isOne)
    {
        TrainingOptions options = Trainings.Options(NetworkTask.Multiclass, 3, [16, units, 16], activation);
        var training = new JudgedTraining([], null, 1, 0.1f, 3, 10, true, false, []) { Traits = TrainingTraits.Of(options) };
        Assert.That(Remedy.IsNew(code, training), Is.EqualTo(isOne));
    }

    /// <summary>What the user asked for beyond the usual is taken back first, and that helps.</summary>
    [TestCaseSource(nameof(Restraints))]
    public void What_holds_a_training_back_is_named(Func<TrainingOptions, TrainingOptions> change, string code)
    {
        TrainingOptions options = change(Trainings.Options(NetworkTask.Multiclass, 3, [32, 32], epochs: 40));
        InitializationReport report = NetworkTrainer.Train(s_rings, options with { OnlyMeasures = true, Diagnostics = DiagnosticsLevel.Full }).Initialization;
        Assert.That(report.Verdict, Is.Not.EqualTo(Verdict.Healthy));
        Finding finding = report.Findings.First(one => one.Verdict == report.Verdict);
        Assert.That(finding.Remedies[0].Code, Is.EqualTo(code));
        Assert.That(finding.Remedies[0].Effect!.Helps, Is.True);
        double bad = NetworkTrainer.Train(s_rings, options).History.Epochs[^1].TrainingLoss, good = NetworkTrainer.Train(s_rings, RemedyTrials.Apply(code, options)!).History.Epochs[^1].TrainingLoss;
        Assert.That(good, Is.LessThan(0.6 * bad));
    }

    /// <summary>What says the usual by its name holds nothing back.</summary>
    [TestCase("auto", false)]
    [TestCase("normal(deviation=1)", true)]
    public void Only_what_is_beyond_the_usual_is_taken_back(string rule, bool isTakenBack)
    {
        WeightInitializer parsed = InitializerRegistry.CreateDefault().Parse(rule);
        TrainingOptions options = Trainings.Options(NetworkTask.Multiclass, 3) with { BiasInit = parsed, EmbeddingInit = parsed };
        Assert.That(TrainingTraits.Of(options).Restraints, Is.EqualTo(isTakenBack ? (string[])["BiasInit = \"Auto\"", "EmbeddingInit = null"] : []));
    }

    static IEnumerable<TestCaseData> Restraints()
    {
        yield return Case("L1Regularization = 0f", options => options with { L1 = 0.3f });
        yield return Case("MaxNorm = null", options => options with { MaxNorm = 0.01f });
        yield return Case("GradientClipping = null", options => options with { GradientClipping = GradientClipping.Parse("norm(1e-6)"), Optimizer = Engine.Training.Optimizers.Optimizers.Parse("SGD"), LearningRate = 0.1f });

        static TestCaseData Case(string code, Func<TrainingOptions, TrainingOptions> change) => new TestCaseData(change, code).SetArgDisplayNames(code);
    }

    [TestCase("gradient ratio", 2e-16, 8e-9, false)]
    [TestCase("gradient ratio", 2e-16, 1e-4, true)]
    [TestCase("chance of learning", 0.1, 0.2, true)]
    public void A_remedy_that_leaves_the_finding_goes_half_way_at_least(string figure, double before, double after, bool isHalfWay)
        => Assert.That(JudgedFigures.IsHalfWay(figure, before, after), Is.EqualTo(isHalfWay));

    /// <summary>One label in a thousand decides the mean, and the probe of 256 rows has none of them: what the probe loses there, the training may have learned of the others. Where nothing is known of all rows, the probe says.</summary>
    [TestCase(1, 0.5, false)]
    [TestCase(1, 1.2, true)]
    [TestCase(0.007, 0.5, true)]
    [TestCase(double.NaN, 0.5, true)]
    public void A_probe_without_the_rows_that_decide_the_mean_fails_nobody(double priorLoss, double epochLoss, bool fails)
    {
        var training = new JudgedTraining([.. Enumerable.Repeat(0.5, 24)], null, InitialLoss: 0.02, 0.001f, 2, 10, true, false, []) { PriorLoss = priorLoss };
        IEnumerable<Finding>? judged = TrialJudgement.Apply([], TrainingEnd.Of(0.037, epochLoss, bestConstantLoss: 0.006, steps: 300), training);
        Assert.That(judged?.Any(finding => finding.Severity >= Severity.Warning) == true, Is.EqualTo(fails));
    }

    [TestCase(0.994, "99 %")]
    [TestCase(0.995, ">99 %")]
    [TestCase(0.9999, ">99 %")]
    [TestCase(1, "100 %")]
    public void Hundred_per_cent_are_all(double share, string text) => Assert.That(NumberText.Percent(share), Is.EqualTo(text));
}
