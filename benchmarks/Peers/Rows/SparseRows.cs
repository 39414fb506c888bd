using Kernels;
using MLNet.WeightInit;
using MLNet.WeightInit.Engine.Data;
using MLNet.WeightInit.Engine.Kernels;
using MLNet.WeightInit.Engine.Training.Optimizers;
using Peers.Measuring;
using Peers.Own;

namespace Peers.Rows;

/// <summary>A step on sparse text features against the dense work on their values alone: the same network with as many inputs as a row has values, and the update of as many weights as the batch's features have.</summary>
static class SparseRows
{
    const int Rows = 20_000, Features = 50_000, ValuesOfRow = 50, Outputs = 10;

    /// <summary>A step may take half as long again.</summary>
    const double Gate = 1 / 1.5;

    static readonly int[] s_hidden = [128, 64];

    public static IEnumerable<Row> Measure() => [Step(64, wordsAreEqual: false), Step(256, wordsAreEqual: false), Step(64, wordsAreEqual: true)];

    static Row Step(int batch, bool wordsAreEqual)
    {
        TrainingSet data = Text(wordsAreEqual);
        int rows = Rows / batch * batch;
        double touched = Enumerable.Range(0, rows / batch).Average(step => Enumerable.Range(step * batch, batch).SelectMany(row => data.Sparse!.Columns(row).ToArray()).Distinct().Count());
        var sparse = new OwnTraining(new TrainingProblem(Features, s_hidden, Outputs, NetworkTask.Multiclass, batch, rows) { Given = Take(data, rows) });
        var dense = new OwnTraining(new TrainingProblem(ValuesOfRow, s_hidden, Outputs, NetworkTask.Multiclass, batch, rows));
        var update = new WeightUpdate((int)touched * s_hidden[0], Features * s_hidden[0]);
        Candidate own = sparse.Candidate("sparse"), network = dense.Candidate("dense"), work = new("dense with update", network.Work, () => { dense.StepWithLoss(); update.Run(); });
        for (int step = 0; step < rows / batch; step++)        // an epoch: memory that nothing has touched costs a fault a page
        {
            own.Call();
            work.Call();
        }
        Race race = Race.Run([own, network, work], settle: Race.Settling);
        return new Row($"train {Rows:N0} × {Features:N0} at {(double)ValuesOfRow / Features:P1}, {(wordsAreEqual ? "words equally frequent" : "words as frequent as in text (Zipf)")}, {string.Join('-', s_hidden)}-{Outputs}, batch {batch}",
            $"dense {ValuesOfRow}-{string.Join('-', s_hidden)}-{Outputs} and the update of {(int)touched:N0} × {s_hidden[0]} weights", Unit.Factor, 1, Gate, race.ProcessorRatio(work, own),
            $"{race.ProcessorSeconds(own) * 1e6:F0} µs against {race.ProcessorSeconds(work) * 1e6:F0}; the dense network alone, of {ValuesOfRow} × {s_hidden[0]} weights, {race.ProcessorSeconds(network) * 1e6:F0}");
    }

    /// <summary>Rows of 50 different words each, a word's rank drawn with a chance of 1 / rank or evenly, in rows that are normalized as texts are.</summary>
    static TrainingSet Text(bool wordsAreEqual)
    {
        var random = new RandomSource(1, "words");
        var features = new MLNet.WeightInit.Engine.Data.SparseRows(Features);
        var words = new SortedSet<int>();
        float[] values = [.. Enumerable.Repeat(1 / MathF.Sqrt(ValuesOfRow), ValuesOfRow)], targets = new float[Rows];
        for (int row = 0; row < Rows; row++)
        {
            words.Clear();
            while (words.Count < ValuesOfRow)
                words.Add(wordsAreEqual ? random.NextInt32(Features) : Math.Min(Features - 1, (int)Math.Pow(Features, random.NextDouble()) - 1));
            features.Add([.. words], values);
            targets[row] = random.NextInt32(Outputs);
        }
        return new TrainingSet(features, targets, 1);
    }

    static TrainingSet Take(TrainingSet data, int rows)
    {
        var features = new MLNet.WeightInit.Engine.Data.SparseRows(Features);
        for (int row = 0; row < rows; row++)
            features.Add(data.Sparse!.Columns(row), data.Sparse.Values(row));
        return new TrainingSet(features, data.Targets[..rows], 1);
    }

    /// <summary>Adam on weights that lie side by side, others in each step: as the sparse step's they come from memory, not from a cache.</summary>
    sealed unsafe class WeightUpdate(int count, int all)
    {
        readonly OptimizerKernel _optimizer = Optimizers.Parse("Adam").CreateKernel(SimdLevels.Best);
        readonly AlignedBuffer _weights = new(all), _first = new(all), _second = new(all), _gradient = new(count);
        int _at;

        public void Run()
        {
            _optimizer.BeginStep(1e-3f);
            _optimizer.Update(_weights.Pointer + _at, _gradient.Pointer, _first.Pointer + _at, _second.Pointer + _at, count, 1, 0);
            _at = _at + 2 * count > all ? 0 : _at + count;
        }
    }
}
