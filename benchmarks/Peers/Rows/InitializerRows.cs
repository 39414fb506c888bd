using Kernels;
using MLNet.WeightInit;
using Peers.LibTorch;
using Peers.Measuring;

namespace Peers.Rows;

/// <summary>Filling a tensor, on one thread, against libtorch's <c>torch.nn.init</c>.</summary>
static class InitializerRows
{
    public static IEnumerable<Row> Measure()
        =>
        [
            Fill("1,000,000 normal values", new Normal(1), WeightShape.Dense(1000, 1000), TorchFill.Normal, goal: 2.5, gate: 2),
            .. ((int[])[512, 1024, 2048]).Select(size => Fill($"orthogonal {size} × {size}", new Orthogonal(), WeightShape.Dense(size, size), TorchFill.Orthogonal, goal: 2, gate: 1.3)),
        ];

    static Row Fill(string work, WeightInitializer initializer, WeightShape shape, Func<int, int, Candidate> peer, double goal, double gate)
    {
        var weights = new float[shape.Count];
        var ours = new Candidate("ours", 0, () => initializer.Fill(weights, shape, new RandomSource(1, 1)));
        if (TorchLibrary.Failure is { } failure)
            return new Row(work, "libtorch", Unit.Factor, goal, gate, null, failure);
        Candidate theirs = peer(shape.Rows, shape.Columns);
        Race race = Race.Run([ours, theirs]);
        return new Row(work, "libtorch", Unit.Factor, goal, gate, race.ProcessorRatio(theirs, ours), $"{race.ProcessorSeconds(ours) * 1e3:F2} ms against {race.ProcessorSeconds(theirs) * 1e3:F2}");
    }
}
