using Microsoft.ML;
using Microsoft.ML.Data;
using MLNet.WeightInit.Tests.Support;

namespace MLNet.WeightInit.Tests;

/// <summary>Scoring of data that reads ahead: block by block the same as row by row, and nothing else of a view changes.</summary>
[TestFixture]
public sealed class BlockScoringTests
{
    /// <summary>Its first hidden layers have 3·256 + 256·128 weights: enough to be scored on several threads.</summary>
    static readonly int[] s_large = [256, 128];

    readonly MLContext _context = new(seed: 1);

    /// <summary>Around the sizes of the first blocks, 8, 16, 32, 64, and of the blocks that they add up to.</summary>
    [Test]
    public void A_view_has_the_scores_of_single_rows(
        [Values("Label", nameof(SampleRow.Flag), nameof(SampleRow.Value), nameof(SampleRow.Values), nameof(SampleRow.Flags))] string label,
        [Values(0, 1, 7, 8, 9, 24, 25, 120, 184, 185, 1000)] int count, [Values] bool large)
    {
        var model = Fit(label, large);
        IDataView view = Samples.View(_context, Samples.Rows(count, seed: 5));
        IDataView scored = model.Transform(view);
        Assert.That(scored, Is.InstanceOf<BlockScoredView>());
        Assert.That(Scores(scored), Is.EqualTo(Samples.Rows(count, seed: 5).Select(row => Predict(model, row.Features))));
    }

    [TestCase("Label")]
    [TestCase(nameof(SampleRow.Flag))]
    [TestCase(nameof(SampleRow.Value))]
    public void All_columns_and_annotations_are_those_of_the_scored_view_that_ML_NET_makes(string label)
    {
        IDataView view = Samples.View(_context, Mixed());
        ITransformer model = Fit(label), loaded = Reload(model, view);
        IDataView byRow = loaded.Transform(view), byBlock = model.Transform(view);
        Assert.That(byRow, Is.Not.InstanceOf<BlockScoredView>());
        SchemaComparison.AssertSameSchema(byRow.Schema, byBlock.Schema);
        SchemaComparison.AssertSameValues(byRow, byBlock);
        SchemaComparison.AssertSameSchema(byRow.Schema, model.GetOutputSchema(view.Schema));
    }

    [Test]
    public void A_loaded_model_scores_in_blocks_when_it_is_told_to([Values("Label", nameof(SampleRow.Flag), nameof(SampleRow.Value))] string label)
    {
        IDataView view = Samples.View(_context, Mixed());
        IEstimator<ITransformer> pipeline = _context.Transforms.CopyColumns("Copy", "Features").Append(_context.Transforms.NeuralNet(Samples.Quick(label)));
        ITransformer loaded = Reload(pipeline.Fit(view), view);
        IDataView byRow = loaded.Transform(view);
        Assert.That(_context.WeightInit.ScoreInBlocks(_context.WeightInit.ScoreInBlocks(loaded)), Is.SameAs(loaded));
        IDataView byBlock = loaded.Transform(view);
        Assert.That(byRow, Is.Not.InstanceOf<BlockScoredView>());
        Assert.That(byBlock, Is.InstanceOf<BlockScoredView>());
        SchemaComparison.AssertSameValues(byRow, byBlock);
    }

    /// <summary>One cursor hands out all columns of a row at once; each must be the row's own, whatever was read ahead.</summary>
    [Test]
    public void The_other_columns_of_a_row_stay_its_own([Values] bool large, [Values] bool shuffled, [Values] bool late)
    {
        List<SampleRow> rows = Samples.Rows(300, seed: 5);
        var model = Fit(nameof(SampleRow.Value), large);
        IDataView view = Samples.View(_context, rows), scored = model.Transform(view);
        Random? Order() => shuffled ? new Random(4) : null;
        var expected = new List<(DataViewRowId, long)>();
        using (DataViewRowCursor plain = view.GetRowCursor(view.Schema, Order()))
        {
            ValueGetter<DataViewRowId> id = plain.GetIdGetter();
            while (plain.MoveNext())
                expected.Add((Get(id), plain.Position));
        }
        var found = new List<(DataViewRowId, long)>();
        using DataViewRowCursor cursor = scored.GetRowCursor(scored.Schema, Order());
        if (late)
            cursor.MoveNext();
        ValueGetter<VBuffer<float>> features = cursor.GetGetter<VBuffer<float>>(scored.Schema["Features"]);
        ValueGetter<ReadOnlyMemory<char>> category = cursor.GetGetter<ReadOnlyMemory<char>>(scored.Schema[nameof(SampleRow.Category)]);
        ValueGetter<float> value = cursor.GetGetter<float>(scored.Schema[nameof(SampleRow.Value)]), score = cursor.GetGetter<float>(scored.Schema["Score"]);
        ValueGetter<VBuffer<bool>> flags = cursor.GetGetter<VBuffer<bool>>(scored.Schema[nameof(SampleRow.Flags)]);
        ValueGetter<DataViewRowId> ids = cursor.GetIdGetter();
        var seen = new HashSet<float>();
        for (bool isRow = late || cursor.MoveNext(); isRow; isRow = cursor.MoveNext())
        {
            float[] own = Get(features).DenseValues().ToArray();
            SampleRow row = rows.Single(row => row.Features.SequenceEqual(own));
            Assert.That(Get(category).ToString(), Is.EqualTo(row.Category));
            Assert.That(Get(value), Is.EqualTo(row.Value));
            Assert.That(Get(flags).DenseValues(), Is.EqualTo(row.Flags));
            Assert.That(Get(score), Is.EqualTo(Predict(model, own)[0]));
            Assert.That(seen.Add(row.Value), "a row came twice");
            found.Add((Get(ids), cursor.Position));
        }
        Assert.That(found, Is.EqualTo(expected));
    }

    [Test]
    public void A_set_of_cursors_shares_the_rows_and_each_scores_its_own([Values] bool large, [Values(2, 3)] int count, [Values] bool cached)
    {
        var model = Fit(nameof(SampleRow.Value), large);
        IDataView view = Samples.View(_context, Samples.Rows(1_000, seed: 5));
        IDataView scored = model.Transform(cached ? _context.Data.Cache(view) : view);
        DataViewRowCursor[] cursors = scored.GetRowCursorSet([scored.Schema["Features"], scored.Schema["Score"]], count, null);
        var found = new float[cursors.Length][];
        Assert.That(cursors, Has.Length.EqualTo(count));
        Parallel.For(0, cursors.Length, new ParallelOptions { MaxDegreeOfParallelism = cursors.Length }, i =>
        {
            using DataViewRowCursor cursor = cursors[i];
            ValueGetter<VBuffer<float>> features = cursor.GetGetter<VBuffer<float>>(scored.Schema["Features"]);
            ValueGetter<float> score = cursor.GetGetter<float>(scored.Schema["Score"]);
            var own = new List<float>();
            while (cursor.MoveNext())
            {
                own.Add(Get(score));
                if (own[^1] != Predict(model, [.. Get(features).DenseValues()])[0])
                    own[^1] = float.NaN;
            }
            found[i] = [.. own];
        });
        Assert.That(found.SelectMany(scores => scores).Order(), Is.EqualTo(Scores(scored).Select(scores => scores[0]).Order()));
    }

    [Test]
    public void Few_rows_are_read_ahead_at_first_then_more()
    {
        int read = 0;
        IEnumerable<SampleRow> Rows()
        {
            foreach (SampleRow row in Samples.Rows(500))
            {
                read++;
                yield return row;
            }
        }

        IDataView scored = Fit(nameof(SampleRow.Value)).Transform(_context.Data.LoadFromEnumerable(Rows()));
        using DataViewRowCursor cursor = scored.GetRowCursor([scored.Schema["Score"]]);
        var readAtRow = new List<int>();
        for (int row = 0; row < 190; row++)
        {
            cursor.MoveNext();
            readAtRow.Add(read);
        }
        Assert.That(readAtRow.Distinct(), Is.EqualTo(new[] { 8, 24, 56, 120, 184, 248 }), "blocks of 8, 16, 32 and then 64");
    }

    [Test]
    public void A_source_that_throws_gives_the_rows_before_first([Values(0, 3, 8, 20)] int at)
    {
        IEnumerable<SampleRow> Rows() => Samples.Rows(100).Select((row, i) => i == at ? throw new InvalidDataException("broken") : row);
        var model = Fit(nameof(SampleRow.Value));
        IDataView scored = model.Transform(_context.Data.LoadFromEnumerable(Rows()));
        using DataViewRowCursor cursor = scored.GetRowCursor([scored.Schema["Score"]]);
        ValueGetter<float> score = cursor.GetGetter<float>(scored.Schema["Score"]);
        List<SampleRow> expected = Samples.Rows(100);
        for (int row = 0; row < at; row++)
        {
            Assert.That(cursor.MoveNext());
            Assert.That(Get(score), Is.EqualTo(Predict(model, expected[row].Features)[0]));
        }
        Assert.That(() => cursor.MoveNext(), Throws.TypeOf<InvalidDataException>().With.Message.EqualTo("broken"));
    }

    /// <summary>Two rows of one block, or of two.</summary>
    [Test]
    public void A_value_that_can_t_be_read_is_an_error_of_its_own_row_and_column_only([Values(0, 3, 6, 8, 20)] int at)
    {
        var model = Fit(nameof(SampleRow.Value));
        List<SampleRow> rows = Samples.Rows(100);
        IDataView scored = model.Transform(_context.Data.LoadFromEnumerable(rows.Select((row, i) => new FragileRow(row.Features, row.Value, isBroken: i == at || i == at + 2))));
        using DataViewRowCursor cursor = scored.GetRowCursor(scored.Schema);
        ValueGetter<float> score = cursor.GetGetter<float>(scored.Schema["Score"]), value = cursor.GetGetter<float>(scored.Schema[nameof(FragileRow.Value)]);
        for (int row = 0; row < rows.Count; row++)
        {
            Assert.That(cursor.MoveNext());
            Assert.That(Get(value), Is.EqualTo(rows[row].Value));
            if (row == at || row == at + 2)
                Assert.That(() => Get(score), Throws.TypeOf<InvalidDataException>().With.Message.EqualTo("broken features"));
            else
                Assert.That(Get(score), Is.EqualTo(Predict(model, rows[row].Features)[0]));
        }
        Assert.That(cursor.MoveNext(), Is.False);
    }

    [Test]
    public void A_row_of_another_length_is_an_error_of_its_own()
    {
        var model = Fit(nameof(SampleRow.Value));
        VectorRow[] rows = [.. Samples.Rows(40).Select((row, i) => new VectorRow { Features = new VBuffer<float>(i == 12 ? 2 : 3, row.Features) })];
        IDataView scored = model.Transform(View(rows));
        using DataViewRowCursor cursor = scored.GetRowCursor([scored.Schema["Score"]]);
        ValueGetter<float> score = cursor.GetGetter<float>(scored.Schema["Score"]);
        for (int row = 0; row < rows.Length; row++)
        {
            Assert.That(cursor.MoveNext());
            if (row == 12)
                Assert.That(() => Get(score), Throws.InvalidOperationException.With.Message.Contains("has 2"));
            else
                Assert.That(Get(score), Is.EqualTo(Predict(model, [.. rows[row].Features.DenseValues()])[0]));
        }
    }

    [Test]
    public void A_cursor_that_is_given_up_closes_its_source([Values] bool large, [Values(0, 1, 10)] int rows)
    {
        var source = new TrackedView(_context.Data.LoadFromEnumerable(Samples.Rows(500)));
        IDataView scored = Fit(nameof(SampleRow.Value), large).Transform(source);
        using (DataViewRowCursor cursor = scored.GetRowCursor([scored.Schema["Score"]]))
        {
            for (int row = 0; row < rows; row++)
                cursor.MoveNext();
        }
        Assert.That(source.Opened, Is.GreaterThan(0));
        Assert.That(source.Closed, Is.EqualTo(source.Opened));
    }

    [Test]
    public void Two_networks_in_a_chain_each_score_features_of_their_own()
    {
        IDataView view = Samples.View(_context, Samples.Rows(100, seed: 5));
        var chain = _context.Transforms.NeuralNet(Samples.Quick(nameof(SampleRow.Value), epochs: 1)).Append(_context.Transforms.CopyColumns("First", "Score"))
            .Append(_context.Transforms.Concatenate("Both", "Features", "First")).Append(_context.Transforms.NeuralNet(nameof(SampleRow.Values), "Both", hiddenLayers: [8], numberOfEpochs: 1)).Fit(view);
        IDataView first = chain.Skip(1).First().Transform(chain.First().Transform(view)), scored = chain.Transform(view);
        INeuralNetModel second = ((ISingleFeaturePredictionTransformer<INeuralNetModel>)chain.LastTransformer).Model;
        Assert.That(scored.GetColumn<float>("First"), Is.EqualTo(first.GetColumn<float>("First")));
        Assert.That(scored.GetColumn<float[]>("Score"), Is.EqualTo(Samples.Rows(100, seed: 5).Zip(first.GetColumn<float>("First"), (row, score) => Predict(second.Network, [.. row.Features, score]))));
    }

    /// <summary>Nothing of the network is needed for them, so nothing is read ahead.</summary>
    [Test]
    public void Columns_of_the_source_alone_are_read_row_by_row()
    {
        int read = 0;
        IEnumerable<SampleRow> rows = Samples.Rows(100).Select(row =>
        {
            read++;
            return row;
        });
        IDataView scored = Fit(nameof(SampleRow.Value)).Transform(_context.Data.LoadFromEnumerable(rows));
        using DataViewRowCursor cursor = scored.GetRowCursorSet([scored.Schema[nameof(SampleRow.Value)]], 1, null)[0];
        cursor.MoveNext();
        Assert.That(read, Is.EqualTo(1));
    }

    [Test]
    public void A_cursor_with_every_column_allocates_nothing_a_row([Values(nameof(SampleRow.Value), nameof(SampleRow.Values))] string label)
    {
        var model = Fit(label);
        long Allocated(int count)
        {
            VectorRow[] rows = [.. Enumerable.Repeat(Samples.Rows(100), count / 100).SelectMany(row => row).Select(row => new VectorRow { Features = new VBuffer<float>(3, row.Features) })];
            IDataView scored = model.Transform(View(rows));
            long before = GC.GetAllocatedBytesForCurrentThread();
            using DataViewRowCursor cursor = scored.GetRowCursor(scored.Schema);
            ValueGetter<VBuffer<float>> features = cursor.GetGetter<VBuffer<float>>(scored.Schema["Features"]);
            VBuffer<float> value = default;
            while (cursor.MoveNext())
                features(ref value);
            return GC.GetAllocatedBytesForCurrentThread() - before;
        }

        Allocated(2_000);
        // The smallest object a row would be 24 bytes × 4,000; the runtime counts in blocks of 8 KB.
        Assert.That(Allocated(6_000) - Allocated(2_000), Is.LessThan(48_000));
    }

    ISingleFeaturePredictionTransformer<INeuralNetModel> Fit(string label, bool large = false)
    {
        NeuralNetOptions options = Samples.Quick(label, epochs: 1);
        options.HiddenLayers = large ? s_large : [8];
        return _context.Transforms.NeuralNet(options).Fit(Samples.View(_context));
    }

    ITransformer Reload(ITransformer model, IDataView view) => ModelZip.Load(_context, ModelZip.Save(_context, model, view.Schema));

    /// <summary>Rows some of which have missing features.</summary>
    static List<SampleRow> Mixed()
    {
        List<SampleRow> rows = Samples.Rows(200, seed: 5);
        for (int i = 0; i < rows.Count; i += 7)
            rows[i].Features[i % 3] = i % 2 == 0 ? float.NaN : float.PositiveInfinity;
        return rows;
    }

    IDataView View(VectorRow[] rows)
    {
        var schema = SchemaDefinition.Create(typeof(VectorRow));
        schema[nameof(VectorRow.Features)].ColumnType = new VectorDataViewType(NumberDataViewType.Single, 3);
        return _context.Data.LoadFromEnumerable(rows, schema);
    }

    /// <summary>What the network itself says of a row; probabilities are ML.NET's column <c>Probability</c> and not compared here.</summary>
    static float[] Predict(ISingleFeaturePredictionTransformer<INeuralNetModel> model, float[] features) => Predict(model.Model.Network, features);

    static float[] Predict(FeedForwardNetwork network, float[] features)
    {
        var scores = new float[network.Outputs];
        network.Predict(features, scores);
        return scores;
    }

    static float[][] Scores(IDataView scored) => scored.Schema["Score"].Type is VectorDataViewType
        ? [.. scored.GetColumn<float[]>("Score")]
        : [.. scored.GetColumn<float>("Score").Select(score => new[] { score })];

    static T Get<T>(ValueGetter<T> getter)
    {
        T value = default!;
        getter(ref value);
        return value;
    }

    sealed class VectorRow
    {
        public VBuffer<float> Features { get; set; }
    }

    sealed class FragileRow(float[] features, float value, bool isBroken)
    {
        public FragileRow()
            : this([], 0, false)
        {
        }

        [VectorType(SampleRow.FeatureCount)]
        public float[] Features
        {
            get => isBroken ? throw new InvalidDataException("broken features") : features;
            set => features = value;
        }

        public float Value
        {
            get => value;
            set => _ = value;
        }
    }

    /// <summary>Counts the cursors of a view.</summary>
    sealed class TrackedView(IDataView inner) : IDataView
    {
        int _opened, _closed;

        public int Opened => _opened;

        public int Closed => _closed;

        public bool CanShuffle => inner.CanShuffle;

        public DataViewSchema Schema => inner.Schema;

        public long? GetRowCount() => inner.GetRowCount();

        public DataViewRowCursor GetRowCursor(IEnumerable<DataViewSchema.Column> columnsNeeded, Random? rand = null)
        {
            Interlocked.Increment(ref _opened);
            return new TrackedCursor(this, inner.GetRowCursor(columnsNeeded, rand));
        }

        public DataViewRowCursor[] GetRowCursorSet(IEnumerable<DataViewSchema.Column> columnsNeeded, int n, Random? rand = null) => [GetRowCursor(columnsNeeded, rand)];

        sealed class TrackedCursor(TrackedView view, DataViewRowCursor inner) : DataViewRowCursor
        {
            bool _disposed;

            public override long Position => inner.Position;

            public override long Batch => inner.Batch;

            public override DataViewSchema Schema => inner.Schema;

            public override bool MoveNext() => inner.MoveNext();

            public override bool IsColumnActive(DataViewSchema.Column column) => inner.IsColumnActive(column);

            public override ValueGetter<DataViewRowId> GetIdGetter() => inner.GetIdGetter();

            public override ValueGetter<TValue> GetGetter<TValue>(DataViewSchema.Column column) => inner.GetGetter<TValue>(column);

            protected override void Dispose(bool disposing)
            {
                if (!_disposed)
                    Interlocked.Increment(ref view._closed);
                _disposed = true;
                inner.Dispose();
                base.Dispose(disposing);
            }
        }
    }
}
