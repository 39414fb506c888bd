using MLNet.WeightInit.Engine.Data;
using MLNet.WeightInit.Engine.Network;
using MLNet.WeightInit.Engine.Training;
using MLNet.WeightInit.Engine.Training.Metrics;

namespace MLNet.WeightInit.Engine.Tests.Training;

/// <summary>What ends a training, and whose weights it leaves.</summary>
[TestFixture]
internal sealed class StoppingTests
{
    /// <summary>Labels are mostly noise: the validation loss is best early, and training goes on improving.</summary>
    static readonly TrainingSet s_noise = Noise(200), s_noiseForValidation = Noise(100, seed: 8);

    static TrainingSet Noise(int rows, uint seed = 3)
    {
        float[] features = Engine.Tests.Network.Networks.Values(rows * 10, seed);
        return new(features, rows, 10, [.. Engine.Tests.Network.Networks.Values(rows, seed + 1).Select((value, row) => value + 0.7f * features[row * 10] * features[row * 10 + 1] > 0 ? 1f : 0)], 1);
    }

    static TrainingOptions Options(int? epochs = 60, int patience = 1_000)
        => Trainings.Options(NetworkTask.Binary, 1, [32], learningRate: 0.01f, epochs: epochs) with { Patience = patience };

    [TestCase("Accuracy")]
    [TestCase("AUC")]
    [TestCase("AUPRC")]
    [TestCase("F1")]
    public void The_metric_decides_which_epoch_is_best(string metric)
    {
        TrainingOptions options = Options() with { Metric = Metrics.Parse(metric) };
        TrainingResult result = NetworkTrainer.Train(s_noise, options, s_noiseForValidation);
        EpochRecord[] epochs = [.. result.History.Epochs];
        Assert.That(epochs, Has.Length.EqualTo(60));
        int best = epochs.MaxBy(epoch => epoch.ValidationMetric)!.Epoch;       // the first of several
        Assert.That(result.History.BestEpoch, Is.EqualTo(best));
        Assert.That(result.History.Metric, Is.EqualTo(metric));
        Assert.That(best, Is.Not.EqualTo(epochs.MinBy(epoch => epoch.ValidationLoss)!.Epoch), "another epoch than by the loss, or this test shows nothing");
        Assert.That(Trainings.Bytes(result.Network), Is.EqualTo(Trainings.Bytes(NetworkTrainer.Train(s_noise, options with { NumberOfEpochs = best, RestoreBest = false }, s_noiseForValidation).Network)));
    }

    [Test]
    public void The_validation_metric_is_what_the_returned_network_scores()
    {
        TrainingOptions options = Trainings.Options(NetworkTask.Multiclass, 3, [16], epochs: 8) with { Metric = Metrics.Parse("accuracy") };
        TrainingSet validation = Trainings.Rings(150, seed: 5);
        TrainingResult result = NetworkTrainer.Train(Trainings.Rings(200), options, validation);
        Assert.That(result.History.Epochs[result.History.BestEpoch - 1].ValidationMetric, Is.EqualTo(Trainings.Accuracy(result.Network, validation)).Within(1e-12));

        options = Trainings.Options(NetworkTask.Regression, 1, [16], epochs: 8) with { Metric = Metrics.Parse("RMSE") };
        TrainingSet waves = Trainings.Waves(150, seed: 5);
        result = NetworkTrainer.Train(Trainings.Waves(200), options, waves);
        double squares = 0;
        var score = new float[1];
        for (int row = 0; row < waves.Rows; row++)
        {
            result.Network.Predict(waves.Row(row), score);
            squares += Math.Pow((double)score[0] - waves.Targets[row], 2);
        }
        double expected = Math.Sqrt(squares / waves.Rows);
        // Scores near 5,000 are floats of 5e-4, scoring folds the features' scale into the weights, and the RMSE is some hundreds: 1e-5 of it.
        Assert.That(result.History.Epochs[result.History.BestEpoch - 1].ValidationMetric, Is.EqualTo(expected).Within(1e-5 * expected));
        Assert.That(result.History.BestEpoch, Is.EqualTo(result.History.Epochs.MinBy(epoch => epoch.ValidationMetric)!.Epoch), "lower is better");
    }

    [Test]
    public void A_metric_that_is_only_watched_in_training_changes_no_weight()
    {
        TrainingOptions options = Options(epochs: 5);
        TrainingResult plain = NetworkTrainer.Train(s_noise, options), measured = NetworkTrainer.Train(s_noise, options with { Metric = Metrics.Parse("AUC") });
        Assert.That(Trainings.Bytes(measured.Network), Is.EqualTo(Trainings.Bytes(plain.Network)));
        Assert.That(measured.History.Epochs.Select(epoch => epoch.TrainingMetric), Is.All.InRange(0.0, 1.0));
        Assert.That(plain.History.Epochs.Select(epoch => epoch.TrainingMetric), Is.All.Null);
    }

    [Test]
    public void A_gain_below_the_minimum_neither_renews_the_patience_nor_makes_an_epoch_the_best([Values(0, 0.002, 0.05)] double minimum)
    {
        double[] losses = [.. NetworkTrainer.Train(s_noise, Options(), s_noiseForValidation).History.Epochs.Select(epoch => epoch.ValidationLoss!.Value)];
        const int Patience = 4;
        int best = 0, last = 0;
        for (int epoch = 1; epoch <= losses.Length && last == 0; epoch++)
        {
            if (best == 0 || losses[best - 1] - losses[epoch - 1] > minimum)
                best = epoch;
            else if (epoch - best == Patience)
                last = epoch;
        }
        TrainingHistory history = NetworkTrainer.Train(s_noise, Options(patience: Patience) with { MinimumImprovement = minimum }, s_noiseForValidation).History;
        Assert.That((history.BestEpoch, history.Epochs.Count), Is.EqualTo((best, last)));
        Assert.That(history.StopReason, Does.Contain($"since epoch {best}").And.Contain(minimum > 0 ? $"better by more than {minimum}" : "no better validation loss"));
    }

    [Test]
    public void Without_restoring_the_last_epochs_weights_stay()
    {
        TrainingOptions options = Options(patience: 3);
        TrainingResult result = NetworkTrainer.Train(s_noise, options with { RestoreBest = false }, s_noiseForValidation);
        int epochs = result.History.Epochs.Count;
        Assert.That(epochs, Is.GreaterThan(3).And.LessThan(60));
        Assert.That(result.History.BestEpoch, Is.EqualTo(epochs), "the epoch whose weights the model has");
        Assert.That(Trainings.Bytes(result.Network), Is.EqualTo(Trainings.Bytes(NetworkTrainer.Train(s_noise, options with { NumberOfEpochs = epochs, EarlyStopping = false, RestoreBest = false }, s_noiseForValidation).Network)));
        Assert.That(Trainings.Bytes(result.Network), Is.Not.EqualTo(Trainings.Bytes(NetworkTrainer.Train(s_noise, options, s_noiseForValidation).Network)));
    }

    [TestCase(1)]
    [TestCase(6)]
    [TestCase(7)]                                              // a whole epoch
    [TestCase(17)]
    public void Training_ends_after_the_maximum_of_steps_and_records_the_part_of_the_epoch(int steps)
    {
        TrainingSet data = Noise(200);                         // 7 batches of at most 32
        int batches = 0;
        TrainingOptions options = Options(epochs: 50) with { MaximumSteps = steps, CheckAlive = () => batches++ };
        TrainingResult result = NetworkTrainer.Train(data, options);
        Assert.That(batches, Is.EqualTo(steps));
        Assert.That(result.History.Epochs, Has.Count.EqualTo((steps + 6) / 7));
        Assert.That(result.History.StopReason, Does.Contain(steps == 1 ? "maximum of 1 step was" : $"maximum of {steps} steps was"));

        // Cancelling before the next batch leaves the same weights.
        using var source = new CancellationTokenSource();
        batches = 0;
        TrainingOptions cancelled = options with { MaximumSteps = null, CancellationToken = source.Token, ReturnBestOnCancel = true, CheckAlive = () => { if (++batches > steps) source.Cancel(); } };
        Assert.That(Trainings.Bytes(result.Network), Is.EqualTo(Trainings.Bytes(NetworkTrainer.Train(data, cancelled).Network)));
    }

    [Test]
    public void The_mean_loss_of_a_part_of_an_epoch_is_over_the_rows_that_were_seen()
    {
        // With a step of length 0 in effect, every mean is that of the initial network: part and whole differ by the rows alone.
        TrainingOptions options = Trainings.Options(NetworkTask.Regression, 1, [4], init: "zeros", optimizer: "SGD", learningRate: 1e-30f, batchSize: 10, epochs: 1) with { Standardize = false, WeightDecay = 0, BiasInit = "zeros" };
        TrainingSet data = new(new float[40], 40, 1, [.. Enumerable.Repeat(3f, 40)], 1, [.. Enumerable.Range(0, 40).Select(row => row % 2 + 1f)]);
        EpochRecord record = NetworkTrainer.Train(data, options with { MaximumSteps = 3 }).History.Epochs.Single();
        Assert.That(record.TrainingLoss, Is.EqualTo(NetworkTrainer.Train(data, options).History.Epochs[0].TrainingLoss).Within(1e-6));
    }

    /// <summary>From 5,000 rows on a tenth validates; that fewer than 5,000 are left to train on makes no search of it.</summary>
    [TestCase(4_999, true)]
    [TestCase(5_000, false)]
    [TestCase(5_400, false)]
    public void Rows_are_kept_out_or_searched_with_but_not_both(int rows, bool searches)
    {
        bool hasSearched = false;
        TrainingOptions options = Trainings.Options(NetworkTask.Multiclass, 3, [8], batchSize: 500, epochs: null) with { Progress = new Immediate(report => hasSearched |= report.IsSearch) };
        TrainingHistory history = NetworkTrainer.Train(Trainings.Rings(rows), options).History;
        Assert.That(hasSearched, Is.EqualTo(searches));
        Assert.That(history.StopReason.Contains("on all rows", StringComparison.Ordinal), Is.EqualTo(searches));
        Assert.That(history.Epochs[0].ValidationLoss, Is.Not.Null);
    }

    [Test]
    public void The_search_looks_no_further_than_the_steps_reach()
    {
        var reports = new List<EpochProgress>();
        // 100 rows are 4 batches an epoch: 9 steps reach into the third epoch.
        TrainingOptions options = Options(epochs: null) with { MaximumSteps = 9, Progress = new Immediate(reports.Add) };
        TrainingHistory history = NetworkTrainer.Train(Trainings.Rings(100, classes: 2), options).History;
        Assert.That(reports.Count(report => report.IsSearch), Is.EqualTo(3));
        Assert.That(history.Epochs, Has.Count.LessThanOrEqualTo(3));
    }

    [Test]
    public void The_search_goes_by_the_metric([Values("AUC", "Accuracy")] string metric)
    {
        var search = new List<EpochProgress>();
        TrainingOptions options = Options(epochs: null, patience: 20) with { Metric = Metrics.Parse(metric), Progress = new Immediate(report => { if (report.IsSearch) search.Add(report); }) };
        TrainingHistory history = NetworkTrainer.Train(s_noise, options).History;
        Assert.That(history.Epochs, Has.Count.EqualTo(search.MaxBy(report => report.ValidationMetric)!.Epoch));
        Assert.That(history.Epochs.Select(epoch => epoch.ValidationMetric), Is.EqualTo(search.Take(history.Epochs.Count).Select(report => report.ValidationMetric)));
        Assert.That(history.StopReason, Does.Contain($"highest {metric}"));
    }

    [Test]
    public void A_maximum_duration_ends_training_after_the_batch_that_reaches_it_and_says_what_that_means()
    {
        // A clock that a test can turn: one second a batch.
        int batches = 0;
        TrainingOptions options = Options(epochs: 50) with { CheckAlive = () => batches++, Clock = () => TimeSpan.FromSeconds(batches), MaximumDuration = TimeSpan.FromSeconds(10) };
        TrainingResult result = NetworkTrainer.Train(s_noise, options);
        Assert.That(batches, Is.EqualTo(10));
        Assert.That(result.History.Epochs, Has.Count.EqualTo(2));
        Assert.That(result.History.StopReason, Does.Contain("maximum duration of 00:00:10").And.Contain("after 10 steps").And.Contain("another model"));
        Assert.That(Trainings.Bytes(result.Network), Is.EqualTo(Trainings.Bytes(NetworkTrainer.Train(s_noise, options with { MaximumDuration = null, MaximumSteps = 10 }).Network)));
    }

    [Test]
    public void A_maximum_duration_that_is_not_reached_changes_nothing()
    {
        TrainingOptions options = Options(epochs: 3);
        TrainingResult plain = NetworkTrainer.Train(s_noise, options), bounded = NetworkTrainer.Train(s_noise, options with { Clock = () => TimeSpan.FromSeconds(1), MaximumDuration = TimeSpan.FromSeconds(2) });
        Assert.That(Trainings.Bytes(bounded.Network), Is.EqualTo(Trainings.Bytes(plain.Network)));
        Assert.That(bounded.History.StopReason, Is.EqualTo(plain.History.StopReason));
    }

    [Test]
    public void A_search_that_runs_out_of_time_gives_the_best_so_far_with_the_searchs_history()
    {
        int batches = 0;
        TrainingOptions options = Options(epochs: null) with { CheckAlive = () => batches++, Clock = () => TimeSpan.FromSeconds(batches), MaximumDuration = TimeSpan.FromSeconds(200) };
        TrainingHistory history = NetworkTrainer.Train(s_noise, options).History;
        // Each of 5 folds trains 160 rows in 5 batches, and 40 more in 2 that are validated: 35 an epoch; the 200th is within the sixth.
        Assert.That(history.StopReason, Does.Contain("was over in epoch 6 of the search"));
        Assert.That(history.Epochs, Has.Count.EqualTo(5));
        Assert.That(history.BestEpoch, Is.EqualTo(history.Epochs.MinBy(epoch => epoch.ValidationLoss)!.Epoch));
    }

    [Test]
    public void A_metric_that_needs_both_classes_refuses_validation_rows_of_one([Values("AUC", "AUPRC", "F1")] string metric)
    {
        TrainingOptions options = Options(epochs: 1) with { Metric = Metrics.Parse(metric) };
        var oneClass = new TrainingSet(new float[100], 10, 10, new float[10], 1);
        Assert.That(() => NetworkTrainer.Train(s_noise, options, oneClass), Throws.InvalidOperationException.With.Message.Contains($"{metric} needs rows of both classes, and the 10 validation rows"));
    }

    sealed class Immediate(Action<EpochProgress> action) : IProgress<EpochProgress>
    {
        public void Report(EpochProgress value) => action(value);
    }
}
