using Kernels;
using Microsoft.ML;
using MLNet.WeightInit;
using MLNet.WeightInit.Engine.Data;
using Peers.Measuring;
using Peers.Own;
using Peers.Rows;

namespace Peers.Growth;

/// <summary>One epoch through ML.NET, from rows to model: reading them, statistics, report, steps.</summary>
static class FitOfRows
{
    const int Batch = 64;
    static readonly int[] s_hidden = [64, 32];

    public static Series Create(int[] sizes)
    {
        FeatureRow[] all = FeatureRow.Noise(sizes[^1]);
        return new Series("rows", $"{FeatureRow.Features}-64-32-1, batch {Batch}, one epoch", "a fit", [.. sizes.Select(rows => Point(all, rows))]);
    }

    static Series.Point Point(FeatureRow[] all, int rows)
    {
        var problem = new TrainingProblem(FeatureRow.Features, s_hidden, 1, NetworkTask.Regression, Batch);
        return new Series.Point(rows, () => Prepare(all, rows),
            speed => (double)rows / Batch * (problem.Work * speed.SecondsAnOperation + (double)BandwidthProbe.BytesAnElement * problem.Parameters * speed.SecondsAByte),
            sizeof(float) * (double)rows * (FeatureRow.Features + 1));
    }

    /// <summary>The memory is what one fit allocates: the features and labels above all.</summary>
    static (Candidate Call, double Bytes) Prepare(FeatureRow[] all, int rows)
    {
        var context = new MLContext(seed: 1);
        IDataView data = context.Data.LoadFromEnumerable(new ArraySegment<FeatureRow>(all, 0, rows));
        var trainer = context.Regression.Trainers.NeuralNet(new NeuralNetOptions { HiddenLayers = s_hidden, BatchSize = Batch, NumberOfEpochs = 1, NumberOfThreads = 1 });
        trainer.Fit(data);
        long before = GC.GetTotalAllocatedBytes(precise: true);
        trainer.Fit(data);
        return (new Candidate("fit", 0, () => trainer.Fit(data)), GC.GetTotalAllocatedBytes(precise: true) - before);
    }
}
