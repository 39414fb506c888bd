using MLNet.WeightInit.Engine.Data;
using MLNet.WeightInit.Engine.Network;
using MLNet.WeightInit.Engine.Training;
using MLNet.WeightInit.Engine.Training.Metrics;

namespace MLNet.WeightInit.Engine.Tests.Training;

/// <summary>Watching a training tells what it does, and changes nothing.</summary>
[TestFixture]
internal sealed class TrainingTrialTests
{
    const int Batches = 4, Epochs = 3;

    static readonly TrainingSet s_data = Trainings.Rings(100), s_other = Trainings.Rings(60, seed: 5);

    [TestCase("Adam", null)]
    [TestCase("SGD", 0.9f)]
    [TestCase("L-BFGS", null)]
    public void A_watched_training_is_the_training_and_its_losses_are_the_historys(string optimizer, float? emaDecay)
    {
        TrainingOptions options = Trainings.Options(NetworkTask.Multiclass, 3, optimizer: optimizer, learningRate: 0.01f, epochs: Epochs)
            with { EarlyStopping = false, RestoreBest = false, EmaDecay = emaDecay, Metric = Metrics.Parse("Accuracy") };
        TrainingResult expected = NetworkTrainer.Train(s_data, options, s_other);
        int steps = optimizer == "L-BFGS" ? Epochs : Epochs * Batches;
        var trial = new TrainingTrial(steps, split: null);
        TrainingResult found = NetworkTrainer.Train(s_data, options with { Trial = trial, NumberOfEpochs = steps, MaximumSteps = steps }, s_other);
        Assert.That(found.Network.Parameters.Span.ToArray(), Is.EqualTo(expected.Network.Parameters.Span.ToArray()));
        Assert.That(trial.Points.Select(point => point.Step), Is.EqualTo(Enumerable.Range(0, steps + 1)));
        Assert.That(trial.IsComplete, Is.True);
        foreach (EpochRecord epoch in expected.History.Epochs)
        {
            TrialPoint point = trial.Points[epoch.Epoch * steps / Epochs];
            Assert.That(point.Loss, Is.EqualTo(epoch.ValidationLoss));
            Assert.That(point.Metric, Is.EqualTo(epoch.ValidationMetric));
        }
        Assert.That(trial.TrainedRows, optimizer == "L-BFGS" ? Is.GreaterThanOrEqualTo(100 * Epochs) : Is.EqualTo(100 * Epochs));
    }

    /// <summary>4 features, 16 units, 3 outputs: 2 · 64 operations forward in the first layer and as many for its weights' gradient, 3 · 2 · 48 in the second.</summary>
    [Test]
    public void Operations_are_those_of_the_products()
    {
        TrainingTrial trial = Watch("he");
        Assert.That(trial.OperationsPerRow, Is.EqualTo(4 * 64 + 6 * 48));
        Assert.That(trial.CalibrationOperations, Is.Zero);
    }

    /// <summary>A small head is scaled by the outputs that it measures: at least one forward pass over the batch, which is all 100 rows.</summary>
    [Test]
    public void A_calibration_costs_its_passes()
    {
        double passes = Watch("recipe(hidden=he, output=small_logits)").CalibrationOperations / (100 * 2 * (64 + 48));
        Assert.That(passes, Is.GreaterThanOrEqualTo(1));
        Assert.That(passes, Is.EqualTo(Math.Round(passes)));
    }

    /// <summary>The cross entropy of the rows kept out and the shares in those that train, to which one row of a third of each class is added.</summary>
    [Test]
    public void The_best_constant_is_that_of_the_training_rows_on_the_rows_kept_out()
    {
        TrainingTrial trial = Watch("auto");
        double loss = 0;
        for (int row = 0; row < s_other.Rows; row++)
            loss -= Math.Log(s_data.Targets.Count(label => label == s_other.Targets[row]) / 100.0) / s_other.Rows;
        Assert.That(trial.BestConstantLoss, Is.EqualTo(loss).Within(1e-6), "logits of size 3 at most, as Singles");
    }

    [Test]
    public void Rows_of_a_split_are_kept_out_of_everything()
    {
        int[] training = [.. Enumerable.Range(0, 100).Where(row => row % 5 != 0)], held = [.. Enumerable.Range(0, 20).Select(i => 5 * i)];
        TrainingOptions options = Trainings.Options(NetworkTask.Multiclass, 3, epochs: 2) with { EarlyStopping = false, RestoreBest = false };
        int[] before = [.. training];
        var trial = new TrainingTrial(6, (training, held));
        NetworkTrainer.Train(s_data, options with { Trial = trial, MaximumSteps = 6 });
        Assert.That(training, Is.EqualTo(before), "a training shuffles rows of its own");

        TrainingSet Part(int[] rows) => new([.. rows.SelectMany(row => s_data.Features.AsSpan(4 * row, 4).ToArray())], rows.Length, 4, [.. rows.Select(row => s_data.Targets[row])], 1);
        var other = new TrainingTrial(6, split: null);
        NetworkTrainer.Train(Part(training), options with { Trial = other, MaximumSteps = 6 }, Part(held));
        Assert.That(trial.Points, Is.EqualTo(other.Points));
        Assert.That(trial.TrainingLoss, Is.EqualTo(other.TrainingLoss));
    }

    [Test]
    public void A_training_that_breaks_down_is_not_complete()
    {
        var trial = new TrainingTrial(40, split: null);
        TrainingOptions options = Trainings.Options(NetworkTask.Regression, 1, [16, 16], optimizer: "SGD", learningRate: 1e6f, epochs: 40) with { EarlyStopping = false, RestoreBest = false, MaximumSteps = 40, Trial = trial };
        Assert.That(() => NetworkTrainer.Train(Trainings.Waves(64), options, Trainings.Waves(32)), Throws.InstanceOf<NonFiniteTrainingException>());
        Assert.That(trial.IsComplete, Is.False);
        Assert.That(trial.Points, Is.Not.Empty, "it was measured before the first step");
    }

    [TestCase(1, new[] { 0, 1 })]
    [TestCase(25, new[] { 0, 1, 24, 25 })]
    [TestCase(26, new[] { 0, 2, 24, 26 })]
    [TestCase(101, new[] { 0, 5, 100, 101 })]
    public void At_most_26_measurements_follow_the_first(int steps, int[] among)
    {
        var trial = new TrainingTrial(steps, split: null);
        int[] due = [.. Enumerable.Range(0, steps + 1).Where(step => trial.IsDue(step))];
        Assert.That(due, Is.SupersetOf(among));
        Assert.That(due, Has.Length.LessThanOrEqualTo(27));
    }

    static TrainingTrial Watch(string init)
    {
        var trial = new TrainingTrial(2, split: null);
        NetworkTrainer.Train(s_data, Trainings.Options(NetworkTask.Multiclass, 3, init: init, epochs: 1) with { EarlyStopping = false, RestoreBest = false, MaximumSteps = 2, Trial = trial }, s_other);
        return trial;
    }
}
