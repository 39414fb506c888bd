using MLNet.WeightInit.Engine.Data;
using MLNet.WeightInit.Engine.Kernels;
using MLNet.WeightInit.Engine.Network;
using MLNet.WeightInit.Engine.Training;
using MLNet.WeightInit.Engine.Tests.Training;

namespace MLNet.WeightInit.Engine.Tests.Network;

[TestFixture]
internal sealed class LayerNormalizationTests
{
    [Test]
    public void Scores_are_those_of_the_double_loop_alone_and_in_a_batch([Values("ReLU", "Tanh", "GELU")] string activation)
    {
        Func<double, double> function = activation switch { "ReLU" => z => Math.Max(0, z), "Tanh" => Math.Tanh, _ => z => z * 0.5 * (1 + MathNet.Numerics.SpecialFunctions.Erf(z / Math.Sqrt(2))) };
        var features = new AffineScale([.. Networks.Values(6, 40, 10)], [.. Networks.Values(6, 41).Select(value => value + 1.5f)]);
        FeedForwardNetwork network = Networks.Create(6, [37, 512, 3], 2, activation, features: features, normalization: Normalization.Layer);
        const int Rows = 9;
        float[] rows = Networks.Values(Rows * 6, 3, 12), together = new float[Rows * 2], alone = new float[2];
        new NetworkScorer(network, Rows).Score(rows, Rows, together);
        for (int row = 0; row < Rows; row++)
        {
            network.Predict(rows.AsSpan(row * 6, 6), alone);
            Assert.That(alone, Is.EqualTo(together[(2 * row)..(2 * row + 2)]));
            double[] expected = Networks.Logits(network, rows.AsSpan(row * 6, 6), function);
            for (int output = 0; output < 2; output++)
                Assert.That(alone[output], Is.EqualTo(expected[output]).Within(2e-4));    // 512 terms of unit size, three layers; a small variance over 3 units divides errors by it
        }
    }

    [Test]
    public void Scales_start_at_1_and_shifts_at_0_and_both_learn()
    {
        TrainingOptions options = Trainings.Options(NetworkTask.Multiclass, 3, [16, 8], epochs: 0) with { Normalization = Normalization.Layer };
        DenseLayer start = NetworkTrainer.Train(Trainings.Rings(100), options).Network.DenseLayers[1], trained = NetworkTrainer.Train(Trainings.Rings(100), options with { NumberOfEpochs = 3 }).Network.DenseLayers[1];
        Assert.That(start.GetNormalizationScales(), Is.EqualTo(Enumerable.Repeat(1f, 8)));
        Assert.That(start.GetNormalizationShifts(), Is.EqualTo(new float[8]));
        Assert.That(trained.GetNormalizationScales(), Has.All.Not.EqualTo(1f));
        Assert.That(trained.GetNormalizationShifts(), Has.All.Not.EqualTo(0f));
    }

    [Test]
    public void The_output_has_no_normalization_and_parameters_are_counted()
    {
        FeedForwardNetwork network = Networks.Create(4, [5, 3], 2, normalization: Normalization.Layer);
        Assert.That(network.DenseLayers.Select(layer => layer.Normalization), Is.EqualTo((string[])["layer", "layer", "none"]));
        Assert.That(network.ParameterCount, Is.EqualTo(4 * 5 + 3 * 5 + 5 * 3 + 3 * 3 + 3 * 2 + 2));
        Assert.That(network.DenseLayers[2].GetNormalizationScales(), Is.Empty);
    }

    [TestCase(1)]
    [TestCase(2)]
    public void A_layer_too_narrow_to_be_normalized_is_named(int units)
        => Assert.That(() => new NetworkLayout(4, [8, units], "ReLU", 2, Normalization.Layer),
            Throws.TypeOf<ArgumentOutOfRangeException>().With.Message.Contains("hidden[1] has " + units));

    /// <summary>Weights of 5.7 times and of 0.3 times the size that keeps the signal, in each of 6 layers: without normalization the outputs start some thousand times too large, or the
    /// signal at 10⁻³ of its size, and the same time brings little.</summary>
    [TestCase("ReLU", "normal(deviation=1)")]
    [TestCase("Tanh", "normal(deviation=0.05)")]
    public void Layers_train_from_weights_of_the_wrong_size(string activation, string init)
    {
        TrainingOptions options = Trainings.Options(NetworkTask.Multiclass, 3, [.. Enumerable.Repeat(32, 6)], activation, init: init, epochs: 80, learningRate: 0.001f) with { EarlyStopping = false };
        double Loss(Normalization normalization) => NetworkTrainer.Train(Trainings.Rings(300), options with { Normalization = normalization }).History.Epochs[^1].TrainingLoss;
        Assert.That(Loss(Normalization.Layer), Is.LessThan(0.2 * Loss(Normalization.None)));
    }

    [Test]
    public void Theory_predicts_deviations_and_gradients_of_a_normalized_network([Values("ReLU", "Tanh")] string activation)
    {
        TrainingOptions options = Trainings.Options(NetworkTask.Multiclass, 3, [.. Enumerable.Repeat(256, 10)], activation, init: "normal(deviation=0.5)", epochs: 0) with { Normalization = Normalization.Layer };
        InitializationReport report = NetworkTrainer.Train(Trainings.Rings(300, features: 40), options).Initialization;
        foreach (LayerStatistics layer in report.Layers.SkipLast(1))
        {
            Assert.That(layer.PreActivationDeviation, Is.EqualTo(1).Within(1e-3));
            Assert.That(layer.PredictedDeviation, Is.EqualTo(1).Within(1e-3));
            // ln of the squared norm wanders by about √(5 / 256) a layer (as for a network without normalization): ±1.3 at three deviations over ten layers, 1.9 in the norm.
            Assert.That(layer.PreActivationGradientNorm / layer.PredictedGradientNorm, Is.InRange(1 / 1.9, 1.9), layer.Layer);
        }
    }

    [Test]
    public void The_plan_says_that_the_size_of_weights_does_not_reach_the_signal()
    {
        TrainingOptions options = Trainings.Options(NetworkTask.Multiclass, 3, [16, 8], epochs: 0) with { Normalization = Normalization.Layer };
        InitializationReport report = NetworkTrainer.Train(Trainings.Rings(100), options).Initialization, read = InitializationReport.FromJson(report.ToJson());
        Assert.That(report.Plan[0].Reason, Does.Contain("normalized before the activation"));
        Assert.That(report.Plan.Select(row => row.Shape.IsNormalized), Is.EqualTo((bool[])[true, true, true, true, false, false]));
        Assert.That(read.Plan, Is.EqualTo(report.Plan.Select(row => row with { Sha256 = null })));
    }
}
