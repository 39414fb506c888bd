using Microsoft.ML;
using Microsoft.ML.Data;
using MLNet.WeightInit.Tests.Support;

namespace MLNet.WeightInit.Tests;

/// <summary>What scoring costs, and scoring and training from several threads.</summary>
[TestFixture]
public sealed class ScoringTests
{
    readonly MLContext _context = new(seed: 1);

    [Test]
    public void A_cursor_allocates_nothing_a_row([Values("Label", nameof(SampleRow.Flag), nameof(SampleRow.Value), nameof(SampleRow.Values), nameof(SampleRow.Flags))] string label, [Values] bool sparse)
    {
        ITransformer model = _context.Transforms.NeuralNet(Samples.Quick(label)).Fit(Samples.View(_context));
        long Allocated(int rows) => label is "Label" or nameof(SampleRow.Values) or nameof(SampleRow.Flags) ? AllocatedBytes<VBuffer<float>>(model, Rows(rows, sparse)) : AllocatedBytes<float>(model, Rows(rows, sparse));
        Allocated(2_000);
        // What a cursor costs once is the same for both, up to the blocks of 8 KB that the runtime counts in; the smallest object a row would be 24 bytes × 4,000.
        Assert.That(Allocated(6_000) - Allocated(2_000), Is.LessThan(48_000));
    }

    [Test]
    public void A_prediction_engine_allocates_nothing_a_row()
    {
        ITransformer model = _context.Transforms.NeuralNet(Samples.Quick()).Fit(Samples.View(_context));
        using PredictionEngine<FeatureRow, ScoredRow> engine = _context.Model.CreatePredictionEngine<FeatureRow, ScoredRow>(model);
        FeatureRow[] rows = [.. Samples.Rows(100).Select(row => new FeatureRow { Features = row.Features })];
        var scored = new ScoredRow();
        void ScoreAll()
        {
            foreach (FeatureRow row in rows)
                engine.Predict(row, ref scored);
        }

        ScoreAll();
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 10; i++)
            ScoreAll();
        Assert.That(GC.GetAllocatedBytesForCurrentThread() - before, Is.LessThan(1_000), "bytes for 1,000 rows");
    }

    [Test]
    public void One_prediction_engine_a_thread_over_one_model_and_the_network_itself_agree()
    {
        var model = _context.Transforms.NeuralNet(Samples.Quick(nameof(SampleRow.Value))).Fit(Samples.View(_context));
        FeatureRow[] rows = [.. Samples.Rows(500).Select(row => new FeatureRow { Features = row.Features })];
        float[] expected = [.. model.Transform(_context.Data.LoadFromEnumerable(rows)).GetColumn<float>("Score")];
        var byEngine = new float[8][];
        var byNetwork = new float[8][];
        Parallel.For(0, 8, thread =>
        {
            using PredictionEngine<FeatureRow, ScoredValue> engine = _context.Model.CreatePredictionEngine<FeatureRow, ScoredValue>(model);
            byEngine[thread] = [.. rows.Select(row => engine.Predict(row).Score)];
            var score = new float[1];
            byNetwork[thread] = [.. rows.Select(row =>
            {
                model.Model.Network.Predict(row.Features, score);
                return score[0];
            })];
        });
        Assert.That(byEngine, Is.All.EqualTo(expected));
        Assert.That(byNetwork, Is.All.EqualTo(expected));
    }

    [Test]
    public void Estimators_of_one_context_may_train_at_once_and_so_may_one_estimator()
    {
        IDataView data = Samples.View(_context, 60);
        NeuralNetOptions options = Samples.Quick(nameof(SampleRow.Value));
        options.NumberOfThreads = 2;
        NeuralNetEstimator shared = _context.Transforms.NeuralNet(options);
        float[] Scores(NeuralNetEstimator estimator) => [.. estimator.Fit(data).Transform(data).GetColumn<float>("Score")];
        float[] expected = Scores(shared);
        var found = new float[8][];
        Parallel.For(0, found.Length, i => found[i] = Scores(i % 2 == 0 ? shared : _context.Transforms.NeuralNet(options)));
        Assert.That(found, Is.All.EqualTo(expected));
    }

    [Test]
    public void A_model_scores_data_without_a_label()
    {
        IDataView data = Samples.View(_context);
        ITransformer model = _context.Transforms.NeuralNet(Samples.Quick()).Fit(data);
        IDataView unlabelled = _context.Transforms.SelectColumns("Features").Fit(data).Transform(data);
        Assert.That(SchemaComparison.Cells(model.Transform(unlabelled), "Score"), Is.EqualTo(SchemaComparison.Cells(model.Transform(data), "Score")));
    }

    IDataView Rows(int count, bool sparse)
    {
        VBuffer<float>[] vectors = [.. Samples.Rows(100).Select(row => sparse ? new VBuffer<float>(3, 1, [row.Features[1]], [1]) : new VBuffer<float>(3, row.Features))];
        var schema = SchemaDefinition.Create(typeof(VectorRow));
        schema[nameof(VectorRow.Features)].ColumnType = new VectorDataViewType(NumberDataViewType.Single, 3);
        return _context.Data.LoadFromEnumerable(Enumerable.Range(0, count).Select(i => new VectorRow { Features = vectors[i % 100] }).ToArray(), schema);
    }

    static long AllocatedBytes<T>(ITransformer model, IDataView data)
    {
        IDataView scored = model.Transform(data);
        DataViewSchema.Column column = scored.Schema["Score"];
        T value = default!;
        long before = GC.GetAllocatedBytesForCurrentThread();
        using DataViewRowCursor cursor = scored.GetRowCursor([column]);
        ValueGetter<T> getter = cursor.GetGetter<T>(column);
        while (cursor.MoveNext())
            getter(ref value);
        return GC.GetAllocatedBytesForCurrentThread() - before;
    }

    sealed class VectorRow
    {
        public VBuffer<float> Features { get; set; }
    }

    sealed class FeatureRow
    {
        [VectorType(3)]
        public float[] Features { get; set; } = [];
    }

    sealed class ScoredRow
    {
        public VBuffer<float> Score { get; set; }
    }

    sealed class ScoredValue
    {
        public float Score { get; set; }
    }
}
