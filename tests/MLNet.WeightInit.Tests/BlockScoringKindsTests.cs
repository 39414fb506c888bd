using Microsoft.ML;
using Microsoft.ML.Data;
using MLNet.WeightInit.Tests.Support;

namespace MLNet.WeightInit.Tests;

/// <summary>Networks that need more than a row's features, and that tell more of it than outputs: block by block the same as row by row.</summary>
[TestFixture]
public sealed class BlockScoringKindsTests
{
    readonly MLContext _context = new(seed: 1);

    static IEnumerable<string> Labels() => Towns.Labels;

    /// <summary>Around the sizes of the first blocks; keys are missing in some rows, features in some others.</summary>
    [Test]
    public void Categories_are_scored_in_blocks_as_the_network_scores_single_rows([ValueSource(nameof(Labels))] string label, [Values] bool alone, [Values(0, 1, 7, 8, 9, 25, 185, 240)] int count)
    {
        NeuralNetOptions options = Towns.Options(label, epochs: 1);
        if (alone)
            options.FeatureColumnName = null;
        var model = _context.Transforms.NeuralNet(options).Fit(Towns.Mapped(_context));
        List<TownRow> rows = [.. Towns.Rows().Take(count)];
        for (int i = 5; i < rows.Count; i += 11)
            rows[i].Features[i % 3] = float.NaN;
        IDataView view = Towns.Mapped(_context, rows), scored = model.Transform(view);
        Assert.That(scored, Is.InstanceOf<BlockScoredView>());
        uint[] towns = [.. view.GetColumn<uint>("Town")], sizes = [.. view.GetColumn<uint>("Size")];
        FeedForwardNetwork network = model.Model.Network;
        var expected = new float[rows.Count * network.Outputs];
        for (int row = 0; row < rows.Count; row++)
            network.Predict(alone ? [] : rows[row].Features, [(int)towns[row], (int)sizes[row]], expected.AsSpan(row * network.Outputs, network.Outputs));
        Assert.That(Towns.Scores(scored), Is.EqualTo(expected));
    }

    [TestCase("Label")]
    [TestCase(nameof(TownRow.Flag))]
    [TestCase(nameof(TownRow.Value))]
    public void A_loaded_model_with_categories_scores_in_blocks_when_it_is_told_to(string label)
    {
        IDataView view = Towns.Mapped(_context);
        ITransformer model = _context.Transforms.NeuralNet(Towns.Options(label, epochs: 1)).Fit(view), loaded = ModelZip.Load(_context, ModelZip.Save(_context, model, view.Schema));
        IDataView byRow = loaded.Transform(view), byBlock = _context.WeightInit.ScoreInBlocks(loaded).Transform(view);
        Assert.That(byRow, Is.Not.InstanceOf<BlockScoredView>());
        Assert.That(byBlock, Is.InstanceOf<BlockScoredView>());
        SchemaComparison.AssertSameSchema(byRow.Schema, byBlock.Schema);
        SchemaComparison.AssertSameValues(byRow, byBlock);
        SchemaComparison.AssertSameValues(byRow, model.Transform(view));
    }

    [Test]
    public void Features_that_come_sparse_are_scored_beside_their_keys()
    {
        IDataView view = Towns.Mapped(_context);
        var model = _context.Transforms.NeuralNet(Towns.Options("Value", epochs: 1)).Fit(view);
        List<TownRow> rows = Towns.Rows(60);
        VBuffer<float> Sparse(float[] dense, int i) => i % 3 == 0 ? new VBuffer<float>(3, 1, [dense[1]], [1]) : new VBuffer<float>(3, dense);
        for (int i = 0; i < rows.Count; i += 3)
            (rows[i].Features[0], rows[i].Features[2]) = (0, 0);
        IDataView dense = Towns.Mapped(_context, rows);
        uint[] towns = [.. dense.GetColumn<uint>("Town")], sizes = [.. dense.GetColumn<uint>("Size")];
        var schema = SchemaDefinition.Create(typeof(SparseTown));
        schema["Features"].ColumnType = new VectorDataViewType(NumberDataViewType.Single, 3);
        (schema["Town"].ColumnType, schema["Size"].ColumnType) = (dense.Schema["Town"].Type, dense.Schema["Size"].Type);
        IDataView sparse = _context.Data.LoadFromEnumerable(rows.Select((row, i) => new SparseTown { Features = Sparse(row.Features, i), Town = towns[i] - 1, Size = sizes[i] - 1 }).ToArray(), schema);
        Assert.That(model.Transform(sparse).GetColumn<float>("Score"), Is.EqualTo(model.Transform(dense).GetColumn<float>("Score")));
    }

    /// <summary>Two rows of one block, or of two.</summary>
    [Test]
    public void A_key_that_can_t_be_read_is_an_error_of_its_own_row([Values(0, 3, 6, 8, 20)] int at)
    {
        IDataView all = Towns.Mapped(_context);
        var model = _context.Transforms.NeuralNet(Towns.Options("Value", epochs: 1)).Fit(all);
        float[] expected = [.. model.Transform(all).GetColumn<float>("Score")];
        uint[] towns = [.. all.GetColumn<uint>("Town")], sizes = [.. all.GetColumn<uint>("Size")];
        var schema = SchemaDefinition.Create(typeof(FragileTown));
        (schema["Town"].ColumnType, schema["Size"].ColumnType) = (all.Schema["Town"].Type, all.Schema["Size"].Type);
        IDataView scored = model.Transform(_context.Data.LoadFromEnumerable(Towns.Rows().Select((row, i) => new FragileTown(row.Features, towns[i] - 1, sizes[i] - 1, isBroken: i == at || i == at + 2)), schema));
        using DataViewRowCursor cursor = scored.GetRowCursor([scored.Schema["Score"]]);
        ValueGetter<float> score = cursor.GetGetter<float>(scored.Schema["Score"]);
        for (int row = 0; row < expected.Length; row++)
        {
            Assert.That(cursor.MoveNext());
            float value = 0;
            if (row == at || row == at + 2)
                Assert.That(() => score(ref value), Throws.TypeOf<InvalidDataException>().With.Message.EqualTo("broken key"));
            else
                score(ref value);
            Assert.That(value, Is.EqualTo(row == at || row == at + 2 ? 0 : expected[row]), $"row {row}");
        }
        Assert.That(cursor.MoveNext(), Is.False);
    }

    [Test]
    public void An_autoencoder_tells_the_same_of_a_row_in_a_block_as_alone([Values(0, 1, 7, 8, 9, 25, 185, 200)] int count, [Values] bool tied)
    {
        NeuralNetOptions options = Samples.Quick("Features", epochs: 2);
        (options.HiddenLayers, options.TiedWeights) = ([2], tied);
        var model = _context.Transforms.NeuralNet(options).Fit(Samples.View(_context));
        List<SampleRow> rows = [.. Samples.Rows(200, seed: 5).Take(count)];
        for (int i = 5; i < rows.Count; i += 11)
            rows[i].Features[i % 3] = i % 2 == 0 ? float.NaN : float.NegativeInfinity;
        IDataView scored = model.Transform(Samples.View(_context, rows));
        Assert.That(scored, Is.InstanceOf<BlockScoredView>());
        using var engine = _context.Model.CreatePredictionEngine<FeatureRow, Reconstructed>(model);
        Reconstructed[] alone = [.. rows.Select(row => engine.Predict(new FeatureRow { Features = row.Features }))];
        Assert.That(scored.GetColumn<float[]>("Score"), Is.EqualTo(alone.Select(row => row.Score)));
        Assert.That(scored.GetColumn<float[]>("Embedding"), Is.EqualTo(alone.Select(row => row.Embedding)));
        Assert.That(scored.GetColumn<float>("ReconstructionError"), Is.EqualTo(alone.Select(row => row.ReconstructionError)));
        var scores = new float[3];
        for (int row = 0; row < rows.Count; row++)
        {
            model.Model.Network.Predict(rows[row].Features, scores);
            Assert.That(alone[row].Score, Is.EqualTo(scores));
        }
    }

    [Test]
    public void Sets_of_cursors_and_parts_of_the_columns_give_the_same([Values("Embedding", "ReconstructionError", "Score")] string column)
    {
        NeuralNetOptions options = Samples.Quick("Features", epochs: 2);
        options.HiddenLayers = [256, 2, 256];                  // large enough for several threads
        var model = _context.Transforms.NeuralNet(options).Fit(Samples.View(_context));
        IDataView view = Samples.View(_context, Samples.Rows(500, seed: 5)), scored = model.Transform(view);
        string[] all = SchemaComparison.Cells(scored, column);
        Assert.That(SchemaComparison.Cells(_context.Transforms.SelectColumns(column).Fit(scored).Transform(scored), column), Is.EqualTo(all));
        var found = new List<string>();
        foreach (DataViewRowCursor cursor in scored.GetRowCursorSet([scored.Schema[column]], 3, null))
        {
            using (cursor)
            {
                Delegate getter = column == "ReconstructionError" ? cursor.GetGetter<float>(scored.Schema[column]) : cursor.GetGetter<VBuffer<float>>(scored.Schema[column]);
                while (cursor.MoveNext())
                {
                    float single = 0;
                    VBuffer<float> several = default;
                    if (getter is ValueGetter<float> one)
                        one(ref single);
                    else
                        ((ValueGetter<VBuffer<float>>)getter)(ref several);
                    found.Add(column == "ReconstructionError" ? $"{single:R}" : string.Join(" ", several.DenseValues().Select(value => $"{value:R}")));
                }
            }
        }
        IEnumerable<string> expected = column == "ReconstructionError" ? scored.GetColumn<float>(column).Select(value => $"{value:R}") : scored.GetColumn<float[]>(column).Select(values => string.Join(" ", values.Select(value => $"{value:R}")));
        Assert.That(found.Order(), Is.EqualTo(expected.Order()));
    }

    [Test]
    public void A_cursor_allocates_nothing_a_row([Values] bool categories)
    {
        IDataView train = categories ? Towns.Mapped(_context) : Samples.View(_context);
        NeuralNetOptions options = categories ? Towns.Options("Values", epochs: 1) : Samples.Quick("Features", epochs: 1);
        options.HiddenLayers = [2];
        ITransformer model = _context.Transforms.NeuralNet(options).Fit(train);
        long Allocated(int repeats)
        {
            IDataView data = _context.Data.Cache(categories ? Towns.Mapped(_context, Enumerable.Repeat(Towns.Rows(), repeats).SelectMany(row => row)) : Samples.View(_context, Enumerable.Repeat(Samples.Rows(240), repeats).SelectMany(row => row)));
            IDataView scored = model.Transform(data);
            long rows = 0;
            using (DataViewRowCursor first = scored.GetRowCursor(scored.Schema))
                while (first.MoveNext())
                    rows++;                                    // fills the cache
            long before = GC.GetAllocatedBytesForCurrentThread();
            using DataViewRowCursor cursor = scored.GetRowCursor([scored.Schema["Score"]]);
            ValueGetter<VBuffer<float>> score = cursor.GetGetter<VBuffer<float>>(scored.Schema["Score"]);
            VBuffer<float> value = default;
            while (cursor.MoveNext())
                score(ref value);
            return GC.GetAllocatedBytesForCurrentThread() - before;
        }
        Allocated(8);
        // The smallest object a row would be 24 bytes × 3,840; the runtime counts in blocks of 8 KB.
        Assert.That(Allocated(24) - Allocated(8), Is.LessThan(48_000));
    }

    /// <summary>ML.NET counts the keys of objects from 0, and takes what is above their count for missing.</summary>
    sealed class FragileTown(float[] features, uint town, uint size, bool isBroken)
    {
        public FragileTown()
            : this([], 0, 0, false)
        {
        }

        [VectorType(3)]
        public float[] Features
        {
            get => features;
            set => features = value;
        }

        public uint Town
        {
            get => town;
            set => town = value;
        }

        public uint Size
        {
            get => isBroken ? throw new InvalidDataException("broken key") : size;
            set => size = value;
        }
    }

    sealed class SparseTown
    {
        public VBuffer<float> Features { get; set; }
        public uint Town { get; set; }
        public uint Size { get; set; }
    }

    sealed class FeatureRow
    {
        [VectorType(SampleRow.FeatureCount)]
        public float[] Features { get; set; } = [];
    }

    sealed class Reconstructed
    {
        public float[] Score { get; set; } = [];
        public float[] Embedding { get; set; } = [];
        public float ReconstructionError { get; set; }
    }
}
