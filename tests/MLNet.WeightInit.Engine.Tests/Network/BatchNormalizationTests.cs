using MLNet.WeightInit.Engine.Data;
using MLNet.WeightInit.Engine.Network;
using MLNet.WeightInit.Engine.Training;
using MLNet.WeightInit.Engine.Training.Optimizers;
using MLNet.WeightInit.Engine.Tests.Training;

namespace MLNet.WeightInit.Engine.Tests.Network;

[TestFixture]
internal sealed class BatchNormalizationTests
{
    /// <summary>A rate that moves no weight, so that what is left of a training is the running statistics.</summary>
    const float NoMove = 1e-30f;

    static TrainingOptions Options(int[] hidden, string activation = "ReLU", int batchSize = 1_000, int epochs = 1, float learningRate = NoMove)
        => Trainings.Options(NetworkTask.Multiclass, 3, hidden, activation, optimizer: "SGD", init: "he", batchSize: batchSize, epochs: epochs, learningRate: learningRate) with
        {
            Normalization = Normalization.Batch, EarlyStopping = false, Standardize = false,
        };

    /// <summary>Sums W x + b of the first hidden layer, [row][unit].</summary>
    static double[][] Sums(FeedForwardNetwork network, TrainingSet data)
    {
        DenseLayer layer = network.DenseLayers[0];
        float[] weights = layer.GetWeights(), biases = layer.GetBiases();
        return [.. Enumerable.Range(0, data.Rows).Select(row => Enumerable.Range(0, layer.Outputs)
            .Select(unit => biases[unit] + Enumerable.Range(0, layer.Inputs).Sum(input => (double)weights[unit * layer.Inputs + input] * data.Row(row)[input])).ToArray())];
    }

    static (double Mean, double Variance) Statistics(double[][] sums, int unit, int? without = null)
    {
        double[] values = [.. sums.Where((_, row) => row != without).Select(row => row[unit])];
        double mean = values.Average();
        return (mean, values.Sum(value => (value - mean) * (value - mean)) / (values.Length - 1));
    }

    /// <summary>PyTorch's defaults: from 0 and 1 on a tenth of the way, towards the variance with rows − 1.</summary>
    [Test]
    public void Running_statistics_take_in_a_tenth_of_each_batch([Values(1, 3)] int epochs)
    {
        TrainingSet data = Trainings.Rings(60);
        FeedForwardNetwork start = NetworkTrainer.Train(data, Options([5], epochs: 0)).Network, trained = NetworkTrainer.Train(data, Options([5], epochs: epochs)).Network;
        Assert.That(start.DenseLayers[0].GetRunningMeans(), Has.All.EqualTo(0f));
        Assert.That(start.DenseLayers[0].GetRunningVariances(), Has.All.EqualTo(1f));
        double[][] sums = Sums(start, data);
        double left = Math.Pow(0.9, epochs);
        for (int unit = 0; unit < 5; unit++)
        {
            (double mean, double variance) = Statistics(sums, unit);
            Assert.That(trained.DenseLayers[0].GetRunningMeans()[unit], Is.EqualTo((1 - left) * mean).Within(1e-5));     // 60 terms of unit size
            Assert.That(trained.DenseLayers[0].GetRunningVariances()[unit], Is.EqualTo(left + (1 - left) * variance).Within(2e-5));
        }
        Assert.That(trained.DenseLayers[1].GetRunningMeans(), Is.Empty, "the output has none");
        Assert.That(trained.ParameterCount, Is.EqualTo(4 * 5 + 3 * 5 + 5 * 3 + 3), "statistics are no parameters");
    }

    /// <summary>33 rows in batches of 32: whichever row comes last alone is missing from the statistics, and nothing else.</summary>
    [Test]
    public void A_batch_of_one_row_leaves_the_running_statistics_and_trains_by_them()
    {
        TrainingSet data = Trainings.Rings(33);
        FeedForwardNetwork start = NetworkTrainer.Train(data, Options([5], epochs: 0)).Network, trained = NetworkTrainer.Train(data, Options([5], batchSize: 32)).Network;
        double[][] sums = Sums(start, data);
        int[] missing = [.. Enumerable.Range(0, 33).Where(row => Enumerable.Range(0, 5).All(unit => Math.Abs(trained.DenseLayers[0].GetRunningMeans()[unit] - 0.1 * Statistics(sums, unit, row).Mean) < 1e-5))];
        Assert.That(missing, Has.Length.EqualTo(1));
        for (int unit = 0; unit < 5; unit++)
            Assert.That(trained.DenseLayers[0].GetRunningVariances()[unit], Is.EqualTo(0.9 + 0.1 * Statistics(sums, unit, missing[0]).Variance).Within(2e-5));

        TrainingOptions fast = Options([5], batchSize: 32, epochs: 5, learningRate: 0.1f);
        TrainingHistory history = NetworkTrainer.Train(data, fast).History;
        Assert.That(history.Epochs.Select(epoch => epoch.TrainingLoss), Has.All.Matches<double>(double.IsFinite));
        Assert.That(NetworkTrainer.Train(Trainings.Rings(1), fast).History.Epochs, Has.Count.EqualTo(5), "one row alone trains by the statistics that it begins with");
    }

    /// <summary>A step comes after its forward way, so the statistics of the first batch are the same whatever the step does.</summary>
    [TestCase("SGD")]
    [TestCase("AdamW")]
    [TestCase("LAMB")]
    public void No_optimizer_decay_penalty_or_clipping_touches_the_running_statistics(string optimizer)
    {
        TrainingSet data = Trainings.Rings(60);
        TrainingOptions options = Options([20]);
        FeedForwardNetwork expected = NetworkTrainer.Train(data, options).Network;
        FeedForwardNetwork trained = NetworkTrainer.Train(data, options with
        {
            Optimizer = Optimizers.Parse(optimizer), LearningRate = 0.1f, WeightDecay = 0.5f, L1 = 0.1f, MaxNorm = 0.5f, GradientClipping = GradientClipping.Parse("norm(0.1)"),
        }).Network;
        Assert.That(trained.DenseLayers[0].GetWeights(), Is.Not.EqualTo(expected.DenseLayers[0].GetWeights()));
        Assert.That(trained.DenseLayers[0].GetRunningMeans(), Is.EqualTo(expected.DenseLayers[0].GetRunningMeans()));
        Assert.That(trained.DenseLayers[0].GetRunningVariances(), Is.EqualTo(expected.DenseLayers[0].GetRunningVariances()));
    }

    /// <summary>A batch's mean takes the bias away, so its gradient is 0 but for rounding, which Adam would make whole steps of.</summary>
    [Test]
    public void A_bias_before_batch_normalization_stays_as_it_was()
    {
        FeedForwardNetwork network = NetworkTrainer.Train(Trainings.Rings(100), Options([8, 8], epochs: 5) with { Optimizer = Optimizers.Parse("Adam"), LearningRate = 0.01f, BatchSize = 16 }).Network;
        Assert.That(network.DenseLayers[1].GetBiases(), Has.All.EqualTo(0f));
        Assert.That(network.DenseLayers[2].GetBiases(), Has.All.Not.EqualTo(0f));
        Assert.That(network.DenseLayers[1].GetNormalizationShifts(), Has.All.Not.EqualTo(0f));
    }

    [Test]
    public void Scores_are_those_of_the_double_loop_with_running_statistics_alone_and_in_a_batch([Values("ReLU", "Tanh")] string activation)
    {
        FeedForwardNetwork network = Networks.Create(6, [37, 512, 1], 2, activation, normalization: Normalization.Batch);
        const int Rows = 9;
        float[] rows = Networks.Values(Rows * 6, 3, 2), together = new float[Rows * 2], alone = new float[2];
        new NetworkScorer(network, Rows).Score(rows, Rows, together);
        for (int row = 0; row < Rows; row++)
        {
            network.Predict(rows.AsSpan(row * 6, 6), alone);
            Assert.That(alone, Is.EqualTo(together[(2 * row)..(2 * row + 2)]));
            double[] expected = Networks.Logits(network, rows.AsSpan(row * 6, 6), activation == "ReLU" ? z => Math.Max(0, z) : Math.Tanh);
            for (int output = 0; output < 2; output++)
                Assert.That(alone[output], Is.EqualTo(expected[output]).Within(2e-4));        // 512 terms of unit size, three layers
        }
    }

    /// <summary>Validation scores: its loss is that of the finished network on those rows.</summary>
    [Test]
    public void Validation_takes_the_running_statistics()
    {
        TrainingSet data = Trainings.Rings(100), validation = Trainings.Rings(40, seed: 9);
        TrainingOptions options = Options([12], batchSize: 16, epochs: 4, learningRate: 0.05f) with { RestoreBest = false };
        TrainingResult result = NetworkTrainer.Train(data, options, validation);
        var scores = new float[3];
        double loss = 0;
        for (int row = 0; row < validation.Rows; row++)
        {
            result.Network.Predict(validation.Row(row), scores);
            loss -= Math.Log(scores[(int)validation.Targets[row]]) / validation.Rows;
        }
        Assert.That(result.History.Epochs[^1].ValidationLoss, Is.EqualTo(loss).Within(1e-5));
    }

    /// <summary>As for layer normalization; batches of 32 rows make the steps noisier. Without normalization the second stays at the loss of the classes' shares, 0.88.</summary>
    [TestCase("ReLU", "normal(deviation=1)")]
    [TestCase("Tanh", "normal(deviation=0.05)")]
    public void Layers_train_from_weights_of_the_wrong_size(string activation, string init)
    {
        TrainingOptions options = Trainings.Options(NetworkTask.Multiclass, 3, [.. Enumerable.Repeat(32, 6)], activation, init: init, epochs: 80, learningRate: 0.001f) with { EarlyStopping = false };
        TrainingResult Train(Normalization normalization) => NetworkTrainer.Train(Trainings.Rings(300), options with { Normalization = normalization });
        TrainingResult batch = Train(Normalization.Batch);
        Assert.That(batch.History.Epochs[^1].TrainingLoss, Is.LessThan(0.6 * Train(Normalization.None).History.Epochs[^1].TrainingLoss));
        Assert.That(Trainings.Accuracy(batch.Network, Trainings.Rings(300)), Is.GreaterThan(0.7), "scored by the running statistics; the largest ring has about half of the rows");
    }

    [Test]
    public void Theory_predicts_deviations_and_gradients_of_a_normalized_network([Values("ReLU", "Tanh")] string activation)
    {
        TrainingOptions options = Trainings.Options(NetworkTask.Multiclass, 3, [.. Enumerable.Repeat(256, 10)], activation, init: "normal(deviation=0.5)", epochs: 0) with { Normalization = Normalization.Batch };
        InitializationReport report = NetworkTrainer.Train(Trainings.Rings(300, features: 40), options).Initialization;
        foreach (LayerStatistics layer in report.Layers.SkipLast(1))
        {
            Assert.That(layer.PreActivationDeviation, Is.EqualTo(1).Within(1e-3));
            Assert.That(layer.PredictedDeviation, Is.EqualTo(1).Within(1e-3));
            // ln of the squared norm wanders by about √(5 / 256) a layer: ±1.3 at three deviations over ten layers, 1.9 in the norm.
            Assert.That(layer.PreActivationGradientNorm / layer.PredictedGradientNorm, Is.InRange(1 / 1.9, 1.9), layer.Layer);
        }
    }
}
