using System.Text.Json.Nodes;
using Microsoft.ML;
using Microsoft.ML.Data;
using MLNet.WeightInit.Tests.Support;

namespace MLNet.WeightInit.Tests;

/// <summary>A training that was stopped goes on when the program is run again: github.com/dotnet/machinelearning issues 5504, 6021.</summary>
[TestFixture]
public sealed class CheckpointTests
{
    MLContext _context = null!;
    LogCapture _log = null!;
    DirectoryInfo _folder = null!;

    [SetUp]
    public void Create()
    {
        _context = new MLContext(seed: 1);
        _log = new LogCapture(_context);
        _folder = Directory.CreateTempSubdirectory("checkpoint-tests-");
    }

    [TearDown]
    public void DeleteFolder() => _folder.Delete(recursive: true);

    string CheckpointFile => Path.Combine(_folder.FullName, "training.checkpoint");

    [Test]
    public void Issue_6021_a_program_that_was_stopped_and_is_run_again_gives_the_model_of_one_that_was_not([Values(null, 20)] int? epochs)
    {
        IDataView data = Samples.View(_context);
        var expected = Fit(data, Options(epochs));
        using var source = new CancellationTokenSource();
        NeuralNetOptions stopped = Options(epochs, CheckpointFile);
        stopped.CancellationToken = source.Token;
        stopped.OnCancel = CancelledTraining.Throw;
        stopped.Progress = new Immediate(progress => { if (progress is { IsSearch: false, Epoch: 2 }) source.Cancel(); });
        Assert.That(() => Fit(data, stopped), Throws.InstanceOf<OperationCanceledException>());
        var resumed = Fit(data, Options(epochs, CheckpointFile));
        Assert.That(Content(resumed, data), Is.EqualTo(Content(expected, data)));
    }

    [Test]
    public void A_seed_that_was_drawn_is_the_files_when_training_goes_on()
    {
        IDataView data = Samples.View(_context);
        var unseeded = new MLContext();
        InitializationReport first = unseeded.Transforms.NeuralNet(Options(3, CheckpointFile)).Fit(data).Model.Initialization;
        var second = unseeded.Transforms.NeuralNet(Options(5, CheckpointFile)).Fit(data).Model;
        Assert.That(OfStart(second.Initialization), Is.EqualTo(OfStart(first)));
        Assert.That(second.History.Epochs, Has.Count.EqualTo(5));
    }

    [Test]
    public void A_model_that_goes_on_can_be_stopped_and_go_on_too()
    {
        IDataView data = Samples.View(_context);
        var model = Fit(data, Options(3)).Model;
        var expected = _context.Transforms.NeuralNet(Options(6)).Fit(data, model);
        _context.Transforms.NeuralNet(Options(2, CheckpointFile)).Fit(data, model);
        var resumed = _context.Transforms.NeuralNet(Options(6, CheckpointFile)).Fit(data, model);
        Assert.That(Content(resumed, data), Is.EqualTo(Content(expected, data)));
        Assert.That(() => Fit(data, Options(6, CheckpointFile)), Throws.InvalidOperationException.With.Message.Contains("initial network"), "without the model it is another training");
    }

    /// <summary>As wide, with as many classes, and yet other data.</summary>
    [Test]
    public void Other_columns_and_classes_are_named_where_a_training_is_to_go_on()
    {
        Person[] people = [.. Enumerable.Range(0, 60).Select(i => new Person { Age = i, Height = i % 7, Weight = i % 5, Class = i % 2 == 0 ? "small" : "big", Other = i % 3 == 0 ? "small" : "big" })];
        void Fit(string label, string[] features, string column = "Features", Person[]? rows = null)
        {
            NeuralNetOptions options = Options(3, CheckpointFile);
            (options.LabelColumnName, options.FeatureColumnName) = (label, column);
            _context.Transforms.Concatenate(column, features).Append(_context.Transforms.Conversion.MapValueToKey(label)).Append(_context.MulticlassClassification.Trainers.NeuralNet(options))
                .Fit(_context.Data.LoadFromEnumerable(rows ?? people));
        }
        Fit("Class", ["Age", "Height"]);
        Assert.That(() => Fit("Class", ["Age", "Height"]), Throws.Nothing);
        Assert.That(() => Fit("Other", ["Age", "Height"]), Throws.InvalidOperationException.With.Message.Contains("label column (Class in the checkpoint, Other here)"));
        Assert.That(() => Fit("Class", ["Age", "Weight"]), Throws.InvalidOperationException.With.Message.Contains("features' names (Age, Height in the checkpoint, Age, Weight here)"));
        Assert.That(() => Fit("Class", ["Age", "Height"], "Inputs"), Throws.InvalidOperationException.With.Message.Contains("feature column (Features in the checkpoint, Inputs here)"));
        foreach (Person person in people)
            person.Class = person.Class == "small" ? "A" : "B";
        Assert.That(() => Fit("Class", ["Age", "Height"]), Throws.InvalidOperationException.With.Message.Contains("classes of 'Class' (small, big in the checkpoint, A, B here)"));
    }

    sealed class Person
    {
        public float Age { get; set; }
        public float Height { get; set; }
        public float Weight { get; set; }
        public string Class { get; set; } = "";
        public string Other { get; set; } = "";
    }

    [Test]
    public void A_folder_that_cannot_be_written_or_a_damaged_file_fails_before_a_row_is_read()
    {
        IDataView data = Samples.View(_context);
        int read = 0;
        IDataView counted = _context.Transforms.CustomMapping<SampleRow, SampleRow>((from, to) => { read++; (to.Features, to.Weight) = (from.Features, from.Weight); }, null).Fit(data).Transform(data);
        Assert.That(() => Fit(counted, Options(2, Path.Combine(_folder.FullName, "missing", "file"))), Throws.InstanceOf<IOException>().With.Message.Contains("CheckpointPath").And.Message.Contains("missing"));
        File.WriteAllBytes(CheckpointFile, []);
        Assert.That(() => Fit(counted, Options(2, CheckpointFile)), Throws.TypeOf<InvalidDataException>().With.Message.Contains(CheckpointFile));
        Assert.That(read, Is.Zero);
        Assert.That(_folder.GetFiles().Select(file => file.Length), Is.EqualTo(new[] { 0L }), "and nothing is left or changed");
    }

    [Test]
    public void A_checkpoint_that_cannot_be_written_warns_and_the_model_comes_all_the_same()
    {
        IDataView data = Samples.View(_context);
        NeuralNetOptions options = Options(4, CheckpointFile);
        options.Progress = new Immediate(progress => { if (progress.Epoch == 2) Directory.CreateDirectory(CheckpointFile + ".new"); });
        Assert.That(Fit(data, options).Model.History.Epochs, Has.Count.EqualTo(4));
        Assert.That(_log.Warnings, Has.Exactly(2).Contains("could not be written after epoch"));
    }

    static IEnumerable<TestCaseData> OutOfRange()
    {
        yield return Case(options => options.CheckpointPath = " ", nameof(NeuralNetOptions.CheckpointPath), "path of a file");
        yield return Case(options => options.CheckpointEveryEpochs = 0, nameof(NeuralNetOptions.CheckpointEveryEpochs), "at least 1 epoch");
        yield return Case(options => options.CheckpointEveryMinutes = 0, nameof(NeuralNetOptions.CheckpointEveryMinutes), "above 0");
        yield return Case(options => options.CheckpointEveryMinutes = double.NaN, nameof(NeuralNetOptions.CheckpointEveryMinutes), "above 0");
        yield return Case(options => options.CheckpointEveryMinutes = 1e9, nameof(NeuralNetOptions.CheckpointEveryMinutes), "10,080");
        yield return Case(options => (options.CheckpointPath, options.CheckpointEveryEpochs) = (null, 3), nameof(NeuralNetOptions.CheckpointPath), "need a file");

        static TestCaseData Case(Action<NeuralNetOptions> change, string parameter, string message) => new TestCaseData(change, parameter, message).SetArgDisplayNames(parameter, message);
    }

    [TestCaseSource(nameof(OutOfRange))]
    public void An_option_out_of_range_fails_when_the_estimator_is_created(Action<NeuralNetOptions> change, string parameter, string message)
    {
        NeuralNetOptions options = Options(2, CheckpointFile);
        change(options);
        Assert.That(() => _context.Transforms.NeuralNet(options),
            Throws.TypeOf<ArgumentOutOfRangeException>().With.Property(nameof(ArgumentException.ParamName)).EqualTo(parameter).And.Message.Contains(message));
    }

    static NeuralNetOptions Options(int? epochs, string? path = null)
    {
        NeuralNetOptions options = Samples.Quick();
        (options.NumberOfEpochs, options.CheckpointPath, options.Patience, options.LearningRate) = (epochs, path, 4, 0.01f);
        return options;
    }

    ISingleFeaturePredictionTransformer<INeuralNetModel> Fit(IDataView data, NeuralNetOptions options) => _context.Transforms.NeuralNet(options).Fit(data);

    SortedDictionary<string, byte[]> Content(ITransformer model, IDataView data) => ModelZip.Entries(ModelZip.Save(_context, model, data.Schema));

    sealed class Immediate(Action<EpochProgress> action) : IProgress<EpochProgress>
    {
        public void Report(EpochProgress value) => action(value);
    }

    /// <summary>The report without what is about the epochs that were asked for: the forecast, the training, and the verdict with its findings, which know the end.</summary>
    static string OfStart(InitializationReport report)
    {
        JsonObject json = JsonNode.Parse(report.ToJson())!.AsObject();
        json.Remove("forecast");
        Assert.That(json.Remove("verdict") && json.Remove("findings"));
        Assert.That(json.Remove("earlyTraining"));
        return json.ToJsonString();
    }
}
