using System.Globalization;
using MLNet.WeightInit.Engine.Data;
using MLNet.WeightInit.Engine.Diagnostics.Trainability;
using MLNet.WeightInit.Engine.Kernels;
using MLNet.WeightInit.Engine.Network;
using MLNet.WeightInit.Engine.Tests.Architecture;
using MLNet.WeightInit.Engine.Tests.Kernels;
using MLNet.WeightInit.Engine.Tests.Persistence;
using MLNet.WeightInit.Engine.Tests.Training;
using MLNet.WeightInit.Engine.Training;
using MLNet.WeightInit.Engine.Training.Optimizers;

namespace MLNet.WeightInit.Engine.Tests.Diagnostics.Trainability;

/// <summary>The forecast after the first 20 steps, against trainings that its rule never saw.</summary>
[TestFixture]
internal sealed class StepForecastTests
{
    static readonly string[] s_unseen = ["wine", "Friedman", "twenty clusters", "two spirals", "one-hot words", "quadratic classes"];

    /// <summary>The checked-in figures with the checked-in outcomes: what the page says of the rule must hold of the rule in the assembly.</summary>
    [Test]
    public void The_rule_tells_trainings_of_unseen_data_apart()
    {
        (double Forecast, bool Learned)[] trainings = [.. StudiedTrainings()];
        double[] learned = [.. trainings.Where(training => training.Learned).Select(training => training.Forecast).Order()], failed = [.. trainings.Where(training => !training.Learned).Select(training => training.Forecast)];
        double auc = failed.Sum(down => learned.Count(up => up > down) + 0.5 * learned.Count(up => up == down)) / ((double)learned.Length * failed.Length);
        double error = trainings.GroupBy(training => Math.Min(9, (int)(training.Forecast * 10))).Sum(bin => bin.Count() * Math.Abs(bin.Average(training => training.Forecast) - bin.Average(training => training.Learned ? 1.0 : 0))) / trainings.Length;
        using (Assert.EnterMultipleScope())
        {
            Assert.That(trainings, Has.Length.GreaterThan(700));
            Assert.That(auc, Is.GreaterThanOrEqualTo(0.95));
            Assert.That(error, Is.LessThanOrEqualTo(0.05));
            Assert.That(Repository.Read("docs/benchmarks/trainability-steps.md"), Does.Contain(FormattableString.Invariant($"| **never seen** | {trainings.Length} | {learned.Length * 100.0 / trainings.Length:F0} % | {auc:F3} | {error:F3} |")));
        }
    }

    [TestCase("he", "Adam", 0.003f, 0.7, 1)]
    [TestCase("auto", "Momentum", 0.05f, 0.7, 1)]
    [TestCase("he", "Adam", 1e-7f, 0, 0.2)]
    [TestCase("zeros", "SGD", 0.05f, 0, 0.2)]
    public void The_forecast_follows_the_steps(string init, string optimizer, float rate, double lowest, double highest)
    {
        TrainingOptions options = Trainings.Options(NetworkTask.Multiclass, 3, [32, 32], init: init, optimizer: optimizer, learningRate: rate, epochs: 40);
        Assert.That(Forecast(Trainings.Rings(400), options)!.Probability, Is.InRange(lowest, highest));
    }

    [Test]
    public void The_forecast_is_the_same_on_every_width_and_thread_and_after_a_checkpoint_within_the_steps()
    {
        using var folder = new TemporaryFolder();
        TrainingOptions options = Trainings.Options(NetworkTask.Multiclass, 3, [20, 12], epochs: 20) with { EarlyStopping = false, ValidationFraction = 0 };
        TrainingSet data = Trainings.Rings(300);
        EarlyTraining expected = NetworkTrainer.Train(data, options).Initialization.EarlyTraining!;
        Assert.That(expected.Forecast, Is.Not.Null);
        foreach (int threads in (int[])[2, 3])
            foreach (SimdLevel level in Widths.Fused)
                Assert.That(NetworkTrainer.Train(data, options with { Threads = threads, Simd = level }).Initialization.EarlyTraining!.StepFigures, Is.EqualTo(expected.StepFigures));
        TrainingOptions stopped = options with { Checkpoint = new(folder["training.checkpoint"]) };
        NetworkTrainer.Train(data, stopped with { MaximumSteps = 13 });      // within the second of ten-step epochs
        Assert.That(NetworkTrainer.Train(data, stopped).Initialization.EarlyTraining!.StepFigures, Is.EqualTo(expected.StepFigures), "stopped within the steps");
        Assert.That(NetworkTrainer.Train(data, stopped with { NumberOfEpochs = 20 }).Initialization.EarlyTraining!.Forecast, Is.EqualTo(expected.Forecast), "stopped after them");
    }

    [Test]
    public void Few_steps_unknown_trainings_and_those_that_go_on_have_no_forecast()
    {
        TrainingSet data = Trainings.Rings(300);
        TrainingOptions options = Trainings.Options(NetworkTask.Multiclass, 3, [8]);
        Assert.That(Forecast(data, options), Is.Not.Null);
        Assert.That(Forecast(data, options with { NumberOfEpochs = 1 }), Is.Null);
        Assert.That(Forecast(data, options with { Dropout = new Dropout(0.2f, isAlpha: false) }), Is.Null);
        Assert.That(Forecast(data, options with { Optimizer = Optimizers.Parse("L-BFGS"), NumberOfEpochs = 30 }), Is.Null);
        TrainingResult first = NetworkTrainer.Train(data, options);
        Assert.That(NetworkTrainer.Train(data, options, start: new TrainingStart(first.Network, first.Initialization)).Initialization.EarlyTraining!.Forecast, Is.Null);
    }

    [Test]
    public void It_survives_json_and_stands_in_the_text()
    {
        InitializationReport report = NetworkTrainer.Train(Trainings.Rings(300), Trainings.Options(NetworkTask.Multiclass, 3, [8])).Initialization;
        Assert.That(InitializationReport.FromJson(report.ToJson()).EarlyTraining!.Forecast, Is.EqualTo(report.EarlyTraining!.Forecast));
        Assert.That(string.Join(' ', report.ToString().Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)), Does.Contain("After them the chance that it learns in"));
    }

    /// <summary>The probe's loss after the steps is that of a training that ends there, on the same rows.</summary>
    [Test]
    public void The_loss_of_the_probe_is_that_of_the_network_after_the_steps()
    {
        TrainingSet data = Trainings.Rings(200, classes: 2);
        TrainingOptions options = Trainings.Options(NetworkTask.Binary, 1, [16], epochs: 40) with { MaximumSteps = 20, EarlyStopping = false, ValidationFraction = 0 };
        TrainingResult result = NetworkTrainer.Train(data, options);
        double loss = 0;
        var score = new float[1];
        for (int row = 0; row < 200; row++)
        {
            result.Network.Predict(data.Row(row), score);
            double logit = data.Targets[row] == 1 ? score[0] : -score[0];
            loss += Math.Log(1 + Math.Exp(-logit)) / 200;
        }
        int at = StepFigures.Names.ToList().IndexOf("probe loss");
        // A score of 32 bits errs by some 1e-6, and the logarithm has no more than a digit less.
        Assert.That(result.Initialization.EarlyTraining!.StepFigures[at], Is.EqualTo(Math.Log10(loss / result.Initialization.PriorLoss)).Within(1e-5));
    }

    static TrainabilityForecast? Forecast(TrainingSet data, TrainingOptions options) => NetworkTrainer.Train(data, options).Initialization.EarlyTraining!.Forecast;

    static IEnumerable<(double Forecast, bool Learned)> StudiedTrainings()
    {
        var rule = TrainabilityRule.Load(StepForecast.Rule);
        string[] lines = Repository.Read("docs/benchmarks/trainability-cells.csv").Split('\n', StringSplitOptions.RemoveEmptyEntries), steps = Repository.Read("docs/benchmarks/trainability-steps.csv").Split('\n', StringSplitOptions.RemoveEmptyEntries);
        List<string> names = [.. lines[0].Split(',')];
        Assert.That(steps[0].Split(',')[2..].Select(name => name[2..].Replace('_', ' ')), Is.EqualTo(StepFigures.Names));
        Dictionary<string, string[]> cells = lines.Skip(1).Select(line => line.Split(',')).ToDictionary(cell => cell[0]);
        int loss = names.IndexOf("loss1");
        var best = cells.Values.GroupBy(cell => cell[1]).ToDictionary(data => data.Key, data => data.Min(cell => Enumerable.Range(0, 3).Where(seed => cell[loss + seed].Length > 0).Select(seed => Loss(cell, seed)).ToArray() is var losses ? losses.Order().ElementAt(losses.Length / 2) : 0));
        foreach (string[] row in steps.Skip(1).Select(line => line.Split(',')))
        {
            string[] cell = cells[row[0]];
            double prior = Number(cell[names.IndexOf("prior")]);
            if (s_unseen.Contains(cell[1]))
                yield return (rule.Probability([.. row[2..].Select(Number)]), Loss(cell, int.Parse(row[1], CultureInfo.InvariantCulture) - 1) <= prior - 0.2 * (prior - best[cell[1]]));
        }

        double Loss(string[] cell, int seed) => Number(cell[loss + seed]) is var value && double.IsNaN(value) ? double.PositiveInfinity : value;
    }

    static double Number(string text) => double.Parse(text, CultureInfo.InvariantCulture);
}
