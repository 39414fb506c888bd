using MLNet.WeightInit.Engine.Data;
using MLNet.WeightInit.Engine.Kernels;
using MLNet.WeightInit.Engine.Network;
using MLNet.WeightInit.Engine.Tests.Data;
using MLNet.WeightInit.Engine.Tests.Kernels;

namespace MLNet.WeightInit.Engine.Tests.Network;

/// <summary>A network that reads sparse rows does what it does with the same rows and all their zeros, bit for bit.</summary>
[TestFixture]
[Category("Determinism")]
internal sealed unsafe class SparseInputTests
{
    const int Features = 700, Rows = 60;

    static readonly TrainingSet s_sparse = SparseSets.Create(Rows, Features, 0.02), s_dense = SparseSets.Dense(s_sparse);
    static readonly int[] s_rows = [.. Enumerable.Range(0, Rows).Select(i => i * 7 % Rows)];

    [Test]
    public void Forward_and_backward_have_the_bits_of_dense_rows([Values] SimdLevel level, [Values(1, 3)] int threads, [Values(0, 1, 2, 3)] int shape, [Values] bool standardized)
    {
        int[] hidden = ((int[][])[[], [17], [130, 20], [300]])[shape];
        AffineScale scale = standardized ? FeatureStatistics.Standardization(s_sparse, s_rows) : AffineScale.None;
        FeedForwardNetwork network = Networks.Create(Features, hidden, 3, "GELU", NetworkTask.Multiclass);
        using var pool = new WorkerPool(threads);
        PassKernels kernels = PassKernels.Create(level, pool);
        AlignedBuffer expected = new(network.Parameters.Length), found = new(network.Parameters.Length);
        found.Span[..(int)network.Layout.Layers[0].WeightLength].Fill(float.NaN);                  // all of it is written
        NetworkPass dense = new(network, Rows, kernels, expected), sparse = new(network, Rows, kernels, found, sparse: new SparseInput(level, Features));
        Run(dense, s_dense, scale, kernels);
        Run(sparse, s_sparse, scale, kernels);
        Assert.That(sparse.Last.Output.Span.SequenceEqual(dense.Last.Output.Span), Is.True);
        foreach (LayerLayout layer in network.Layout.Layers)
        {
            Assert.That(found.Span.Slice((int)layer.WeightOffset, (int)layer.WeightLength).SequenceEqual(expected.Span.Slice((int)layer.WeightOffset, (int)layer.WeightLength)), Is.True, layer.Name);
            Assert.That(found.Span.Slice((int)layer.BiasOffset, layer.BiasLength).SequenceEqual(expected.Span.Slice((int)layer.BiasOffset, layer.BiasLength)), Is.True, layer.Name);
        }
    }

    static void Run(NetworkPass pass, TrainingSet data, AffineScale scale, PassKernels kernels)
    {
        var gatherer = new BatchGatherer(data, scale, AffineScale.None, 1, kernels.Rows, Rows);
        // A whole batch, and then a smaller one: nothing of the first may be left.
        foreach (int[] rows in (int[][])[s_rows, s_rows[..23]])
        {
            pass.Gather(gatherer, rows);
            pass.Forward(rows.Length);
            pass.Last.Output.Span.CopyTo(pass.Last.Gradient.Span);
            pass.Backward();
        }
    }

    [Test]
    public void A_lazy_gradient_is_that_of_the_features_in_the_batch()
    {
        FeedForwardNetwork network = Networks.Create(Features, [50], 3);
        PassKernels kernels = PassKernels.Create(SimdLevels.Best, WorkerPool.CallerOnly);
        AlignedBuffer all = new(network.Parameters.Length), few = new(network.Parameters.Length);
        var lazy = new SparseInput(SimdLevels.Best, Features, isLazy: true);
        Run(new NetworkPass(network, Rows, kernels, all, sparse: new SparseInput(SimdLevels.Best, Features)), s_sparse, AffineScale.None, kernels);
        Run(new NetworkPass(network, Rows, kernels, few, sparse: lazy), s_sparse, AffineScale.None, kernels);
        int[] occurring = [.. s_rows[..23].SelectMany(row => s_sparse.Sparse!.Columns(row).ToArray()).Distinct().Order()];
        Assert.That(lazy.Features.ToArray(), Is.EqualTo(occurring));
        Assert.That(occurring, Has.Length.InRange(50, 500), "else the test proves little");
        foreach ((int panel, int width) in ((int, int)[])[(0, 32), (1, 32)])
            for (int i = 0; i < occurring.Length; i++)
                Assert.That(new Span<float>(lazy.Gradient(panel) + i * width, width).SequenceEqual(all.Span.Slice((int)Panels.Offset(panel, Features) + occurring[i] * width, width)), Is.True);
        Assert.That(few.Span[..(int)network.Layout.Layers[0].WeightLength].ToArray(), Is.All.Zero, "the dense gradient of the first layer isn't written");
    }

    [Test]
    public void A_row_scores_the_same_bits_sparse_as_with_all_its_zeros([Values] SimdLevel level, [Values(0, 1, 2)] int kind)
    {
        // As it is; standardized as sparse rows, with a number that has a mean; and centred everywhere, as by training on dense rows.
        AffineScale scale = kind switch { 0 => AffineScale.None, 1 => FeatureStatistics.Standardization(s_sparse, s_rows), _ => FeatureStatistics.Standardization(s_dense, s_rows) };
        FeedForwardNetwork network = Networks.Create(Features, [70, 20], 3, task: NetworkTask.Multiclass, features: scale);
        var scorer = new NetworkScorer(network, 1, level);
        float[] expected = new float[3], found = new float[3];
        for (int row = 0; row < Rows; row++)
        {
            scorer.Score(s_dense.Row(row), expected);
            scorer.Score(s_sparse.Sparse!.Columns(row), s_sparse.Sparse.Values(row), found);
            Assert.That(found, Is.EqualTo(expected));
        }
        scorer.Score(new float[Features], expected);
        scorer.Score([], [], found);
        Assert.That(found, Is.EqualTo(expected), "a row without any feature");
    }

    [TestCase(float.NaN)]
    [TestCase(float.NegativeInfinity)]
    public void A_sparse_row_that_is_not_finite_scores_NaN(float bad)
    {
        var scorer = new NetworkScorer(Networks.Create(Features, [8], 3, task: NetworkTask.Multiclass));
        float[] clean = new float[3], scores = new float[3], again = new float[3];
        scorer.Score([3, 5], [1, 2], clean);
        scorer.Score([3, 600], [1, bad], scores);
        scorer.Score([3, 5], [1, 2], again);
        Assert.That(scores, Is.All.NaN);
        Assert.That(again, Is.EqualTo(clean));
    }

    [Test]
    public void Scoring_sparse_rows_allocates_nothing_a_row([Values] bool centredEverywhere)
    {
        AffineScale scale = FeatureStatistics.Standardization(centredEverywhere ? s_dense : s_sparse, s_rows);
        var scorer = new NetworkScorer(Networks.Create(Features, [64], 1, features: scale));
        var score = new float[1];
        void ScoreAll()
        {
            for (int row = 0; row < Rows; row++)
                scorer.Score(s_sparse.Sparse!.Columns(row), s_sparse.Sparse.Values(row), score);
        }
        ScoreAll();
        long before = GC.GetAllocatedBytesForCurrentThread();
        ScoreAll();
        Assert.That(GC.GetAllocatedBytesForCurrentThread() - before, Is.Zero);
    }
}
