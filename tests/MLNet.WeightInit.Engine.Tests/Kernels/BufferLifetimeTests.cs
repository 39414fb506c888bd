using MLNet.WeightInit.Engine.Data;
using MLNet.WeightInit.Engine.Kernels;
using MLNet.WeightInit.Engine.Network;
using MLNet.WeightInit.Engine.Tests.Network;
using MLNet.WeightInit.Engine.Tests.Training;
using MLNet.WeightInit.Engine.Training;

namespace MLNet.WeightInit.Engine.Tests.Kernels;

/// <summary>Buffers that kernels read by pointer stay while they are read: another thread collects garbage beside each round, and poisons what it gets free.</summary>
[TestFixture]
[NonParallelizable]
internal sealed unsafe class BufferLifetimeTests
{
    readonly AutoResetEvent _next = new(initialState: false);
    volatile bool _over;
    Thread _collector = null!;

    [SetUp]
    public void StartCollecting()
    {
        _over = false;
        _collector = new Thread(Collect) { IsBackground = true };
        _collector.Start();
    }

    [OneTimeTearDown]
    public void Dispose() => _next.Dispose();

    [TearDown]
    public void StopCollecting()
    {
        _over = true;
        _next.Set();
        _collector.Join();
    }

    void Collect()
    {
        while (!_over)
        {
            GC.Collect(2, GCCollectionMode.Forced, blocking: true, compacting: true);
            for (int length = 16; length <= 16 * 1024; length *= 4)
                new AlignedBuffer(length).Span.Fill(float.NaN);
            _next.WaitOne();                                   // a collection stops all threads: without waiting for the tested one it would hardly run
        }
    }

    /// <summary>Nobody holds the scorer once it was called.</summary>
    [Test]
    public void A_scorer_that_is_used_once_scores_right([Values(1, 40)] int capacity, [Values] bool standardized)
    {
        AffineScale? features = standardized ? new AffineScale(Networks.Values(30, 3), Networks.Values(30, 4)) : null, targets = standardized ? new AffineScale([5], [3]) : null;
        FeedForwardNetwork network = Networks.Create(30, [64, 32], 1, features: features, targets: targets);
        float[] rows = Networks.Values(40 * 30, 1), expected = new float[40], scores = new float[40];
        new NetworkScorer(network, capacity).Score(rows, 40, expected);
        Assert.That(expected, Is.All.Not.NaN);
        for (int i = 0; i < 50; i++)
        {
            _next.Set();
            scores.AsSpan().Clear();
            new NetworkScorer(network, capacity).Score(rows, 40, scores);
            Assert.That(scores, Is.EqualTo(expected));
        }
    }

    [Test]
    public void A_step_that_nobody_holds_gives_the_same_loss([Values(1, 2)] int threads, [Values] bool weightNormalization)
    {
        TrainingSet data = Trainings.Rings(128, features: 60, weighted: true);
        TrainingOptions options = Trainings.Options(NetworkTask.Multiclass, 3, [96, 64], "GELU", batchSize: 64, threads: threads) with { Dropout = new Dropout(0.1f, isAlpha: false), Normalization = Normalization.Layer, WeightNormalization = weightNormalization };
        using var pool = new WorkerPool(threads);
        PassKernels kernels = PassKernels.Create(SimdLevels.Best, pool);
        int[] rows = [.. Enumerable.Range(0, 64)];
        double expected = Loss();
        Assert.That(expected, Is.Not.NaN);
        for (int i = 0; i < 10; i++)
        {
            _next.Set();
            Assert.That(Loss(), Is.EqualTo(expected));
        }

        double Loss()
        {
            FeedForwardNetwork network = Networks.Create(60, [96, 64], 3, "GELU", NetworkTask.Multiclass, normalization: Normalization.Layer);
            TrainingStep step = Step(network);
            step.Run(rows, 1e-2f);
            step.Run(rows, 1e-2f);
            double loss = step.Evaluate(new BatchGatherer(data, AffineScale.None, AffineScale.None, 1, kernels.Rows, 64), rows);
            Step(network).Run(rows, 1e-2f);
            return loss + network.Parameters.Span.ToArray().Sum(value => (double)value);
        }

        TrainingStep Step(FeedForwardNetwork network)
            => new(network, new BatchGatherer(data, AffineScale.None, AffineScale.None, 1, kernels.Rows, 64), options, kernels, [1, 1, 1, 1, 1, 1], 0);
    }

    [Test]
    public void Whole_trainings_give_the_same_bytes([Values("Adam", "LAMB", "L-BFGS")] string optimizer)
    {
        TrainingSet data = Trainings.Rings(80, features: 12);
        TrainingOptions options = Trainings.Options(NetworkTask.Multiclass, 3, [70, 20], optimizer: optimizer, batchSize: 20, epochs: optimizer == "LAMB" ? 3 : null, threads: 2) with { Patience = 2, MaximumSteps = 12 };
        byte[] expected = Trainings.Bytes(NetworkTrainer.Train(data, options).Network);
        for (int i = 0; i < 2; i++)
        {
            _next.Set();
            Assert.That(Trainings.Bytes(NetworkTrainer.Train(data, options).Network), Is.EqualTo(expected));
        }
    }
}
