using System.Text.RegularExpressions;
using MLNet.WeightInit.Engine.Data;
using MLNet.WeightInit.Engine.Network;
using MLNet.WeightInit.Engine.Tests.Persistence;
using MLNet.WeightInit.Engine.Training;
using MLNet.WeightInit.Engine.Training.Checkpoints;
using MLNet.WeightInit.Engine.Training.Losses;
using MLNet.WeightInit.Engine.Training.Metrics;
using MLNet.WeightInit.Engine.Training.Optimizers;
using MLNet.WeightInit.Engine.Training.Schedules;

namespace MLNet.WeightInit.Engine.Tests.Training;

/// <summary>A training that is interrupted and goes on gives the model and the history of one that wasn't, bit for bit.</summary>
[TestFixture]
[Category("Determinism")]
internal sealed class ResumeTests
{
    static readonly TrainingSet s_rings = Trainings.Rings(150, features: 5, weighted: true);

    TemporaryFolder _folder = null!;

    [SetUp]
    public void MakeFolder() => _folder = new TemporaryFolder();

    [TearDown]
    public void DeleteFolder() => _folder.Dispose();

    string File => _folder["training.checkpoint"];

    static IEnumerable<string> AllOptimizers() => Optimizers.All;

    /// <summary>A plateau that falls often: each epoch's loss must count.</summary>
    static IEnumerable<string> AllSchedules() => [.. Schedules.All.Except(["Plateau"]), "plateau(patience=0, threshold=0.5, factor=0.5)", "exponential(warmup=2)"];

    [Test]
    public void Epochs_then_more_epochs_are_all_of_them_at_once([ValueSource(nameof(AllOptimizers))] string optimizer, [Values] bool earlyStopping, [Values(7, 33, 1000)] int batchSize, [Values(1, 3)] int threads)
    {
        TrainingOptions options = Options(optimizer, batchSize, earlyStopping) with { Threads = threads };
        TrainingResult expected = NetworkTrainer.Train(s_rings, options with { Threads = 1 });
        foreach (int epochs in (int[])[1, 2, 7])
            NetworkTrainer.Train(s_rings, options with { NumberOfEpochs = epochs, Checkpoint = new(File) });
        AssertSame(NetworkTrainer.Train(s_rings, options with { Checkpoint = new(File) }), expected);
    }

    [Test]
    public void Dropout_averaged_weights_and_every_schedule_go_on_where_they_were([ValueSource(nameof(AllSchedules))] string schedule, [Values] bool earlyStopping)
    {
        TrainingOptions options = Options("Adam", 33, earlyStopping) with { Schedule = Schedules.Parse(schedule), Dropout = new Dropout(0.3f, isAlpha: false), Normalization = Normalization.Layer, EmaDecay = 0.9f, Checkpoint = new(File) };
        TrainingResult expected = NetworkTrainer.Train(s_rings, options with { Checkpoint = null });
        var stop = new Immediate(report => { if (report.Epoch == 5) throw new InvalidOperationException("The power went out."); });
        Assert.That(() => NetworkTrainer.Train(s_rings, options with { Progress = stop }), Throws.InvalidOperationException);
        AssertSame(NetworkTrainer.Train(s_rings, options), expected);
    }

    [Test]
    public void Averaged_weights_go_on_where_they_were([Values] bool earlyStopping, [Values("Adam", "LAMB")] string optimizer)
    {
        TrainingOptions options = Options(optimizer, 33, earlyStopping) with { EmaDecay = 0.9f, GradientClipping = GradientClipping.Parse("norm(0.5)"), L1 = 1e-3f, MaxNorm = 2 };
        TrainingResult expected = NetworkTrainer.Train(s_rings, options);
        foreach (int epochs in (int[])[1, 2, 7])
            NetworkTrainer.Train(s_rings, options with { NumberOfEpochs = epochs, Checkpoint = new(File) });
        AssertSame(NetworkTrainer.Train(s_rings, options with { Checkpoint = new(File) }), expected);
    }

    [Test]
    public void Several_quantiles_go_on_where_they_were([Values] bool search)
    {
        TrainingSet waves = Trainings.Waves(150);
        TrainingOptions options = Trainings.Options(NetworkTask.Quantiles, 3, [12], loss: "Quantiles(levels=(0.1, 0.5, 0.9))", batchSize: 33, epochs: search ? null : 12) with { ValidationFraction = search ? null : 0.2f, Patience = 4 };
        TrainingResult expected = NetworkTrainer.Train(waves, options);
        NetworkTrainer.Train(waves, options with { MaximumSteps = search ? null : 6, Checkpoint = new(File) });
        AssertSame(NetworkTrainer.Train(waves, options with { Checkpoint = new(File) }), expected);
    }

    [Test]
    public void Several_heads_go_on_where_they_were([Values] bool search, [Values(1, 3)] int threads)
    {
        TrainingSet mixed = Trainings.Mixed(150, weighted: true);
        TrainingOptions options = Trainings.HeadsOptions(Trainings.MixedLoss, [12], batchSize: 33, epochs: search ? null : 12) with { ValidationFraction = search ? null : 0.2f, Patience = 4 };
        TrainingResult expected = NetworkTrainer.Train(mixed, options);
        NetworkTrainer.Train(mixed, options with { MaximumSteps = search ? null : 6, Checkpoint = new(File), Threads = threads });
        AssertSame(NetworkTrainer.Train(mixed, options with { Checkpoint = new(File) }), expected);
    }

    [Test]
    public void Several_heads_with_class_weights_and_one_that_decides_go_on_where_they_were([Values] bool search, [Values("Accuracy", "AUC", null)] string? metric)
    {
        TrainingSet mixed = Trainings.Mixed(150, weighted: true);
        HeadsLoss loss = Trainings.ClassWeightedLoss;
        TrainingOptions options = Trainings.HeadsOptions(loss, [12], batchSize: 33, epochs: search ? null : 12) with
        {
            ValidationFraction = search ? null : 0.2f, Patience = 4, Metric = new HeadMetric(loss, 2, metric is null ? null : Metrics.Parse(metric)),
        };
        TrainingResult expected = NetworkTrainer.Train(mixed, options);
        NetworkTrainer.Train(mixed, options with { MaximumSteps = search ? null : 6, Checkpoint = new(File) });
        AssertSame(NetworkTrainer.Train(mixed, options with { Checkpoint = new(File) }), expected);
    }

    [Test]
    public void Normalized_weights_go_on_where_they_were([Values] bool earlyStopping, [Values("Adam", "SGD", "LAMB", "Lion")] string optimizer)
    {
        TrainingOptions options = Options(optimizer, 33, earlyStopping) with { WeightNormalization = true, EmaDecay = 0.9f, L1 = 1e-3f, MaxNorm = 2 };
        TrainingResult expected = NetworkTrainer.Train(s_rings, options);
        foreach (int epochs in (int[])[1, 2, 7])
            NetworkTrainer.Train(s_rings, options with { NumberOfEpochs = epochs, Checkpoint = new(File) });
        AssertSame(NetworkTrainer.Train(s_rings, options with { Checkpoint = new(File) }), expected);
    }

    [Test]
    public void A_metric_and_a_maximum_of_steps_go_on_where_they_were([Values] bool search, [Values] bool restoreBest)
    {
        TrainingOptions options = Options("Adam", 33, earlyStopping: true) with { Metric = Metrics.Parse("MacroAccuracy"), MinimumImprovement = 0.01, RestoreBest = restoreBest };
        if (search)
            options = options with { NumberOfEpochs = null, ValidationFraction = null, Patience = 4 };
        TrainingResult expected = NetworkTrainer.Train(s_rings, options);
        NetworkTrainer.Train(s_rings, options with { MaximumSteps = search ? null : 6, Checkpoint = new(File) });      // within the second epoch
        AssertSame(NetworkTrainer.Train(s_rings, options with { Checkpoint = new(File) }), expected);
    }

    [Test]
    public void A_schedule_that_would_have_had_other_rates_is_refused_and_one_that_had_the_same_goes_on()
    {
        TrainingOptions cosine = Options("Adam", 33, earlyStopping: false) with { Schedule = Schedules.Parse("cosine"), Checkpoint = new(File) };
        NetworkTrainer.Train(s_rings, cosine with { NumberOfEpochs = 4 });
        Assert.That(() => NetworkTrainer.Train(s_rings, cosine), Throws.InvalidOperationException.With.Message.Contains("epoch 1 ended with a rate of").And.Message.Contains("NumberOfEpochs"));

        System.IO.File.Delete(File);
        TrainingOptions steps = cosine with { Schedule = Schedules.Parse("step(step_size=2, gamma=0.5)") };
        NetworkTrainer.Train(s_rings, steps with { NumberOfEpochs = 5 });
        AssertSame(NetworkTrainer.Train(s_rings, steps), NetworkTrainer.Train(s_rings, steps with { Checkpoint = null }));
    }

    [Test]
    public void A_training_cancelled_in_the_middle_of_an_epoch_goes_on_from_the_last_whole_one([Values] bool returnBest, [Values] bool earlyStopping)
    {
        TrainingOptions options = Options("Adam", 7, earlyStopping) with { ReturnBestOnCancel = returnBest };
        TrainingResult expected = NetworkTrainer.Train(s_rings, options);
        using var source = new CancellationTokenSource();
        int batches = 0, perEpoch = earlyStopping ? (105 + 6) / 7 + (45 + 6) / 7 : (150 + 6) / 7;        // validation is in batches too
        TrainingOptions cancelled = options with
        {
            Checkpoint = new(File),
            CancellationToken = source.Token,
            CheckAlive = () => { if (++batches == 5 * perEpoch + 4) source.Cancel(); },
        };
        if (returnBest)
            Assert.That(NetworkTrainer.Train(s_rings, cancelled).History.StopReason, Does.Contain("Cancelled in epoch 6"));
        else
            Assert.That(() => NetworkTrainer.Train(s_rings, cancelled), Throws.InstanceOf<OperationCanceledException>());

        var reported = new List<int>();
        AssertSame(NetworkTrainer.Train(s_rings, options with { Checkpoint = new(File), Progress = new Immediate(progress => reported.Add(progress.Epoch)) }), expected);
        Assert.That(reported[0], Is.EqualTo(6));
    }

    [Test]
    public void A_training_that_fails_between_two_checkpoints_goes_on_from_the_older()
    {
        TrainingOptions options = Options("AdamW", 33, earlyStopping: false);
        TrainingResult expected = NetworkTrainer.Train(s_rings, options);
        var progress = new Immediate(report => { if (report.Epoch == 8) throw new InvalidOperationException("The power went out."); });
        Assert.That(() => NetworkTrainer.Train(s_rings, options with { Checkpoint = new(File, EveryEpochs: 3), Progress = progress }), Throws.InvalidOperationException);
        var reported = new List<int>();
        AssertSame(NetworkTrainer.Train(s_rings, options with { Checkpoint = new(File, EveryEpochs: 3), Progress = new Immediate(report => reported.Add(report.Epoch)) }), expected);
        Assert.That(reported[0], Is.EqualTo(7), "the last checkpoint was after epoch 6");
    }

    [Test]
    public void A_found_number_of_epochs_is_kept_and_not_searched_again()
    {
        TrainingOptions options = Trainings.Options(NetworkTask.Multiclass, 3, [8], batchSize: 33, epochs: null, learningRate: 0.02f) with { Patience = 4 };
        TrainingResult expected = NetworkTrainer.Train(s_rings, options);
        Assert.That(expected.History.Epochs, Has.Count.GreaterThan(2));
        var progress = new Immediate(report => { if (report is { IsSearch: false, Epoch: 2 }) throw new InvalidOperationException("The power went out."); });
        Assert.That(() => NetworkTrainer.Train(s_rings, options with { Checkpoint = new(File), Progress = progress }), Throws.InvalidOperationException);

        bool searched = false;
        TrainingResult resumed = NetworkTrainer.Train(s_rings, options with { Checkpoint = new(File), Progress = new Immediate(report => searched |= report.IsSearch), Threads = 2 });
        AssertSame(resumed, expected);
        Assert.That(searched, Is.False);
    }

    [Test]
    public void A_search_that_ended_just_before_the_interruption_is_not_lost()
    {
        TrainingOptions options = Trainings.Options(NetworkTask.Multiclass, 3, [8], batchSize: 33, epochs: null, learningRate: 0.02f) with { Patience = 4 };
        int batches = 0, afterSearch = 0;
        var progress = new Immediate(report => afterSearch = report.IsSearch ? batches : afterSearch);
        TrainingResult expected = NetworkTrainer.Train(s_rings, options with { Progress = progress, CheckAlive = () => batches++ });
        int counted = 0;
        Assert.That(() => NetworkTrainer.Train(s_rings, options with { Checkpoint = new(File), CheckAlive = () => { if (++counted > afterSearch) throw new InvalidOperationException("The power went out."); } }),
            Throws.InvalidOperationException);
        bool searched = false;
        AssertSame(NetworkTrainer.Train(s_rings, options with { Checkpoint = new(File), Progress = new Immediate(report => searched |= report.IsSearch) }), expected);
        Assert.That(searched, Is.False);
    }

    [Test]
    public void A_finished_training_gives_its_model_again_without_a_step([Values] bool earlyStopping)
    {
        TrainingOptions options = Options("Adam", 33, earlyStopping) with { Checkpoint = new(File), NumberOfEpochs = 200, Patience = 3 };
        TrainingResult first = NetworkTrainer.Train(s_rings, options);
        AssertSame(NetworkTrainer.Train(s_rings, options with { CheckAlive = () => Assert.Fail("a step was made") }), first);
        if (earlyStopping)
            AssertSame(NetworkTrainer.Train(s_rings, options with { NumberOfEpochs = 300, CheckAlive = () => Assert.Fail("a step was made") }), first, forecast: false);      // which is about the epochs that were asked for
    }

    /// <summary>Five batches an epoch: a training that ran out of steps at an epoch's end, and one that did within it, which goes back to the end of the one before.</summary>
    [Test]
    public void A_training_that_ran_out_of_steps_says_so_again([Values(15, 17)] int steps, [Values] bool search)
    {
        TrainingOptions options = Options("Adam", 33, earlyStopping: false) with { NumberOfEpochs = search ? null : 20, MaximumSteps = steps, Checkpoint = new(File) };
        if (search)
            options = options with { EarlyStopping = true, ValidationFraction = null };
        TrainingResult first = NetworkTrainer.Train(s_rings, options);
        AssertSame(NetworkTrainer.Train(s_rings, options), first);
    }

    [Test]
    public void A_validation_set_of_its_own_is_part_of_the_training()
    {
        TrainingSet validation = Trainings.Rings(40, features: 5, seed: 8);
        TrainingOptions options = Options("Adam", 33, earlyStopping: true);
        TrainingResult expected = NetworkTrainer.Train(s_rings, options, validation);
        NetworkTrainer.Train(s_rings, options with { NumberOfEpochs = 3, Checkpoint = new(File) }, validation);
        AssertSame(NetworkTrainer.Train(s_rings, options with { Checkpoint = new(File) }, validation), expected);
        Assert.That(() => NetworkTrainer.Train(s_rings, options with { Checkpoint = new(File) }, Trainings.Rings(40, features: 5, seed: 9)),
            Throws.InvalidOperationException.With.Message.Contains("validation data"));
    }

    [Test]
    public void Fewer_epochs_than_were_trained_are_an_error_that_says_how_many_there_are()
    {
        TrainingOptions options = Options("SGD", 33, earlyStopping: false) with { Checkpoint = new(File) };
        NetworkTrainer.Train(s_rings, options with { NumberOfEpochs = 3 });
        byte[] before = System.IO.File.ReadAllBytes(File);
        Assert.That(() => NetworkTrainer.Train(s_rings, options with { NumberOfEpochs = 2 }), Throws.InvalidOperationException.With.Message.Contains("after epoch 3").And.Message.Contains("2 were asked for"));
        Assert.That(System.IO.File.ReadAllBytes(File), Is.EqualTo(before));
    }

    [Test]
    public void A_checkpoint_that_cannot_be_written_is_told_and_the_training_and_the_older_checkpoint_survive()
    {
        TrainingOptions options = Options("Adam", 33, earlyStopping: false);
        TrainingResult expected = NetworkTrainer.Train(s_rings, options);
        var warnings = new List<string>();
        byte[] third = [];
        // From epoch 3 on a folder takes the temporary file's name.
        var progress = new Immediate(report =>
        {
            if (report.Epoch != 3)
                return;
            third = System.IO.File.ReadAllBytes(File);
            Directory.CreateDirectory(File + ".new");
        });
        AssertSame(NetworkTrainer.Train(s_rings, options with { Checkpoint = new(File, Warn: warnings.Add), Progress = progress }), expected);
        Assert.That(warnings, Has.Count.EqualTo(expected.History.Epochs.Count - 3));
        Assert.That(warnings[0], Does.Contain("after epoch 4").And.Contains(File).And.Contains("Training goes on"));
        Assert.That(System.IO.File.ReadAllBytes(File), Is.EqualTo(third));

        Directory.Delete(File + ".new");
        AssertSame(NetworkTrainer.Train(s_rings, options with { Checkpoint = new(File) }), expected);
    }

    [Test]
    public void Equal_trainings_write_equal_files_on_any_number_of_threads()
    {
        TrainingOptions options = Options("Adam", 33, earlyStopping: true);
        NetworkTrainer.Train(s_rings, options with { Checkpoint = new(File) });
        NetworkTrainer.Train(s_rings, options with { Checkpoint = new(_folder["other"]), Threads = 3 });
        Assert.That(System.IO.File.ReadAllBytes(_folder["other"]), Is.EqualTo(System.IO.File.ReadAllBytes(File)));
    }

    [Test]
    public void A_time_decides_when_to_write_and_nothing_else()
    {
        TrainingOptions options = Options("Adam", 33, earlyStopping: false);
        var written = new List<int>();
        var progress = new Immediate(report => { if (System.IO.File.Exists(File)) { written.Add(report.Epoch); System.IO.File.Delete(File); } });
        NetworkTrainer.Train(s_rings, options with { Checkpoint = new(File, Interval: TimeSpan.FromDays(1)), Progress = progress });
        Assert.That(written, Is.EqualTo(new[] { options.NumberOfEpochs }), "a day has not passed, and the last epoch is always written");
        written.Clear();
        NetworkTrainer.Train(s_rings, options with { Checkpoint = new(File, EveryEpochs: 5, Interval: TimeSpan.FromDays(1)), Progress = progress });
        Assert.That(written, Is.EqualTo(new[] { 5, 10, 12 }), "whichever comes first");
    }

    static TrainingOptions Options(string optimizer, int batchSize, bool earlyStopping)
        => Trainings.Options(NetworkTask.Multiclass, 3, [16, 9], "GELU", optimizer: optimizer, batchSize: batchSize, epochs: 12, learningRate: optimizer == "SGD" ? 0.1f : 0.01f) with
        {
            EarlyStopping = earlyStopping,
            ValidationFraction = earlyStopping ? 0.3f : 0,
            Patience = 50,
        };

    static void AssertSame(TrainingResult actual, TrainingResult expected, bool forecast = true)
    {
        Assert.That(Trainings.Bytes(actual.Network), Is.EqualTo(Trainings.Bytes(expected.Network)));
        Assert.That(actual.History.Epochs, Is.EqualTo(expected.History.Epochs));
        Assert.That((actual.History.BestEpoch, actual.History.StopReason), Is.EqualTo((expected.History.BestEpoch, expected.History.StopReason)));
        Assert.That(Report(actual), Is.EqualTo(Report(expected)));

        string Report(TrainingResult result) => forecast ? result.Initialization.ToJson() : Regex.Replace(result.Initialization.ToJson(), @"""forecast"":\{[^}]*\},", "");
    }

    sealed class Immediate(Action<EpochProgress> action) : IProgress<EpochProgress>
    {
        public void Report(EpochProgress value) => action(value);
    }
}
