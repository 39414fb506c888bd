using System.Reflection;
using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;
using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Runtime;
using Microsoft.ML.Transforms.Onnx;
using MLNet.WeightInit.Tests.Support;

namespace MLNet.WeightInit.Tests;

/// <summary>What users asked for on github.com/dotnet/machinelearning, done as they wrote it, each under its thread's number. Threads that one feature answers alone are with that feature's tests:
/// 2134, 2594, 3603, 3685, 3909, 6021, 6361, 6523, 6574, 7603; further ones with <see cref="MoreUserThreadsTests"/>.</summary>
[TestFixture]
public sealed class UserThreadsTests
{
    MLContext _context = null!;
    LogCapture _log = null!;

    [SetUp]
    public void CreateContext()
    {
        _context = new MLContext(seed: 1);
        _log = new LogCapture(_context);
    }

    /// <summary>"How do I train a neural network and define its layers?" 6455 asks the same for tables.</summary>
    [Test]
    public void Thread_480_a_network_with_layers_of_ones_own_trains_in_a_pipeline()
    {
        var pipeline = _context.Transforms.Conversion.MapValueToKey("Label", nameof(SampleRow.Category))
            .Append(_context.MulticlassClassification.Trainers.NeuralNet(hiddenLayers: [16, 8], activation: "Tanh", numberOfEpochs: 60))
            .Append(_context.Transforms.Conversion.MapKeyToValue("PredictedLabel"));
        var model = pipeline.Fit(_context.Data.LoadFromEnumerable(Samples.Rows()));
        IDataView test = _context.Data.LoadFromEnumerable(Samples.Rows(150, seed: 12));
        FeedForwardNetwork network = model.OfType<ISingleFeaturePredictionTransformer<INeuralNetModel>>().Single().Model.Network;
        Assert.That(network.DenseLayers.Select(layer => (layer.Inputs, layer.Outputs)), Is.EqualTo(new[] { (3, 16), (16, 8), (8, 3) }));
        // A category shifts its feature by 2, four deviations of the noise: a rule by the largest feature is right in nearly all rows.
        Assert.That(_context.MulticlassClassification.Evaluate(model.Transform(test)).MicroAccuracy, Is.GreaterThan(0.95));
        Assert.That(model.Transform(test).GetColumn<string>("PredictedLabel").Distinct(), Is.EquivalentTo(new[] { "a", "b", "c" }));
    }

    /// <summary>Fresh rows come every minute: load the model, change it with them, write it again. 5504 wants the same for one posted invoice at a time.</summary>
    [Test]
    public void Thread_470_a_saved_model_learns_from_fresh_rows_and_is_written_again()
    {
        IDataView all = _context.Data.LoadFromEnumerable(Samples.Rows(300));
        NeuralNetOptions options = Samples.Quick(nameof(SampleRow.Value), epochs: 20);
        options.LearningRate = 0.01f;
        var trainer = _context.Regression.Trainers.NeuralNet(options);
        byte[] file = ModelZip.Save(_context, trainer.Fit(_context.Data.TakeRows(all, 60)), all.Schema);
        double first = Error(ModelZip.Load(_context, file));
        for (int minute = 1; minute < 5; minute++)
        {
            var loaded = (RegressionPredictionTransformer<NeuralNetRegressionModelParameters>)ModelZip.Load(_context, file);
            IDataView fresh = _context.Data.TakeRows(_context.Data.SkipRows(all, 60 * minute), 60);
            file = ModelZip.Save(_context, trainer.Fit(fresh, loaded.Model), all.Schema);
        }
        Assert.That(Error(ModelZip.Load(_context, file)), Is.LessThan(first / 2), "20 epochs of 60 rows are not enough for the first model");

        double Error(ITransformer model) => _context.Regression.Evaluate(model.Transform(_context.Data.LoadFromEnumerable(Samples.Rows(200, seed: 12))), nameof(SampleRow.Value)).RootMeanSquaredError;
    }

    /// <summary>"10,000 rows, Fit takes long: how far is it, in real time?" 7124 was told to listen to the log.</summary>
    [Test]
    public void Thread_3752_Fit_says_how_far_it_is_within_epochs_too()
    {
        var reports = new List<EpochProgress>();
        NeuralNetOptions options = Samples.Quick(nameof(SampleRow.Value), epochs: 3);
        options.BatchSize = 16;
        options.Progress = new Recorder(reports.Add);
        options.ProgressInterval = TimeSpan.FromTicks(1);      // more often than anyone wants: after every batch
        _context.Transforms.NeuralNet(options).Fit(Samples.View(_context, 160));
        Assert.That(reports.Where(report => report.IsEpochEnd).Select(report => report.Epoch), Is.EqualTo(new[] { 1, 2, 3 }));
        Assert.That(reports.Where(report => !report.IsEpochEnd), Is.Not.Empty);
        Assert.That(reports.Select(report => (report.Epochs, report.Batches)).Distinct(), Is.EqualTo(new[] { (3, 10) }));
        Assert.That(reports.Select(report => report.Batch), Is.All.InRange(1, 10));
        Assert.That(reports.Select(report => report.TrainingLoss), Is.All.Matches<double>(double.IsFinite));
        Assert.That(reports[^1].TimeLeft ?? TimeSpan.Zero, Is.EqualTo(TimeSpan.Zero), "nothing is left after the last epoch");
    }

    [Test]
    public void Thread_7124_the_log_of_the_context_shows_the_epochs()
    {
        var lines = new List<string>();
        _context.Log += (_, message) =>
        {
            if (message.Source!.Contains("NeuralNet", StringComparison.Ordinal) && message.Kind == ChannelMessageKind.Info)
                lines.Add(message.RawMessage);
        };
        _context.Transforms.NeuralNet(Samples.Quick(epochs: 4)).Fit(Samples.View(_context));
        Assert.That(lines.Where(line => line.StartsWith("Epoch ", StringComparison.Ordinal)).Select(line => line.Split(':')[0]), Is.EqualTo(new[] { "Epoch 1 of 4", "Epoch 2 of 4", "Epoch 3 of 4", "Epoch 4 of 4" }));
    }

    /// <summary>300 GB and ten silent hours: an epoch that takes longer than a minute says how far it is, once a minute.</summary>
    [Test]
    public void Thread_3358_the_log_speaks_within_long_epochs_too()
    {
        IHost host = ((IHostEnvironment)_context).Register("NeuralNet");
        using IChannel channel = host.Start("Training");
        using IProgressChannel progressChannel = host.StartProgressChannel("Training");
        var progress = new TrainingProgress(channel, progressChannel, user: null);
        foreach (int seconds in (int[])[20, 59, 60, 90, 119, 120])
            progress.Report(Within(epoch: 1, batch: seconds, seconds));
        progress.Report(new EpochProgress(1, 2, trainingLoss: 0.25, validationLoss: 0.5) { Batch = 200, Batches = 200, Elapsed = TimeSpan.FromSeconds(200) });
        progress.Report(Within(epoch: 2, batch: 5, seconds: 205));
        Assert.That(_log.Texts(ChannelMessageKind.Info).Where(line => line.Contains("Epoch", StringComparison.Ordinal)).Select(line => line[line.IndexOf("Epoch", StringComparison.Ordinal)..]), Is.EqualTo(new[]
        {
            "Epoch 1 of 2, batch 60 of 200: training loss 0.75, 5,000 rows a second, at most 00:05:00 left",
            "Epoch 1 of 2, batch 120 of 200: training loss 0.75, 5,000 rows a second, at most 00:05:00 left",
            "Epoch 1 of 2: training loss 0.25, validation loss 0.5",
        }));

        static EpochProgress Within(int epoch, int batch, int seconds) => new(epoch, 2, trainingLoss: 0.75, validationLoss: null)
        {
            IsEpochEnd = false, Batch = batch, Batches = 200, Elapsed = TimeSpan.FromSeconds(seconds), RowsPerSecond = 5_000, TimeLeft = TimeSpan.FromMinutes(5),
        };
    }

    [Test]
    public async Task Thread_844_a_standard_cancellation_token_stops_Fit_from_another_thread()
    {
        using var started = new SemaphoreSlim(0);
        using var cancellation = new CancellationTokenSource();
        NeuralNetOptions options = Samples.Quick(epochs: int.MaxValue);
        options.EarlyStopping = false;
        options.CancellationToken = cancellation.Token;
        options.OnCancel = CancelledTraining.Throw;
        options.Progress = new Recorder(report => { if (report.Epoch == 2) started.Release(); });
        IDataView data = Samples.View(_context);
        Task training = Task.Run(() => _context.Transforms.NeuralNet(options).Fit(data));
        await started.WaitAsync();
        await cancellation.CancelAsync();
        Assert.That(async () => await training, Throws.InstanceOf<OperationCanceledException>());
    }

    /// <summary>"I wanted to continue to the Evaluate stage to take the so far best performing model forward."</summary>
    [Test]
    public void Thread_3735_a_cancelled_training_gives_the_best_model_so_far()
    {
        using var cancellation = new CancellationTokenSource();
        NeuralNetOptions options = Samples.Quick(nameof(SampleRow.Value), epochs: int.MaxValue);
        options.EarlyStopping = false;
        options.ValidationFraction = 0.25f;
        options.LearningRate = 0.01f;
        options.CancellationToken = cancellation.Token;
        options.Progress = new Recorder(report => { if (report.Epoch == 40) cancellation.Cancel(); });
        var model = _context.Transforms.NeuralNet(options).Fit(Samples.View(_context));
        TrainingHistory history = model.Model.History;
        double best = history.Epochs.Min(epoch => epoch.ValidationLoss!.Value);
        Assert.That(history.Epochs[history.BestEpoch - 1].ValidationLoss, Is.EqualTo(best));
        Assert.That(_context.Regression.Evaluate(model.Transform(Samples.View(_context)), nameof(SampleRow.Value)).RSquared, Is.GreaterThan(0.9));
    }

    /// <summary>"A comparison between training loss and test loss"; 3681 wants to choose epochs by it.</summary>
    [Test]
    public void Thread_7140_the_learning_curve_is_in_the_model_and_comes_as_a_table()
    {
        NeuralNetOptions options = Samples.Quick(epochs: 5);
        options.ValidationFraction = 0.25f;
        options.Metric = "Accuracy";
        IDataView data = Samples.View(_context);
        ITransformer model = _context.Transforms.NeuralNet(options).Fit(data);
        var loaded = (ISingleFeaturePredictionTransformer<INeuralNetModel>)ModelZip.Load(new MLContext(), ModelZip.Save(_context, model, data.Schema));
        TrainingHistory history = loaded.Model.History;
        Assert.That(history.Epochs.Select(epoch => (epoch.Epoch, epoch.ValidationLoss.HasValue, epoch.ValidationMetric.HasValue)), Is.EqualTo(Enumerable.Range(1, 5).Select(epoch => (epoch, true, true))));
        string[] table = history.ToCsv().Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.That(table, Has.Length.EqualTo(6), "a head and five epochs");
        Assert.That(table.Select(line => line.Split(',').Length).Distinct().Count(), Is.EqualTo(1));
    }

    /// <summary>"Does ML.NET support multi-label classification?" of text; the emotions of 807 are such labels, several a sentence.</summary>
    [Test]
    public void Thread_6561_texts_get_several_labels()
    {
        string[] happy = ["what a joy", "so happy today", "a great joy today"], afraid = ["full of fear", "such a terror", "fear and terror"];
        IEnumerable<Sentence> sentences = happy.Select(text => new Sentence(text, true, false)).Concat(afraid.Select(text => new Sentence(text, false, true)))
            .Concat(happy.Zip(afraid, (first, second) => new Sentence($"{first} {second}", true, true)));
        IDataView data = _context.Data.LoadFromEnumerable(Enumerable.Repeat(sentences, 10).SelectMany(copy => copy).ToArray());
        NeuralNetOptions options = Samples.Quick(epochs: 160);
        options.LearningRate = 0.01f;
        var model = _context.Transforms.Concatenate("Label", nameof(Sentence.Happiness), nameof(Sentence.Fear))
            .Append(_context.Transforms.Text.FeaturizeText("Features", nameof(Sentence.Text)))
            .Append(_context.Transforms.NeuralNet(options)).Fit(data);
        using var engine = _context.Model.CreatePredictionEngine<Sentence, Emotions>(model);
        Assert.That(engine.Predict(new Sentence("joy", false, false)).PredictedLabel, Is.EqualTo(new[] { true, false }));
        // Both halves were seen, not this pair. In 160 epochs all of the seeds 1 to 10 learn it, in 40 seven to nine.
        Assert.That(engine.Predict(new Sentence("what a joy such a terror", false, false)).PredictedLabel, Is.EqualTo(new[] { true, true }));
    }

    /// <summary>"Are there regression trainers that support a vector?" A trainer like the others, with validation data and further training.</summary>
    [Test]
    public void Thread_5225_a_regression_trainer_takes_a_vector_as_label()
    {
        IDataView train = Samples.View(_context), validation = Samples.View(_context, Samples.Rows(60, seed: 12));
        NeuralNetMultiOutputTrainer trainer = _context.Regression.Trainers.NeuralNetMultiOutput(Samples.Quick(nameof(SampleRow.Values)));
        NeuralNetMultiOutputTransformer model = trainer.Fit(train);
        SchemaComparison.AssertSameValues(_context.Transforms.NeuralNet(Samples.Quick(nameof(SampleRow.Values))).Fit(train).Transform(train), model.Transform(train));
        Assert.That(trainer.Fit(train, validation).Model.History.Epochs.Select(epoch => epoch.ValidationLoss), Is.All.Not.Null);
        Assert.That(trainer.Fit(train, model.Model).Model.History.Epochs[0].TrainingLoss, Is.LessThan(model.Model.History.Epochs[0].TrainingLoss));
        Assert.That(_context.Regression.Trainers.NeuralNetMultiOutput(nameof(SampleRow.Values), numberOfEpochs: 1).Fit(train).Model.Network.Outputs, Is.EqualTo(3));
        Assert.That(() => _context.Regression.Trainers.NeuralNetMultiOutput(nameof(SampleRow.Value)).Fit(train), Throws.InstanceOf<ArgumentOutOfRangeException>().With.Message.Contains("Vector<Single>"));
    }

    /// <summary>A whole pipeline, from columns to predictions, that another runtime runs.</summary>
    [Test]
    public void Thread_6693_a_pipeline_exports_to_ONNX_and_scores_the_same_there()
    {
        IDataView data = _context.Data.LoadFromEnumerable(Samples.Rows(100).Select(row => new Columns { First = row.Features[0], Second = row.Features[1], Label = row.Value }).ToArray());
        var model = _context.Transforms.Concatenate("Features", nameof(Columns.First), nameof(Columns.Second))
            .Append(_context.Transforms.NormalizeMinMax("Features"))
            .Append(_context.Transforms.NeuralNet(Samples.Quick())).Fit(data);
        string file = Path.GetTempFileName();
        try
        {
            IDataView unlabelled = _context.Transforms.SelectColumns(nameof(Columns.First), nameof(Columns.Second)).Fit(data).Transform(data);
            using (FileStream stream = File.Create(file))
                _context.Model.ConvertToOnnx(model, unlabelled, stream);
            var onnx = _context.Transforms.ApplyOnnxModel(new OnnxOptions { ModelFile = file, InputColumns = [nameof(Columns.First), nameof(Columns.Second)], OutputColumns = ["Score.output"] }).Fit(unlabelled);
            float[] own = [.. model.Transform(data).GetColumn<float>("Score")], there = [.. onnx.Transform(unlabelled).GetColumn<float[]>("Score").Select(score => score[0])];
            // Sums of a few products in another order: some roundings of 2⁻²⁴ of values below 20.
            Assert.That(there, Is.EqualTo(own).Within(2e-5));
        }
        finally
        {
            File.Delete(file);
        }
    }

    /// <summary>"Given the same input, will a model always return the same output? To how many decimal places?" 5754 saw F1 scores of 0.5 to 30 % with one seed.</summary>
    [Test]
    public void Thread_5497_the_same_seed_gives_the_same_model_on_any_number_of_threads()
    {
        byte[][] networks = [.. new[] { 1, 2, 4 }.Select(threads =>
        {
            var context = new MLContext(seed: 123);
            NeuralNetOptions options = Samples.Quick(nameof(SampleRow.Flag));
            options.NumberOfThreads = threads;
            using var stream = new MemoryStream();
            context.Transforms.NeuralNet(options).Fit(Samples.View(context)).Model.Network.Save(stream);
            return stream.ToArray();
        })];
        Assert.That(networks, Is.All.EqualTo(networks[0]), "every bit");
    }

    /// <summary>The reverse: without a seed, two trainings differ, and the report says with which seed each can be had again.</summary>
    [Test]
    public void Thread_7259_no_seed_draws_one()
    {
        float[] Weights(int? seed)
        {
            var context = new MLContext(seed);
            return context.Transforms.NeuralNet(Samples.Quick(nameof(SampleRow.Value), epochs: 0)).Fit(Samples.View(context)).Model.Network.DenseLayers[0].GetWeights();
        }

        float[] drawn = Weights(null), again = Weights(null), seeded = Weights(7), seededAgain = Weights(7);
        Assert.That(again, Is.Not.EqualTo(drawn));
        Assert.That(seededAgain, Is.EqualTo(seeded));
    }

    /// <summary>Which features matter, of a model inside a chain and of one from a file: by ML.NET's own permutation importance.</summary>
    [Test]
    public void Thread_1255_a_loaded_chain_says_which_features_matter()
    {
        // Value = 3·first − 2·second + …: the first matters most.
        IDataView data = _context.Data.LoadFromEnumerable(Samples.Rows().Select(row => new Columns { First = row.Features[0], Second = row.Features[1], Label = row.Value }).ToArray());
        NeuralNetOptions options = Samples.Quick(epochs: 60);
        options.LearningRate = 0.01f;
        ITransformer chain = _context.Transforms.Concatenate("Features", nameof(Columns.First), nameof(Columns.Second)).Append(_context.Transforms.NeuralNet(options)).Fit(data);
        ITransformer loaded = ModelZip.Load(_context, ModelZip.Save(_context, chain, data.Schema));
        var importance = _context.Regression.PermutationFeatureImportance(loaded, loaded.Transform(data));
        Assert.That(importance[nameof(Columns.First)].RSquared.Mean, Is.LessThan(importance[nameof(Columns.Second)].RSquared.Mean).And.LessThan(-0.1));
    }

    /// <summary>Arm64, and whatever comes: where .NET runs, this runs. 7685 is LightGBM's missing native library for it.</summary>
    [TestCase(typeof(NeuralNetOptions))]
    [TestCase(typeof(WeightInitializer))]
    public void Thread_6141_the_library_has_no_native_code_and_is_bound_to_no_processor(Type type)
    {
        using var file = new PEReader(File.OpenRead(type.Assembly.Location));
        MetadataReader metadata = file.GetMetadataReader();
        Assert.That(file.PEHeaders.CorHeader!.Flags & (CorFlags.ILOnly | CorFlags.Requires32Bit), Is.EqualTo(CorFlags.ILOnly));
        Assert.That(file.PEHeaders.CoffHeader.Machine, Is.EqualTo(Machine.I386), "which means any, together with IL only");
        Assert.That(metadata.MethodDefinitions.Select(metadata.GetMethodDefinition).Where(method => method.Attributes.HasFlag(MethodAttributes.PinvokeImpl)), Is.Empty);
    }

    /// <summary>A loop over settings, as the maintainers proposed it in 613: options are plain objects, and estimators are cheap to make.</summary>
    [Test]
    public void Thread_613_a_plain_loop_searches_settings()
    {
        IDataView train = Samples.View(_context), validation = Samples.View(_context, Samples.Rows(90, seed: 12));
        var tried = new List<(string Init, float Rate, double LogLoss)>();
        foreach (string init in (string[])["He", "normal(deviation=0.00001)"])
        {
            foreach (float rate in (float[])[0.01f, 1e-6f])
            {
                NeuralNetOptions options = Samples.Quick(epochs: 20);
                (options.Init, options.LearningRate) = (init, rate);
                tried.Add((init, rate, _context.MulticlassClassification.Evaluate(_context.Transforms.NeuralNet(options).Fit(train, validation).Transform(validation)).LogLoss));
            }
        }
        Assert.That(tried.MinBy(trial => trial.LogLoss).Rate, Is.EqualTo(0.01f), "a rate of a millionth learns nothing in 20 epochs");
    }

    sealed class Recorder(Action<EpochProgress> report) : IProgress<EpochProgress>
    {
        public void Report(EpochProgress value) => report(value);
    }

    sealed class Columns
    {
        public float First { get; set; }

        public float Second { get; set; }

        public float Label { get; set; }
    }

    sealed class Sentence(string text, bool happiness, bool fear)
    {
        public Sentence()
            : this("", false, false)
        {
        }

        public string Text { get; set; } = text;

        public bool Happiness { get; set; } = happiness;

        public bool Fear { get; set; } = fear;
    }

    sealed class Emotions
    {
        public bool[] PredictedLabel { get; set; } = [];
    }
}
