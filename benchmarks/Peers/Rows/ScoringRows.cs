using Kernels;
using MLNet.WeightInit;
using MLNet.WeightInit.Engine.Data;
using Peers.Measuring;
using Peers.Onnx;
using Peers.Own;

namespace Peers.Rows;

/// <summary>Scoring on one thread, against ONNX Runtime.</summary>
static class ScoringRows
{
    public static IEnumerable<Row> Measure()
    {
        FeedForwardNetwork wide = OwnNetwork.Create(784, [256, 128], 10, NetworkTask.Multiclass), small = OwnNetwork.Create(30, [64, 32], 1, NetworkTask.Binary);
        return
        [
            Score("784-256-128-10", wide, rows: 1, goal: 1.3, gate: 1),
            Score("784-256-128-10", wide, rows: 128, goal: 1.1, gate: 1),
            Score("784-256-128-10", wide, rows: 8192, goal: 1.1, gate: 1),
            Score("30-64-32-1", small, rows: 1, goal: 25, gate: 20),
            Score("30-64-32-1", small, rows: 128, goal: 2, gate: 1.5),
        ];
    }

    static Row Score(string shape, FeedForwardNetwork network, int rows, double goal, double gate)
    {
        string work = $"score {shape}, {rows:N0} row{(rows == 1 ? "" : "s")}";
        Row Unmeasured(string reason) => new(work, "ONNX Runtime", Unit.Factor, goal, gate, null, reason);
        if (RuntimeScoring.Failure is { } failure)
            return Unmeasured(failure);

        var features = new float[rows * network.Inputs];
        new RandomSource(1, "rows").FillNormal(features, 1);
        float[] ourScores = new float[rows * network.Outputs], theirScores = new float[ourScores.Length];
        Candidate ours = OwnScoring.Create(network, features, ourScores), theirs = RuntimeScoring.Create(network, features, theirScores);
        ours.Call();
        theirs.Call();
        // Both sum the same products in another order: a few roundings of 6e-8 for each of a few hundred terms.
        for (int i = 0; i < ourScores.Length; i++)
            if (Math.Abs(ourScores[i] - theirScores[i]) > 1e-4 * Math.Max(1, Math.Abs(theirScores[i])))
                return Unmeasured($"the two don't do the same work: score {i} is {ourScores[i]:G6} here and {theirScores[i]:G6} there");

        Race race = Race.Run([ours, theirs]);
        return new Row(work, "ONNX Runtime", Unit.Factor, goal, gate, race.ProcessorRatio(theirs, ours),
            $"{race.ProcessorSeconds(ours) * 1e6:F2} µs against {race.ProcessorSeconds(theirs) * 1e6:F2}; peak {race.Peak / 1e9:F0} GFLOP/s");
    }
}
