using System.Globalization;
using MLNet.WeightInit.Engine.Data;
using MLNet.WeightInit.Engine.Network;
using MLNet.WeightInit.Engine.Tests.Network;
using MLNet.WeightInit.Engine.Training;
using MLNet.WeightInit.Engine.Training.Metrics;

namespace MLNet.WeightInit.Engine.Tests.Training;

/// <summary>Trainings by L-BFGS: where they end, against scikit-learn and Newton's method, and how.</summary>
[TestFixture]
internal sealed class LbfgsTests
{
    const float Decay = 0.02f;
    static readonly TrainingSet s_rings = Trainings.Rings(150, features: 5, weighted: true);
    static readonly TrainingOptions s_options = Trainings.Options(NetworkTask.Multiclass, 3, [9], "Tanh", optimizer: "L-BFGS", batchSize: 64, epochs: 12) with { ValidationFraction = 0, EarlyStopping = false };

    [TestCase("values")]
    [TestCase("classes")]
    public void It_ends_where_scikit_learn_does(string problem)
    {
        bool isClasses = problem == "classes";
        (double loss, double penalty) = Golden(problem);
        (TrainingSet data, int[] hidden, int outputs) = isClasses ? (Classes(), new[] { 7 }, 3) : (Values(), new[] { 6 }, 1);
        NetworkTask task = isClasses ? NetworkTask.Multiclass : NetworkTask.Regression;
        TrainingOptions options = Trainings.Options(task, outputs, hidden, "Tanh", optimizer: "L-BFGS(tolerance=1e-6)", epochs: 2000) with { WeightDecay = Decay, Standardize = false, EarlyStopping = false };
        var start = new TrainingStart(Networks.Create(data.FeatureCount, hidden, outputs, "Tanh", task), NetworkTrainer.Train(data, options with { NumberOfEpochs = 0 }).Initialization);
        TrainingResult found = NetworkTrainer.Train(data, options, start: start);
        Assert.That(found.History.StopReason, Does.StartWith("Converged"));
        // A float holds a loss to 6e-8, so the place where it is lowest to the root of that, 2.4e-4 of the weights; loss and penalty alone are as flat as a line there, but their sum is a parabola.
        double foundLoss = found.History.Epochs[^1].TrainingLoss, foundPenalty = Penalty(found.Network, Decay);
        Assert.That(foundLoss + foundPenalty, Is.EqualTo(loss + penalty).Within(1e-5 * (loss + penalty)));
        Assert.That(foundLoss, Is.EqualTo(loss).Within(2e-3 * loss));
    }

    /// <summary>Logistic regression has one minimum, which Newton's method in double finds to the last digits.</summary>
    [Test]
    public void Without_hidden_layers_it_finds_the_one_minimum([Values(16, 64, 1000)] int batchSize)
    {
        TrainingSet data = Trainings.Rings(200, features: 4, classes: 2, weighted: true);
        TrainingOptions options = Trainings.Options(NetworkTask.Binary, 1, [], optimizer: "L-BFGS(tolerance=1e-7)", batchSize: batchSize, epochs: 500) with { WeightDecay = Decay, Standardize = false, EarlyStopping = false };
        TrainingResult found = NetworkTrainer.Train(data, options);
        (double[] weights, double loss) = Newton(data, Decay);
        Assert.That(found.History.Epochs[^1].TrainingLoss + Penalty(found.Network, Decay), Is.EqualTo(loss).Within(1e-6 * loss));
        Assert.That(found.History.StopReason, Does.StartWith("Converged"));
        // The gradient is known to some 1e-7, and no curvature is below the decay of 0.02.
        Assert.That(found.Network.DenseLayers[0].GetWeights().Append(found.Network.DenseLayers[0].GetBiases()[0]).Select(value => (double)value), Is.EqualTo(weights).Within(1e-5));
    }

    /// <summary>A penalty that outweighs what all rows say has its lowest place where every weight is 0, and every number of an embedding, but no bias.</summary>
    [Test]
    public void The_penalty_is_of_weights_and_embeddings_and_of_no_bias()
    {
        TrainingOptions options = Trainings.Options(NetworkTask.Multiclass, 3, [8], "Tanh", optimizer: "L-BFGS(tolerance=1e-6)", epochs: 200) with { WeightDecay = 5, Embeddings = Trainings.Categories(), ValidationFraction = 0, EarlyStopping = false };
        FeedForwardNetwork network = NetworkTrainer.Train(Trainings.WithCategories(150), options).Network;
        // It stops where the loss falls by less than 2.2e-9, and a weight of 1e-4 costs 5/2 of its square, 2.5e-8.
        Assert.That(network.DenseLayers.SelectMany(layer => layer.GetWeights()), Is.All.EqualTo(0).Within(1e-4));
        Assert.That(network.Embeddings.SelectMany(embedding => embedding.GetVectors()), Is.All.EqualTo(0).Within(1e-4));
        Assert.That(network.DenseLayers[^1].GetBiases().Max(Math.Abs), Is.GreaterThan(0.1), "the classes' shares");
    }

    [Test]
    public void The_history_has_what_an_iteration_left()
    {
        TrainingResult trained = NetworkTrainer.Train(s_rings, s_options with { Metric = Metrics.Parse("Accuracy"), WeightDecay = 0.001f });
        EpochRecord last = trained.History.Epochs[^1];
        Assert.That(trained.History.Epochs.Select(epoch => epoch.TrainingLoss), Is.Ordered.Descending);
        Assert.That(trained.History.Epochs.Select(epoch => epoch.LearningRate), Is.All.GreaterThan(0));
        // With no further step allowed, training from the model measures it before it moves: the loss and metric must be those of the record.
        TrainingResult next = NetworkTrainer.Train(s_rings, s_options with { Optimizer = MLNet.WeightInit.Engine.Training.Optimizers.Optimizers.Parse("L-BFGS(tolerance=1e9)"), Metric = Metrics.Parse("Accuracy"), WeightDecay = 0.001f },
            start: new TrainingStart(trained.Network, trained.Initialization));
        Assert.That(next.History.Epochs, Has.Count.EqualTo(1));
        Assert.That((next.History.Epochs[0].TrainingLoss, next.History.Epochs[0].TrainingMetric, next.History.Epochs[0].GradientNorm), Is.EqualTo((last.TrainingLoss, last.TrainingMetric, last.GradientNorm)));
        Assert.That(next.History.StopReason, Is.EqualTo("Converged in epoch 1, in 1 pass over the rows: no number of the gradient is above 1000000000."));
        Assert.That(Trainings.Bytes(next.Network), Is.EqualTo(Trainings.Bytes(trained.Network)));
    }

    [Test]
    public void Passes_over_the_rows_are_counted_and_shown()
    {
        int batches = 0, shown = 0;
        TrainingOptions options = s_options with { CheckAlive = () => batches++, Progress = new Immediate(report => shown += report.Passes) };
        TrainingHistory history = NetworkTrainer.Train(s_rings, options).History;
        Assert.That(batches, Is.EqualTo(shown * 3), "150 rows are 3 batches of 64");
        Assert.That(shown, Is.GreaterThan(12), "the first iteration evaluates its start too");
        Assert.That(history.StopReason, Is.EqualTo($"All 12 epochs were trained in {shown} passes over the rows."));
        Assert.That(NetworkTrainer.Train(s_rings, s_options with { MaximumSteps = 5 }).History.StopReason, Does.StartWith("Stopped in epoch 5: the maximum of 5 steps"));
    }

    [Test]
    public void A_training_cancelled_within_a_pass_gives_the_last_whole_iteration([Values(2, 7, 16)] int batch)
    {
        using var source = new CancellationTokenSource();
        int batches = 0;
        TrainingResult cancelled = NetworkTrainer.Train(s_rings, s_options with { ReturnBestOnCancel = true, CancellationToken = source.Token, CheckAlive = () => { if (++batches == batch) source.Cancel(); } });
        Assert.That(cancelled.History.StopReason, Does.StartWith($"Cancelled in epoch {cancelled.History.Epochs.Count + 1}"));
        Assert.That(Trainings.Bytes(cancelled.Network), Is.EqualTo(Trainings.Bytes(NetworkTrainer.Train(s_rings, s_options with { NumberOfEpochs = cancelled.History.Epochs.Count }).Network)));
        using var another = new CancellationTokenSource();
        batches = 0;
        Assert.That(() => NetworkTrainer.Train(s_rings, s_options with { CancellationToken = another.Token, CheckAlive = () => { if (++batches == batch) another.Cancel(); } }),
            Throws.InstanceOf<OperationCanceledException>().With.Message.Match("cancelled in epoch [0-9]+, batch"));
    }

    [Test]
    public void A_time_that_is_over_ends_after_the_iteration()
    {
        int asked = 0;
        TrainingHistory history = NetworkTrainer.Train(s_rings, s_options with { MaximumDuration = TimeSpan.FromSeconds(1), Clock = () => TimeSpan.FromSeconds(asked++ > 12 ? 2 : 0) }).History;
        Assert.That(history.StopReason, Does.Contain("the maximum duration of 00:00:01 was over"));
        Assert.That(history.Epochs, Has.Count.InRange(1, 11));
    }

    [Test]
    public void Small_data_finds_its_number_of_iterations_by_cross_validation()
    {
        TrainingSet rings = Trainings.Rings(200, features: 2);
        TrainingOptions options = Trainings.Options(NetworkTask.Multiclass, 3, [12], "Tanh", optimizer: "L-BFGS", epochs: null);
        int most = 0;
        TrainingResult found = NetworkTrainer.Train(rings, options with { Progress = new Immediate(report => most = report.IsSearch ? report.Epochs : most) });
        Assert.That(most, Is.EqualTo(200));
        Assert.That(found.History.BestEpoch, Is.GreaterThan(3));
        Assert.That(found.History.Epochs[^1].ValidationLoss, Is.Not.Null);
        Assert.That(Trainings.Accuracy(found.Network, rings), Is.GreaterThan(0.8), "no line through rings tells much more than half of them");
    }

    [Test]
    public void Validation_rows_stop_it_and_the_best_iteration_is_kept()
    {
        TrainingOptions options = s_options with { HiddenLayers = [40], WeightDecay = 0, EarlyStopping = true, ValidationFraction = 0.3f, NumberOfEpochs = 300, Patience = 4 };
        TrainingHistory history = NetworkTrainer.Train(s_rings, options).History;
        Assert.That(history.StopReason, Does.StartWith("Stopped early"));
        Assert.That(history.BestEpoch, Is.EqualTo(history.Epochs.MinBy(epoch => epoch.ValidationLoss)!.Epoch));
    }

    [Test]
    public void A_converged_training_goes_on_nowhere_after_a_checkpoint()
    {
        using var folder = new Persistence.TemporaryFolder();
        TrainingOptions options = s_options with { HiddenLayers = [], WeightDecay = 0.1f, NumberOfEpochs = 300, Checkpoint = new(folder["training"]) };
        TrainingResult first = NetworkTrainer.Train(s_rings, options);
        Assert.That(first.History.StopReason, Does.StartWith("Converged"));
        TrainingResult again = NetworkTrainer.Train(s_rings, options with { NumberOfEpochs = 400, CheckAlive = () => Assert.Fail("a batch was run") });
        Assert.That(Trainings.Bytes(again.Network), Is.EqualTo(Trainings.Bytes(first.Network)));
        Assert.That((again.History.StopReason, again.History.Epochs.Count), Is.EqualTo((first.History.StopReason, first.History.Epochs.Count)));
    }

    [Test]
    public void A_start_that_is_no_number_says_where([Values] bool search)
    {
        TrainingOptions options = s_options with { Init = InitializerRegistry.CreateDefault().Parse("constant(value=3e38)"), Activation = MLNet.WeightInit.Engine.Kernels.Activations.Activations.Parse("ReLU"), HiddenLayers = [9, 9] };
        if (search)
            options = options with { NumberOfEpochs = null, EarlyStopping = true, ValidationFraction = null };
        NonFiniteTrainingException exception = Assert.Throws<NonFiniteTrainingException>(() => NetworkTrainer.Train(s_rings, options))!;
        Assert.That(exception.Message, Does.Contain("try another initialization, Standardize = true, or an optimizer with a learning rate, such as Adam").And.Not.Contain("learning rate below"));
        Assert.That(exception.Initialization.ToString().ReplaceLineEndings(" "), Does.Match("Judged for L-BFGS\\(.*\\), measured on").And.Not.Contain("learning rate"));
    }

    static (double Loss, double Penalty) Golden(string problem)
    {
        using var reader = new StreamReader(typeof(LbfgsTests).Assembly.GetManifestResourceStream("MLNet.WeightInit.Engine.Tests.Goldens.lbfgs.csv")!);
        string[] line = reader.ReadToEnd().Split('\n').Select(text => text.Split(';')).Single(cells => cells[0] == problem);
        return (double.Parse(line[1], CultureInfo.InvariantCulture), double.Parse(line[2], CultureInfo.InvariantCulture));
    }

    /// <summary>As tests/goldens/lbfgs.py makes them.</summary>
    static TrainingSet Values()
    {
        float[] x = Networks.Values(60 * 3, 31, 1.5);
        return new TrainingSet(x, 60, 3, [.. Enumerable.Range(0, 60).Select(row => (float)(Math.Sin(2.0 * x[row * 3]) * x[row * 3 + 1] + 0.25 * x[row * 3 + 2]))], 1);
    }

    /// <summary>As tests/goldens/lbfgs.py makes them.</summary>
    static TrainingSet Classes()
    {
        float[] x = Networks.Values(90 * 4, 32, 2);
        return new TrainingSet(x, 90, 4, [.. Enumerable.Range(0, 90).Select(row => (float)Math.Min(2, (int)(Math.Sqrt((double)x[row * 4] * x[row * 4] + (double)x[row * 4 + 1] * x[row * 4 + 1]) * 1.5)))], 1);
    }

    static double Penalty(FeedForwardNetwork network, double decay) => decay / 2 * network.DenseLayers.Sum(layer => layer.GetWeights().Sum(weight => (double)weight * weight));

    /// <summary>Weights, then the bias, and the mean loss with the penalty: a Newton step is H⁻¹ ∇f, by elimination.</summary>
    static (double[] Weights, double Loss) Newton(TrainingSet data, double decay)
    {
        int n = data.FeatureCount + 1;
        double mean = Enumerable.Range(0, data.Rows).Average(row => (double)data.WeightOf(row));
        var w = new double[n];
        double loss = 0;
        for (int iteration = 0; iteration < 30; iteration++)
        {
            var system = new double[n, n + 1];
            loss = decay / 2 * w.Take(n - 1).Sum(value => value * value);
            for (int i = 0; i < n - 1; i++)
                (system[i, i], system[i, n]) = (decay, decay * w[i]);
            for (int row = 0; row < data.Rows; row++)
            {
                double[] x = [.. data.Row(row).ToArray().Select(value => (double)value), 1];
                double z = x.Zip(w, (a, b) => a * b).Sum(), p = 1 / (1 + Math.Exp(-z)), y = data.Targets[row], weight = data.WeightOf(row) / mean / data.Rows;
                loss += weight * (Math.Log(1 + Math.Exp(-Math.Abs(z))) + Math.Max(z, 0) - y * z);
                for (int i = 0; i < n; i++)
                {
                    system[i, n] += weight * (p - y) * x[i];
                    for (int j = 0; j < n; j++)
                        system[i, j] += weight * p * (1 - p) * x[i] * x[j];
                }
            }
            for (int i = 0; i < n; i++)
                for (int k = 0; k < n; k++)
                    if (k != i && system[k, i] / system[i, i] is var factor)
                        for (int j = i; j <= n; j++)
                            system[k, j] -= factor * system[i, j];
            for (int i = 0; i < n; i++)
                w[i] -= system[i, n] / system[i, i];
        }
        return (w, loss);
    }

    sealed class Immediate(Action<EpochProgress> action) : IProgress<EpochProgress>
    {
        public void Report(EpochProgress value) => action(value);
    }
}
