using MLNet.WeightInit.Engine.Data;
using MLNet.WeightInit.Engine.Network;
using MLNet.WeightInit.Engine.Training;
using MLNet.WeightInit.Engine.Training.Metrics;

namespace MLNet.WeightInit.Engine.Tests.Training;

/// <summary>What is reported while a training runs, and every way to cancel it. The clock is the test's own: one second a batch.</summary>
[TestFixture]
internal sealed class ProgressTests
{
    /// <summary>7 batches an epoch.</summary>
    static readonly TrainingSet s_data = Trainings.Rings(200, classes: 2);

    int _batches;
    List<EpochProgress> _reports = null!;

    [SetUp]
    public void Reset()
    {
        _batches = 0;
        _reports = [];
    }

    TrainingOptions Options(int? epochs = 3) => Trainings.Options(NetworkTask.Binary, 1, epochs: epochs) with
    {
        CheckAlive = () => _batches++,
        Clock = () => TimeSpan.FromSeconds(_batches),
        Progress = new Immediate(_reports.Add),
    };

    [Test]
    public void A_report_within_an_epoch_comes_when_the_interval_is_over()
    {
        TrainingResult result = NetworkTrainer.Train(s_data, Options() with { ProgressInterval = TimeSpan.FromSeconds(3) });
        Assert.That(_reports.Select(report => (report.Epoch, report.Batch, report.IsEpochEnd)),
            Is.EqualTo(new[] { (1, 3, false), (1, 6, false), (1, 7, true), (2, 3, false), (2, 6, false), (2, 7, true), (3, 3, false), (3, 6, false), (3, 7, true) }));
        Assert.That(_reports.Select(report => report.Batches), Is.All.EqualTo(7));
        Assert.That(_reports.Where(report => report.IsEpochEnd).Select(report => report.TrainingLoss), Is.EqualTo(result.History.Epochs.Select(epoch => epoch.TrainingLoss)));
        TrainingResult quiet = NetworkTrainer.Train(s_data, Options());
        Assert.That(Trainings.Bytes(quiet.Network), Is.EqualTo(Trainings.Bytes(result.Network)));
        Assert.That(_reports.Skip(9).Select(report => report.IsEpochEnd), Is.EqualTo(new[] { true, true, true }));
    }

    [Test]
    public void Pace_and_time_left_follow_from_rows_and_clock()
    {
        NetworkTrainer.Train(s_data, Options() with { ProgressInterval = TimeSpan.FromSeconds(3) });
        // 3 batches of 32 rows in 3 seconds: 32 a second; 600 − 96 rows are left.
        Assert.That(_reports[0].Elapsed, Is.EqualTo(TimeSpan.FromSeconds(3)));
        Assert.That(_reports[0].RowsPerSecond, Is.EqualTo(32.0));
        Assert.That(_reports[0].TimeLeft!.Value.TotalSeconds, Is.EqualTo((600 - 96) / 32.0).Within(1e-6));
        // An epoch of 200 rows in 7 seconds.
        Assert.That(_reports[2].RowsPerSecond, Is.EqualTo(200 / 7.0).Within(1e-12));
        Assert.That(_reports[2].TimeLeft!.Value.TotalSeconds, Is.EqualTo(14).Within(1e-6));
        Assert.That(_reports[^1].TimeLeft, Is.EqualTo(TimeSpan.Zero));
    }

    [Test]
    public void Time_left_is_bounded_by_the_maximum_duration_and_the_maximum_of_steps()
    {
        NetworkTrainer.Train(s_data, Options(epochs: 1_000) with { MaximumDuration = TimeSpan.FromSeconds(20) });
        Assert.That(_reports.Select(report => report.TimeLeft!.Value.TotalSeconds), Is.EqualTo(new[] { 13, 6, 0.0 }).Within(1e-6));
        _reports.Clear();
        _batches = 0;
        NetworkTrainer.Train(s_data, Options(epochs: 1_000) with { MaximumSteps = 14 });
        Assert.That(_reports.Select(report => report.TimeLeft!.Value.TotalSeconds), Is.EqualTo(new[] { 7, 0.0 }).Within(1e-6));
    }

    [Test]
    public void A_clock_that_stands_still_gives_no_pace()
    {
        NetworkTrainer.Train(s_data, Options() with { Clock = () => TimeSpan.FromSeconds(1), ProgressInterval = TimeSpan.FromSeconds(1) });
        Assert.That(_reports.Select(report => (report.RowsPerSecond, report.TimeLeft)), Is.All.EqualTo(((double?)null, (TimeSpan?)null)));
    }

    [Test]
    public void Reports_carry_the_metric_of_training_and_validation()
    {
        TrainingHistory history = NetworkTrainer.Train(s_data, Options() with { Metric = Metrics.Parse("AUC"), ValidationFraction = 0.25f }).History;
        Assert.That(_reports.Select(report => (report.TrainingMetric, report.ValidationMetric)), Is.EqualTo(history.Epochs.Select(epoch => (epoch.TrainingMetric, epoch.ValidationMetric))));
        Assert.That(_reports.Select(report => report.ValidationMetric), Is.All.Not.Null);
    }

    [Test]
    public void A_search_that_is_cancelled_leaves_its_history([Values(0, 1, 3)] int wholeEpochs)
    {
        using var source = new CancellationTokenSource();
        // Each of five folds trains 160 rows in 5 batches and validates 40 in 2: 35 an epoch.
        TrainingOptions options = Options(epochs: null) with
        {
            CancellationToken = source.Token,
            ReturnBestOnCancel = true,
            Metric = Metrics.Parse("Accuracy"),
            CheckAlive = () => { if (++_batches == 35 * wholeEpochs + 4) source.Cancel(); },
        };
        TrainingHistory history = NetworkTrainer.Train(s_data, options).History;
        Assert.That(history.Epochs.Select(epoch => (epoch.Epoch, epoch.TrainingLoss, epoch.ValidationLoss, epoch.TrainingMetric, epoch.ValidationMetric)),
            Is.EqualTo(_reports.Select(report => (report.Epoch, report.TrainingLoss, report.ValidationLoss, report.TrainingMetric, report.ValidationMetric))));
        Assert.That(history.Epochs, Has.Count.EqualTo(wholeEpochs));
        Assert.That(history.Timings, Has.Count.EqualTo(wholeEpochs));
        Assert.That(history.BestEpoch, Is.InRange(Math.Min(1, wholeEpochs), wholeEpochs));
        Assert.That(history.StopReason, Does.Contain($"Cancelled in epoch {wholeEpochs + 1} of the search").And.Contain(wholeEpochs == 0 ? "as it was initialized" : "four fifths"));
        Assert.That(history.WasCancelled, Is.True);
    }

    [Test]
    public void Cancelling_is_seen_while_validation_rows_are_measured([Values] bool returnBest)
    {
        using var source = new CancellationTokenSource();
        // 150 training rows in 5 batches, 50 to validate in 2: the second epoch ends with batch 12, and is validated with 13 and 14.
        TrainingOptions options = Options(epochs: 50) with
        {
            ValidationFraction = 0.25f,
            CancellationToken = source.Token,
            ReturnBestOnCancel = returnBest,
            CheckAlive = () => { if (++_batches == 14) source.Cancel(); },
        };
        if (!returnBest)
        {
            Assert.That(() => NetworkTrainer.Train(s_data, options), Throws.InstanceOf<OperationCanceledException>().With.Message.Contains("while epoch 2 was validated"));
            return;
        }
        TrainingResult result = NetworkTrainer.Train(s_data, options);
        Assert.That(_batches, Is.EqualTo(14));
        Assert.That(result.History.Epochs, Has.Count.EqualTo(1));
        Assert.That(result.History.BestEpoch, Is.EqualTo(1), "the second epoch is not known to be better");
        TrainingOptions asked = options with { NumberOfEpochs = 1, CancellationToken = default, CheckAlive = null };
        Assert.That(Trainings.Bytes(result.Network), Is.EqualTo(Trainings.Bytes(NetworkTrainer.Train(s_data, asked).Network)));
    }

    [Test]
    public void A_cancelled_training_returns_the_best_epoch_that_was_validated()
    {
        using var source = new CancellationTokenSource();
        float[] features = Engine.Tests.Network.Networks.Values(200 * 10, 3), targets = [.. Engine.Tests.Network.Networks.Values(200, 4).Select(value => value > 0 ? 1f : 0)];
        var noise = new TrainingSet(features, 200, 10, targets, 1);
        TrainingOptions options = Trainings.Options(NetworkTask.Binary, 1, [64], learningRate: 0.01f, epochs: 1_000) with
        {
            ValidationFraction = 0.3f,
            Patience = 1_000,
            CancellationToken = source.Token,
            ReturnBestOnCancel = true,
            Progress = new Immediate(report => { if (report.Epoch == 40) source.Cancel(); }),
        };
        TrainingResult result = NetworkTrainer.Train(noise, options);
        int best = result.History.Epochs.MinBy(epoch => epoch.ValidationLoss)!.Epoch;
        Assert.That(best, Is.LessThan(40));
        Assert.That(result.History.BestEpoch, Is.EqualTo(best));
        TrainingOptions asked = options with { NumberOfEpochs = best, CancellationToken = default, Progress = null };
        Assert.That(Trainings.Bytes(result.Network), Is.EqualTo(Trainings.Bytes(NetworkTrainer.Train(noise, asked).Network)));
    }

    [Test]
    public void A_cancellation_that_comes_after_the_last_batch_is_none()
    {
        using var source = new CancellationTokenSource();
        TrainingOptions options = Options(epochs: 2) with { CancellationToken = source.Token, Progress = new Immediate(report => { if (report.Epoch == 2) source.Cancel(); }) };
        TrainingHistory history = NetworkTrainer.Train(s_data, options).History;
        Assert.That(history.StopReason, Is.EqualTo("All 2 epochs were trained."));
        Assert.That(history.WasCancelled, Is.False);
    }

    sealed class Immediate(Action<EpochProgress> action) : IProgress<EpochProgress>
    {
        public void Report(EpochProgress value) => action(value);
    }
}
