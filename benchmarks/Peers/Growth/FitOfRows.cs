using Kernels;
using Microsoft.ML;
using MLNet.WeightInit;
using MLNet.WeightInit.Engine.Data;
using MLNet.WeightInit.Engine.Training;
using Peers.Measuring;
using Peers.Own;
using Peers.Rows;

namespace Peers.Growth;

/// <summary>One epoch through ML.NET, from rows to model: reading them, statistics, report, steps.</summary>
sealed class FitOfRows
{
    const int Batch = 64;

    /// <summary>Rows of the two fits without epochs that tell what a fit and a row cost beside the steps; the report looks at as many as the fewer.</summary>
    const int FewRows = 256, ManyRows = 40_000;

    /// <summary>Kept of a row: features and label; its number among all rows, among those that train or validate, and among those that the report draws from; and whether it validates.</summary>
    const int BytesARow = sizeof(float) * (FeatureRow.Features + 1) + 3 * sizeof(int) + sizeof(bool);

    static readonly int[] s_hidden = [64, 32];

    readonly FeatureRow[] _all;
    readonly StepModel _step;
    readonly double _fitSeconds, _rowSeconds, _fitBytes, _peak;

    FitOfRows(int mostRows)
    {
        _all = FeatureRow.Noise(mostRows);
        _step = new StepModel(new TrainingProblem(FeatureRow.Features, s_hidden, 1, NetworkTask.Regression, Batch));
        Candidate few = Prepare(FewRows, epochs: 0).Call;
        Candidate many = Prepare(ManyRows, epochs: 0).Call;
        Race race = Race.Run([few, many]);
        _peak = race.Peak;
        _rowSeconds = (race.ProcessorSeconds(many) - race.ProcessorSeconds(few)) / (ManyRows - FewRows);
        _fitSeconds = race.ProcessorSeconds(few) - FewRows * _rowSeconds;
        _fitBytes = Prepare(FewRows, epochs: 1).Bytes - _step.Bytes - FewRows * BytesARow;
    }

    public static Series Create(int[] sizes)
    {
        var fits = new FitOfRows(sizes[^1]);
        return new Series("rows", $"{FeatureRow.Features}-64-32-1, batch {Batch}, one epoch", "a fit", [.. sizes.Select(fits.Point)]);
    }

    Series.Point Point(int rows)
        => new(rows, () => Prepare(rows, epochs: 1), costs => Seconds(rows, costs), costs => (double)rows / Batch * _step.FloorSeconds(costs), _fitBytes + _step.Bytes + (double)rows * BytesARow);

    /// <summary>The fit and its rows beside the steps, the steps of the training rows, the scores of the validation rows.</summary>
    double Seconds(int rows, UnitCosts costs)
    {
        double validation = TrainingBudget.ValidationFraction(rows, asked: null) * rows;
        return (_fitSeconds + rows * _rowSeconds) * _peak / costs.Peak + (rows - validation) / Batch * _step.Seconds(costs) + validation * _step.SecondsOfScoredRow(costs);
    }

    /// <summary>The memory is what one fit allocates: the features and labels above all.</summary>
    (Candidate Call, double Bytes) Prepare(int rows, int epochs)
    {
        var context = new MLContext(seed: 1);
        IDataView data = context.Data.LoadFromEnumerable(new ArraySegment<FeatureRow>(_all, 0, rows));
        var trainer = context.Regression.Trainers.NeuralNet(new NeuralNetOptions { HiddenLayers = s_hidden, BatchSize = Batch, NumberOfEpochs = epochs, NumberOfThreads = 1 });
        trainer.Fit(data);
        long before = GC.GetTotalAllocatedBytes(precise: true);
        trainer.Fit(data);
        return (new Candidate("fit", 0, () => trainer.Fit(data)), GC.GetTotalAllocatedBytes(precise: true) - before);
    }
}
