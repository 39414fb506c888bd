using MLNet.WeightInit.Engine.Data;
using MLNet.WeightInit.Engine.Kernels;
using MLNet.WeightInit.Engine.Network;
using MLNet.WeightInit.Engine.Training.Losses;

namespace MLNet.WeightInit.Engine.Tests.Network;

/// <summary>Vectors of categories: looked up in front of the first layer, and learnt by the gradient that comes back to it.</summary>
[TestFixture]
internal sealed unsafe class EmbeddingTests
{
    const int Rows = 23;

    /// <summary>The second table is longer than a chunk of 16,384 floats, and its rows are no multiple of a vector.</summary>
    static readonly EmbeddingColumn[] s_columns = [new("Color", 4, 3), new("Town", 5_000, 7), new("Flag", 1, 1)];

    static FeedForwardNetwork Network(int features, int[] hidden, int outputs, string activation, EmbeddingColumn[] columns, NetworkTask task = NetworkTask.Regression, AffineScale? scale = null, InputEncoding? missing = null,
        Normalization normalization = Normalization.None)
    {
        FeedForwardNetwork network = Networks.Create(features, hidden, outputs, activation, task, scale, encoding: (missing ?? InputEncoding.Plain) with { Columns = columns }, normalization: normalization);
        for (int i = 0; i < columns.Length; i++)
            network.Embeddings[i].SetVectors(Networks.Values((int)columns[i].Count, (uint)(50 + i)));
        return network;
    }

    static int[] Keys(int rows, EmbeddingColumn[] columns) => [.. Enumerable.Range(0, rows * columns.Length).Select(i => i * 7 % 5 == 0 ? 0 : i * 37 % columns[i % columns.Length].Rows)];

    /// <summary>The row as it should reach a network that knows nothing of categories.</summary>
    static float[] Encoded(FeedForwardNetwork network, float[] features, ReadOnlySpan<int> keys)
    {
        List<float> inputs = [.. features];
        for (int i = 0; i < keys.Length; i++)
            inputs.AddRange(network.Embeddings[i].GetVector(keys[i]));
        return [.. inputs];
    }

    [Test]
    public void A_row_scores_as_its_features_beside_the_vectors_of_its_categories([Values(0, 1, 4, 40)] int features, [Values] bool standardized, [Values] SimdLevel level)
    {
        AffineScale? scale = standardized && features > 0 ? new(Networks.Values(features, 60), [.. Networks.Values(features, 61).Select(value => value + 1.5f)]) : null;
        FeedForwardNetwork network = Network(features, [17, 9], 3, "Tanh", s_columns, scale: scale);
        FeedForwardNetwork plain = Networks.Create(features + 11, [17, 9], 3, "Tanh", features: scale is null ? null : new([.. scale.Means, .. new float[11]], [.. scale.Scales, .. Enumerable.Repeat(1f, 11)]));
        int[] keys = Keys(Rows, s_columns);
        float[] values = Networks.Values(Rows * features, 62, 2), scores = new float[Rows * 3];
        new NetworkScorer(network, capacity: 5, level).Score(values, keys, Rows, scores);
        for (int row = 0; row < Rows; row++)
        {
            ReadOnlySpan<int> own = keys.AsSpan(row * 3, 3);
            double[] expected = Networks.Logits(plain, Encoded(network, values[(row * features)..((row + 1) * features)], own), Math.Tanh);
            // Sums of up to 51 products of numbers below 10, cut off by tanh: n · u · Σ |x w| below 1e-5.
            for (int output = 0; output < 3; output++)
                Assert.That(scores[row * 3 + output], Is.EqualTo(expected[output]).Within(2e-5), $"row {row}");
            var alone = new float[3];
            network.Predict(values.AsSpan(row * features, features), own, alone);
            if (level == SimdLevels.Best)
                Assert.That(alone, Is.EqualTo(scores[(row * 3)..(row * 3 + 3)]), "alone, to the bit");
        }
    }

    [TestCase(-1)]
    [TestCase(5)]
    [TestCase(int.MaxValue)]
    [TestCase(int.MinValue)]
    public void What_is_no_key_of_its_column_scores_as_missing(int key)
    {
        FeedForwardNetwork network = Network(2, [5], 1, "ReLU", [s_columns[0]]);
        float[] expected = new float[1], found = new float[1];
        network.Predict([1, 2], [0], expected);
        network.Predict([1, 2], [key], found);
        Assert.That(found, Is.EqualTo(expected));
    }

    [Test]
    public void Missing_features_and_categories_share_a_row()
    {
        var missing = new InputEncoding([5, 6], [1]);
        FeedForwardNetwork network = Network(2, [5], 2, "Tanh", [s_columns[0]], missing: missing), plain = Networks.Create(6, [5], 2, "Tanh");
        Assert.That(network.DenseLayers[0].Inputs, Is.EqualTo(6));
        var scores = new float[2];
        network.Predict([1, float.NaN], [2], scores);
        double[] expected = Networks.Logits(plain, [1, 6, 1, .. network.Embeddings[0].GetVector(2)], Math.Tanh);
        Assert.That(scores[0], Is.EqualTo(expected[0]).Within(1e-5), "6 products of numbers below 10");
        Assert.That(scores[1], Is.EqualTo(expected[1]).Within(1e-5));
    }

    [Test]
    public void Scoring_takes_as_many_keys_as_there_are_columns_and_allocates_nothing_a_row()
    {
        FeedForwardNetwork network = Network(2, [5], 1, "ReLU", s_columns);
        var scorer = new NetworkScorer(network);
        float[] row = [1, 2], score = new float[1];
        int[] keys = [1, 2, 0];
        Assert.That(() => network.Predict(row, score), Throws.ArgumentException.With.Message.Contains("embeds 3 column(s) of keys, so 1 row(s) need 3 keys, but 0 were given"));
        Assert.That(() => network.Predict(row, keys.AsSpan(1), score), Throws.ArgumentException.With.Message.Contains("but 2 were given"));
        Assert.That(() => Networks.Create(2, [5], 1).Predict(row, keys.AsSpan(1), score), Throws.ArgumentException.With.Message.Contains("embeds 0 column(s)"));
        scorer.Score(row, keys, 1, score);
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 100; i++)
            scorer.Score(row, keys, 1, score);
        Assert.That(GC.GetAllocatedBytesForCurrentThread() - before, Is.Zero);
    }

    [Test]
    public void Vectors_are_read_by_key()
    {
        FeedForwardNetwork network = Network(2, [5], 1, "ReLU", s_columns);
        Embedding color = network.Embeddings[0];
        Assert.That((color.Column, color.KeyCount, color.Dimensions, color.GetVectors().Length), Is.EqualTo(("Color", 4, 3, 15)));
        Assert.That(color.GetVector(2), Is.EqualTo(color.GetVectors()[6..9]));
        Assert.That(() => color.GetVector(5), Throws.InstanceOf<ArgumentOutOfRangeException>().With.Message.Contains("from 1 to 4, or 0 where it is missing"));
        Assert.That(network.ParameterCount, Is.EqualTo((2 + 3 + 7 + 1) * 5 + 5 + 5 + 1 + 15 + 5_001 * 7 + 2));
    }

    /// <summary>By hand, in double: the gradient by the first layer's products times its weights, added up for each category.</summary>
    [Test]
    public void A_category_gets_the_sum_of_its_rows_gradients([Values(0, 3, 30)] int features, [Values] SimdLevel level, [Values(1, 3)] int threads)
    {
        FeedForwardNetwork network = Network(features, [40], 2, "Identity", s_columns);
        int[] keys = Keys(Rows, s_columns);
        AlignedBuffer gradients = Backward(network, features, keys, "Squared", level, threads, out NetworkPass pass, out _);
        float[] weights = network.DenseLayers[0].GetWeights();
        for (int table = 0; table < s_columns.Length; table++)
        {
            EmbeddingLayout layout = network.Layout.Embeddings[table];
            int dimensions = layout.Column.Dimensions;
            var expected = new double[layout.Column.Count];
            for (int row = 0; row < Rows; row++)
                for (int i = 0; i < dimensions; i++)
                    for (int unit = 0; unit < 40; unit++)
                        expected[keys[row * 3 + table] * dimensions + i] += (double)pass.Layers[0].Gradient.Span[row * pass.Layers[0].Stride + unit] * weights[unit * network.Layout.Inputs + layout.FirstInput + i];
            Span<float> found = gradients.Span.Slice((int)layout.Offset, (int)layout.Length);
            // 40 products and up to 23 rows a sum: 63 roundings of 6e-8 of numbers whose sizes sum to less than 10.
            for (int i = 0; i < expected.Length; i++)
                Assert.That(found[i], Is.EqualTo(expected[i]).Within(63 * 6e-8 * 10), $"{layout.Name}, value {i}");
            Assert.That(found[expected.Length..].ToArray(), Is.All.Zero, "padding");
            Assert.That(expected.Any(value => Math.Abs(value) > 0.01), "a gradient of zero proves nothing");
        }
    }

    [Test]
    public void The_gradient_matches_the_slope_of_the_loss([Values("ReLU", "GELU", "Tanh")] string activation, [Values("Squared", "SoftmaxCrossEntropy")] string loss, [Values] bool normalized)
    {
        EmbeddingColumn[] columns = [new("Color", 4, 3), new("Size", 9, 5)];
        bool classes = loss != "Squared";
        FeedForwardNetwork network = Network(6, [33, 18], 4, activation, columns, classes ? NetworkTask.Multiclass : NetworkTask.Regression, normalization: normalized ? Normalization.Layer : Normalization.None);
        int[] keys = Keys(Rows, columns);
        AlignedBuffer gradients = Backward(network, 6, keys, loss, SimdLevels.Best, 1, out _, out double atCentre);
        float[] centre = network.Parameters.Span.ToArray(), direction = Networks.Values(centre.Length, 23);
        int first = (int)network.Layout.Embeddings[0].Offset;
        direction.AsSpan(0, first).Clear();                    // the layers' own gradients have their tests
        double norm = Math.Sqrt(direction.Sum(value => (double)value * value)), predicted = 0;
        for (int i = first; i < direction.Length; i++)
            predicted += (double)gradients.Span[i] * direction[i] / norm;
        const double Step = 4e-3;
        double Shifted(double distance)
        {
            for (int i = first; i < direction.Length; i++)
                network.Parameters.Span[i] = (float)(centre[i] + distance * direction[i] / norm);
            Backward(network, 6, keys, loss, SimdLevels.Best, 1, out _, out double value);
            centre.CopyTo(network.Parameters.Span);
            return value;
        }
        double slope = (Shifted(Step) - Shifted(-Step)) / (2 * Step);
        double gradientNorm = Math.Sqrt(gradients.Span[first..].ToArray().Sum(value => (double)value * value));
        // As for the layers: rounding of 2⁻²⁴ of the loss in each pass, over twice the step; truncation of order h² and kinks within h of a unit.
        double rounding = 8 * Math.Max(1, Math.Abs(atCentre)) / (1 << 24) / Step;
        Assert.That(predicted, Is.EqualTo(slope).Within(rounding + 2e-3 * gradientNorm), $"gradient norm {gradientNorm}");
        Assert.That(gradientNorm, Is.GreaterThan(1e-3));
    }

    /// <summary>Runs a batch forward and backward without an update.</summary>
    static AlignedBuffer Backward(FeedForwardNetwork network, int features, int[] keys, string loss, SimdLevel level, int threads, out NetworkPass pass, out double meanLoss)
    {
        using var pool = new WorkerPool(threads);
        var gradients = new AlignedBuffer(network.Parameters.Length);
        PassKernels kernels = PassKernels.Create(level, pool);
        pass = new NetworkPass(network, Rows, kernels, gradients);
        int columns = network.Task == NetworkTask.Multiclass ? 1 : network.Outputs;
        float[] targets = network.Task == NetworkTask.Multiclass ? [.. Enumerable.Range(0, Rows).Select(row => (float)(row % network.Outputs))] : Networks.Values(Rows * columns, 24, 3);
        var data = new TrainingSet(Networks.Values(Rows * features, 21, 1.5), Rows, features, targets, columns);
        data.AddKeys(keys, network.Embeddings.Count);
        var gatherer = new BatchGatherer(data, AffineScale.None, AffineScale.None, 1, kernels.Rows, Rows);
        pass.Gather(gatherer, [.. Enumerable.Range(0, Rows)]);
        pass.Forward(Rows);
        LossKernel kernel = MLNet.WeightInit.Engine.Training.Losses.Losses.Parse(loss).CreateKernel(level);
        meanLoss = kernel.Evaluate(pass.Last.Output.Pointer, Rows, network.Outputs, pass.Last.Stride, gatherer.Targets, gatherer.TargetColumns, null, 1f / Rows, pass.Last.Gradient.Pointer) / Rows;
        pass.Backward();
        return gradients;
    }
}
