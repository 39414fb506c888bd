using MLNet.WeightInit.Engine.Data;
using MLNet.WeightInit.Engine.Kernels;
using MLNet.WeightInit.Engine.Kernels.Activations;
using MLNet.WeightInit.Engine.Network;
using MLNet.WeightInit.Engine.Training.Losses;

namespace MLNet.WeightInit.Engine.Tests.Network;

/// <summary>One number covers every parameter: the slope of the loss along a direction, by central difference, against the gradient's product with that direction.</summary>
[TestFixture]
internal sealed unsafe class GradientTests
{
    const int Rows = 23;

    static IEnumerable<string> EveryActivation => Activations.All;

    static readonly (string Loss, NetworkTask Task, int Outputs)[] s_losses =
    [
        ("SoftmaxCrossEntropy", NetworkTask.Multiclass, 5), ("BinaryCrossEntropy", NetworkTask.Binary, 1), ("Squared", NetworkTask.Regression, 3), ("Huber", NetworkTask.Regression, 2), ("Absolute", NetworkTask.Regression, 1),
        ("BinaryCrossEntropy", NetworkTask.Multilabel, 17),
        ("SoftmaxCrossEntropy(label_smoothing=0.2)", NetworkTask.Multiclass, 17), ("BinaryCrossEntropy(label_smoothing=0.3)", NetworkTask.Binary, 1), ("Quantile(level=0.9)", NetworkTask.Regression, 2), ("Poisson", NetworkTask.Regression, 2),
        ("Quantiles(levels=(0.05, 0.3, 0.5, 0.6, 0.95))", NetworkTask.Quantiles, 5),
    ];

    [Test]
    public void Gradient_matches_the_slope_of_the_loss([ValueSource(nameof(EveryActivation))] string activation, [Values(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10)] int loss, [Values(false, true)] bool weighted)
        => Check(19, [33, 18], activation, loss, SimdLevels.Best, weighted);

    [Test]
    public void Gradient_is_right_at_every_width_and_odd_shapes([Values] SimdLevel level, [Values("ReLU", "GELU", "Tanh")] string activation)
    {
        Check(1, [1], activation, 0, level, false);
        Check(5, [], activation, 2, level, false);
        Check(33, [16, 49, 32], activation, 1, level, false);
    }

    /// <summary>One step's choices are a fixed function of the parameters, so its slope is the gradient's.</summary>
    [Test]
    public void Gradient_goes_back_through_dropout([ValueSource(nameof(EveryActivation))] string activation, [Values(false, true)] bool isAlpha)
        => Check(19, [33, 18, 50], activation, 0, SimdLevels.Best, false, new Dropout(0.3f, isAlpha));

    [Test]
    public void Gradient_goes_back_through_dropout_at_every_width_and_on_threads([Values] SimdLevel level, [Values("ReLU", "GELU")] string activation)
    {
        Check(1, [1, 3], activation, 2, level, false, new Dropout(0.2f, false));
        Check(60, [200, 130], activation, 2, level, false, new Dropout(0.2f, false), threads: 3);
    }

    [Test]
    public void Gradient_goes_back_through_layer_normalization([ValueSource(nameof(EveryActivation))] string activation, [Values(0, 2)] int loss, [Values(false, true)] bool drops)
        => Check(19, [33, 18, 50], activation, loss, SimdLevels.Best, false, drops ? new Dropout(0.2f, false) : null, normalization: Normalization.Layer);

    [Test]
    public void Gradient_goes_back_through_layer_normalization_at_every_width_and_on_threads([Values] SimdLevel level, [Values("ReLU", "GELU", "Identity")] string activation)
    {
        Check(2, [3, 16], activation, 2, level, false, normalization: Normalization.Layer);
        Check(60, [200, 512], activation, 2, level, false, threads: 3, normalization: Normalization.Layer);
    }

    /// <summary>With the statistics of the batch, which depend on the parameters as all else does.</summary>
    [Test]
    public void Gradient_goes_back_through_batch_normalization([ValueSource(nameof(EveryActivation))] string activation, [Values(0, 2)] int loss, [Values(false, true)] bool drops)
        => Check(19, [33, 18, 50], activation, loss, SimdLevels.Best, false, drops ? new Dropout(0.2f, false) : null, normalization: Normalization.Batch);

    [Test]
    public void Gradient_goes_back_through_batch_normalization_at_every_width_and_on_threads([Values] SimdLevel level, [Values("ReLU", "GELU", "Identity")] string activation)
    {
        Check(2, [1, 16], activation, 2, level, false, normalization: Normalization.Batch);
        Check(60, [200, 512], activation, 2, level, false, threads: 3, normalization: Normalization.Batch);
    }

    /// <summary>One row has no variance: the running statistics normalize it, and are constants. Biases before them, which a batch's mean takes away, stay as they are here too.</summary>
    [Test]
    public void Gradient_of_a_batch_of_one_row_takes_the_running_statistics_as_they_are([Values("ReLU", "GELU", "Identity")] string activation, [Values] SimdLevel level)
        => Check(19, [33, 18, 50], activation, 2, level, false, normalization: Normalization.Batch, rows: 1);

    [Test]
    public void Gradient_goes_back_through_residual_blocks([ValueSource(nameof(EveryActivation))] string activation, [Values] Normalization normalization, [Values(1, 2, 3)] int branchDepth, [Values(false, true)] bool drops)
        => Check(19, branchDepth == 1 ? [33, 33, 33, 33] : branchDepth == 2 ? [33, 18, 33, 50, 33] : [33, 18, 50, 33, 20, 17, 33],
            activation, 0, SimdLevels.Best, false, drops ? new Dropout(0.2f, false) : null, normalization: normalization, branchDepth: branchDepth);

    [Test]
    public void Gradient_goes_back_through_residual_blocks_at_every_width_and_on_threads([Values] SimdLevel level, [Values("ReLU", "GELU", "Identity")] string activation, [Values] Normalization normalization)
    {
        Check(2, [9, 16, 9, 3, 9], activation, 2, level, false, normalization: normalization, branchDepth: 2);
        Check(60, [200, 512, 200, 130, 200], activation, 2, level, false, threads: 3, normalization: normalization, branchDepth: 2);
        if (normalization == Normalization.None)
            Check(5, [2, 7, 2], activation, 2, level, false, branchDepth: 2);          // so few units take a way of their own
    }

    static void Check(int inputs, int[] hidden, string activation, int lossIndex, SimdLevel level, bool weighted, Dropout? dropout = null, int threads = 1, Normalization normalization = Normalization.None, int branchDepth = 0,
        int rows = Rows)
    {
        (string lossName, NetworkTask task, int outputs) = s_losses[lossIndex];
        FeedForwardNetwork network = Networks.Create(inputs, hidden, outputs, activation, task, seed: 7, normalization: normalization, branchDepth: branchDepth);
        using var pool = new WorkerPool(threads);
        var gradients = new AlignedBuffer(network.Parameters.Length);
        var pass = new NetworkPass(network, rows, PassKernels.Create(level, pool), gradients, dropout: dropout is null ? null : new DropoutPass(dropout, seed: 5, level) { Step = 3 });
        LossKernel loss = MLNet.WeightInit.Engine.Training.Losses.Losses.Parse(lossName).CreateKernel(level);
        float[] features = Networks.Values(rows * inputs, 21, 1.5), targets = Targets(task, outputs, rows), weights = [.. Networks.Values(rows, 22).Select(value => value + 1.5f)];
        for (int row = 0; row < rows; row++)
            features.AsSpan(row * inputs, inputs).CopyTo(pass.Input.Span[(row * pass.InputStride)..]);

        double Loss(bool withGradient)
        {
            pass.Forward(rows);
            fixed (float* target = targets, weight = weights)
                return loss.Evaluate(pass.Last.Output.Pointer, rows, outputs, pass.Last.Stride, target, targets.Length / rows, weighted ? weight : null, 1f / rows, withGradient ? pass.Last.Gradient.Pointer : null);
        }

        double atCentre = Loss(withGradient: true) / rows;
        pass.Backward();

        // A direction in parameter space that leaves the padding alone.
        float[] direction = Networks.Values(network.Parameters.Length, 23);
        ClearPadding(network, direction);
        foreach (LayerLayout layer in network.Layout.Layers.Where(layer => layer.Normalization == Normalization.Batch && rows == 1))
            foreach (long offset in (long[])[layer.BiasOffset, layer.RunningMeanOffset, layer.RunningVarianceOffset])
                direction.AsSpan((int)offset, layer.BiasLength).Clear();
        double norm = Math.Sqrt(direction.Sum(value => (double)value * value));
        double predicted = 0;
        for (int i = 0; i < direction.Length; i++)
            predicted += (double)gradients.Span[i] * direction[i] / norm;

        // Central difference: truncation is of order h², but a kink (ReLU, hard-tanh, absolute and Huber loss) within h of a unit adds order h on the few rows it touches; rounding is of order 2⁻²⁴ · loss · √depth / h.
        const double Step = 4e-3;
        float[] centre = network.Parameters.Span.ToArray();
        double Shifted(double distance)
        {
            for (int i = 0; i < direction.Length; i++)
                network.Parameters.Span[i] = (float)(centre[i] + distance * direction[i] / norm);
            double value = Loss(withGradient: false) / rows;
            centre.CopyTo(network.Parameters.Span);
            return value;
        }
        double slope = (Shifted(Step) - Shifted(-Step)) / (2 * Step);
        double gradientNorm = Math.Sqrt(gradients.Span.ToArray().Sum(value => (double)value * value));
        double rounding = 8 * Math.Max(1, Math.Abs(atCentre)) / (1 << 24) / Step;
        Assert.That(predicted, Is.EqualTo(slope).Within(rounding + 2e-3 * gradientNorm), $"gradient norm {gradientNorm}");
        Assert.That(gradientNorm, Is.GreaterThan(1e-3), "a gradient of zero proves nothing");
    }

    static float[] Targets(NetworkTask task, int outputs, int rows) => task switch
    {
        NetworkTask.Multiclass => [.. Enumerable.Range(0, rows).Select(row => (float)(row % outputs))],
        NetworkTask.Multilabel => [.. Enumerable.Range(0, rows * outputs).Select(i => (float)(i % 3 / 2))],
        NetworkTask.Binary => [.. Enumerable.Range(0, rows).Select(row => (float)(row % 2))],
        NetworkTask.Quantiles => Networks.Values(rows, 24, 3),
        _ => Networks.Values(rows * outputs, 24, 3),
    };

    static void ClearPadding(FeedForwardNetwork network, float[] direction)
    {
        foreach (LayerLayout layer in network.Layout.Layers)
        {
            var rowMajor = new float[layer.Inputs * layer.Outputs];
            Span<float> panels = direction.AsSpan((int)layer.WeightOffset, (int)layer.WeightLength);
            Panels.Unpack(panels, layer.Inputs, layer.Outputs, rowMajor);
            Panels.Pack(rowMajor, layer.Inputs, layer.Outputs, panels);
            direction.AsSpan((int)layer.BiasOffset + layer.Outputs, layer.BiasLength - layer.Outputs).Clear();
            if (!layer.IsNormalized)
                continue;
            direction.AsSpan((int)layer.ScaleOffset + layer.Outputs, layer.BiasLength - layer.Outputs).Clear();
            direction.AsSpan((int)layer.ShiftOffset + layer.Outputs, layer.BiasLength - layer.Outputs).Clear();
        }
    }
}
