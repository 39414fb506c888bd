using System.Security.Cryptography;
using Microsoft.ML.Runtime;
using MLNet.WeightInit.Engine.Data;
using MLNet.WeightInit.Engine.Kernels.Activations;
using MLNet.WeightInit.Engine.Network;
using MLNet.WeightInit.Engine.Training;
using MLNet.WeightInit.Engine.Training.Losses;
using MLNet.WeightInit.Engine.Training.Metrics;
using MLNet.WeightInit.Engine.Training.Optimizers;
using MLNet.WeightInit.Engine.Training.Schedules;

namespace MLNet.WeightInit;

/// <summary>An estimator's own copy of the options: checked, every name resolved against its context, the seed fixed.</summary>
internal sealed class TrainerSettings
{
    readonly InitializerRegistry _registry;

    /// <exception cref="ArgumentNullException">Options, a name or a list is null.</exception>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of its range, or a name is unknown.</exception>
    public TrainerSettings(IHostEnvironment environment, NeuralNetOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        Options = options.Copy();
        OptionChecks.Check(Options);
        Activation = Activations.Parse(Options.Activation);
        Dropout = Options.ResolveDropout(Activation);
        Options.Residual?.CheckStart(Activation, Options.ResolveNormalization());
        Loss = Options.Loss is null ? null : Losses.Resolve(Options.Loss);
        HeadLosses = Options.Heads is null ? [] : [.. Options.Heads.Select(head => head.Loss is null ? null : Losses.Resolve(head.Loss))];
        Schedule = Schedules.Parse(Options.Schedule);
        Optimizer = Optimizers.Parse(Options.Optimizer);
        FullBatchChecks.Check(Options, Optimizer, Schedule is ConstantSchedule);
        GradientClipping = Options.GradientClipping is null ? null : GradientClipping.Parse(Options.GradientClipping);
        Metric = Options.Metric is null || Options.Heads is not null ? null : Metrics.Parse(Options.Metric);
        MetricOfHead = Options is { Metric: { } metric, Heads: { } heads } ? HeadMetrics.Parse(metric, heads) : null;
        HeadMetricsGiven = Options.Heads is null ? [] : [.. Options.Heads.Select(head => head.Metric is null ? null : Metrics.Parse(head.Metric))];

        _registry = WeightInitCatalog.Of(environment).Registry;
        Init = Resolve(Options.Init, nameof(Options.Init));
        OutputInit = Options.OutputInit is null ? null : Resolve(Options.OutputInit, nameof(Options.OutputInit));
        BiasInit = Options.BiasInit is null ? null : Resolve(Options.BiasInit, nameof(Options.BiasInit));
        EmbeddingInit = Options.EmbeddingInit is null ? null : Resolve(Options.EmbeddingInit, nameof(Options.EmbeddingInit));
        int? given = Options.Seed ?? ContextSeed.Of(environment);
        SeedIsDrawn = given is null;
        Seed = given ?? RandomNumberGenerator.GetInt32(int.MaxValue);
    }

    public NeuralNetOptions Options { get; }
    public Activation Activation { get; }

    public Optimizer Optimizer { get; }
    public Schedule Schedule { get; }

    /// <summary>Null: none.</summary>
    public Dropout? Dropout { get; }

    /// <summary>Null: none.</summary>
    public GradientClipping? GradientClipping { get; }

    /// <summary>Null: the task's own.</summary>
    public Loss? Loss { get; }

    /// <summary>One a head; null: its task's own.</summary>
    public IReadOnlyList<Loss?> HeadLosses { get; }

    /// <summary>Null: the loss alone, or <see cref="MetricOfHead"/>.</summary>
    public Metric? Metric { get; }

    /// <summary>Which of several heads decides, by its metric or, where that is null, its loss; null: the sum of the losses, or there is one label.</summary>
    public (int Head, Metric? Own)? MetricOfHead { get; }

    /// <summary>One a head; null: what suits its task.</summary>
    public IReadOnlyList<Metric?> HeadMetricsGiven { get; }
    public WeightInitializer Init { get; }
    public WeightInitializer? OutputInit { get; }
    public WeightInitializer? BiasInit { get; }
    public WeightInitializer? EmbeddingInit { get; }
    public int Seed { get; }

    /// <summary>True where nobody gave one.</summary>
    public bool SeedIsDrawn { get; }

    /// <summary>Fails where the loss that was asked for does not fit the task.</summary>
    /// <exception cref="ArgumentOutOfRangeException">It does not.</exception>
    public void CheckLoss(NetworkTask task)
    {
        if (Options.Heads is not null && task != NetworkTask.Heads)
            throw new ArgumentOutOfRangeException(nameof(NeuralNetOptions.Heads), $"{Options.Heads.Count} heads",
                "Several heads are trained by mlContext.Transforms.NeuralNet(options). For one label leave Heads null.");
        LossChecks.CheckTask(Options, Loss, task);
        TaskLosses.Check(Options.Loss, Loss, task);
    }

    /// <summary>What the engine needs for one training.</summary>
    /// <param name="loss">Composed by the trainer; null: the one that was asked for, or the task's own.</param>
    public TrainingOptions ForTraining(NetworkTask task, int outputs, Loss? loss, IProgress<EpochProgress> progress, Action checkAlive) => new()
    {
        Task = task,
        Outputs = outputs,
        HiddenLayers = Options.HiddenLayers,
        Activation = Activation,
        Normalization = Options.ResolveNormalization(),
        Residual = Options.Residual,
        TiedWeights = Options.TiedWeights,
        Dropout = Dropout,
        Loss = loss ?? SmoothedLoss.Of(Loss ?? Losses.Parse(TaskLosses.For(task)[0]), Options.LabelSmoothing),
        Optimizer = Optimizer,
        Init = Init,
        OutputInit = OutputInit,
        BiasInit = BiasInit,
        EmbeddingInit = EmbeddingInit,
        MaxInitializerBytes = Options.MaxInitializerBytes,
        Resolve = _registry.Resolve,
        LearningRate = Options.LearningRate,
        Schedule = Schedule,
        GradientClipping = GradientClipping,
        L1 = Options.L1Regularization,
        WeightNormalization = Options.WeightNormalization,
        MaxNorm = Options.MaxNorm,
        EmaDecay = Options.EmaDecay,
        RangeTest = Options.RangeTest,
        OnlyMeasures = Options.OnlyMeasures,
        WeightDecay = Options.WeightDecay,
        BatchSize = Options.BatchSize,
        NumberOfEpochs = Options.NumberOfEpochs,
        Seed = Seed,
        Threads = Math.Min(Options.NumberOfThreads ?? int.MaxValue, Environment.ProcessorCount),
        Standardize = Options.Standardize,
        FillsMissing = Options.MissingValues == MissingValues.MeanWithIndicator,
        ValidationFraction = Options.ValidationFraction,
        EarlyStopping = Options.EarlyStopping,
        Patience = Options.Patience,
        Metric = Metric,
        MinimumImprovement = Options.MinimumImprovement,
        RestoreBest = Options.RestoreBest,
        MaximumSteps = Options.MaximumSteps,
        MaximumDuration = Options.MaximumDuration,
        Clock = TrainingClock.Start(),
        ProgressInterval = Options.ProgressInterval,
        Diagnostics = Options.Diagnostics,
        Progress = progress,
        CancellationToken = Options.CancellationToken,
        ReturnBestOnCancel = Options.OnCancel == CancelledTraining.ReturnBest,
        CheckAlive = checkAlive,
    };

    /// <summary>What a text names, or the initializer itself.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The text names nothing; the parameter is the option that has it.</exception>
    WeightInitializer Resolve(WeightInitializer? initializer, string option)
    {
        try
        {
            return _registry.Resolve(initializer);
        }
        catch (ArgumentOutOfRangeException exception) when (exception.ParamName == "specification")
        {
            string message = exception.Message[..exception.Message.LastIndexOf(" (Parameter ", StringComparison.Ordinal)];
            throw new ArgumentOutOfRangeException(option, exception.ActualValue, message);
        }
    }
}
