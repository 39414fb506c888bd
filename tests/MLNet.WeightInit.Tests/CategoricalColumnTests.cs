using Microsoft.ML;
using Microsoft.ML.Data;
using MLNet.WeightInit.Tests.Support;

namespace MLNet.WeightInit.Tests;

/// <summary>Key columns beside the features, in every task and everywhere that ML.NET takes a model.</summary>
[TestFixture]
public sealed class CategoricalColumnTests
{
    MLContext _context = null!;
    LogCapture _log = null!;

    [SetUp]
    public void CreateContext()
    {
        _context = new MLContext(seed: 1);
        _log = new LogCapture(_context);
    }

    static NeuralNetOptions Options(string label = "Label", int epochs = 5) => Towns.Options(label, epochs);

    IEstimator<ITransformer> Mapping() => Towns.Mapping(_context);

    IDataView View(IEnumerable<TownRow> rows) => Towns.View(_context, rows);

    IDataView Mapped(IEnumerable<TownRow>? rows = null) => Towns.Mapped(_context, rows);

    static List<TownRow> Rows() => Towns.Rows();

    static IEnumerable<string> Tasks() => Towns.Labels;

    [TestCaseSource(nameof(Tasks))]
    public void A_chain_trains_scores_saves_and_loads_whatever_the_task(string label)
    {
        IDataView data = View(Rows());
        ITransformer model = Mapping().Append(_context.Transforms.NeuralNet(Options(label))).Fit(data);
        float[] scores = Scores(model.Transform(data));
        Assert.That(scores, Has.None.NaN);
        Assert.That(_log.Warnings, Has.None.Contains("Skipped"));
        using var stream = new MemoryStream();
        _context.Model.Save(model, data.Schema, stream);
        ITransformer loaded = new MLContext().Model.Load(stream, out _);
        Assert.That(Scores(loaded.Transform(data)), Is.EqualTo(scores));
        using var again = new MemoryStream();
        new MLContext().Model.Save(loaded, data.Schema, again);
        Assert.That(Scores(new MLContext().Model.Load(again, out _).Transform(data)), Is.EqualTo(scores));
        if (label is nameof(TownRow.Flag) or nameof(TownRow.Value))
            return;                                            // one value a row has a test of its own
        var engine = new MLContext().Model.CreatePredictionEngine<TownRow, Scored>(loaded);
        Assert.That(Rows().Take(7).SelectMany(row => engine.Predict(row).Score!), Is.EqualTo(scores[..(7 * scores.Length / 240)]));
    }

    [Test]
    public void Several_heads_read_categories_too([Values] bool alone)
    {
        NeuralNetOptions options = Options();
        options.Heads = ["Label", nameof(TownRow.Value), nameof(TownRow.Flags)];
        if (alone)
            options.FeatureColumnName = null;
        IDataView data = View(Rows());
        ITransformer model = Mapping().Append(_context.Transforms.NeuralNet(options)).Fit(data);
        float[] values = [.. model.Transform(data).GetColumn<float>("Value.Score")];
        Assert.That(values.Distinct().Count(), Is.GreaterThan(10));
        using var stream = new MemoryStream();
        _context.Model.Save(model, data.Schema, stream);
        Assert.That(new MLContext().Model.Load(stream, out _).Transform(data).GetColumn<float>("Value.Score"), Is.EqualTo(values));
    }

    [TestCaseSource(nameof(Tasks))]
    public void Categories_may_be_all_that_a_network_reads(string label)
    {
        NeuralNetOptions options = Options(label);
        options.FeatureColumnName = null;
        IDataView data = _context.Transforms.DropColumns("Features").Fit(View(Rows())).Transform(View(Rows()));
        var pipeline = Mapping().Append(_context.Transforms.NeuralNet(options));
        Assert.That(pipeline.GetOutputSchema(SchemaShape.Create(data.Schema)).Select(column => column.Name), Does.Contain("Score"));
        ITransformer model = pipeline.Fit(data);
        float[] scores = Scores(model.Transform(data));
        Assert.That(scores.Distinct().Count(), Is.GreaterThan(10));
        using var stream = new MemoryStream();
        _context.Model.Save(model, data.Schema, stream);
        Assert.That(Scores(new MLContext().Model.Load(stream, out _).Transform(data)), Is.EqualTo(scores));
    }

    [Test]
    public void A_prediction_engine_scores_one_value_a_row()
    {
        IDataView data = View(Rows());
        ITransformer model = Mapping().Append(_context.Transforms.NeuralNet(Options(nameof(TownRow.Flag)))).Fit(data);
        var engine = _context.Model.CreatePredictionEngine<TownRow, ScoredFlag>(model);
        ScoredFlag[] expected = [.. _context.Data.CreateEnumerable<ScoredFlag>(model.Transform(data), reuseRowObject: false)];
        Assert.That(Rows().Select(row => engine.Predict(row).Score), Is.EqualTo(expected.Select(row => row.Score)));
        Assert.That(Rows().Select(row => engine.Predict(row).Probability), Is.EqualTo(expected.Select(row => row.Probability)));
        // The library's own logistic function and the textbook's, in double.
        Assert.That(expected.Select(row => (double)row.Probability), Is.EqualTo(expected.Select(row => 1 / (1 + Math.Exp(-row.Score)))).Within(1e-6));
        Assert.That(expected.Select(row => row.PredictedLabel), Is.EqualTo(expected.Select(row => row.Score > 0)));
    }

    [Test]
    public void What_only_categories_tell_is_learnt()
    {
        NeuralNetOptions options = Options(epochs: 150);
        options.LearningRate = 0.01f;
        options.HiddenLayers = [32];
        IDataView data = Mapped();
        var model = _context.MulticlassClassification.Trainers.NeuralNet(options).Fit(data);
        Assert.That(_context.MulticlassClassification.Evaluate(model.Transform(data)).MicroAccuracy, Is.GreaterThan(0.9), "a ninth of the rows lacks a town or a size");
        var folds = _context.MulticlassClassification.CrossValidate(data, _context.MulticlassClassification.Trainers.NeuralNet(options), 3);
        Assert.That(folds.Select(fold => fold.Metrics.MicroAccuracy), Has.All.GreaterThan(0.7), "without them it would be a third");
    }

    [Test]
    public void The_vectors_can_be_looked_at_beside_the_values_they_stand_for()
    {
        IDataView data = Mapped();
        FeedForwardNetwork network = _context.Transforms.NeuralNet(Options()).Fit(data).Model.Network;
        Assert.That(network.Embeddings.Select(embedding => (embedding.Column, embedding.KeyCount, embedding.Dimensions)), Is.EqualTo(new[] { ("Town", 6, 4), ("Size", 4, 2) }), "1.6 · 6^0.56 = 4.4");
        VBuffer<ReadOnlyMemory<char>> values = default;
        data.Schema["Town"].GetKeyValues(ref values);
        Assert.That(values.Length, Is.EqualTo(network.Embeddings[0].KeyCount));
        Assert.That(network.Embeddings[0].GetVectors(), Has.Length.EqualTo(7 * 4));
        Assert.That(network.Embeddings[0].GetVector(1), Has.Some.Not.Zero);
    }

    [Test]
    public void A_value_that_the_mapping_does_not_know_scores_as_a_missing_one()
    {
        ITransformer model = Mapping().Append(_context.Transforms.NeuralNet(Options(nameof(TownRow.Value)))).Fit(View(Rows()));
        List<TownRow> rows = [.. Rows().Take(3)];
        foreach (TownRow row in rows)
            row.TownName = null;
        float[] missing = Scores(model.Transform(View(rows)));
        foreach (TownRow row in rows)
            row.TownName = "Atlantis";
        Assert.That(Scores(model.Transform(View(rows))), Is.EqualTo(missing));
    }

    [Test]
    public void Scored_data_keep_what_else_they_have_and_only_the_needed_columns_are_read()
    {
        IDataView data = Mapped();
        var model = _context.Transforms.NeuralNet(Options(nameof(TownRow.Flag))).Fit(data);
        IDataView scored = model.Transform(data);
        Assert.That(scored.Schema.Select(column => column.Name), Is.EqualTo([.. data.Schema.Select(column => column.Name), "PredictedLabel", "Score", "Probability"]));
        Assert.That(model.GetOutputSchema(data.Schema).Select(column => column.Name), Is.EqualTo(scored.Schema.Select(column => column.Name)));
        var mapper = model.GetRowToRowMapper(data.Schema);
        Assert.That(mapper.GetDependencies([scored.Schema["Probability"]]).Select(column => column.Name), Is.EquivalentTo(new[] { "Features", "Town", "Size" }));
        Assert.That(mapper.GetDependencies([scored.Schema["Value"]]).Select(column => column.Name), Is.EqualTo(new[] { "Value" }));
    }

    [Test]
    public void Sparse_features_stand_beside_categories()
    {
        List<TownRow> rows = Rows();
        IDataView sparse = _context.Data.LoadFromEnumerable(rows.Select((row, i) => new WideRow { TownName = row.TownName, SizeName = row.SizeName, Category = row.Category, Value = row.Value, Features = new VBuffer<float>(60, 2, [1, row.Features[0]], [i % 7, 30 + i % 9]) }).ToArray());
        IDataView dense = _context.Data.LoadFromEnumerable(_context.Data.CreateEnumerable<WideRow>(sparse, reuseRowObject: false).Select(row => { row.Features = new VBuffer<float>(60, [.. row.Features.DenseValues()]); return row; }).ToArray());
        ITransformer model = Mapping().Append(_context.Transforms.NeuralNet(Options(nameof(TownRow.Value)))).Fit(sparse);
        float[] scores = Scores(model.Transform(sparse));
        Assert.That(scores, Has.None.NaN);
        Assert.That(Scores(model.Transform(dense)), Is.EqualTo(scores), "a row scores the same in either form");
        Assert.That(scores.Distinct().Count(), Is.GreaterThan(100));
    }

    [Test]
    public void Every_thread_scores_the_same()
    {
        IDataView data = Mapped();
        var model = _context.Transforms.NeuralNet(Options()).Fit(data);
        float[] expected = Scores(model.Transform(data));
        Parallel.For(0, 8, _ => Assert.That(Scores(model.Transform(data)), Is.EqualTo(expected)));
    }

    [Test]
    public void A_validation_set_of_the_same_keys_is_watched_and_one_of_others_is_refused()
    {
        IDataView data = Mapped(), validation = Mapped(Rows().Take(60));
        var model = _context.Transforms.NeuralNet(Options()).Fit(data, validation);
        Assert.That(model.Model.History.Epochs.Select(epoch => epoch.ValidationLoss), Has.All.Not.Null);
        IDataView fewer = View(Rows().Where(row => row.TownName != "Ulm")), other = View(Rows().Select(row => { row.TownName = row.TownName == "Ulm" ? "Atlantis" : row.TownName; return row; }));
        Assert.That(() => _context.Transforms.NeuralNet(Options(nameof(TownRow.Value))).Fit(data, Mapping().Fit(fewer).Transform(fewer)), Throws.InstanceOf<ArgumentOutOfRangeException>().With.Message.Contains("Column 'Town' must have 6 keys in the validation data, as in the training data, and has 5"));
        Assert.That(() => _context.Transforms.NeuralNet(Options(nameof(TownRow.Value))).Fit(data, Mapping().Fit(other).Transform(other)), Throws.InstanceOf<ArgumentOutOfRangeException>().With.Message.Contains("key 1 'Ulm' in the training data").And.Message.Contains("'Atlantis'"));
    }

    [Test]
    public void A_model_trains_further_on_the_same_keys_only()
    {
        IDataView data = Mapped();
        var trainer = _context.Regression.Trainers.NeuralNet(Options(nameof(TownRow.Value), epochs: 30));
        var model = trainer.Fit(data);
        double before = _context.Regression.Evaluate(model.Transform(data), nameof(TownRow.Value)).MeanSquaredError;
        double after = _context.Regression.Evaluate(trainer.Fit(data, model.Model).Transform(data), nameof(TownRow.Value)).MeanSquaredError;
        Assert.That(after, Is.LessThan(before));
        IDataView fewer = View(Rows().Where(row => row.TownName != "Ulm"));
        Assert.That(() => trainer.Fit(Mapping().Fit(fewer).Transform(fewer), model.Model), Throws.InstanceOf<ArgumentOutOfRangeException>().With.Message.Contains("categories of 'Town': Ulm, Bonn, Kiel, Trier, Hof, Jena in the model, Bonn, Kiel, Trier, Hof, Jena here"));
    }

    /// <summary>Without features there are none that could be missing: what fills them is in no model.</summary>
    [Test]
    public void A_model_of_categories_alone_trains_further_with_the_option_that_fills_missing_features()
    {
        NeuralNetOptions options = Options(nameof(TownRow.Value));
        options.FeatureColumnName = null;
        options.MissingValues = MissingValues.MeanWithIndicator;
        IDataView data = Mapped();
        var estimator = _context.Transforms.NeuralNet(options);
        var model = estimator.Fit(data);
        Assert.That(Scores(estimator.Fit(data, model.Model).Transform(data)), Is.Not.EqualTo(Scores(model.Transform(data))));
    }

    [Test]
    public void Permutation_importance_of_the_features_leaves_categories_in_place()
    {
        IDataView data = Mapped();
        var model = _context.Regression.Trainers.NeuralNet(Options(nameof(TownRow.Value), epochs: 100)).Fit(data);
        var importance = _context.Regression.PermutationFeatureImportance(model, data, nameof(TownRow.Value), permutationCount: 2);
        Assert.That(importance.Select(slot => Math.Abs(slot.RSquared!.Mean)), Has.All.LessThan(0.2), "the features are noise");
    }

    [Test]
    public void Training_is_the_same_in_any_number_of_threads()
    {
        IDataView data = Mapped();
        byte[] Bytes(int threads)
        {
            NeuralNetOptions options = Options(nameof(TownRow.Values), epochs: 3);
            options.NumberOfThreads = threads;
            options.HiddenLayers = [256];
            options.BatchSize = 120;
            using var stream = new MemoryStream();
            _context.Transforms.NeuralNet(options).Fit(data).Model.Network.Save(stream);
            return stream.ToArray();
        }
        Assert.That(Bytes(2), Is.EqualTo(Bytes(1)));
    }

    [Test]
    public void An_interrupted_training_goes_on()
    {
        string path = Path.Combine(Path.GetTempPath(), Path.GetRandomFileName());
        try
        {
            IDataView data = Mapped();
            float[] Fit(int epochs, string? checkpoint)
            {
                NeuralNetOptions options = Options(epochs: epochs);
                options.CheckpointPath = checkpoint;
                return Scores(_context.Transforms.NeuralNet(options).Fit(data).Transform(data));
            }
            Fit(3, path);
            Assert.That(Fit(8, path), Is.EqualTo(Fit(8, null)));
        }
        finally
        {
            File.Delete(path);
        }
    }

    static IEnumerable<TestCaseData> BadOptions()
    {
        yield return Case(o => o.CategoricalColumns = null!, "CategoricalColumns", "");
        yield return Case(o => o.CategoricalColumns = [null!], "CategoricalColumns[0]", "");
        yield return Case(o => o.CategoricalColumns = ["Town", ""], "CategoricalColumns[1]", "must not be empty");
        yield return Case(o => o.CategoricalColumns = ["Town", "Town"], "CategoricalColumns[1]", "once only");
        yield return Case(o => o.CategoricalColumns = ["Label"], "CategoricalColumns[0]", "label");
        yield return Case(o => (o.Heads, o.CategoricalColumns) = (["Value", "Town"], ["Town"]), "CategoricalColumns[0]", "label");
        yield return Case(o => (o.LabelColumnName, o.HiddenLayers) = ("Features", [2]), "CategoricalColumns", "reconstructs");
        yield return Case(o => o.CategoricalColumns = [new("Town", 0)], "CategoricalColumns[0]", "from 1 to 1,000,000");
        yield return Case(o => (o.CategoricalColumns, o.FeatureColumnName) = ([], null), "FeatureColumnName", "needs inputs");
        yield return Case(o => (o.CategoricalColumns, o.EmbeddingInit) = ([], "he"), "EmbeddingInit", "there are none");
        static TestCaseData Case(Action<NeuralNetOptions> change, string option, string message) => new TestCaseData(change, option, message).SetArgDisplayNames($"{option} {message}");
    }

    [TestCaseSource(nameof(BadOptions))]
    public void A_bad_option_is_refused_when_the_estimator_is_created(Action<NeuralNetOptions> change, string option, string message)
    {
        NeuralNetOptions options = Options();
        change(options);
        Assert.That(() => _context.Transforms.NeuralNet(options), Throws.InstanceOf<ArgumentException>().With.Message.Contains(message).And.Property(nameof(ArgumentException.ParamName)).EqualTo(option));
    }

    [Test]
    public void A_column_that_is_missing_or_no_key_is_refused_before_rows_are_read()
    {
        IDataView data = Mapped();
        AssertRefused("Nowhere", "Could not find categorical column 'Nowhere'");
        AssertRefused(nameof(TownRow.TownName), "expected Key<UInt32>, got String", "MapValueToKey(\"TownName\")");
        AssertRefused("Features", "expected Key<UInt32>, got Vector<Single", "MapKeyToVector");

        void AssertRefused(string column, params string[] messages)
        {
            NeuralNetOptions options = Options();
            options.CategoricalColumns = [column];
            var trainer = _context.MulticlassClassification.Trainers.NeuralNet(options);
            foreach (string message in messages)
            {
                Assert.That(() => trainer.Fit(data), Throws.InstanceOf<ArgumentOutOfRangeException>().With.Message.Contains(message));
                Assert.That(() => trainer.GetOutputSchema(SchemaShape.Create(data.Schema)), Throws.InstanceOf<ArgumentOutOfRangeException>().With.Message.Contains(message));
                Assert.That(() => _context.Transforms.NeuralNet(options).GetOutputSchema(SchemaShape.Create(data.Schema)), Throws.InstanceOf<ArgumentOutOfRangeException>().With.Message.Contains(message));
            }
        }
    }

    [TestCase(nameof(TownRow.Flag))]
    [TestCase(nameof(TownRow.Values))]
    public void Rows_to_score_need_the_columns_and_their_keys(string label)
    {
        IDataView data = Mapped();
        var model = _context.Transforms.NeuralNet(Options(label)).Fit(data);
        IDataView without = _context.Transforms.DropColumns("Town").Fit(data).Transform(data);
        Assert.That(() => model.Transform(without), Throws.InstanceOf<ArgumentOutOfRangeException>().With.Message.Contains("Town"));
        IDataView fewer = View(Rows().Where(row => row.TownName != "Ulm"));
        Assert.That(() => model.Transform(Mapping().Fit(fewer).Transform(fewer)), Throws.InstanceOf<ArgumentOutOfRangeException>().With.Message.Contains("Column 'Town' must have the 6 keys that the model was trained with, and has 5"));
    }

    [Test]
    public void A_model_of_models_is_told_what_it_cannot_do()
    {
        var binary = _context.BinaryClassification.Trainers.NeuralNet(Options());
        Assert.That(() => _context.MulticlassClassification.Trainers.OneVersusAll(binary).Fit(Mapped()).Transform(Mapped()).GetColumn<uint>("PredictedLabel").Count(),
            Throws.InstanceOf<Exception>().With.Property(nameof(Exception.InnerException)).With.Message.Contains("categorical columns (Town, Size) can't be scored from its features alone"));
    }

    static float[] Scores(IDataView scored) => Towns.Scores(scored);

    sealed class WideRow
    {
        public string? TownName { get; set; }
        public string? SizeName { get; set; }
        public string Category { get; set; } = "";
        public float Value { get; set; }

        [VectorType(60)]
        public VBuffer<float> Features { get; set; }
    }

    sealed class Scored
    {
        public float[]? Score { get; set; }
    }

    sealed class ScoredFlag
    {
        public float Score { get; set; }
        public float Probability { get; set; }
        public bool PredictedLabel { get; set; }
    }
}
