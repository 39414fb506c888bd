using Microsoft.ML;
using Microsoft.ML.Data;
using MLNet.WeightInit.Tests.Support;

namespace MLNet.WeightInit.Tests;

/// <summary>A source that throws halfway, wherever that is: the cause is in the message, and nothing is lost.</summary>
[TestFixture]
public sealed class FailingSourceTests
{
    const string Cause = "The network share is gone.";

    readonly MLContext _context = new(seed: 1);

    /// <summary>One thread reads the rows itself, also of a view that has threads of its own.</summary>
    [Test]
    public void Fit_says_how_far_it_came_and_why_it_went_no_further([Values(0, 1, 150)] int at, [Values] bool fromAnotherThread, [Values(null, "validation", "streamed")] string? kind, [Values(1, 2)] int threads)
    {
        NeuralNetOptions options = Options(kind == "streamed");
        options.NumberOfThreads = threads;
        IDataView good = Steps(fromAnotherThread, Rows(200)), broken = Steps(fromAnotherThread, Rows(200, at));
        var trainer = _context.Regression.Trainers.NeuralNet(options);
        InvalidOperationException thrown = Assert.Throws<InvalidOperationException>(() => _ = kind == "validation" ? trainer.Fit(good, broken) : trainer.Fit(broken))!;
        string place = kind switch { "validation" => "while the validation rows were read", "streamed" => "in the first reading of a streamed training", _ => "while the training rows were read" };
        string rows = fromAnotherThread && threads > 1 ? "at least [0-9]+" : $"{at}";
        Assert.That(thrown.Message, Does.Match($"^The data view failed {place}, after {rows} usable rows: {Cause} .*ource"));
        Exception root = thrown.InnerException!;
        while (root.InnerException is not null)
            root = root.InnerException;
        Assert.That(root, Is.TypeOf<IOException>().With.Message.EqualTo(Cause));
        Assert.That(trainer.Fit(good).Transform(good).GetColumn<float>("Score"), Has.All.Matches<float>(float.IsFinite), "the trainer can be used again");
    }

    [Test]
    public void Validation_data_that_fail_while_they_are_streamed_are_called_so()
    {
        NeuralNetOptions options = Options(streamed: true);
        options.MemoryLimit = 64 * 1024 / 20;
        InvalidOperationException thrown = Assert.Throws<InvalidOperationException>(() => _context.Regression.Trainers.NeuralNet(options).Fit(Steps(false, Rows(400)), Steps(false, Rows(4_000, 3_000))))!;
        Assert.That(thrown.Message, Does.StartWith("The data view failed in the reading of the validation data of a streamed training, after 3,000 usable rows"));
    }

    /// <summary>A getter that throws, not the move to the row: text that is read when it is mapped to its key.</summary>
    [Test]
    public void A_categorical_column_that_can_t_be_read_is_told_as_features_are([Values] bool streamed)
    {
        IDataView all = Towns.View(_context, Towns.Rows());
        ITransformer mapping = Towns.Mapping(_context).Fit(all);
        NeuralNetOptions options = Towns.Options(nameof(TownRow.Value));
        options.Streaming = streamed;
        IDataView broken = mapping.Transform(_context.Data.LoadFromEnumerable(Towns.Rows().Select((row, i) => new FragileTown(row, isBroken: i == 50)).ToArray()));
        Assert.That(() => _context.Transforms.NeuralNet(options).Fit(broken), Throws.InvalidOperationException.With.Message.Contains(Cause));
    }

    /// <summary>Whoever cancels from within the data wants the token's exception and no other.</summary>
    [Test]
    public void A_source_that_is_cancelled_stays_cancelled([Values] bool streamed)
    {
        IDataView data = _context.Data.LoadFromEnumerable(Samples.Rows(200).Select((row, i) => i == 150 ? throw new OperationCanceledException("by the source") : row));
        Assert.That(() => _context.Regression.Trainers.NeuralNet(Options(streamed)).Fit(data), Throws.TypeOf<OperationCanceledException>().With.Message.EqualTo("by the source"));
    }

    /// <summary>What was fitted before, and written, is whole, and so is the checkpoint.</summary>
    [Test]
    public void A_Fit_that_fails_while_it_reads_leaves_the_checkpoint_of_an_earlier_one_as_it_was([Values] bool streamed)
    {
        string path = Path.Combine(Path.GetTempPath(), $"failing-{Guid.NewGuid():N}.checkpoint");
        try
        {
            NeuralNetOptions options = Options(streamed);
            options.CheckpointPath = path;
            _context.Regression.Trainers.NeuralNet(options).Fit(_context.Data.LoadFromEnumerable(Rows(200)));
            byte[] before = File.ReadAllBytes(path);
            options.NumberOfEpochs = 6;
            var further = _context.Regression.Trainers.NeuralNet(options);
            Assert.That(() => further.Fit(_context.Data.LoadFromEnumerable(Rows(200, 150))), Throws.InvalidOperationException.With.Message.Contains(Cause));
            Assert.That(File.ReadAllBytes(path), Is.EqualTo(before));
            Assert.That(further.Fit(_context.Data.LoadFromEnumerable(Rows(200))).Model.History.Epochs, Has.Count.EqualTo(6), "and training goes on from it");
        }
        finally
        {
            File.Delete(path);
            File.Delete(path + ".new");
        }
    }

    /// <summary>A prediction engine reads a row's properties when they are asked for; one that throws spoils no other row.</summary>
    [Test]
    public void A_prediction_engine_whose_row_throws_scores_the_next_one_as_ever([Values(nameof(SampleRow.Value), nameof(SampleRow.Values), "Label")] string label)
    {
        var model = _context.Transforms.NeuralNet(Samples.Quick(label)).Fit(Samples.View(_context));
        Func<FragileRow, float[]> predict;
        if (label == nameof(SampleRow.Value))
        {
            var engine = _context.Model.CreatePredictionEngine<FragileRow, OneScore>(model);
            predict = row => [engine.Predict(row).Score];
        }
        else
        {
            var engine = _context.Model.CreatePredictionEngine<FragileRow, SeveralScores>(model);
            predict = row => [.. engine.Predict(row).Score];
        }
        var good = new FragileRow([1, 2, 3]);
        float[] before = predict(good), other = predict(new FragileRow([3, 2, 1]));
        Assert.That(() => predict(new FragileRow(null)), Throws.InstanceOf<IOException>().With.Message.EqualTo(Cause));
        Assert.That(predict(good), Is.EqualTo(before).And.Not.EqualTo(other));
    }

    static NeuralNetOptions Options(bool streamed)
    {
        NeuralNetOptions options = Samples.Quick(nameof(SampleRow.Value), epochs: 3);
        options.Streaming = streamed;
        options.ValidationFraction = 0;
        return options;
    }

    static IEnumerable<SampleRow> Rows(int count, int failsAt = -1) => Samples.Rows(count).Select((row, i) => i == failsAt ? throw new IOException(Cause) : row);

    /// <summary>ML.NET reads on threads of its own where a step before is worth it, and puts an exception around what is thrown there.</summary>
    IDataView Steps(bool onThreads, IEnumerable<SampleRow> rows)
    {
        IDataView view = _context.Data.LoadFromEnumerable(rows);
        return onThreads ? _context.Transforms.Concatenate("Features", "Features").Fit(_context.Data.LoadFromEnumerable(Samples.Rows(2))).Transform(view) : view;
    }

    sealed class FragileRow(float[]? features)
    {
        public FragileRow()
            : this(null)
        {
        }

        [VectorType(SampleRow.FeatureCount)]
        public float[] Features
        {
            get => features ?? throw new IOException(Cause);
            set => features = value;
        }
    }

    sealed class FragileTown(TownRow row, bool isBroken)
    {
        public FragileTown()
            : this(new(), isBroken: false)
        {
        }

        [VectorType(3)]
        public float[] Features { get; set; } = row.Features;

        public string? TownName
        {
            get => isBroken ? throw new IOException(Cause) : row.TownName;
            set => row.TownName = value;
        }

        public string? SizeName { get; set; } = row.SizeName;

        public string Category { get; set; } = row.Category;

        public float Value { get; set; } = row.Value;
    }

    sealed class OneScore
    {
        public float Score { get; set; }
    }

    sealed class SeveralScores
    {
        public float[] Score { get; set; } = [];
    }
}
