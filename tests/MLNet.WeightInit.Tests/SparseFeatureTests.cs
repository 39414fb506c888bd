using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;
using Microsoft.ML.Runtime;
using MLNet.WeightInit.Tests.Support;

namespace MLNet.WeightInit.Tests;

/// <summary>Text and one-hot columns: many features, of which a row has few.</summary>
[TestFixture]
public sealed class SparseFeatureTests
{
    const int Features = 2_000;

    MLContext _context = null!;
    LogCapture _log = null!;

    [SetUp]
    public void Create()
    {
        _context = new MLContext(seed: 1);
        _log = new LogCapture(_context);
    }

    bool IsKeptSparse => _log.Texts(ChannelMessageKind.Info).Any(message => message.Contains("Rows are kept sparse"));

    [Test]
    public void Text_is_learnt_saved_and_loaded()
    {
        IDataView data = _context.Data.LoadFromEnumerable(Sentences(300)), test = _context.Data.LoadFromEnumerable(Sentences(150, seed: 5));
        ITransformer model = _context.Transforms.Text.ProduceHashedWordBags("Features", nameof(Sentence.Text), numberOfBits: 12, ngramLength: 1)
            .Append(_context.Transforms.Conversion.MapValueToKey("Label"))
            .Append(_context.Transforms.NeuralNet(hiddenLayers: [16]))
            .Append(_context.Transforms.Conversion.MapKeyToValue("PredictedLabel")).Fit(data);
        Assert.That(IsKeptSparse, Is.True);
        Assert.That(_context.MulticlassClassification.Evaluate(model.Transform(test)).MicroAccuracy, Is.GreaterThan(0.9));      // one in six sentences has a word of another class

        ITransformer loaded = ModelZip.Load(_context, ModelZip.Save(_context, model, data.Schema));
        Assert.That(loaded.Transform(test).GetColumn<float[]>("Score"), Is.EqualTo(model.Transform(test).GetColumn<float[]>("Score")));
        using PredictionEngine<Sentence, Prediction> engine = _context.Model.CreatePredictionEngine<Sentence, Prediction>(loaded);
        Assert.That(engine.Predict(new Sentence { Text = "the goalkeeper saved a penalty" }).PredictedLabel, Is.EqualTo("sport"));
    }

    [Test]
    public void The_same_rows_as_dense_vectors_give_the_same_scores([Values("Label", nameof(WideRow.Flag), nameof(WideRow.Value))] string label)
    {
        IDataView sparse = Rows(200);
        ITransformer model = Estimator(label).Fit(sparse);
        Assert.That(IsKeptSparse, Is.True);
        Assert.That(Scores(model, Rows(200, dense: true)), Is.EqualTo(Scores(model, sparse)));
    }

    [Test]
    public void Memory_is_counted_by_the_values_that_are_given()
    {
        // 200 rows of at most 22 values take 39 KB with their places; dense they would take 1.6 MB.
        NeuralNetOptions options = Options(nameof(WideRow.Value));
        options.MemoryLimit = 60_000;
        float[] expected = Scores(Estimator(nameof(WideRow.Value)).Fit(Rows(200)), Rows(50));
        Assert.That(Scores(_context.Transforms.NeuralNet(options).Fit(Rows(200)), Rows(50)), Is.EqualTo(expected));
        Assert.That(_log.Texts(ChannelMessageKind.Info).Count(message => message.Contains("Rows are kept sparse")), Is.EqualTo(2));
        Assert.That(_log.Warnings, Has.None.Contains("MemoryLimit"));
    }

    [Test]
    public void Sparse_rows_beyond_the_limit_are_streamed_with_a_warning_or_refused()
    {
        NeuralNetOptions options = Options(nameof(WideRow.Value));
        (options.MemoryLimit, options.BatchSize) = (30_000, 2);
        Assert.That(Scores(_context.Transforms.NeuralNet(options).Fit(Rows(200)), Rows(50)), Has.All.Matches<float>(float.IsFinite));
        Assert.That(_log.Warnings, Has.One.Contains("Column 'Features' comes sparse, and its values other than 0 take more than MemoryLimit, 30.0 KB").And.One.Contains("all 2,000 features of a row"));

        options.Streaming = false;
        Assert.That(() => _context.Transforms.NeuralNet(options).Fit(Rows(200)),
            Throws.InvalidOperationException.With.Message.Contains("values other than 0 in its first").And.Message.Contains("at most 30,000 are allowed").And.Message.Contains("raise MemoryLimit"));
    }

    [Test]
    public void Rows_that_come_sparse_but_full_count_as_dense_ones()
    {
        // A third of the values is given: more than a tenth. 60 rows are 480 KB as dense values.
        var schema = SchemaDefinition.Create(typeof(WideRow));
        schema[nameof(WideRow.Features)].ColumnType = new VectorDataViewType(NumberDataViewType.Single, Features);
        int[] places = [.. Enumerable.Range(0, Features / 3).Select(place => 3 * place)];
        IDataView data = _context.Data.LoadFromEnumerable(Enumerable.Range(0, 60).Select(row => new WideRow { Features = new VBuffer<float>(Features, places.Length, [.. places.Select(place => 1f + (place + row) % 7)], places), Value = row }).ToArray(), schema);
        NeuralNetOptions options = Options(nameof(WideRow.Value));
        (options.MemoryLimit, options.Streaming) = (60 * Features * sizeof(float), false);
        _context.Transforms.NeuralNet(options).Fit(data);
        Assert.That(IsKeptSparse, Is.False);

        options.MemoryLimit--;
        Assert.That(() => _context.Transforms.NeuralNet(options).Fit(data), Throws.InvalidOperationException.With.Message.Contains("2,000 features in at least 60 rows: 480,000 bytes as dense values"));
        (options.Streaming, options.BatchSize) = (null, 4);
        _context.Transforms.NeuralNet(options).Fit(data);
        Assert.That(_log.Texts(ChannelMessageKind.Info), Has.One.Contains("Streamed: 60 rows"));
        Assert.That(_log.Warnings, Has.None.Contains("comes sparse"));
    }

    [TestCase(1)]
    [TestCase(60)]
    public void Wide_dense_rows_that_just_fit_are_kept(int count)
    {
        // 8 bytes a value and its place would be twice the limit before anything is decided.
        var buffer = new RowBuffer("Features", Features, targetColumns: 1, weighted: false, expectedRows: null, mostBytes: count * Features * sizeof(float), isSparse: null);
        var row = new VBuffer<float>(Features, [.. Enumerable.Range(1, Features).Select(value => (float)value)]);
        for (int i = 0; i < count; i++)
            Assert.That(buffer.TryAdd(in row, [i], 1), Is.True);
        Assert.That(buffer.TryAdd(in row, [count], 1), Is.False);
        Engine.Data.TrainingSet set = buffer.ToTrainingSet()!;
        Assert.That((set.IsSparse, set.Rows, set.Row(count - 1)[^1], set.Targets[count - 1]), Is.EqualTo((false, count, (float)Features, count - 1f)));
    }

    [Test]
    public void Rows_that_come_dense_stay_dense_however_many_zeros_they_have()
    {
        Estimator().Fit(Rows(50, dense: true));
        Assert.That(IsKeptSparse, Is.False);
    }

    [Test]
    public void Validation_rows_follow_the_training_rows_whatever_they_come_as([Values] bool validationIsDense)
    {
        NeuralNetEstimator estimator = _context.Transforms.NeuralNet(Options(nameof(WideRow.Value)));
        ITransformer expected = estimator.Fit(Rows(200), Rows(60, seed: 3)), found = estimator.Fit(Rows(200), Rows(60, dense: validationIsDense, seed: 3));
        Assert.That(Scores(found, Rows(50)), Is.EqualTo(Scores(expected, Rows(50))));
    }

    [TestCase(float.NaN)]
    [TestCase(float.PositiveInfinity)]
    public void A_row_that_is_not_finite_is_skipped_in_training_and_scores_NaN(float bad)
    {
        ITransformer model = Estimator(nameof(WideRow.Value)).Fit(Rows(100, bad: bad));
        Assert.That(_log.Warnings, Has.One.Contains("Skipped 1 of 100 training rows: 1 with NaN or infinite values in column 'Features'"));
        float[] scores = [.. model.Transform(Rows(100, bad: bad)).GetColumn<float>("Score")];
        Assert.That(scores.Select(float.IsNaN).Index().Where(row => row.Item).Select(row => row.Index), Is.EqualTo((int[])[7]));
    }

    [Test]
    public void A_model_of_sparse_rows_exports_to_ONNX()
    {
        IDataView rows = Rows(120);
        ITransformer model = Estimator(nameof(WideRow.Value)).Fit(rows);
        using var onnx = new MemoryStream();
        _context.Model.ConvertToOnnx(model, rows, onnx);
        using var session = new InferenceSession(onnx.ToArray());
        float[] expected = Scores(model, rows);
        float[][] features = [.. rows.GetColumn<float[]>("Features")];
        for (int row = 0; row < expected.Length; row++)
        {
            NamedOnnxValue[] inputs = [.. session.InputMetadata.Keys.Select(name => name == "Features"
                ? NamedOnnxValue.CreateFromTensor(name, new DenseTensor<float>(features[row], [1, Features]))
                : name == nameof(WideRow.Flag) ? NamedOnnxValue.CreateFromTensor(name, new DenseTensor<bool>([1, 1]))
                : name == nameof(WideRow.Category) ? NamedOnnxValue.CreateFromTensor(name, new DenseTensor<string>(new[] { "" }, [1, 1]))
                : NamedOnnxValue.CreateFromTensor(name, new DenseTensor<float>([1, 1])))];
            using var results = session.Run(inputs, ["Score.output"]);
            Assert.That(results.Single().AsEnumerable<float>().Single(), Is.EqualTo(expected[row]).Within(1e-5 * Math.Max(1, Math.Abs(expected[row]))));
        }
    }

    [Test]
    public void An_option_about_all_weights_is_said_to_update_all_of_them()
    {
        NeuralNetOptions options = Options();
        options.EmaDecay = 0.9f;
        _context.Transforms.Conversion.MapValueToKey("Label", nameof(WideRow.Category)).Append(_context.Transforms.NeuralNet(options)).Fit(Rows(50));
        Assert.That(_log.Warnings, Has.One.Contains("every step updates the weights of all 2,000 features").And.One.Contains("the average takes in all weights"));
    }

    [Test]
    public void Ten_thousand_one_hot_columns_stop_before_the_budget_is_over()
    {
        // Noise in 10,000 columns: every row is learnt by heart in a few epochs, and nothing but rows held out can tell.
        var random = new RandomSource(1, "one-hot");
        IDataView data = _context.Data.LoadFromEnumerable(Enumerable.Range(0, 400).Select(_ => new NamedRow { Name = $"name {random.NextInt32(1 << 20)}", Flag = random.NextInt32(2) == 0 }).ToArray());
        var model = _context.Transforms.Categorical.OneHotHashEncoding("Features", nameof(NamedRow.Name), numberOfBits: 14)
            .Append(_context.Transforms.NeuralNet(nameof(NamedRow.Flag))).Fit(data);
        TrainingHistory history = model.LastTransformer.Model.History;
        Assert.That(IsKeptSparse, Is.True);
        Assert.That(history.Epochs[0].ValidationLoss, Is.Not.Null);
        Assert.That(history.Epochs, Has.Count.LessThan(400), "3,000 updates are 429 epochs");
    }

    [Test]
    public void Training_goes_on_from_a_model_of_sparse_rows()
    {
        var trainer = _context.Regression.Trainers.NeuralNet(Options(nameof(WideRow.Value)));
        var model = trainer.Fit(Rows(100));
        var more = trainer.Fit(Rows(100, seed: 4), model.Model);
        Assert.That(more.Model.Network.DenseLayers[0].GetWeights(), Is.Not.EqualTo(model.Model.Network.DenseLayers[0].GetWeights()));
    }

    [Test]
    public void A_cursor_over_sparse_rows_allocates_nothing_a_row()
    {
        ITransformer model = Estimator(nameof(WideRow.Value)).Fit(Rows(100));
        long Allocated(int rows)
        {
            IDataView scored = model.Transform(Rows(rows));
            using DataViewRowCursor cursor = scored.GetRowCursor([scored.Schema["Score"]]);
            ValueGetter<float> getter = cursor.GetGetter<float>(scored.Schema["Score"]);
            float score = 0;
            long before = GC.GetAllocatedBytesForCurrentThread();
            while (cursor.MoveNext())
                getter(ref score);
            return GC.GetAllocatedBytesForCurrentThread() - before;
        }

        Allocated(1_000);
        Assert.That(Allocated(3_000) - Allocated(1_000), Is.LessThan(24_000), "the smallest object a row would be 24 bytes × 2,000");
    }

    [Test]
    public void Rows_decide_by_how_many_values_they_have()
    {
        // Of 1,000 features 100 may be given on average over the first 1,000 rows; later rows have no say.
        Assert.That(Buffer(1_000, _ => 100, rows: 1_500), Is.True);
        Assert.That(Buffer(1_000, _ => 101, rows: 1_500), Is.False);
        Assert.That(Buffer(1_000, row => row < 1_000 ? 100 : 1_000, rows: 1_500), Is.True);
        Assert.That(Buffer(1_000, row => row < 500 ? 201 : 0, rows: 1_500), Is.False);
        Assert.That(Buffer(1_000, row => row < 500 ? 200 : 0, rows: 1_500), Is.True);
        Assert.That(Buffer(999, _ => 1, rows: 1_500), Is.False, "few features are always dense");
        Assert.That(Buffer(1_000, row => row < 5 ? 1_000 : 50, rows: 100), Is.True, "all rows decide where there are fewer than 1,000");
        Assert.That(Buffer(1_000, row => row < 6 ? 1_000 : 50, rows: 100), Is.False);
    }

    static bool Buffer(int features, Func<int, int> given, int rows)
    {
        var buffer = new FeatureBuffer(features, expectedRows: null, mostDenseRows: int.MaxValue, isSparse: null);
        for (int row = 0; row < rows; row++)
        {
            int count = given(row);
            float[] values = [.. Enumerable.Range(1, count).Select(i => (float)(row + i))];
            VBuffer<float> vector = count == features ? new VBuffer<float>(features, values) : new VBuffer<float>(features, count, values, [.. Enumerable.Range(features - count, count)]);
            Assert.That(buffer.TryAdd(in vector));
        }
        Assert.That(buffer.TryDecide());
        Engine.Data.TrainingSet data = buffer.ToTrainingSet(new float[rows], 1, null);
        var read = new float[features];
        for (int row = 0; row < rows; row++)
        {
            data.CopyRow(row, read);
            int count = given(row);
            for (int i = 0; i < features; i++)
                if (read[i] != (i < features - count ? 0 : row + 1 + i - (features - count)))
                    Assert.Fail($"row {row}, feature {i}: {read[i]}");
        }
        return data.IsSparse;
    }

    static float[] Scores(ITransformer model, IDataView rows)
    {
        IDataView scored = model.Transform(rows);
        return scored.Schema["Score"].Type is VectorDataViewType ? [.. scored.GetColumn<float[]>("Score").SelectMany(scores => scores)] : [.. scored.GetColumn<float>("Score")];
    }

    IEstimator<ITransformer> Estimator(string label = "Label")
        => _context.Transforms.Conversion.MapValueToKey("Label", nameof(WideRow.Category)).Append(_context.Transforms.NeuralNet(Options(label)));

    static NeuralNetOptions Options(string label = "Label") => new() { LabelColumnName = label, HiddenLayers = [12, 8], NumberOfEpochs = 3 };

    /// <summary>Rows with a number and some twenty of 2,000 words; category, flag and value hang on three of the words.</summary>
    IDataView Rows(int count, bool dense = false, long seed = 1, float? bad = null)
    {
        var random = new RandomSource(seed, "wide rows");
        var rows = new WideRow[count];
        for (int row = 0; row < count; row++)
        {
            int category = random.NextInt32(3);
            int[] words = [.. Enumerable.Range(0, 20).Select(_ => 10 + random.NextInt32(Features - 10)).Append(1 + category).Prepend(0).Distinct().Order()];
            float[] values = [.. words.Select(word => word == 0 ? 100 + 5 * random.NextSingle() : 1f)];
            if (bad is { } value && row == 7)
                values[5] = value;
            var vector = new VBuffer<float>(Features, words.Length, values, words);
            if (dense)
                vector = new VBuffer<float>(Features, [.. vector.DenseValues()]);
            rows[row] = new WideRow { Features = vector, Category = "abc"[category].ToString(), Flag = category == 0, Value = category + random.NextSingle() / 10 };
        }
        var schema = SchemaDefinition.Create(typeof(WideRow));
        schema[nameof(WideRow.Features)].ColumnType = new VectorDataViewType(NumberDataViewType.Single, Features);
        return _context.Data.LoadFromEnumerable(rows, schema);
    }

    static readonly string[][] s_words =
    [
        ["goalkeeper", "penalty", "match", "coach", "league", "striker", "stadium", "referee"],
        ["oven", "flour", "butter", "simmer", "garlic", "recipe", "whisk", "pepper"],
        ["orbit", "rocket", "planet", "comet", "lander", "telescope", "galaxy", "crater"],
    ];

    static readonly string[] s_common = ["the", "a", "of", "and", "today", "was", "in", "with", "new", "said"];

    /// <summary>Words of one of three subjects among common ones; in one sentence of six one word of another subject.</summary>
    static Sentence[] Sentences(int count, long seed = 1)
    {
        var random = new RandomSource(seed, "sentences");
        var sentences = new Sentence[count];
        for (int i = 0; i < count; i++)
        {
            int subject = random.NextInt32(3);
            List<string> words = [.. Enumerable.Range(0, 3).Select(_ => s_words[subject][random.NextInt32(8)]), .. Enumerable.Range(0, 5).Select(_ => s_common[random.NextInt32(10)])];
            if (random.NextInt32(6) == 0)
                words.Add(s_words[(subject + 1) % 3][random.NextInt32(8)]);
            sentences[i] = new Sentence { Text = string.Join(' ', words), Label = ((string[])["sport", "kitchen", "space"])[subject] };
        }
        return sentences;
    }

    sealed class Sentence
    {
        public string Text { get; set; } = "";
        public string Label { get; set; } = "";
    }

    sealed class Prediction
    {
        public string PredictedLabel { get; set; } = "";
    }

    sealed class NamedRow
    {
        public string Name { get; set; } = "";
        public bool Flag { get; set; }
    }

    sealed class WideRow
    {
        public VBuffer<float> Features { get; set; }
        public string Category { get; set; } = "";
        public bool Flag { get; set; }
        public float Value { get; set; }
    }
}
