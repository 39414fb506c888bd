using MLNet.WeightInit.Engine.Data;
using MLNet.WeightInit.Engine.Diagnostics;
using MLNet.WeightInit.Engine.Diagnostics.Findings;
using MLNet.WeightInit.Engine.Diagnostics.Trainability;
using MLNet.WeightInit.Engine.Network;
using MLNet.WeightInit.Engine.Tests.Training;
using MLNet.WeightInit.Engine.Training;
using MLNet.WeightInit.Engine.Training.Schedules;

namespace MLNet.WeightInit.Engine.Tests.Diagnostics;

/// <summary>A training, tried out or made, has the last word on its start.</summary>
[TestFixture]
internal sealed class StartTrialTests
{
    static readonly TrainingSet s_rings = Trainings.Rings(240);       // all of them are in the probe

    static TrainingOptions Diagnosed(TrainingOptions options) => options with { Diagnostics = DiagnosticsLevel.Full, OnlyMeasures = true };

    /// <summary>Of the trained network's own scores, by the definition of cross-entropy, in double.</summary>
    [Test]
    public void A_whole_trial_ends_where_the_training_does()
    {
        TrainingOptions options = Trainings.Options(NetworkTask.Multiclass, 3, [16], init: "he", learningRate: 0.01f, epochs: 15) with { Schedule = Schedules.Parse("cosine"), Dropout = new Dropout(0.1f, isAlpha: false) };
        StartTrial trial = NetworkTrainer.Train(s_rings, Diagnosed(options)).Initialization.Trial!;
        var scorer = new NetworkScorer(NetworkTrainer.Train(s_rings, options).Network);
        double sum = 0;
        float[] scores = new float[3];
        int[] classes = new int[3];
        for (int row = 0; row < s_rings.Rows; row++)
        {
            scorer.Score(s_rings.Features.AsSpan(row * s_rings.FeatureCount, s_rings.FeatureCount), scores);
            sum -= Math.Log(scores[(int)s_rings.Targets[row]]);
            classes[(int)s_rings.Targets[row]]++;
        }
        Assert.That((trial.Steps, trial.PlannedSteps, trial.IsWhole, trial.HasDiverged), Is.EqualTo((120L, 120L, true, false)));
        Assert.That(trial.Loss, Is.EqualTo(sum / s_rings.Rows).Within(0.01).Percent, "six digits, of Singles");
        Assert.That(trial.BestConstantLoss, Is.EqualTo(-classes.Sum(count => count * Math.Log(count / 240.0)) / 240).Within(0.01).Percent);
    }

    /// <summary>Where the budget ends the schedule goes on: the beginning of a long training isn't a short training.</summary>
    [Test]
    public void A_beginning_has_the_rates_of_the_whole_training()
    {
        TrainingOptions options = Trainings.Options(NetworkTask.Multiclass, 3, [16], init: "he", epochs: 20) with { Schedule = Schedules.Parse("cosine") };
        TrainingResult whole = NetworkTrainer.Train(s_rings, options), begun = NetworkTrainer.Train(s_rings, options with { StopAfter = 32 });
        Assert.That(begun.History.Epochs.Select(epoch => (epoch.Epoch, epoch.LearningRate, epoch.TrainingLoss)), Is.EqualTo(whole.History.Epochs.Take(4).Select(epoch => (epoch.Epoch, epoch.LearningRate, epoch.TrainingLoss))));
    }

    [TestCase(1e3, 1_000L, true, 1_000L)]
    [TestCase(5e7, 1_000L, true, 1_000L)]                      // 5e10 in all
    [TestCase(1e8, 1_000L, true, 100L)]                        // 1e10 of a beginning
    [TestCase(5e8, 1_000L, true, 20L)]
    [TestCase(6e8, 1_000L, true, 0L)]                          // 16 say nothing
    [TestCase(4e9, 10L, true, 10L)]
    [TestCase(1e6, 2_000L, false, 2_000L)]
    [TestCase(1e6, 2_001L, false, 0L)]
    public void A_trial_takes_what_it_may_cost(double products, long planned, bool isOwn, long expected) => Assert.That(StartTrial.StepsOf(products, planned, isOwn), Is.EqualTo(expected));

    [TestCase(0.39, 1.0, 0.8, 200L, true)]
    [TestCase(0.41, 1.0, 0.8, 200L, null)]
    [TestCase(0.79, 1.0, 0.8, 200L, null)]
    [TestCase(0.81, 1.0, 0.8, 200L, false)]
    [TestCase(0.81, 1.0, 0.8, 149L, null)]                     // of a short training less is expected
    [TestCase(0.93, 1.0, 0.8, 149L, false)]
    [TestCase(0.93, 1.0, 0.8, 19L, null)]                      // and of a few steps, or of a beginning, nothing
    [TestCase(1.5, 1.0, 0.8, 0L, null)]
    [TestCase(0.39, 1.0, 0.8, 0L, true)]
    [TestCase(0.49, 1.0, 0.6, 200L, true)]                     // half of the loss
    [TestCase(0.51, 1.0, 0.6, 200L, null)]
    [TestCase(0.59, 1.0, 0.4, 200L, true)]                     // all that they tell
    [TestCase(0.61, 1.0, 0.4, 200L, null)]
    [TestCase(0.74, 1.0, -0.3, 200L, true)]                    // features may tell more than lines and neighbours see
    [TestCase(0.76, 1.0, -0.3, 200L, null)]
    [TestCase(0.98, 1.0, -0.3, 200L, false)]
    [TestCase(double.PositiveInfinity, 1.0, 0.8, 0L, false)]
    [TestCase(double.NaN, double.NaN, 0.8, 0L, false)]
    [TestCase(0.5, double.NaN, 0.8, 200L, null)]
    [TestCase(0.5, 0.0, 0.8, 200L, null)]
    public void Three_quarters_of_what_the_features_tell_are_learned_and_less_than_one_is_not(double loss, double bestConstant, double share, long steps, bool? expected)
        => Assert.That(TrainingEnd.Of(loss, loss, bestConstant, steps).HasLearned(share), Is.EqualTo(expected));

    /// <summary>A few rows of thousands may be what a training gets wrong.</summary>
    [Test]
    public void A_probe_does_not_vouch_for_an_epoch_that_gained_little() => Assert.That(TrainingEnd.Of(0.01, 0.9, 1, 600).HasLearned(0.9), Is.Null);

    /// <summary>Small weights that a rule calls an error, and that Adam mends.</summary>
    [Test]
    public void A_training_that_learned_makes_notes_of_warnings_and_errors_tried_or_made()
    {
        TrainingOptions options = Trainings.Options(NetworkTask.Multiclass, 3, [32, 32, 32, 32], init: "normal(deviation=0.003)", learningRate: 0.01f, epochs: 120) with { WeightDecay = 0 };
        InitializationReport start = NetworkTrainer.Train(s_rings, options with { OnlyMeasures = true }).Initialization, tried = NetworkTrainer.Train(s_rings, Diagnosed(options)).Initialization;
        TrainingResult trained = NetworkTrainer.Train(s_rings, options);
        Assert.That(trained.History.Epochs[^1].TrainingLoss, Is.LessThan(0.3 * start.PriorLoss));
        Assert.That((start.Verdict, tried.Verdict, trained.Initialization.Verdict), Is.EqualTo((Verdict.VanishingGradient, Verdict.Healthy, Verdict.Healthy)), $"{start}\n{tried}\n{trained.Initialization}");
        Assert.That(tried.Findings.First(finding => finding.Verdict == Verdict.VanishingGradient).Evidence, Does.Match(@"; all 960 steps of this training, tried in memory, bring the loss to [\d.e-]+ \(best constant [\d.]+\) all the same$"));
        Assert.That(trained.Initialization.Findings.First(finding => finding.Verdict == Verdict.VanishingGradient).Evidence, Does.Match(@"; this training brought the loss to [\d.e-]+ \(best constant [\d.]+\) all the same$"));
        Assert.That(tried.ToString().ReplaceLineEndings(" "), Does.Contain(" All 960 steps of this training, tried in memory, bring the loss to "));
    }

    /// <summary>Twins learn what one unit can, and stay twins; a beginning vouches for less than a whole training.</summary>
    [TestCase(Verdict.VanishingGradient, Severity.Error, 600L, Severity.Note)]
    [TestCase(Verdict.VanishingGradient, Severity.Error, 0L, Severity.Error)]
    [TestCase(Verdict.Saturated, Severity.Warning, 0L, Severity.Note)]
    [TestCase(Verdict.Symmetric, Severity.Error, 600L, Severity.Error)]
    [TestCase(Verdict.NonFinite, Severity.Error, 600L, Severity.Error)]
    public void What_a_training_that_learned_mends(Verdict verdict, Severity severity, long steps, Severity expected)
    {
        IReadOnlyList<Finding> judged = FindingRules.Examine([new Finding(verdict, severity, 0, 1, "something", [])], TrainingEnd.Of(0.1, 0.2, 1, steps), s_training);
        Assert.That(judged.Single().Severity, Is.EqualTo(expected));
    }

    static readonly JudgedTraining s_training = new(new double[StartFigures.Names.Count], Forecast: null, InitialLoss: 1, LearningRate: 0.1f, HiddenLayers: 2, Epochs: 1, IsStandardized: true, IsNormalized: false, ["he"]);

    /// <summary>L-BFGS has no rate to lower.</summary>
    [TestCase(double.PositiveInfinity, true, Severity.Error, new[] { "LearningRate = 0.01f", "init: \"Auto\"" })]
    [TestCase(double.PositiveInfinity, false, Severity.Error, new[] { "init: \"Auto\"" })]
    [TestCase(1.6, true, Severity.Warning, new[] { "LearningRate = 0.01f", "init: \"Auto\"" })]
    public void A_loss_that_rose_asks_for_a_lower_rate(double loss, bool hasRate, Severity severity, string[] remedies)
    {
        Finding found = FindingRules.Examine([], TrainingEnd.Of(loss, loss, 1, 600), s_training with { Traits = TrainingTraits.Usual with { HasLearningRate = hasRate } }).Single();
        Assert.That((found.Verdict, found.Severity), Is.EqualTo((Verdict.LrUnstable, severity)));
        Assert.That(found.Remedies.Select(remedy => remedy.Code), Is.EqualTo(remedies));
    }

    [Test]
    public void A_training_that_was_cancelled_has_not_failed_yet()
    {
        using var source = new CancellationTokenSource();
        int batches = 0;
        TrainingOptions options = Trainings.Options(NetworkTask.Regression, 1, [16], loss: "Huber", init: "he", learningRate: 1e-7f, epochs: 30);
        TrainingResult result = NetworkTrainer.Train(Trainings.Waves(200), options with { CancellationToken = source.Token, ReturnBestOnCancel = true, CheckAlive = () => { if (++batches > 60) source.Cancel(); } });
        Assert.That((result.History.WasCancelled, result.History.Epochs.Count >= 4, result.Initialization.Verdict), Is.EqualTo((true, true, Verdict.Healthy)));
    }

    /// <summary>Huber's loss is in no forecast.</summary>
    [Test]
    public void A_training_that_failed_without_a_warning_gets_one()
    {
        TrainingSet data = Trainings.Waves(200);
        TrainingOptions options = Trainings.Options(NetworkTask.Regression, 1, [16], loss: "Huber", init: "he", learningRate: 1e-7f, epochs: 30) with { Dropout = new Dropout(0.3f, isAlpha: false) };
        InitializationReport trained = NetworkTrainer.Train(data, options).Initialization, tried = NetworkTrainer.Train(data, Diagnosed(options)).Initialization;
        Assert.That(trained.Findings[0].Judged, Is.EqualTo(tried.Findings[0].Judged), "the same training, measured without dropout");
        foreach (InitializationReport report in (InitializationReport[])[trained, tried])
        {
            Assert.That((report.Verdict, report.Findings[0].Severity), Is.EqualTo((Verdict.Stalling, Severity.Warning)), report.ToString());
            Assert.That(report.Findings[0].Judged!.Name, Is.EqualTo("loss after the training"));
        }
        Assert.That(NetworkTrainer.Train(data, options with { NumberOfEpochs = 2 }).Initialization.Verdict, Is.EqualTo(Verdict.Healthy), "14 steps");
        Assert.That(NetworkTrainer.Train(data, options with { Diagnostics = DiagnosticsLevel.Off }).Initialization.Findings, Is.Empty);
    }

    [Test]
    public void A_training_that_diverges_is_an_error_tried_or_made()
    {
        TrainingSet data = Trainings.Waves(200);
        TrainingOptions options = Trainings.Options(NetworkTask.Regression, 1, [16], loss: "Huber", activation: "Identity", optimizer: "Momentum", init: "he", learningRate: 40, epochs: 60);
        InitializationReport tried = NetworkTrainer.Train(data, Diagnosed(options)).Initialization;
        Assert.That((tried.Verdict, tried.Findings[0].Severity, tried.Trial!.HasDiverged || tried.Trial.Loss > 1e3), Is.EqualTo((Verdict.LrUnstable, tried.Findings[0].Severity, true)), tried.ToString());
    }

    [Test]
    public void A_report_keeps_its_trial_and_says_what_is_wrong_with_another()
    {
        InitializationReport report = NetworkTrainer.Train(s_rings, Diagnosed(Trainings.Options(NetworkTask.Multiclass, 3, [8], epochs: 3))).Initialization;
        string json = report.ToJson();
        Assert.That(InitializationReport.FromJson(json).Trial, Is.EqualTo(report.Trial));
        Assert.That(InitializationReport.FromJson(json).ToJson(), Is.EqualTo(json));
        Assert.That(() => InitializationReport.FromJson(json.Replace("\"plannedSteps\":24", "\"plannedSteps\":\"many\"", StringComparison.Ordinal)), Throws.InstanceOf<InvalidDataException>().With.Message.Contains("'trial.plannedSteps' must be a whole number"));
    }

    [Test]
    public void Nothing_is_tried_below_full_nor_of_L_BFGS([Values] bool isFull)
    {
        TrainingOptions options = Trainings.Options(NetworkTask.Multiclass, 3, [8], optimizer: isFull ? "L-BFGS" : "Adam", epochs: 3) with { OnlyMeasures = true, Diagnostics = isFull ? DiagnosticsLevel.Full : DiagnosticsLevel.Summary };
        Assert.That(NetworkTrainer.Train(s_rings, options).Initialization.Trial, Is.Null);
    }

    [Test]
    public void Cancelling_a_trial_cancels_the_diagnosis_and_leaves_a_training_its_start()
    {
        TrainingOptions options = Trainings.Options(NetworkTask.Multiclass, 3, [8], epochs: 3) with { Diagnostics = DiagnosticsLevel.Full, CancellationToken = new CancellationToken(canceled: true) };
        Assert.That(() => NetworkTrainer.Train(s_rings, options with { OnlyMeasures = true }), Throws.InstanceOf<OperationCanceledException>());
        TrainingResult kept = NetworkTrainer.Train(s_rings, options with { ReturnBestOnCancel = true });
        Assert.That((kept.Initialization.Trial, kept.History.WasCancelled), Is.EqualTo(((StartTrial?)null, true)));
    }
}
