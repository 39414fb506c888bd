using MLNet.WeightInit.Engine.Data;
using MLNet.WeightInit.Engine.Network;
using MLNet.WeightInit.Engine.Training;
using MLNet.WeightInit.Engine.Training.Schedules;

namespace MLNet.WeightInit.Engine.Tests.Training;

/// <summary>Clipping, L1, max-norm and averaged weights, against what one plain step of SGD does: it moves by −η g, and so shows the gradient.</summary>
[TestFixture]
internal sealed class StepOptionsTests
{
    const float Rate = 0.5f;
    static readonly TrainingSet s_data = Trainings.Rings(90, features: 7);
    static readonly TrainingOptions s_oneStep = Trainings.Options(NetworkTask.Multiclass, 3, [20, 17], "Tanh", optimizer: "SGD", learningRate: Rate, batchSize: 90, epochs: 1) with { WeightDecay = 0 };

    /// <summary>A weight after a step is rounded to 2⁻²⁴ of itself, and no weight here is above 2; twice, for two of them.</summary>
    const double Rounding = 4.0 / (1 << 24);

    [Test]
    public void Clipping_by_norm_scales_every_gradient_by_one_factor()
    {
        (double[] start, double[] plain, _) = Steps(s_oneStep);
        double norm = Math.Sqrt(plain.Zip(start, (w, w0) => (w - w0) / Rate * ((w - w0) / Rate)).Sum());
        (_, double[] clipped, _) = Steps(s_oneStep with { GradientClipping = GradientClipping.Parse(FormattableString.Invariant($"norm({norm / 3:R})")) });
        for (int i = 0; i < start.Length; i++)
            Assert.That(clipped[i] - start[i], Is.EqualTo((plain[i] - start[i]) / 3).Within(Rounding));
        Assert.That(plain.Zip(start, (w, w0) => Math.Abs(w - w0)).Max(), Is.GreaterThan(1000 * Rounding), "the step is far longer than its rounding");
    }

    [Test]
    public void Clipping_by_value_limits_every_number_for_itself()
    {
        (double[] start, double[] plain, _) = Steps(s_oneStep);
        double[] sizes = [.. plain.Zip(start, (w, w0) => Math.Abs(w - w0) / Rate).Order()];
        double limit = (float)sizes[sizes.Length / 2];
        (_, double[] clipped, _) = Steps(s_oneStep with { GradientClipping = new GradientClipping(isByNorm: false, (float)limit) });
        for (int i = 0; i < start.Length; i++)
            Assert.That(clipped[i] - start[i], Is.EqualTo(Rate * Math.Clamp((plain[i] - start[i]) / Rate, -limit, limit)).Within(Rounding));
    }

    [TestCase("norm(1e30)")]
    [TestCase("value(1e30)")]
    public void A_limit_that_is_never_reached_changes_no_bit(string clipping)
    {
        TrainingOptions options = Trainings.Options(NetworkTask.Multiclass, 3, [150, 150], epochs: 2);         // several chunks of a tensor
        byte[] expected = Trainings.Bytes(NetworkTrainer.Train(s_data, options).Network);
        Assert.That(Trainings.Bytes(NetworkTrainer.Train(s_data, options with { GradientClipping = GradientClipping.Parse(clipping), MaxNorm = 1e30f }).Network), Is.EqualTo(expected));
    }

    [TestCase("SGD", "norm(1e30)", true)]
    [TestCase("Adam", "value(1e30)", true)]
    [TestCase("LAMB", "norm(1e30)", false)]
    public void Scales_and_shifts_of_a_normalization_are_updated_like_biases(string optimizer, string clipping, bool isAsWithout)
    {
        TrainingOptions options = Trainings.Options(NetworkTask.Multiclass, 3, [20, 17], optimizer: optimizer, epochs: 2) with { Normalization = Normalization.Layer };
        FeedForwardNetwork trained = NetworkTrainer.Train(s_data, options with { GradientClipping = GradientClipping.Parse(clipping), L1 = 1e-30f }).Network;
        foreach (LayerLayout layer in trained.Layout.Layers.SkipLast(1))
        {
            Assert.That(trained.Parameters.Span.Slice((int)layer.ScaleOffset, layer.Outputs).ToArray(), Is.All.Not.EqualTo(1));
            Assert.That(trained.Parameters.Span.Slice((int)layer.ShiftOffset, layer.Outputs).ToArray(), Is.All.Not.EqualTo(0));
        }
        if (isAsWithout)
            Assert.That(Trainings.Bytes(trained), Is.EqualTo(Trainings.Bytes(NetworkTrainer.Train(s_data, options).Network)));
    }

    [TestCase("norm(max_norm=0.25)", true, 0.25f)]
    [TestCase("NORM( 2 )", true, 2f)]
    [TestCase("norm", true, 1f)]
    [TestCase("norm()", true, 1f)]
    [TestCase("value(1e-3)", false, 1e-3f)]
    [TestCase("value(clip_value=3)", false, 3f)]
    public void Clipping_is_read_with_and_without_the_name_of_its_argument(string text, bool isByNorm, float limit)
        => Assert.That(GradientClipping.Parse(text), Is.EqualTo(new GradientClipping(isByNorm, limit)));

    [TestCase("norm(0)", "above 0")]
    [TestCase("norm(-1)", "above 0")]
    [TestCase("value(nan)", "finite number")]
    [TestCase("norms(1)", "Norm")]
    [TestCase("norm(clip_value=1)", "max_norm")]
    [TestCase("norm(1, 2)", "2")]
    public void Clipping_that_cannot_be_says_what_can(string text, string expected)
        => Assert.That(() => GradientClipping.Parse(text), Throws.InstanceOf<ArgumentOutOfRangeException>().With.Message.Contains(expected));

    [Test]
    public void L1_adds_its_slope_to_the_gradient_of_weights_only([Values(null, "norm(1e30)")] string? clipping)
    {
        const float L1 = 0.01f;
        GradientClipping? limit = clipping is null ? null : GradientClipping.Parse(clipping);
        (double[] start, double[] plain, bool[] isWeight) = Steps(s_oneStep);
        (_, double[] regularized, _) = Steps(s_oneStep with { L1 = L1, GradientClipping = limit });
        for (int i = 0; i < start.Length; i++)
            Assert.That(regularized[i] - plain[i], Is.EqualTo(isWeight[i] ? -Rate * L1 * Math.Sign(start[i]) : 0).Within(Rounding));
        Assert.That(isWeight, Has.Some.False.And.Some.True);
    }

    [Test]
    public void Max_norm_holds_for_hidden_units_and_leaves_the_output_free()
    {
        const float Longest = 0.5f;
        FeedForwardNetwork network = NetworkTrainer.Train(s_data, Trainings.Options(NetworkTask.Multiclass, 3, [20, 17], epochs: 40, learningRate: 0.02f) with { MaxNorm = Longest, WeightDecay = 0 }).Network;
        double[][] lengths = [.. network.DenseLayers.Select(layer => layer.GetWeights().Chunk(layer.Inputs).Select(row => Math.Sqrt(row.Sum(weight => (double)weight * weight))).ToArray())];
        // A sum of 20 squares has 20 roundings, halved by the root; then the quotient and the product.
        double highest = Longest * (1 + 13.0 / (1 << 24));
        Assert.That(lengths[0].Concat(lengths[1]), Is.All.LessThanOrEqualTo(highest).And.Some.GreaterThan(Longest * 0.999));
        Assert.That(lengths[2], Has.Some.GreaterThan(highest));
    }

    [Test]
    public void The_model_is_the_bias_corrected_average_of_the_weights_after_each_step()
    {
        const double Decay = 0.7f;
        const int Epochs = 6;                                   // of one step each
        TrainingOptions options = s_oneStep with { NumberOfEpochs = Epochs, EmaDecay = (float)Decay };
        TrainingResult averaged = NetworkTrainer.Train(s_data, options);
        (double[] values, _) = Parameters(averaged.Network);
        var expected = new double[values.Length];
        for (int step = 1; step <= Epochs; step++)
        {
            (double[] weights, _) = Parameters(NetworkTrainer.Train(s_data, options with { NumberOfEpochs = step, EmaDecay = null }).Network);
            for (int i = 0; i < weights.Length; i++)
                expected[i] += weights[i] * (1 - Decay) * Math.Pow(Decay, Epochs - step) / (1 - Math.Pow(Decay, Epochs));
        }
        // Each of 6 steps rounds a difference, a share and a sum of numbers below 2.
        Assert.That(values, Is.EqualTo(expected).Within(6 * 3 * 2.0 / (1 << 24)));
        Assert.That(averaged.History.Epochs.Select(epoch => epoch.TrainingLoss),
            Is.EqualTo(NetworkTrainer.Train(s_data, options with { EmaDecay = null }).History.Epochs.Select(epoch => epoch.TrainingLoss)), "training goes on from the weights themselves");
    }

    [Test]
    public void The_averaged_weights_are_validated_and_the_best_of_them_kept()
    {
        TrainingOptions options = Trainings.Options(NetworkTask.Multiclass, 3, [32], epochs: 60, learningRate: 0.05f) with { EmaDecay = 0.9f, ValidationFraction = 0.3f, Patience = 4 };
        TrainingResult stopped = NetworkTrainer.Train(s_data, options);
        Assert.That(stopped.History.StopReason, Does.StartWith("Stopped early"));
        TrainingResult again = NetworkTrainer.Train(s_data, options with { NumberOfEpochs = stopped.History.BestEpoch });
        Assert.That(Trainings.Bytes(again.Network), Is.EqualTo(Trainings.Bytes(stopped.Network)));
        Assert.That(NetworkTrainer.Train(s_data, options with { EmaDecay = null }).History.Epochs[1].ValidationLoss, Is.Not.EqualTo(stopped.History.Epochs[1].ValidationLoss));
    }

    [Test]
    public void A_cancelled_training_gives_the_average_so_far([Values(1, 4)] int batches)
    {
        using var source = new CancellationTokenSource();
        int seen = 0;
        TrainingOptions options = s_oneStep with { NumberOfEpochs = 9, EmaDecay = 0.7f };
        TrainingOptions cancelled = options with { ReturnBestOnCancel = true, CancellationToken = source.Token, CheckAlive = () => { if (++seen == batches) source.Cancel(); } };
        Assert.That(Trainings.Bytes(NetworkTrainer.Train(s_data, cancelled).Network), Is.EqualTo(Trainings.Bytes(NetworkTrainer.Train(s_data, options with { NumberOfEpochs = batches - 1 }).Network)));
    }

    [Test]
    public void All_options_together_learn()
    {
        TrainingOptions options = Trainings.Options(NetworkTask.Multiclass, 3, [32], optimizer: "LAMB", epochs: 150, learningRate: 0.03f) with
        {
            Schedule = Schedules.Parse("cosine(warmup=5)"),
            GradientClipping = GradientClipping.Parse("norm(1)"),
            L1 = 1e-4f,
            MaxNorm = 4,
            EmaDecay = 0.9f,
        };
        TrainingSet rings = Trainings.Rings(300, features: 2);
        Assert.That(Trainings.Accuracy(NetworkTrainer.Train(rings, options).Network, rings), Is.GreaterThan(0.9));
    }

    /// <summary>Parameters before and after training, tensor by tensor.</summary>
    static (double[] Start, double[] End, bool[] IsWeight) Steps(TrainingOptions options)
    {
        (double[] start, bool[] isWeight) = Parameters(NetworkTrainer.Train(s_data, options with { NumberOfEpochs = 0 }).Network);
        return (start, Parameters(NetworkTrainer.Train(s_data, options).Network).Values, isWeight);
    }

    static (double[] Values, bool[] IsWeight) Parameters(FeedForwardNetwork network)
    {
        var values = new List<double>();
        var isWeight = new List<bool>();
        foreach (DenseLayer layer in network.DenseLayers)
        {
            values.AddRange(layer.GetWeights().Select(weight => (double)weight));
            isWeight.AddRange(Enumerable.Repeat(true, layer.Inputs * layer.Outputs));
            values.AddRange(layer.GetBiases().Select(bias => (double)bias));
            isWeight.AddRange(Enumerable.Repeat(false, layer.Outputs));
        }
        return ([.. values], [.. isWeight]);
    }
}
