using MLNet.WeightInit.Engine.Data;
using MLNet.WeightInit.Engine.Network;
using MLNet.WeightInit.Engine.Training;

namespace MLNet.WeightInit.Engine.Tests.Training;

/// <summary>Trainings with normalized weights against Salimans and Kingma 2016 in plain double loops; the gradient by the weights is read off one plain step of SGD, which moves by −η ∂L/∂w.</summary>
[TestFixture]
internal sealed class WeightNormalizationTests
{
    const float Rate = 0.5f;
    const int Steps = 3;
    static readonly TrainingSet s_data = Trainings.Rings(90, features: 7);
    static readonly TrainingOptions s_options = Trainings.Options(NetworkTask.Multiclass, 3, [20, 17], "Tanh", optimizer: "SGD", learningRate: Rate, batchSize: 90, epochs: Steps) with { WeightDecay = 0 };

    static IEnumerable<TestCaseData> Combinations()
    {
        yield return Case("alone", s_options);
        yield return Case("decay", s_options with { WeightDecay = 0.1f });
        yield return Case("l1", s_options with { L1 = 0.01f });
        yield return Case("clipping by norm", s_options with { GradientClipping = new GradientClipping(isByNorm: true, 0.2f) });
        yield return Case("clipping by value", s_options with { GradientClipping = new GradientClipping(isByNorm: false, 0.02f), L1 = 0.01f, WeightDecay = 0.1f });
        yield return Case("max-norm", s_options with { MaxNorm = 0.8f });

        static TestCaseData Case(string name, TrainingOptions options) => new TestCaseData(options).SetArgDisplayNames(name);
    }

    [TestCaseSource(nameof(Combinations))]
    public void Steps_follow_the_paper(TrainingOptions options)
    {
        var reference = new Reference(options);
        for (int step = 0; step < Steps; step++)
            reference.Step();
        TrainingResult found = NetworkTrainer.Train(s_data, options with { WeightNormalization = true });
        // A plain step shows a gradient to 2 · 2⁻²⁴ / η of a weight below 2; each of 3 steps adds that, and some 40 roundings of numbers of a step's size.
        const double Rounding = Steps * (8 + 40) / (double)(1 << 24);
        double farthest = 0;
        for (int i = 0; i < reference.Network.DenseLayers.Count; i++)
        {
            float[] start = reference.Start.DenseLayers[i].GetWeights(), expected = reference.Network.DenseLayers[i].GetWeights(), weights = found.Network.DenseLayers[i].GetWeights();
            float[] expectedBiases = reference.Network.DenseLayers[i].GetBiases(), biases = found.Network.DenseLayers[i].GetBiases();
            for (int j = 0; j < weights.Length; j++)
            {
                Assert.That((double)weights[j], Is.EqualTo((double)expected[j]).Within(Rounding), $"weight {j} of layer {i}");
                farthest = Math.Max(farthest, Math.Abs(weights[j] - start[j]));
            }
            for (int j = 0; j < biases.Length; j++)
                Assert.That((double)biases[j], Is.EqualTo((double)expectedBiases[j]).Within(Rounding), $"bias {j} of layer {i}");
        }
        Assert.That(farthest, Is.GreaterThan(300 * Rounding), "the steps are far longer than their rounding");
    }

    [Test]
    public void Training_starts_at_the_initializers_weights_to_the_last_bit([Values("SGD", "Adam", "LAMB")] string optimizer)
    {
        TrainingOptions options = Trainings.Options(NetworkTask.Multiclass, 3, [150, 40], optimizer: optimizer, learningRate: 1e-30f, epochs: 1) with { WeightNormalization = true };
        FeedForwardNetwork stepped = NetworkTrainer.Train(s_data, options).Network, untrained = NetworkTrainer.Train(s_data, options with { NumberOfEpochs = 0 }).Network;
        foreach ((DenseLayer layer, DenseLayer start) in stepped.DenseLayers.Zip(untrained.DenseLayers))
            Assert.That(layer.GetWeights(), Is.EqualTo(start.GetWeights()));
    }

    [Test]
    public void Max_norm_holds_for_hidden_units_and_leaves_the_output_free()
    {
        const float Longest = 0.5f;
        FeedForwardNetwork network = NetworkTrainer.Train(s_data, Trainings.Options(NetworkTask.Multiclass, 3, [20, 17], epochs: 40, learningRate: 0.02f) with { MaxNorm = Longest, WeightDecay = 0, WeightNormalization = true }).Network;
        double[][] lengths = [.. network.DenseLayers.Select(layer => layer.GetWeights().Chunk(layer.Inputs).Select(row => Math.Sqrt(row.Sum(weight => (double)weight * weight))).ToArray())];
        // A sum of 20 squares has 20 roundings, halved by the root; then the quotient and the product.
        double highest = Longest * (1 + 13.0 / (1 << 24));
        Assert.That(lengths[0].Concat(lengths[1]), Is.All.LessThanOrEqualTo(highest).And.Some.GreaterThan(Longest * 0.999));
        Assert.That(lengths[2], Has.Some.GreaterThan(highest));
    }

    /// <summary>A direction in one dimension never turns, so each weight keeps its share of the first length whatever the optimizer makes of rounding.</summary>
    [Test]
    public void Units_of_one_input_train_their_length([Values("Adam", "Lion", "RMSProp")] string optimizer)
    {
        TrainingSet data = Trainings.Rings(60, features: 2, classes: 2);
        var one = new TrainingSet([.. Enumerable.Range(0, 60).Select(row => data.Row(row)[0])], 60, 1, data.Targets, 1);
        TrainingOptions options = Trainings.Options(NetworkTask.Binary, 1, [12], "Tanh", optimizer: optimizer, learningRate: 0.02f, epochs: 60) with { WeightNormalization = true };
        TrainingResult trained = NetworkTrainer.Train(one, options);
        Assert.That(trained.Network.DenseLayers[0].GetWeights(), Is.All.Matches<float>(float.IsFinite));
        Assert.That(trained.History.Epochs[^1].TrainingLoss, Is.LessThan(trained.History.Epochs[0].TrainingLoss));
    }

    [Test]
    public void A_unit_without_a_direction_is_named()
    {
        TrainingOptions options = Trainings.Options(NetworkTask.Multiclass, 3, [5], init: "zeros", epochs: 1) with { WeightNormalization = true };
        Assert.That(() => NetworkTrainer.Train(s_data, options), Throws.InvalidOperationException.With.Message.Contains("unit 0 of hidden[0]").And.Message.Contains("Use an initializer"));
        Assert.That(() => NetworkTrainer.Train(s_data, options with { HiddenLayers = [] }), Throws.Nothing, "the output is trained as it is");
    }

    [Test]
    public void A_model_that_is_trained_further_starts_at_its_weights()
    {
        TrainingOptions options = s_options with { WeightNormalization = true, WeightDecay = 0.05f };
        TrainingResult first = NetworkTrainer.Train(s_data, options);
        // SGD has no averages, and g and v begin anew at the same w: only v's length, which grows by itself, tells the two trainings apart; with it equal they would be one.
        TrainingResult second = NetworkTrainer.Train(s_data, options, start: new TrainingStart(first.Network, first.Initialization)), all = NetworkTrainer.Train(s_data, options with { NumberOfEpochs = 2 * Steps });
        Assert.That(second.History.Epochs[0].TrainingLoss, Is.EqualTo(all.History.Epochs[Steps].TrainingLoss), "the loss before the first step is that of the same weights");
    }

    [Test]
    public void It_learns([Values("Adam", "LAMB", "Nesterov")] string optimizer)
    {
        TrainingSet rings = Trainings.Rings(300, features: 2);
        TrainingOptions options = Trainings.Options(NetworkTask.Multiclass, 3, [32], optimizer: optimizer, epochs: 200, learningRate: 0.02f) with { WeightNormalization = true };
        Assert.That(Trainings.Accuracy(NetworkTrainer.Train(rings, options).Network, rings), Is.GreaterThan(0.9));
    }

    /// <summary>v, g and b in double, moved by gradient descent with the options' decay, L1, clipping and max-norm.</summary>
    sealed class Reference
    {
        readonly TrainingOptions _options, _plain;
        readonly InitializationReport _report;
        readonly double[][][] _directions;
        readonly double[][] _lengths;

        public Reference(TrainingOptions options)
        {
            _options = options;
            _plain = options with { NumberOfEpochs = 1, WeightDecay = 0, L1 = 0, GradientClipping = null, MaxNorm = null };
            TrainingResult untrained = NetworkTrainer.Train(s_data, options with { NumberOfEpochs = 0 });
            Start = Network = untrained.Network;
            _report = untrained.Initialization;
            _directions = [.. Start.DenseLayers.SkipLast(1).Select(layer => layer.GetWeights().Chunk(layer.Inputs).Select(unit => unit.Select(weight => (double)weight).ToArray()).ToArray())];
            _lengths = [.. _directions.Select(layer => layer.Select(Norm).ToArray())];
        }

        public FeedForwardNetwork Start { get; }
        public FeedForwardNetwork Network { get; private set; }

        public void Step()
        {
            FeedForwardNetwork moved = NetworkTrainer.Train(s_data, _plain, start: new TrainingStart(Network, _report)).Network;
            int layers = Network.DenseLayers.Count;
            double[][][] weights = [.. Network.DenseLayers.Select(layer => Units(layer))];
            double[][] biases = [.. Network.DenseLayers.Select(layer => layer.GetBiases().Select(value => (double)value).ToArray())];
            double[][][] byWeight = [.. weights.Zip(moved.DenseLayers, (layer, after) => layer.Zip(Units(after), (unit, to) => unit.Zip(to, (w, w1) => (w - w1) / Rate).ToArray()).ToArray())];
            double[][] byBias = [.. biases.Zip(moved.DenseLayers, (layer, after) => layer.Zip(after.GetBiases(), (b, b1) => (b - b1) / Rate).ToArray())];
            double[][] byLength = new double[layers - 1][];
            for (int layer = 0; layer < layers - 1; layer++)
            {
                byLength[layer] = new double[_lengths[layer].Length];
                for (int unit = 0; unit < byLength[layer].Length; unit++)
                {
                    double[] direction = _directions[layer][unit], gradient = byWeight[layer][unit];
                    double norm = Norm(direction);
                    for (int i = 0; i < gradient.Length; i++)
                        gradient[i] += _options.L1 * Math.Sign(weights[layer][unit][i]);
                    double slope = byLength[layer][unit] = direction.Zip(gradient, (v, g) => v * g).Sum() / norm;                      // eq. 3, left
                    for (int i = 0; i < gradient.Length; i++)
                        gradient[i] = _lengths[layer][unit] / norm * gradient[i] - _lengths[layer][unit] * slope / (norm * norm) * direction[i];       // eq. 3, right
                }
            }
            double[][] all = [.. byWeight.SelectMany(layer => layer), .. byBias, .. byLength];
            if (_options.GradientClipping is { IsByNorm: true } byNorm && Norm([.. all.SelectMany(part => part)]) is var whole && whole > byNorm.Limit)
                Change(all, value => value * byNorm.Limit / whole);
            if (_options.GradientClipping is { IsByNorm: false } byValue)
                Change(all, value => Math.Clamp(value, -byValue.Limit, byValue.Limit));
            double decay = _options.WeightDecay!.Value;
            for (int layer = 0; layer < layers; layer++)
                for (int unit = 0; unit < biases[layer].Length; unit++)
                {
                    biases[layer][unit] -= Rate * byBias[layer][unit];
                    if (layer == layers - 1)
                    {
                        weights[layer][unit] = [.. weights[layer][unit].Zip(byWeight[layer][unit], (w, g) => w - Rate * (g + _options.L1 * Math.Sign(w) + decay * w))];
                        continue;
                    }
                    _lengths[layer][unit] -= Rate * (byLength[layer][unit] + decay * _lengths[layer][unit]);
                    _lengths[layer][unit] = Math.Min(_lengths[layer][unit], _options.MaxNorm ?? double.PositiveInfinity);
                    _directions[layer][unit] = [.. _directions[layer][unit].Zip(byWeight[layer][unit], (v, g) => v - Rate * g)];
                    double norm = Norm(_directions[layer][unit]);
                    weights[layer][unit] = [.. _directions[layer][unit].Select(v => _lengths[layer][unit] * v / norm)];
                }
            Network = new FeedForwardNetwork(Start.Layout, Start.Task, Start.FeatureScale, Start.TargetScale);
            for (int layer = 0; layer < layers; layer++)
            {
                Network.DenseLayers[layer].SetWeights([.. weights[layer].SelectMany(unit => unit).Select(value => (float)value)]);
                Network.DenseLayers[layer].SetBiases([.. biases[layer].Select(value => (float)value)]);
            }
        }

        static void Change(double[][] parts, Func<double, double> change)
        {
            foreach (double[] part in parts)
                for (int i = 0; i < part.Length; i++)
                    part[i] = change(part[i]);
        }

        static double[][] Units(DenseLayer layer) => [.. layer.GetWeights().Chunk(layer.Inputs).Select(unit => unit.Select(weight => (double)weight).ToArray())];

        static double Norm(double[] values) => Math.Sqrt(values.Sum(value => value * value));
    }
}
