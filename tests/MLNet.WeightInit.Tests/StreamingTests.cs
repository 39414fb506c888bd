using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Runtime;
using MLNet.WeightInit.Tests.Support;

namespace MLNet.WeightInit.Tests;

/// <summary>Data larger than memory, through the same calls: github.com/dotnet/machinelearning issue 3358 (300 GB).</summary>
[TestFixture]
public sealed class StreamingTests
{
    MLContext _context = null!;
    LogCapture _log = null!;
    DirectoryInfo _folder = null!;

    [SetUp]
    public void Create()
    {
        _context = new MLContext(seed: 1);
        _log = new LogCapture(_context);
        _folder = Directory.CreateTempSubdirectory("streaming-tests-");
    }

    [TearDown]
    public void DeleteFolder() => _folder.Delete(recursive: true);

    /// <summary>A row of three features, one label and a weight, and its place in the order: six numbers.</summary>
    const int BytesARow = 24;

    static NeuralNetOptions Options(string label = nameof(SampleRow.Value), int poolRows = 100, int epochs = 4) => new()
    {
        LabelColumnName = label,
        HiddenLayers = [8],
        NumberOfEpochs = epochs,
        BatchSize = 16,
        NumberOfThreads = 1,
        MemoryLimit = poolRows * BytesARow,
        LearningRate = 0.01f,
    };

    SortedDictionary<string, byte[]> Content(NeuralNetOptions options, IDataView data, IDataView? validation = null)
    {
        var estimator = _context.Transforms.NeuralNet(options);
        return ModelZip.Entries(ModelZip.Save(_context, validation is null ? estimator.Fit(data) : estimator.Fit(data, validation), data.Schema));
    }

    /// <summary>Rows whose number the data view does not know, made one at a time.</summary>
    IDataView Generate(int rows, Action<int>? each = null) => _context.Data.LoadFromEnumerable(Rows(rows, each));

    static IEnumerable<SampleRow> Rows(int count, Action<int>? each)
    {
        var row = new SampleRow { Features = new float[SampleRow.FeatureCount], Values = new float[3], Flags = new bool[4] };
        uint state = 1;
        for (int i = 0; i < count; i++)
        {
            each?.Invoke(i);
            for (int feature = 0; feature < SampleRow.FeatureCount; feature++)
                row.Features[feature] = (int)(state = state * 1664525 + 1013904223) / (float)int.MaxValue;
            row.Value = 100 + 20 * row.Features[0] * row.Features[1];
            yield return row;
        }
    }

    [Test]
    public void Issue_3358_millions_of_rows_train_in_memory_that_does_not_grow_with_them()
    {
        const int Count = 2_000_000;                           // 48 MB as rows in memory
        long before = GC.GetTotalMemory(forceFullCollection: true), most = 0;
        IDataView data = Generate(Count, row =>
        {
            if (row % 500_000 == 0)
                most = Math.Max(most, GC.GetTotalMemory(forceFullCollection: true) - before);
        });
        NeuralNetOptions options = Options(poolRows: 10_000, epochs: 1);
        options.BatchSize = 500;
        var reports = new List<EpochProgress>();
        options.Progress = new Immediate(reports.Add);
        TrainingHistory history = _context.Transforms.NeuralNet(options).Fit(data).Model.History;
        // The pool's 240 KB, half as much again while it grows, an eighth of it for validation, and what a small network needs.
        Assert.That(most, Is.InRange(1, 2_000_000));
        Assert.That(history.Epochs.Single().ValidationLoss, Is.LessThan(0.2), "of standardized values, whose variance is 1: most of it is learnt");
        Assert.That(reports.Last().RowsPerSecond, Is.GreaterThan(0));
        Assert.That(Infos(), Has.One.Contains("since rows × 3 features take more than MemoryLimit, 240.0 KB"));
        Assert.That(Infos(), Has.One.Contains("Streamed: 2,000,000 rows × 3 features would take 48.0 MB in memory, and MemoryLimit is 240.0 KB.").And.Contains("of them validate and stay in memory").And.Contains("shuffles 10,000 rows at a time").And.Contains("SaveAsBinary"));
        Assert.That(_log.Warnings, Is.Empty);
    }

    static IEnumerable<TestCaseData> Labels()
    {
        foreach (string label in (string[])["Label", nameof(SampleRow.Flag), nameof(SampleRow.Value), nameof(SampleRow.Values), nameof(SampleRow.Flags)])
            yield return new TestCaseData(label, null);
        yield return new TestCaseData("Features", null);       // an autoencoder
        yield return new TestCaseData("Label", ClassWeights.Balanced);
        yield return new TestCaseData(nameof(SampleRow.Flag), ClassWeights.Of(new Dictionary<bool, float> { [true] = 3, [false] = 1 }));
    }

    [TestCaseSource(nameof(Labels))]
    public void Rows_that_all_fit_the_pool_give_the_model_that_they_give_in_memory(string label, ClassWeights? classWeights)
    {
        IDataView data = Samples.View(_context), validation = Samples.View(_context, Samples.Rows(60, seed: 12));
        NeuralNetOptions options = Options(label);
        (options.MemoryLimit, options.ExampleWeightColumnName, options.ClassWeights, options.ValidationFraction) = (new NeuralNetOptions().MemoryLimit, nameof(SampleRow.Weight), classWeights, 0);
        var expected = (Content(options, data), Content(options, data, validation));
        options.Streaming = true;
        Assert.That(Content(options, data), Is.EqualTo(expected.Item1));
        Assert.That(Content(options, data, validation), Is.EqualTo(expected.Item2));
        Assert.That(Infos(), Has.Exactly(2).Contains("Streaming the rows, as Streaming asks for."));
    }

    [Test]
    public void Rows_are_streamed_where_they_exceed_the_limit_and_only_there([Values] bool isCountKnown)
    {
        IDataView data = isCountKnown ? Samples.View(_context) : Generate(200);
        Assert.That(data.GetRowCount(), isCountKnown ? Is.EqualTo(200) : Is.Null);
        NeuralNetOptions fits = Options(poolRows: 200), exceeds = Options(poolRows: 199);
        Assert.That(Content(fits, data), Is.Not.Empty);
        Assert.That(Infos(), Has.None.Contains("Streamed"));
        Assert.That(Content(exceeds, data), Is.Not.Empty);
        Assert.That(Infos(), Has.One.Contains("Streamed: 200 rows × 3 features would take 4.8 KB in memory, and MemoryLimit is 4.8 KB"));
        exceeds.Streaming = false;
        exceeds.MemoryLimit = 199 * 3 * sizeof(float);
        Assert.That(() => Content(exceeds, data), Throws.InvalidOperationException.With.Message.Contains("2,400 bytes as dense values, and at most 2,388 are allowed").And.Message.Contains("leave Streaming null"));
    }

    [Test]
    public void The_model_depends_on_neither_threads_nor_context_nor_run()
    {
        NeuralNetOptions options = Options();
        options.HiddenLayers = [200];
        SortedDictionary<string, byte[]> one = Content(options, Generate(500));
        options.NumberOfThreads = 3;
        Assert.That(Content(options, Generate(500)), Is.EqualTo(one));
        options.Seed = 2;
        Assert.That(Content(options, Generate(500)), Is.Not.EqualTo(one));
    }

    [Test]
    public void A_text_file_trains_as_other_sources_of_its_rows_do()
    {
        string path = Path.Combine(_folder.FullName, "rows.csv");
        using (StreamWriter writer = File.CreateText(path))
            foreach (SampleRow row in Rows(1_000, null))
                writer.WriteLine(FormattableString.Invariant($"{row.Value:R},{row.Features[0]:R},{row.Features[1]:R},{row.Features[2]:R}"));
        IDataView text = _context.Data.LoadFromTextFile(path, [new TextLoader.Column("Value", DataKind.Single, 0), new TextLoader.Column("Features", DataKind.Single, 1, 3)], separatorChar: ',');
        NeuralNetOptions options = Options(epochs: 40);
        var model = _context.Transforms.NeuralNet(options).Fit(text);
        var expected = _context.Transforms.NeuralNet(options).Fit(Generate(1_000));
        Assert.That(model.Model.Network.DenseLayers.Select(layer => layer.GetWeights()), Is.EqualTo(expected.Model.Network.DenseLayers.Select(layer => layer.GetWeights())), "the same rows from elsewhere");
        Assert.That(Infos(), Has.Exactly(2).Contains("Streamed: 1,000 rows"));
        Assert.That(_context.Regression.Evaluate(model.Transform(text), nameof(SampleRow.Value)).RSquared, Is.GreaterThan(0.9));
    }

    [Test]
    public void Rows_sorted_by_their_label_warn_and_train_all_the_same()
    {
        List<SampleRow> rows = [.. Samples.Rows(600).OrderBy(row => row.Category)];
        NeuralNetOptions options = Options("Label", poolRows: 320, epochs: 20);
        var model = _context.Transforms.NeuralNet(options).Fit(Samples.View(_context, rows));
        Assert.That(_log.Warnings, Has.One.Contains("The rows are sorted by column 'Label', or nearly so").And.Contains("stretches of 320 rows").And.Contains("ORDER BY"));
        IDataView test = Samples.View(_context, Samples.Rows(300, seed: 12));
        Assert.That(_context.MulticlassClassification.Evaluate(model.Transform(test)).MicroAccuracy, Is.GreaterThan(0.9));

        var mixed = new LogCapture(_context);
        _context.Transforms.NeuralNet(options).Fit(Samples.View(_context, 600));
        _context.Transforms.NeuralNet(Options(poolRows: 320)).Fit(Samples.View(_context, 600));
        Assert.That(mixed.Warnings, Is.Empty, "mixed rows say nothing");
    }

    /// <summary>Of three rows in random order a third of the variance lies between the threes.</summary>
    [Test]
    public void A_small_pool_takes_no_random_order_for_a_sorted_one()
    {
        NeuralNetOptions options = Options(poolRows: 3);
        options.BatchSize = 3;
        _context.Transforms.NeuralNet(options).Fit(Generate(300));
        Assert.That(_log.Warnings, Has.None.Contains("sorted"));
        var sorted = new LogCapture(_context);
        _context.Transforms.NeuralNet(options).Fit(_context.Data.LoadFromEnumerable(Rows(300, null).Select(row => (row.Value, Features: row.Features.ToArray())).OrderBy(row => row.Value).Select(row => new SampleRow { Value = row.Value, Features = row.Features, Values = new float[3], Flags = new bool[4] })));
        Assert.That(sorted.Warnings, Has.One.Contains("random order has 33.33 %"));
    }

    [Test]
    public void A_pool_of_few_batches_warns_with_the_limit_that_would_do()
    {
        Content(Options(poolRows: 40), Samples.View(_context));
        Assert.That(_log.Warnings, Has.One.Contains("holds 40 of 180 rows, 2 batches").Or.One.Contains("holds 40 of 200 rows, 2 batches"));
        Assert.That(_log.Warnings, Has.One.Contains("Raise MemoryLimit, 960 bytes, to 9.6 KB"));
    }

    [Test]
    public void A_data_view_that_throws_halfway_says_where_and_the_checkpoint_goes_on([Values(100, 1_000)] int poolRows)
    {
        NeuralNetOptions options = Options(poolRows: poolRows, epochs: 6);
        options.Streaming = true;
        SortedDictionary<string, byte[]> expected = Content(options, Generate(500));

        options.CheckpointPath = Path.Combine(_folder.FullName, "training.checkpoint");
        int readings = 0;
        // The first reading, then one for each epoch: the fifth is epoch 4.
        IDataView broken = Generate(500, row =>
        {
            readings += row == 0 ? 1 : 0;
            if (readings == 5 && row == 321)
                throw new IOException("The network share is gone.");
        });
        Assert.That(() => Content(options, broken), Throws.InvalidOperationException
            .With.Message.Contains("The data view failed in epoch 4 of a streamed training, after 321 usable rows: The network share is gone.").And.Message.Contains(options.CheckpointPath)
            .And.InnerException.TypeOf<IOException>());
        var epochs = new List<int>();
        options.Progress = new Immediate(progress => epochs.Add(progress.Epoch));
        Assert.That(Content(options, Generate(500)), Is.EqualTo(expected));
        Assert.That(epochs, Is.EqualTo((int[])[4, 5, 6]));
    }

    [Test]
    public void Rows_that_change_between_epochs_are_an_error_and_ShuffleRows_changes_none()
    {
        int readings = 0, count = 300;
        IDataView growing = _context.Data.LoadFromEnumerable(Growing());
        Assert.That(() => Content(Options(), growing), Throws.InvalidOperationException.With.Message.Contains("epoch 2 had more than 300 usable rows"));

        NeuralNetOptions options = Options();
        options.Streaming = true;
        Assert.That(Content(options, _context.Data.ShuffleRows(Samples.View(_context))), Is.Not.Empty, "it draws its seed once");
        Assert.That(() => Content(options, _context.Data.LoadFromEnumerable(Drawn())), Throws.InvalidOperationException.With.Message.Contains("epoch 1 began with another row").And.Message.Contains("ORDER BY"));

        IEnumerable<SampleRow> Drawn()
        {
            int reading = readings++;
            foreach (SampleRow row in Rows(100, null))
            {
                row.Value += reading;
                yield return row;
            }
        }

        IEnumerable<SampleRow> Growing()
        {
            if (++readings == 4)                               // the one that finds that they don't fit, the first reading, epoch 1, epoch 2
                count++;
            foreach (SampleRow row in Rows(count, null))
                yield return row;
        }
    }

    [Test]
    public void Bad_rows_are_left_out_in_each_epoch_and_told_once()
    {
        List<SampleRow> rows = Samples.Rows(300);
        rows[7].Features[1] = float.NaN;
        rows[250].Value = float.NaN;
        NeuralNetOptions options = Options();
        options.ValidationFraction = 0;
        SortedDictionary<string, byte[]> found = Content(options, Samples.View(_context, rows));
        Assert.That(_log.Warnings, Has.One.Contains("Skipped 2 of 300 training rows"));
        Assert.That(found, Is.EqualTo(Content(options, Samples.View(_context, rows.Where((_, row) => row is not (7 or 250))))));
        options.MissingValues = MissingValues.Throw;
        Assert.That(() => Content(options, Samples.View(_context, rows)), Throws.InvalidOperationException.With.Message.Contains("row 7 of the training data"));
    }

    [TestCase(0, "at least 2 rows, and the data has 0")]
    [TestCase(1, "at least 2 rows, and the data has 1")]
    public void Too_few_rows_are_an_error(int count, string message)
    {
        NeuralNetOptions options = Options();
        options.Streaming = true;
        Assert.That(() => Content(options, Samples.View(_context, Samples.Rows(count))), Throws.InvalidOperationException.With.Message.Contains(message));
    }

    [Test]
    public void Rows_of_which_none_can_be_used_are_an_error_as_in_memory()
    {
        List<SampleRow> rows = Samples.Rows(300);
        rows.ForEach(row => row.Features[0] = float.NaN);
        Assert.That(() => Content(Options(), Samples.View(_context, rows)), Throws.InvalidOperationException.With.Message.Contains("300 of 300 training rows are not"));
    }

    [Test]
    public void Labels_and_features_that_teach_nothing_are_told_as_in_memory()
    {
        List<SampleRow> rows = Samples.Rows(300);
        rows.ForEach(row => (row.Value, row.Flag, row.Features) = (4, true, [1, 2, 3]));
        Content(Options(), Samples.View(_context, rows));
        Assert.That(_log.Warnings, Has.One.Contains("Column 'Value' has the same value in all 300 usable rows"));
        Assert.That(_log.Warnings, Has.One.Contains("Column 'Features' has the same values in all 300 usable rows"));
        Assert.That(() => Content(Options(nameof(SampleRow.Flag)), Samples.View(_context, rows)), Throws.InvalidOperationException.With.Message.Contains("rows of at least 2 classes"));
        rows.ForEach(row => row.Values = [row.Weight - 1, 1, 0]);
        Content(Options(nameof(SampleRow.Values)), Samples.View(_context, rows));
        Assert.That(_log.Warnings, Has.One.Contains("ConvertType(\"Values\", outputKind: DataKind.Boolean)"));
    }

    [Test]
    public void A_limit_without_room_for_a_batch_is_an_error_with_the_bytes()
    {
        NeuralNetOptions options = Options(poolRows: 15);
        options.Streaming = true;
        Assert.That(() => Content(options, Samples.View(_context)), Throws.InvalidOperationException.With.Message.Contains("holds 15 rows of 3 features, where BatchSize is 16. Set MemoryLimit to at least 384"));
        options.MemoryLimit = 1;
        Assert.That(() => Content(options, Samples.View(_context)), Throws.InvalidOperationException.With.Message.Contains("Set MemoryLimit to at least 384"));
        options.Streaming = null;
        Assert.That(() => Content(options, Samples.View(_context)), Throws.InvalidOperationException.With.Message.Contains("bytes as dense values, and at most 1 are allowed"));
        options.MemoryLimit = 0;
        Assert.That(() => _context.Transforms.NeuralNet(options), Throws.InstanceOf<ArgumentOutOfRangeException>().With.Message.Contains("at least 1 byte"));
    }

    [Test]
    public void Validation_rows_that_exceed_the_limit_are_sampled_with_a_warning()
    {
        NeuralNetOptions options = Options();
        TrainingHistory history = _context.Transforms.NeuralNet(options).Fit(Generate(400), Generate(300)).Model.History;
        Assert.That(history.Epochs[0].ValidationLoss, Is.Not.Null);
        Assert.That(_log.Warnings, Has.One.Contains("The 300 validation rows take more memory than MemoryLimit allows, 2.4 KB"));
    }

    [Test]
    public void Cancellation_ends_the_first_reading_and_later_ones([Values] bool inFirst)
    {
        using var source = new CancellationTokenSource();
        int readings = 0;
        IDataView data = Generate(1_000, row =>
        {
            readings += row == 0 ? 1 : 0;
            if (readings == (inFirst ? 2 : 5) && row == 700)   // the one that finds that they don't fit, the first reading, epochs 1 to 3
                source.Cancel();
            Assert.That(!source.IsCancellationRequested || row <= 701);
        });
        NeuralNetOptions options = Options(epochs: 50);
        options.CancellationToken = source.Token;
        if (inFirst)
            Assert.That(() => Content(options, data), Throws.InstanceOf<OperationCanceledException>());
        else
            Assert.That(_context.Transforms.NeuralNet(options).Fit(data).Model.History.StopReason, Does.Contain("Cancelled in epoch 3"));
    }

    [Test]
    public void What_needs_no_whole_training_streams_too()
    {
        IDataView data = Generate(1_000);
        NeuralNetOptions options = Options();
        Assert.That(_context.WeightInit.Diagnose(data, options).Verdict, Is.EqualTo(Verdict.Healthy));
        Assert.That(_context.WeightInit.FindLearningRate(data, options, steps: 30).Points, Has.Count.InRange(2, 30));
        var first = _context.Transforms.NeuralNet(options).Fit(data);
        var further = _context.Transforms.NeuralNet(options).Fit(data, first.Model);
        Assert.That(further.Model.History.Epochs[0].TrainingLoss, Is.LessThan(first.Model.History.Epochs[0].TrainingLoss), "it goes on where the first ended");
    }

    string[] Infos() => _log.Texts(ChannelMessageKind.Info);

    sealed class Immediate(Action<EpochProgress> action) : IProgress<EpochProgress>
    {
        public void Report(EpochProgress value) => action(value);
    }
}
