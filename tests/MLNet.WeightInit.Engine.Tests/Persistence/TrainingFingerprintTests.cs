using System.Reflection;
using MLNet.WeightInit.Engine.Data;
using MLNet.WeightInit.Engine.Kernels.Activations;
using MLNet.WeightInit.Engine.Network;
using MLNet.WeightInit.Engine.Tests.Training;
using MLNet.WeightInit.Engine.Training;
using MLNet.WeightInit.Engine.Training.Losses;
using MLNet.WeightInit.Engine.Training.Metrics;
using MLNet.WeightInit.Engine.Training.Optimizers;
using MLNet.WeightInit.Engine.Training.Schedules;

namespace MLNet.WeightInit.Engine.Tests.Persistence;

/// <summary>A training goes on from a checkpoint of its own only, and the message says in what another one differs.</summary>
[TestFixture]
internal sealed class TrainingFingerprintTests
{
    static readonly TrainingSet s_data = Trainings.Waves(60);
    static readonly TrainingSet s_blends = Trainings.Blends(60, features: 5);
    static readonly TrainingOptions s_options = Trainings.Options(NetworkTask.Regression, 1, [6], epochs: 2);

    /// <summary>They don't decide a bit of the state after an epoch, or only together with what does.</summary>
    static readonly string[] s_free =
    [
        nameof(TrainingOptions.NumberOfEpochs), nameof(TrainingOptions.Threads), nameof(TrainingOptions.Simd), nameof(TrainingOptions.Progress), nameof(TrainingOptions.CancellationToken),
        nameof(TrainingOptions.ReturnBestOnCancel), nameof(TrainingOptions.CheckAlive), nameof(TrainingOptions.Checkpoint), nameof(TrainingOptions.Resolve),
        nameof(TrainingOptions.Trial), nameof(TrainingOptions.FillSeed), nameof(TrainingOptions.OnlyMeasures), nameof(TrainingOptions.RangeTest), nameof(TrainingOptions.MaxInitializerBytes),
        nameof(TrainingOptions.MaximumSteps), nameof(TrainingOptions.MaximumDuration), nameof(TrainingOptions.Clock), nameof(TrainingOptions.ProgressInterval), nameof(TrainingOptions.Diagnostics),
        nameof(TrainingOptions.StopAfter), nameof(TrainingOptions.TriesOut), nameof(TrainingOptions.TriesRate),
        nameof(TrainingOptions.Reconstructs),              // it is said by the data
    ];

    static readonly (string Property, TrainingOptions Changed, string Named)[] s_changes =
    [
        (nameof(TrainingOptions.Task), s_options with { Task = NetworkTask.Binary, Loss = Losses.Parse("BinaryCrossEntropy") }, "task (Regression in the checkpoint, Binary here)"),
        (nameof(TrainingOptions.Outputs), Trainings.Options(NetworkTask.Multiclass, 4, [6], epochs: 2), "outputs (1 in the checkpoint, 4 here)"),
        (nameof(TrainingOptions.HiddenLayers), s_options with { HiddenLayers = [6, 6] }, "hidden layers (6 in the checkpoint, 6, 6 here)"),
        (nameof(TrainingOptions.Activation), s_options with { Activation = Activations.Parse("LeakyReLU(slope=0.25)") }, "activation (ReLU in the checkpoint, LeakyReLU(slope=0.25) here)"),
        (nameof(TrainingOptions.Loss), s_options with { Loss = Losses.Parse("Absolute") }, "loss (Squared"),
        (nameof(TrainingOptions.Optimizer), s_options with { Optimizer = Optimizers.Parse("Adam(beta1=0.8)") }, "optimizer (Adam(beta1=0.9"),
        (nameof(TrainingOptions.Init), s_options with { Init = InitializerRegistry.CreateDefault().Parse("orthogonal(gain=1.5)") }, "orthogonal(gain=1.5) here"),
        (nameof(TrainingOptions.OutputInit), s_options with { OutputInit = InitializerRegistry.CreateDefault().Parse("zeros") }, "output initializer (left open in the checkpoint, zeros here)"),
        (nameof(TrainingOptions.BiasInit), s_options with { BiasInit = InitializerRegistry.CreateDefault().Parse("constant(value=0.5)") }, "bias initializer (left open"),
        (nameof(TrainingOptions.LearningRate), s_options with { LearningRate = 0.25f }, "learning rate (0.001 in the checkpoint, 0.25 here)"),
        (nameof(TrainingOptions.Schedule), s_options with { Schedule = Schedules.Parse("step") }, "schedule (Constant in the checkpoint, Step here)"),
        (nameof(TrainingOptions.Normalization), s_options with { Normalization = Normalization.Layer }, "normalization (None in the checkpoint, Layer here)"),
        (nameof(TrainingOptions.Residual), s_options with { HiddenLayers = [6, 6, 6], Residual = new ResidualBlocks(2) }, "residual blocks (none in the checkpoint, branches of 2, Planned here)"),
        (nameof(TrainingOptions.TiedWeights), s_options with { Outputs = 5, TiedWeights = true }, "tied weights (no in the checkpoint, yes here)"),
        (nameof(TrainingOptions.Dropout), s_options with { Dropout = new Dropout(0.5f, isAlpha: false) }, "dropout (left open in the checkpoint, 0.5 here)"),
        (nameof(TrainingOptions.WeightDecay), s_options with { WeightDecay = 0.5f }, "weight decay (left open in the checkpoint, 0.5 here)"),
        (nameof(TrainingOptions.GradientClipping), s_options with { GradientClipping = GradientClipping.Parse("norm(2)") }, "gradient clipping (none in the checkpoint, Norm(max_norm=2) here)"),
        (nameof(TrainingOptions.L1), s_options with { L1 = 0.5f }, "L1 regularization (0 in the checkpoint, 0.5 here)"),
        (nameof(TrainingOptions.MaxNorm), s_options with { MaxNorm = 3 }, "max-norm (left open in the checkpoint, 3 here)"),
        (nameof(TrainingOptions.WeightNormalization), s_options with { WeightNormalization = true }, "weight normalization (no in the checkpoint, yes here)"),
        (nameof(TrainingOptions.EmaDecay), s_options with { EmaDecay = 0.5f }, "decay of the averaged weights (left open in the checkpoint, 0.5 here)"),
        (nameof(TrainingOptions.BatchSize), s_options with { BatchSize = 31 }, "batch size (32 in the checkpoint, 31 here)"),
        (nameof(TrainingOptions.Seed), s_options with { Seed = 2 }, "seed (1 in the checkpoint, 2 here)"),
        (nameof(TrainingOptions.Standardize), s_options with { Standardize = false }, "standardization (yes in the checkpoint, no here)"),
        (nameof(TrainingOptions.FillsMissing), s_options with { FillsMissing = true }, "missing values (none in the checkpoint, filled here)"),
        (nameof(TrainingOptions.DataColumns), s_options with { DataColumns = [("label column", "Price")] }, "label column (not there in the checkpoint, Price here)"),
        (nameof(TrainingOptions.Embeddings), s_options with { Embeddings = [new("Color", 4, 3)] }, "categorical columns (none in the checkpoint, Color (4 keys in 3 dimensions) here)"),
        (nameof(TrainingOptions.EmbeddingInit), s_options with { EmbeddingInit = InitializerRegistry.CreateDefault().Parse("normal(deviation=0.5)") }, "embedding initializer (left open in the checkpoint, normal(deviation=0.5) here)"),
        (nameof(TrainingOptions.ValidationFraction), s_options with { ValidationFraction = 0.1f }, "validation fraction (left open in the checkpoint, 0.1 here)"),
        (nameof(TrainingOptions.EarlyStopping), s_options with { EarlyStopping = false }, "early stopping (yes in the checkpoint, no here)"),
        (nameof(TrainingOptions.Metric), s_options with { Metric = Metrics.Parse("RMSE") }, "metric (none in the checkpoint, RMSE here)"),
        (nameof(TrainingOptions.MinimumImprovement), s_options with { MinimumImprovement = 0.5 }, "minimum improvement (0 in the checkpoint, 0.5 here)"),
        (nameof(TrainingOptions.RestoreBest), s_options with { RestoreBest = false }, "best epoch restored (yes in the checkpoint, no here)"),
        (nameof(TrainingOptions.Patience), s_options with { Patience = 9 }, "patience (left open in the checkpoint, 9 here)"),
    ];

    static IEnumerable<TestCaseData> Changes() => s_changes.Select(change => new TestCaseData(change.Changed, change.Named).SetArgDisplayNames(change.Property));

    [TestCaseSource(nameof(Changes))]
    public void Another_option_is_named(TrainingOptions changed, string named)
    {
        if (changed.TiedWeights)
        {
            AssertRefused(s_blends, changed, named, changed with { TiedWeights = false }, s_blends);
            return;
        }
        TrainingSet data = changed.Embeddings.Count > 0 ? WithKeys() : changed.Task == NetworkTask.Regression ? s_data : new TrainingSet(s_data.Features, s_data.Rows, s_data.FeatureCount, [.. s_data.Targets.Select((_, row) => (float)(row % 2))], 1);
        AssertRefused(data, changed, named);
    }

    /// <summary>Without this a new option would let a training go on that is not the same any more.</summary>
    [Test]
    public void Every_option_of_a_training_is_named_or_known_to_be_free()
    {
        IEnumerable<string> properties = typeof(TrainingOptions).GetProperties(BindingFlags.Instance | BindingFlags.Public).Select(property => property.Name);
        Assert.That(s_changes.Select(change => change.Property).Concat(s_free), Is.EquivalentTo(properties));
    }

    [Test]
    public void Other_rows_features_labels_or_weights_are_named()
    {
        float[] features = [.. s_data.Features], targets = [.. s_data.Targets];
        AssertRefused(Trainings.Waves(60, features: 4), s_options, "features (5 in the checkpoint, 4 here)");
        AssertRefused(Trainings.Waves(61), s_options, "training rows (60 in the checkpoint, 61 here)");
        features[17] += 1;
        AssertRefused(new TrainingSet(features, 60, 5, targets, 1), s_options, "checksum of the training rows");
        targets[3] += 1;
        AssertRefused(new TrainingSet([.. s_data.Features], 60, 5, targets, 1), s_options, "checksum of the training rows");
        AssertRefused(new TrainingSet([.. s_data.Features], 60, 5, s_data.Targets, 1, [.. Enumerable.Repeat(2f, 60)]), s_options, "checksum of the training rows");
    }

    [Test]
    public void An_initializer_that_draws_otherwise_under_the_same_name_is_noticed()
        => AssertRefused(s_data, s_options with { Init = new Renamed() }, "checksum of the initial network", s_options with { Init = InitializerRegistry.CreateDefault().Parse("he") });

    static TrainingSet WithKeys()
    {
        var data = new TrainingSet(s_data.Features, s_data.Rows, s_data.FeatureCount, s_data.Targets, 1);
        data.AddKeys([.. Enumerable.Range(0, data.Rows).Select(row => row % 5)], 1);
        return data;
    }

    [Test]
    public void Other_keys_are_named()
    {
        TrainingOptions options = s_options with { Embeddings = [new("Color", 4, 3)] };
        using var folder = new TemporaryFolder();
        TrainingSet data = WithKeys();
        NetworkTrainer.Train(data, options with { Checkpoint = new(folder["a"]) });
        data.Keys[7]--;
        Assert.That(() => NetworkTrainer.Train(data, options with { Checkpoint = new(folder["a"]) }), Throws.InvalidOperationException.With.Message.Contains("checksum of the training rows"));
    }

    static void AssertRefused(TrainingSet data, TrainingOptions changed, string named, TrainingOptions? original = null, TrainingSet? originalData = null)
    {
        using var folder = new TemporaryFolder();
        string file = folder["training.checkpoint"];
        NetworkTrainer.Train(originalData ?? s_data, (original ?? s_options) with { Checkpoint = new(file) });
        byte[] before = File.ReadAllBytes(file);
        Assert.That(() => NetworkTrainer.Train(data, changed with { Checkpoint = new(file) }),
            Throws.InvalidOperationException.With.Message.Contains(named).And.Message.Contains(file).And.Message.Contains("Delete the file to start anew"));
        Assert.That(File.ReadAllBytes(file), Is.EqualTo(before), "the other training's checkpoint is still there");
    }

    sealed class Renamed : WeightInitializer
    {
        public override string Name => "he";

        public override void Fill(Span<float> weights, in WeightShape shape, RandomSource random) => random.FillUniform(weights, 0.1f);
    }
}
