using System.Globalization;
using MLNet.WeightInit.Engine.Data;
using MLNet.WeightInit.Engine.Diagnostics.Trainability;
using MLNet.WeightInit.Engine.Kernels;
using MLNet.WeightInit.Engine.Tests.Architecture;
using MLNet.WeightInit.Engine.Tests.Kernels;
using MLNet.WeightInit.Engine.Tests.Training;
using MLNet.WeightInit.Engine.Training;

namespace MLNet.WeightInit.Engine.Tests.Diagnostics.Trainability;

/// <summary>The forecast, against trainings that its rule never saw.</summary>
[TestFixture]
internal sealed class TrainabilityForecastTests
{
    static readonly string[] s_unseen = ["wine", "Friedman", "twenty clusters", "two spirals", "one-hot words", "quadratic classes"];

    /// <summary>The checked-in study: what the page says of the rule must hold of the rule in the assembly.</summary>
    [Test]
    public void The_rule_tells_trainings_of_unseen_data_apart()
    {
        (double Forecast, bool Learned)[] cells = [.. Cells()];
        Assert.That(cells, Has.Length.GreaterThan(700));
        double[] learned = [.. cells.Where(cell => cell.Learned).Select(cell => cell.Forecast)], failed = [.. cells.Where(cell => !cell.Learned).Select(cell => cell.Forecast)];
        double auc = learned.Sum(up => failed.Sum(down => up > down ? 1 : up == down ? 0.5 : 0)) / ((double)learned.Length * failed.Length);
        double error = cells.GroupBy(cell => Math.Min(9, (int)(cell.Forecast * 10))).Sum(bin => bin.Count() * Math.Abs(bin.Average(cell => cell.Forecast) - bin.Average(cell => cell.Learned ? 1.0 : 0))) / cells.Length;
        using (Assert.EnterMultipleScope())
        {
            Assert.That(auc, Is.GreaterThan(0.95));
            Assert.That(error, Is.LessThan(0.05));
            Assert.That(Repository.Read("docs/benchmarks/trainability.md"), Does.Contain(FormattableString.Invariant($"| **never seen** | {cells.Length} | {learned.Length * 100.0 / cells.Length:F0} % | {auc:F3} | {error:F3} |")));
        }
    }

    [TestCase("he", "Adam", 0.003f, 0.7, 1)]
    [TestCase("auto", "Momentum", 0.05f, 0.7, 1)]
    [TestCase("he", "Adam", 1e-7f, 0, 0.2)]
    [TestCase("zeros", "SGD", 0.05f, 0, 0.2)]
    [TestCase("normal(deviation=3)", "SGD", 1f, 0, 0.2)]
    public void The_forecast_follows_start_and_rate(string init, string optimizer, float rate, double lowest, double highest)
    {
        TrainingOptions options = Trainings.Options(NetworkTask.Multiclass, 3, [32, 32], init: init, optimizer: optimizer, learningRate: rate, epochs: 40);
        Assert.That(NetworkTrainer.Train(Trainings.Rings(400), options).Initialization.Forecast!.Probability, Is.InRange(lowest, highest));
    }

    [Test]
    public void The_forecast_is_the_same_on_every_width_and_thread([Values(1, 2)] int threads, [ValueSource(typeof(Widths), nameof(Widths.Fused))] SimdLevel level)
    {
        TrainingOptions options = Trainings.Options(NetworkTask.Multiclass, 3, [20, 12], epochs: 20), other = options with { Threads = threads, Simd = level };
        TrainingSet data = Trainings.Rings(300);
        InitializationReport expected = NetworkTrainer.Train(data, options).Initialization, found = NetworkTrainer.Train(data, other).Initialization;
        Assert.That(found.Forecast, Is.EqualTo(expected.Forecast));
    }

    /// <summary>What no cell of the study has gets no answer rather than a wrong one.</summary>
    [Test]
    public void Unknown_trainings_have_no_forecast()
    {
        TrainingOptions options = Trainings.Options(NetworkTask.Regression, 1, [8], loss: "Huber");
        Assert.That(NetworkTrainer.Train(Trainings.Rings(60), options).Initialization.Forecast, Is.Null);
        Assert.That(NetworkTrainer.Train(Trainings.Rings(60), Trainings.Options(NetworkTask.Multiclass, 3, [8], optimizer: "LBFGS")).Initialization.Forecast, Is.Null);
    }

    [Test]
    public void The_forecast_survives_json()
    {
        InitializationReport report = NetworkTrainer.Train(Trainings.Rings(60), Trainings.Options(NetworkTask.Multiclass, 3, [8])).Initialization;
        Assert.That(InitializationReport.FromJson(report.ToJson()).Forecast, Is.EqualTo(report.Forecast));
        Assert.That(report.ToString().ReplaceLineEndings(" "), Does.Contain($"in {report.Forecast!.Steps} steps"));
    }

    /// <summary>The range of the study is the range of what isn't a guess.</summary>
    [TestCase(10, 1, true)]
    [TestCase(1, 149, true)]
    [TestCase(1, 150, false)]
    public void Fewer_steps_than_any_of_the_study_are_a_guess(int batches, int epochs, bool isGuess)
    {
        string[][] cells = [.. Repository.Read("docs/benchmarks/trainability-cells.csv").Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => line.Split(','))];
        int column = Array.IndexOf(cells[0], "f_steps");
        Assert.That(cells.Skip(1).Min(cell => Math.Round(Math.Pow(10, Number(cell[column])))), Is.EqualTo(TrainabilityForecast.FewestSteps));
        InitializationReport report = NetworkTrainer.Train(Trainings.Rings(60), Trainings.Options(NetworkTask.Multiclass, 3, [8], batchSize: 60 / batches, epochs: epochs)).Initialization;
        using (Assert.EnterMultipleScope())
        {
            Assert.That((report.Forecast!.Steps, report.Forecast.IsExtrapolated), Is.EqualTo(((long)batches * epochs, isGuess)));
            Assert.That(string.Join(' ', report.ToString().Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)).Contains("(a guess: it was fitted on trainings of 150 and more)", StringComparison.Ordinal), Is.EqualTo(isGuess));
            Assert.That(InitializationReport.FromJson(report.ToJson()).Forecast, Is.EqualTo(report.Forecast));
        }
    }

    [TestCase("1 1 1 0 1 0 0.5 -1 -2 1", TestName = "cut short")]
    [TestCase("1 1 1 0 1 0 0.5 -1 -2 1 2 3", TestName = "too long")]
    public void A_damaged_rule_is_refused(string text) => Assert.That(() => TrainabilityRule.Read(text), Throws.InstanceOf<InvalidDataException>());

    /// <summary>One split at 0.5 with leaves −2 and 2, slope 1.5 and offset 0.25.</summary>
    [TestCase(0.5, -2.75)]
    [TestCase(0.6, 3.25)]
    public void A_rule_is_a_sum_of_trees(double figure, double logit)
        => Assert.That(TrainabilityRule.Read("1 1 1.5 0.25 1 0 0.5 -1 -2 -2 2").Probability([figure]), Is.EqualTo(1 / (1 + Math.Exp(-logit))).Within(1e-15));

    static IEnumerable<(double Forecast, bool Learned)> Cells()
    {
        var rule = TrainabilityRule.Load("trainability.txt");
        string[] lines = Repository.Read("docs/benchmarks/trainability-cells.csv").Split('\n', StringSplitOptions.RemoveEmptyEntries);
        List<string> names = [.. lines[0].Split(',')];
        string[][] cells = [.. lines.Skip(1).Select(line => line.Split(',')).Where(cell => s_unseen.Contains(cell[1]))];
        int loss = names.IndexOf("loss1");
        Assert.That(names[(loss + 3)..].Select(name => name[2..].Replace('_', ' ')), Is.EqualTo(StartFigures.Names));
        var best = cells.GroupBy(cell => cell[1]).ToDictionary(data => data.Key, data => data.Min(cell => Losses(cell).Order().ElementAt(1)));
        foreach (string[] cell in cells)
        {
            double prior = Number(cell[names.IndexOf("prior")]), goal = prior - 0.2 * (prior - best[cell[1]]);
            yield return (rule.Probability([.. cell[(loss + 3)..].Select(Number)]), Losses(cell).Count(value => value <= goal) > 1);
        }

        IEnumerable<double> Losses(string[] cell) => cell[loss..(loss + 3)].Select(Number).Select(value => double.IsNaN(value) ? double.PositiveInfinity : value);
    }

    static double Number(string text) => double.Parse(text, CultureInfo.InvariantCulture);
}
