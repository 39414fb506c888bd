using Kernels;
using Microsoft.ML;
using MLNet.WeightInit;
using Peers.Measuring;

namespace Peers.Rows;

/// <summary>What reading ahead gains: a model right from training scores a view in blocks, the same model from a file row by row.</summary>
static class BlockScoringRows
{
    const int Rounds = 15;
    const int ScoredRows = 20_000;

    public static IEnumerable<Row> Measure() => [Measure(goal: 4, gate: 2, hidden: [64, 32]), Measure(goal: 2, gate: 1.2, hidden: [256, 128])];

    static Row Measure(double goal, double gate, int[] hidden)
    {
        var context = new MLContext(seed: 1);
        IDataView rows = context.Data.LoadFromEnumerable(FeatureRow.Noise(ScoredRows));
        ITransformer inBlocks = context.Regression.Trainers.NeuralNet(new NeuralNetOptions { HiddenLayers = hidden, NumberOfEpochs = 1, NumberOfThreads = 1 }).Fit(rows);
        using var file = new MemoryStream();
        context.Model.Save(inBlocks, rows.Schema, file);
        file.Position = 0;
        ITransformer byRow = context.Model.Load(file, out _);
        string work = $"Transform of {ScoredRows:N0} × {FeatureRow.Features} rows by 30-{hidden[0]}-{hidden[1]}-1, in blocks";
        if (PipelineRows.SumOfScores(inBlocks.Transform(rows)) != PipelineRows.SumOfScores(byRow.Transform(rows)))
            return new Row(work, "row by row", Unit.Factor, goal, gate, null, "the two don't give the same bits");
        Candidate ours = new("in blocks", 0, () => PipelineRows.SumOfScores(inBlocks.Transform(rows))), theirs = new("row by row", 0, () => PipelineRows.SumOfScores(byRow.Transform(rows)));
        Race race = Race.Run([ours, theirs], rounds: Rounds);
        return new Row(work, "row by row", Unit.Factor, goal, gate, race.ProcessorRatio(theirs, ours),
            $"{race.ProcessorSeconds(ours) * 1e3:F1} ms against {race.ProcessorSeconds(theirs) * 1e3:F1}; by the clock {race.WallSeconds(ours) * 1e3:F1} against {race.WallSeconds(theirs) * 1e3:F1}");
    }
}
