using MLNet.WeightInit.Engine.Data;
using MLNet.WeightInit.Engine.Kernels;
using MLNet.WeightInit.Engine.Network;
using MLNet.WeightInit.Engine.Tests.Kernels;
using MLNet.WeightInit.Engine.Tests.Network;
using MLNet.WeightInit.Engine.Tests.Persistence;
using MLNet.WeightInit.Engine.Training;
using MLNet.WeightInit.Engine.Training.Optimizers;

namespace MLNet.WeightInit.Engine.Tests.Training;

/// <summary>Tied weights of autoencoders: the decoder stays the encoder's transpose, and its gradient reaches the encoder.</summary>
[TestFixture]
internal sealed class TiedWeightsTests
{
    /// <summary>Those of the whole data are refused with tied weights.</summary>
    static IEnumerable<string> AllOptimizers() => Optimizers.All.Where(name => !Optimizers.Parse(name).IsFullBatch);

    [Test]
    [Category("Determinism")]
    public void The_decoder_is_the_encoders_transpose_bit_for_bit_after_training([ValueSource(nameof(AllOptimizers))] string optimizer, [Values(1, 3)] int threads, [Values] SimdLevel level)
    {
        TrainingSet data = Trainings.Blends(90, features: 37);
        // 300 units are enough for threads; 37, 47 and 5 fill no panel.
        foreach (int[] hidden in (int[][])[[5], [47, 5, 47], [300, 47, 300]])
        {
            TrainingOptions options = Options(data, hidden, optimizer) with { NumberOfEpochs = 2, Threads = threads, Simd = level, L1 = 1e-4f, MaxNorm = 1.5f, EmaDecay = 0.9f, WeightDecay = 0.01f };
            AssertTied(NetworkTrainer.Train(data, options).Network);
            AssertTied(NetworkTrainer.Train(data, options with { NumberOfEpochs = 0 }).Network);
        }
    }

    [Test]
    public void The_decoder_is_tied_in_the_best_epoch_after_a_search_and_where_training_was_cancelled()
    {
        TrainingSet data = Trainings.Blends(150);
        TrainingOptions options = Options(data, [6, 2, 6]);
        AssertTied(NetworkTrainer.Train(data, options with { NumberOfEpochs = 40, EarlyStopping = true, ValidationFraction = 0.3f, Patience = 2 }).Network);
        AssertTied(NetworkTrainer.Train(data, options with { NumberOfEpochs = null, EarlyStopping = true, ValidationFraction = null, Patience = 2 }).Network);
        using var source = new CancellationTokenSource();
        int batches = 0;
        TrainingResult cancelled = NetworkTrainer.Train(data, options with { NumberOfEpochs = 9, ReturnBestOnCancel = true, CancellationToken = source.Token, CheckAlive = () => { if (++batches == 13) source.Cancel(); } });
        Assert.That(cancelled.History.WasCancelled);
        AssertTied(cancelled.Network);
    }

    [Test]
    public void An_initializer_that_fills_each_tensor_otherwise_and_calibrates_is_tied_before_the_report_measures()
    {
        TrainingSet data = Trainings.Blends(90, features: 37);
        TrainingResult result = NetworkTrainer.Train(data, Options(data, [12, 4, 12]) with { NumberOfEpochs = 0, Init = new Doubling() });
        AssertTied(result.Network);
        // The first hidden layer of He's weights, doubled by the calibration; what it sets its transpose to doesn't count.
        float[] drawn = new float[12 * 37];
        VarianceScaling.He().Fill(drawn, WeightShape.Dense(37, 12), new RandomSource(1, "init/hidden/0/weights"));
        Assert.That(result.Network.DenseLayers[0].GetWeights(), Is.EqualTo(drawn.Select(weight => 2 * weight)));
        double sum = result.Network.DenseLayers[^1].GetWeights().Sum(weight => (double)weight * weight);
        Assert.That(result.Initialization.Layers[^1].WeightDeviation, Is.EqualTo(Math.Sqrt(sum / drawn.Length)).Within(0.01 * Math.Sqrt(sum / drawn.Length)), "the mean of so many draws is near 0, and the report rounds");
    }

    [Test]
    public void The_plan_says_which_tensor_another_is_the_transpose_of()
    {
        TrainingSet data = Trainings.Blends(90);
        InitializationReport report = NetworkTrainer.Train(data, Options(data, [6, 2, 6]) with { NumberOfEpochs = 0 }).Initialization;
        TensorPlan[] weights = [.. report.Plan.Where(tensor => tensor.Shape.Role != TensorRole.Bias)];
        Assert.That(weights.Select(tensor => tensor.Tensor), Is.EqualTo(new[] { "hidden[0].weights", "hidden[1].weights", "hidden[2].weights", "output.weights" }));
        Assert.That(weights[2..].Select(tensor => tensor.Initializer), Is.EqualTo(new[] { "transpose(of=hidden[1].weights)", "transpose(of=hidden[0].weights)" }));
        Assert.That(weights[3].Reason, Does.StartWith("The transpose of hidden[0].weights"));
        Assert.That((weights[3].Stream, weights[3].TargetDeviation), Is.EqualTo((weights[0].Stream, weights[0].TargetDeviation)));
        Assert.That(InitializationReport.FromJson(report.ToJson()).ToString(), Is.EqualTo(report.ToString()));
        Assert.That(report.Verdict, Is.EqualTo(Verdict.Healthy));
    }

    /// <summary>One step of SGD moves the parameters by −η times the gradient, whose product with a direction is the slope of the loss along it, the decoder's weights moving with the encoder's.</summary>
    [Test]
    public void A_step_follows_the_slope_of_the_loss_by_weights_that_are_used_twice([Values("4", "9 4 9", "40 4 40")] string layers, [Values] bool clipped, [Values] SimdLevel level)
    {
        const float Rate = 0.5f;
        TrainingSet data = Trainings.Blends(64, features: 11);
        int[] hidden = [.. layers.Split(' ').Select(int.Parse)];   // 40 units are more than one panel
        TrainingOptions options = Options(data, hidden, "SGD") with
        {
            BatchSize = 64, NumberOfEpochs = 1, LearningRate = Rate, WeightDecay = 0, Simd = level, GradientClipping = clipped ? new GradientClipping(isByNorm: true, 0.01f) : null,
        };
        FeedForwardNetwork before = NetworkTrainer.Train(data, options with { NumberOfEpochs = 0 }).Network;
        TrainingResult result = NetworkTrainer.Train(data, options);
        double[][] start = Free(before), end = Free(result.Network), moved = [.. start.Select((tensor, t) => tensor.Select((value, i) => (value - end[t][i]) / Rate).ToArray())];
        double norm = Math.Sqrt(moved.Sum(tensor => tensor.Sum(value => value * value)));

        double[][] direction = [.. start.Select((tensor, t) => Networks.Values(tensor.Length, (uint)t + 31).Select(value => (double)value).ToArray())];
        const double H = 1e-4;
        double slope = (Loss(Shifted(H)) - Loss(Shifted(-H))) / (2 * H), length = Math.Sqrt(direction.Sum(tensor => tensor.Sum(value => value * value)));
        double product = moved.Select((tensor, t) => tensor.Select((value, i) => value * direction[t][i]).Sum()).Sum();
        // A parameter of size 1 ends within 2⁻²⁴ of where it should, which the rate divides, and gradients are float sums of 64 rows of 11 residuals: 2⁻²⁴ · 64 of their terms' size, 1.
        double rounding = length * 66 / Rate / (1 << 24);
        double factor = clipped ? 0.01 / GradientNorm() : 1;
        Assert.That(product, Is.EqualTo(slope * factor).Within(rounding + 1e-6 * Math.Abs(slope)));
        Assert.That(Math.Abs(slope), Is.GreaterThan(100 * rounding), "a gradient of zero proves nothing");
        // The history's norm is that of the step: each tied weight once.
        Assert.That(result.History.Epochs[0].GradientNorm!.Value, Is.EqualTo(norm).Within(rounding));

        double GradientNorm() => NetworkTrainer.Train(data, options with { GradientClipping = null }).History.Epochs[0].GradientNorm!.Value;

        double[][] Shifted(double distance) => [.. start.Select((tensor, t) => tensor.Select((value, i) => value + distance * direction[t][i]).ToArray())];

        double Loss(double[][] free)
        {
            double total = 0;
            for (int row = 0; row < data.Rows; row++)
            {
                double[] values = [.. data.Row(row).ToArray().Select((value, i) => (value - (double)before.FeatureScale.Means[i]) * before.FeatureScale.Scales[i])], input = values;
                int count = before.DenseLayers.Count;
                for (int layer = 0; layer < count; layer++)
                {
                    int inputs = before.DenseLayers[layer].Inputs, outputs = before.DenseLayers[layer].Outputs;
                    double[] weights = free[Math.Min(layer, count - 1 - layer)], biases = free[count / 2 + layer];
                    bool decodes = 2 * layer >= count;
                    var next = new double[outputs];
                    for (int o = 0; o < outputs; o++)
                        next[o] = biases[o] + Enumerable.Range(0, inputs).Sum(i => values[i] * (decodes ? weights[i * outputs + o] : weights[o * inputs + i]));
                    values = layer < count - 1 ? [.. next.Select(Math.Tanh)] : next;
                }
                for (int i = 0; i < values.Length; i++)
                {
                    double target = (data.Row(row)[i] - (double)before.TargetScale.Means[i]) / before.TargetScale.Scales[i];
                    total += (values[i] - target) * (values[i] - target) / values.Length / data.Rows;
                }
            }
            return total;
        }
    }

    /// <summary>Baldi and Hornik 1989: a linear autoencoder has no other minima than the projection on the first principal components, and its other critical points are those of other components.</summary>
    [Test]
    public void A_linear_autoencoder_reaches_the_error_of_principal_components([Values] bool tied)
    {
        const int Units = 3;
        TrainingSet data = Trainings.Blends(120);
        TrainingOptions options = Options(data, [Units]) with
        {
            Activation = Engine.Kernels.Activations.Activations.Parse("Identity"), TiedWeights = tied, WeightDecay = 0, BatchSize = 120, NumberOfEpochs = 4000, LearningRate = 0.01f,
            Schedule = Engine.Training.Schedules.Schedules.Parse("cosine"),
        };
        FeedForwardNetwork network = NetworkTrainer.Train(data, options).Network;

        int features = data.FeatureCount;
        var table = MathNet.Numerics.LinearAlgebra.Matrix<double>.Build.Dense(data.Rows, features, (row, feature) => data.Row(row)[feature]);
        double[] means = [.. Enumerable.Range(0, features).Select(feature => table.Column(feature).Average())];
        double[] deviations = [.. Enumerable.Range(0, features).Select(feature => Math.Sqrt(table.Column(feature).Average(value => (value - means[feature]) * (value - means[feature]))))];
        table.MapIndexedInplace((row, feature, value) => (value - means[feature]) / deviations[feature]);
        double[] variances = [.. table.Svd(computeVectors: false).S.Select(value => value * value / data.Rows)];
        double best = variances[Units..].Sum() / features, toNextCriticalPoint = (variances[Units - 1] - variances[Units]) / features;

        var scores = new float[features];
        double error = 0;
        for (int row = 0; row < data.Rows; row++)
        {
            network.Predict(data.Row(row), scores);
            error += scores.Select((score, i) => Math.Pow((score - data.Row(row)[i]) / deviations[i], 2)).Sum() / features / data.Rows;
        }
        // Below the next critical point there is nothing but the slope to the minimum; a hundredth of the way up from it is as good as there. Means of 2⁻²⁴ of 140, the largest value, over deviations of 0.1 are all that is lost to rounding.
        Assert.That(error, Is.InRange(best - 1e-4 * best, best + toNextCriticalPoint / 100), $"the next critical point is {toNextCriticalPoint} above the best error");
        Assert.That(best, Is.InRange(0.001, 0.5), "an error of 0 proves nothing");
    }

    [Test]
    [Category("Determinism")]
    public void Training_goes_on_from_a_checkpoint_where_it_was([Values] bool earlyStopping, [Values("Adam", "LAMB")] string optimizer)
    {
        using var folder = new TemporaryFolder();
        TrainingSet data = Trainings.Blends(100, weighted: true);
        TrainingOptions options = Options(data, [6, 2, 6], optimizer) with
        {
            NumberOfEpochs = 9, EarlyStopping = earlyStopping, ValidationFraction = earlyStopping ? 0.3f : 0, Patience = 50, EmaDecay = 0.9f, MaxNorm = 1, Dropout = new Dropout(0.2f, isAlpha: false),
        };
        TrainingResult expected = NetworkTrainer.Train(data, options);
        foreach (int epochs in (int[])[1, 4, 9])
        {
            TrainingResult resumed = NetworkTrainer.Train(data, options with { NumberOfEpochs = epochs, Checkpoint = new(folder["tied.checkpoint"]), Threads = 2 });
            AssertTied(resumed.Network);
            if (epochs < 9)
                continue;
            Assert.That(Trainings.Bytes(resumed.Network), Is.EqualTo(Trainings.Bytes(expected.Network)));
            Assert.That(resumed.History.Epochs, Is.EqualTo(expected.History.Epochs));
        }
    }

    [Test]
    public void Training_goes_on_from_a_tied_model_and_refuses_one_that_is_not()
    {
        TrainingSet data = Trainings.Blends(100);
        TrainingOptions options = Options(data, [6, 2, 6]) with { NumberOfEpochs = 3 };
        TrainingStart tied = Start(options), free = Start(options with { TiedWeights = false });
        AssertTied(NetworkTrainer.Train(data, options, start: tied).Network);
        Assert.That(TiedWeights.AreTied(NetworkTrainer.Train(data, options with { TiedWeights = false }, start: tied).Network), Is.False, "each copy of a tied model learns for itself where it is asked to");
        Assert.That(() => NetworkTrainer.Train(data, options, start: free), Throws.TypeOf<ArgumentOutOfRangeException>().With.Message.Contains("tied weights: no in the model, yes asked for"));

        TrainingStart Start(TrainingOptions chosen)
        {
            TrainingResult result = NetworkTrainer.Train(data, chosen);
            return new TrainingStart(result.Network, result.Initialization);
        }
    }

    [TestCase(new int[0], "An even number of hidden layers (0)")]
    [TestCase(new[] { 8, 8 }, "An even number of hidden layers (2)")]
    [TestCase(new[] { 16, 8, 4, 7, 16 }, "hidden[1] has 8 units, and its mirror image hidden[3] has 7")]
    public void Hidden_layers_that_do_not_mirror_each_other_are_named(int[] hidden, string message)
    {
        TrainingSet data = Trainings.Blends(20);
        Assert.That(() => NetworkTrainer.Train(data, Options(data, hidden)), Throws.TypeOf<ArgumentOutOfRangeException>().With.Message.Contains(message).And.Message.Contains("64, 16, 64"));
    }

    static TrainingOptions Options(TrainingSet data, int[] hidden, string optimizer = "Adam")
        => Trainings.Options(NetworkTask.Regression, data.FeatureCount, hidden, "Tanh", optimizer: optimizer, learningRate: optimizer == "SGD" ? 0.1f : 0.01f) with { TiedWeights = true, EarlyStopping = false, ValidationFraction = 0 };

    static void AssertTied(FeedForwardNetwork network)
    {
        IReadOnlyList<DenseLayer> layers = network.DenseLayers;
        for (int layer = 0; layer < layers.Count / 2; layer++)
        {
            float[] encoder = layers[layer].GetWeights(), decoder = layers[layers.Count - 1 - layer].GetWeights();
            int inputs = layers[layer].Inputs, outputs = layers[layer].Outputs;
            int[] transposed = [.. Enumerable.Range(0, encoder.Length).Select(i => BitConverter.SingleToInt32Bits(encoder[i % outputs * inputs + i / outputs]))];
            Assert.That(decoder.Select(BitConverter.SingleToInt32Bits), Is.EqualTo(transposed), layers[layer].Name);
        }
        Assert.That(TiedWeights.AreTied(network));
    }

    /// <summary>The encoder's weights, then every layer's biases.</summary>
    static double[][] Free(FeedForwardNetwork network) =>
    [
        .. network.DenseLayers.Take(network.DenseLayers.Count / 2).Select(layer => Array.ConvertAll(layer.GetWeights(), value => (double)value)),
        .. network.DenseLayers.Select(layer => Array.ConvertAll(layer.GetBiases(), value => (double)value)),
    ];

    /// <summary>He's weights, all layers doubled one by one afterwards, and the output made 0.</summary>
    sealed class Doubling : WeightInitializer
    {
        public override string Name => "doubling";

        public override void Plan(InitializationPlan plan)
        {
            foreach (PlannedTensor tensor in plan.Weights)
                tensor.Use(VarianceScaling.He());
        }

        public override void Calibrate(CalibrationContext context)
        {
            for (int layer = 0; layer < context.LayerCount; layer++)
                context.SetWeights(layer, [.. context.GetWeights(layer).Select(weight => 2 * weight)]);
            context.SetWeights(context.LayerCount - 1, new float[context.GetWeights(context.LayerCount - 1).Length]);
        }
    }
}
