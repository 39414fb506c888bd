using Kernels;
using MLNet.WeightInit.Engine.Data;
using MLNet.WeightInit.Engine.Kernels;
using Peers.Measuring;
using Peers.Own;

namespace Peers.Growth;

/// <summary>How time and memory grow with width, depth, batch and rows, beside the model.</summary>
/// <remarks>Time: the products' operations at the peak, and 28 bytes a parameter at the bandwidth for Adam.
/// Memory: 16 bytes a parameter (itself, its gradient, two averages), one layer's weights transposed, and 8 bytes a row of the batch for each feature and unit (value and gradient).</remarks>
static class GrowthTables
{
    /// <summary>Returns how many series did not grow as predicted.</summary>
    public static int Print()
    {
        Candidate bandwidth = SimdLevels.Create<BandwidthProbe, Candidate>(SimdLevels.Best, new BandwidthProbe(1 << 20));
        Race probes = Race.Run([bandwidth]);
        var speed = new Series.Speed(1 / probes.Peak, probes.ProcessorSeconds(bandwidth) / bandwidth.Work);

        Func<Series>[] all =
        [
            () => Steps("width w", "64-w-w-10, batch 64", [32, 64, 128, 256, 512, 1024, 2048, 4096],
                width => new TrainingProblem(64, [width, width], 10, NetworkTask.Multiclass, 64)),
            () => Steps("depth", "layers of 64, batch 64", [1, 2, 5, 10, 20, 50, 100, 200],
                depth => new TrainingProblem(64, [.. Enumerable.Repeat(64, depth)], 10, NetworkTask.Multiclass, 64)),
            () => Steps("batch", "64-256-256-10", [1, 4, 16, 64, 256, 1024, 4096],
                batch => new TrainingProblem(64, [256, 256], 10, NetworkTask.Multiclass, batch)),
            () => FitOfRows.Create([1_000, 10_000, 100_000, 1_000_000]),
        ];
        int surprises = 0;
        foreach (Func<Series> create in all)
        {
            surprises += create().Print(speed) ? 0 : 1;
            GC.Collect();
        }
        return surprises;
    }

    static Series Steps(string name, string constant, int[] sizes, Func<int, TrainingProblem> problem)
        => new(name, constant, "a step", [.. sizes.Select(size => Step(size, problem(size)))]);

    static Series.Point Step(int size, TrainingProblem problem) => new(size, () => Prepare(problem),
        speed => problem.Work * speed.SecondsAnOperation + (double)BandwidthProbe.BytesAnElement * problem.Parameters * speed.SecondsAByte,
        sizeof(float) * (4.0 * problem.Parameters + LargestTransposed(problem) + 2.0 * problem.Batch * (problem.Inputs + problem.Hidden.Sum() + problem.Outputs)));

    /// <summary>The memory is what a training holds beside its rows.</summary>
    static (Candidate Call, double Bytes) Prepare(TrainingProblem problem)
    {
        _ = problem.Data;
        long before = GC.GetTotalMemory(forceFullCollection: true);
        Candidate call = new OwnTraining(problem).Candidate();
        return (call, GC.GetTotalMemory(forceFullCollection: true) - before);
    }

    static long LargestTransposed(TrainingProblem problem)
        => problem.Hidden.Zip(problem.Hidden.Skip(1).Append(problem.Outputs), (inputs, outputs) => (long)inputs * outputs).Max();
}
