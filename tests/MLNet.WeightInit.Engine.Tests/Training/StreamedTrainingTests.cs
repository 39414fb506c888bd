using System.Security.Cryptography;
using MLNet.WeightInit.Engine.Data;
using MLNet.WeightInit.Engine.Kernels;
using MLNet.WeightInit.Engine.Network;
using MLNet.WeightInit.Engine.Tests.Data;
using MLNet.WeightInit.Engine.Tests.Kernels;
using MLNet.WeightInit.Engine.Tests.Persistence;
using MLNet.WeightInit.Engine.Training;

namespace MLNet.WeightInit.Engine.Tests.Training;

/// <summary>Training on rows that are read again for each epoch.</summary>
[TestFixture]
[Category("Determinism")]
internal sealed class StreamedTrainingTests
{
    static readonly TrainingSet s_rings = Trainings.Rings(150, features: 5, weighted: true), s_validation = Trainings.Rings(60, features: 5, seed: 9);

    TemporaryFolder _folder = null!;

    [SetUp]
    public void MakeFolder() => _folder = new TemporaryFolder();

    [TearDown]
    public void DeleteFolder() => _folder.Dispose();

    string File => _folder["training.checkpoint"];

    static StreamSurvey Survey(TrainingSet data, TrainingOptions options, int poolRows, Func<int, int, int>? choose = null, float? fraction = 0)
        => new(new SetStream(data, choose), new SurveyPlan { Task = options.Task, Outputs = options.Outputs, Seed = options.Seed, PoolRows = poolRows, ValidationFraction = fraction });

    static TrainingResult Stream(TrainingSet data, TrainingOptions options, int poolRows, TrainingSet? validation = null, float[]? classWeights = null, Func<int, int, int>? choose = null, TrainingStart? start = null, float? fraction = 0)
    {
        StreamSurvey survey = Survey(data, options, poolRows, choose, fraction);
        if (classWeights is not null)
            survey.WeightClasses(classWeights);
        return NetworkTrainer.Train(survey.Sample, options, validation ?? survey.Validation, start, survey);
    }

    static void AssertSame(TrainingResult found, TrainingResult expected)
    {
        Assert.That(Trainings.Bytes(found.Network), Is.EqualTo(Trainings.Bytes(expected.Network)));
        Assert.That(found.History.Epochs, Is.EqualTo(expected.History.Epochs));
        Assert.That(found.History.StopReason, Is.EqualTo(expected.History.StopReason));
        Assert.That(found.Initialization.ToJson(), Is.EqualTo(expected.Initialization.ToJson()));
    }

    static IEnumerable<TestCaseData> Tasks()
    {
        yield return Case("classes", Trainings.Rings(150, features: 5), Trainings.Options(NetworkTask.Multiclass, 3, epochs: 4));
        yield return Case("weighted classes", s_rings, Trainings.Options(NetworkTask.Multiclass, 3, epochs: 4), s_validation);
        yield return Case("binary, class weights", Trainings.Rings(150, features: 5, classes: 2, weighted: true), Trainings.Options(NetworkTask.Binary, 1, epochs: 4), classWeights: [0.7f, 2.3f]);
        yield return Case("values", Trainings.Waves(150), Trainings.Options(NetworkTask.Regression, 1, epochs: 4));
        yield return Case("several values", Trainings.Products(150), Trainings.Options(NetworkTask.Regression, 3, epochs: 4) with { Normalization = Normalization.Layer, Dropout = new Dropout(0.2f, isAlpha: false) });
        yield return Case("a quantile", Trainings.Waves(150), Trainings.Options(NetworkTask.Regression, 1, loss: "Quantile(level=0.9)", epochs: 4) with { EmaDecay = 0.9f });
        yield return Case("counts", Trainings.Counts(150), Trainings.Options(NetworkTask.Regression, 1, loss: "Poisson", epochs: 4));
        yield return Case("labels", Trainings.Signs(150), Trainings.Options(NetworkTask.Multilabel, 3, epochs: 4) with { Standardize = false });

        yield return Case("missing features", WithHoles(Trainings.Rings(150, features: 5)), Trainings.Options(NetworkTask.Multiclass, 3, epochs: 4) with { FillsMissing = true });
        foreach (int features in (int[])[3, 0])
            yield return Case($"categories beside {features} features", Trainings.WithCategories(150, features), Trainings.Options(NetworkTask.Multiclass, 3, epochs: 4) with { Embeddings = Trainings.Categories() });
        TrainingSet waves = Trainings.Waves(150);
        yield return Case("an autoencoder", new TrainingSet(waves.Features, 150, 5, waves.Features, 5), Trainings.Options(NetworkTask.Regression, 5, [3], epochs: 4));

        static TestCaseData Case(string name, TrainingSet data, TrainingOptions options, TrainingSet? validation = null, float[]? classWeights = null)
            => new TestCaseData(data, options, validation, classWeights).SetArgDisplayNames(name);
    }

    /// <summary>Every seventh feature is missing.</summary>
    static TrainingSet WithHoles(TrainingSet data)
        => new([.. data.Features.Select((value, i) => i % 7 == 3 ? float.NaN : value)], data.Rows, data.FeatureCount, data.Targets, data.TargetColumns);

    [TestCaseSource(nameof(Tasks))]
    public void A_pool_that_holds_all_rows_gives_the_model_of_training_in_memory(TrainingSet data, TrainingOptions options, TrainingSet? validation, float[]? classWeights)
    {
        var inMemory = new TrainingSet(data.Features, data.Rows, data.FeatureCount, data.Targets, data.TargetColumns, data.Weights);
        inMemory.AddKeys(data.Keys, data.KeyColumns);
        if (classWeights is not null)
            inMemory.WeightClasses(classWeights);
        TrainingResult expected = NetworkTrainer.Train(inMemory, options with { ValidationFraction = 0 }, validation);
        foreach (int poolRows in (int[])[150, 1_000])
            AssertSame(Stream(data, options with { ValidationFraction = 0 }, poolRows, validation, classWeights), expected);
    }

    /// <summary>Rows that were held to validate, before it showed that there are too few for that, are back in their places.</summary>
    [Test]
    public void Rows_that_need_not_validate_after_all_train_in_their_order([Values(150, 1_000)] int poolRows)
    {
        TrainingOptions options = Trainings.Options(NetworkTask.Multiclass, 3, epochs: 3) with { ValidationFraction = 0 };
        TrainingSet data = Trainings.WithCategories(150, 4);
        var survey = new StreamSurvey(new SetStream(data), new SurveyPlan
        {
            Task = options.Task,
            Outputs = options.Outputs,
            Seed = options.Seed,
            PoolRows = poolRows,
            ValidationFraction = null,
            FewestRowsForValidation = 1_000,
        });
        Assert.That((survey.SampleIsWhole, survey.Validation), Is.EqualTo((true, (TrainingSet?)null)));
        AssertSame(NetworkTrainer.Train(survey.Sample, options with { Embeddings = Trainings.Categories() }, survey.Validation, start: null, survey), NetworkTrainer.Train(data, options with { Embeddings = Trainings.Categories() }));
    }

    [Test]
    public void Several_pools_make_the_steps_that_their_rows_make_in_memory()
    {
        TrainingOptions options = Trainings.Options(NetworkTask.Multiclass, 3, [12], batchSize: 16, epochs: 3) with { WeightDecay = 0.01f };
        FeedForwardNetwork streamed = Stream(s_rings, options, poolRows: 50).Network;

        StreamSurvey survey = Survey(s_rings, options, poolRows: 50);
        FeedForwardNetwork network = Stream(s_rings, options with { NumberOfEpochs = 0 }, poolRows: 50).Network;
        PassKernels kernels = PassKernels.Create(options.Simd, WorkerPool.CallerOnly);
        BatchGatherer Gatherer(TrainingSet data) => new(data, network.FeatureScale, AffineScale.None, 1 / survey.MeanWeight, kernels.Rows, 16);
        var step = new TrainingStep(network, Gatherer(s_rings), options, kernels, [1, 1, 1, 1], weightDecay: 0.01f);
        var order = new StreamedRows(survey, Gatherer(survey.Sample), 16, options.Seed);
        for (int epoch = 1; epoch <= 3; epoch++)
        {
            order.Begin(epoch);
            for (int seen = 0; seen < 150; seen += 16)
            {
                order.TryPrepare(() => false);
                var rows = new List<int>();
                foreach (int row in order.Next(16))
                    rows.Add(Enumerable.Range(0, 150).Single(candidate => s_rings.Row(candidate).SequenceEqual(order.Gatherer.Data.Row(row))));
                step.Run(rows.ToArray(), options.LearningRate);
            }
        }
        network.ParametersChanged();
        Assert.That(Trainings.Bytes(streamed), Is.EqualTo(Trainings.Bytes(network)));
    }

    [Test]
    [Category("Golden")]
    [Category("Fused")]
    public void A_streamed_training_gives_one_model_on_any_number_of_threads_and_at_every_width()
    {
        TrainingOptions options = Trainings.Options(NetworkTask.Multiclass, 3, [256, 130], batchSize: 32, epochs: 4);
        foreach (int threads in (int[])[1, 2, 3, 8])
            foreach (SimdLevel level in Widths.Fused)
            {
                byte[] model = Trainings.Bytes(Stream(s_rings, options with { Threads = threads, Simd = level }, poolRows: 80, fraction: 0.1f).Network);
                Assert.That(Convert.ToHexStringLower(SHA256.HashData(model)), Is.EqualTo("b5c032ba32dcc4a8bf36b34a86c7887a929c9806b6430b938e9b78155a629218"), $"{threads} threads, {level}");
            }
    }

    [Test]
    public void Epochs_then_more_epochs_are_all_of_them_at_once([Values(48, 150)] int poolRows, [Values] bool earlyStopping)
    {
        TrainingOptions options = Trainings.Options(NetworkTask.Multiclass, 3, [8], batchSize: 16, epochs: 9, learningRate: 0.02f) with { EarlyStopping = earlyStopping, Patience = 3 };
        TrainingResult expected = Stream(s_rings, options, poolRows, fraction: 0.1f);
        foreach (int epochs in (int[])[1, 2, 7])
            Stream(s_rings, options with { NumberOfEpochs = epochs, Checkpoint = new(File), Threads = 2 }, poolRows, fraction: 0.1f);
        AssertSame(Stream(s_rings, options with { Checkpoint = new(File) }, poolRows, fraction: 0.1f), expected);
    }

    [Test]
    public void A_finished_training_that_is_run_again_gives_its_model_and_its_report([Values(48, 150)] int poolRows, [Values] bool drops)
    {
        // Of the first run the pool holds rows of the last epoch at its end, of the second those of the first reading.
        TrainingOptions options = Trainings.Options(NetworkTask.Multiclass, 3, [8], batchSize: 16, epochs: 6, learningRate: 0.02f) with { Checkpoint = new(File), Dropout = drops ? new Dropout(0.2f, isAlpha: false) : null };
        TrainingResult finished = Stream(s_rings, options, poolRows, fraction: 0.1f);
        AssertSame(Stream(s_rings, options, poolRows, fraction: 0.1f), finished);
    }

    [Test]
    public void A_stream_that_throws_halfway_leaves_the_checkpoint_whole_and_training_goes_on_from_it([Values(48, 150)] int poolRows)
    {
        TrainingOptions options = Trainings.Options(NetworkTask.Multiclass, 3, [8], batchSize: 16, epochs: 6);
        TrainingResult expected = Stream(s_rings, options, poolRows);
        // Reading 0 is the first one; reading 4 is epoch 4.
        Func<int, int, int> broken = (reading, place) => reading == 4 && place == 77 ? throw new IOException("The disk is gone.") : place < 150 ? place : -1;
        Assert.That(() => Stream(s_rings, options with { Checkpoint = new(File) }, poolRows, choose: broken), Throws.TypeOf<IOException>());
        var reported = new List<int>();
        AssertSame(Stream(s_rings, options with { Checkpoint = new(File), Progress = new Immediate(progress => reported.Add(progress.Epoch)) }, poolRows), expected);
        Assert.That(reported[0], Is.EqualTo(4));
    }

    [Test]
    public void A_checkpoint_of_another_pool_other_rows_or_other_class_weights_is_refused()
    {
        TrainingSet data = Trainings.Rings(150, features: 5, classes: 2);
        TrainingOptions options = Trainings.Options(NetworkTask.Binary, 1, [8], batchSize: 16, epochs: 2) with { Checkpoint = new(File) };
        Stream(data, options, poolRows: 48);
        TrainingOptions more = options with { NumberOfEpochs = 3 };
        Assert.That(() => Stream(data, more, poolRows: 64), Throws.InvalidOperationException.With.Message.Contains("rows of the pool (48 in the checkpoint, 64 here)"));
        Assert.That(() => Stream(data, more, poolRows: 48, classWeights: [1, 2]), Throws.InvalidOperationException.With.Message.Contains("class weights (none in the checkpoint, 1, 2 here)"));
        Assert.That(() => Stream(data, more, poolRows: 48, choose: (_, place) => place < 149 ? place : -1), Throws.InvalidOperationException.With.Message.Contains("training rows (150 in the checkpoint, 149 here)"));
        Assert.That(() => NetworkTrainer.Train(data, more), Throws.InvalidOperationException.With.Message.Contains("rows of the pool (48 in the checkpoint, not there here)"));
    }

    [Test]
    public void A_model_trains_on_with_streamed_rows_as_with_rows_in_memory([Values(48, 150)] int poolRows)
    {
        TrainingOptions options = Trainings.Options(NetworkTask.Multiclass, 3, [8], batchSize: 16, epochs: 3) with { ValidationFraction = 0 };
        TrainingResult first = NetworkTrainer.Train(Trainings.Rings(90, features: 5, seed: 4), options);
        TrainingResult further = Stream(s_rings, options, poolRows, start: new TrainingStart(first.Network, first.Initialization));
        Assert.That(further.Network.FeatureScale.Means, Is.EqualTo(first.Network.FeatureScale.Means), "standardization stays the model's");
        if (poolRows == 150)
            AssertSame(further, NetworkTrainer.Train(s_rings, options, start: new TrainingStart(first.Network, first.Initialization)));
    }

    [Test]
    public void Cancellation_is_seen_while_rows_are_read([Values] bool returnBest)
    {
        using var source = new CancellationTokenSource();
        TrainingOptions options = Trainings.Options(NetworkTask.Multiclass, 3, [8], batchSize: 16, epochs: 9) with { CancellationToken = source.Token, ReturnBestOnCancel = returnBest };
        // Within the second pool of epoch 3, whose pools have 48 rows at most.
        Func<int, int, int> cancelling = (reading, place) =>
        {
            if (reading == 3 && place == 60)
                source.Cancel();
            Assert.That(reading < 3 || place <= 60, "not a row more is read");
            return place < 150 ? place : -1;
        };
        if (!returnBest)
        {
            Assert.That(() => Stream(s_rings, options, 48, choose: cancelling), Throws.InstanceOf<OperationCanceledException>().With.Message.Contains("while rows were read in epoch 3"));
            return;
        }
        TrainingResult result = Stream(s_rings, options, 48, choose: cancelling);
        Assert.That((result.History.WasCancelled, result.History.Epochs.Count, result.History.StopReason), Is.EqualTo((true, 2, "Cancelled in epoch 3.")));
    }

    [Test]
    public void Budget_progress_and_limits_count_streamed_rows_as_rows_in_memory()
    {
        TrainingOptions options = Trainings.Options(NetworkTask.Multiclass, 3, [8], batchSize: 16, epochs: null) with { MaximumSteps = 25 };
        var reports = new List<EpochProgress>();
        TrainingHistory history = Stream(s_rings, options with { Progress = new Immediate(reports.Add) }, poolRows: 48).History;
        // 150 rows are 10 batches: 25 steps end halfway in the third epoch, and no search comes before.
        Assert.That(history.StopReason, Does.Contain("maximum of 25 steps"));
        Assert.That(history.Epochs, Has.Count.EqualTo(3));
        Assert.That(reports.Select(report => (report.Epoch, report.Batch, report.Batches, report.Epochs, report.IsSearch)), Is.EqualTo(((int, int, int, int, bool)[])[(1, 10, 10, 3, false), (2, 10, 10, 3, false), (3, 5, 10, 3, false)]));
        Assert.That(Stream(s_rings, Trainings.Options(NetworkTask.Multiclass, 3, [2], batchSize: 150, epochs: null), poolRows: 150).History.Epochs, Has.Count.EqualTo(TrainingBudget.MostEpochs));
    }

    sealed class Immediate(Action<EpochProgress> action) : IProgress<EpochProgress>
    {
        public void Report(EpochProgress value) => action(value);
    }
}
