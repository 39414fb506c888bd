using MLNet.WeightInit.Engine.Data;
using MLNet.WeightInit.Engine.Kernels;
using MLNet.WeightInit.Engine.Kernels.Activations;
using MLNet.WeightInit.Engine.Network;
using MLNet.WeightInit.Engine.Training.Checkpoints;
using MLNet.WeightInit.Engine.Training.Losses;
using MLNet.WeightInit.Engine.Training.Metrics;
using MLNet.WeightInit.Engine.Training.Optimizers;
using MLNet.WeightInit.Engine.Training.Schedules;

namespace MLNet.WeightInit.Engine.Training;

/// <summary>Everything that decides a training, resolved: no strings left to parse.</summary>
internal sealed record TrainingOptions
{
    public required NetworkTask Task { get; init; }

    /// <summary>Classes for multiclass, 1 for binary, target columns for regression and several labels.</summary>
    public required int Outputs { get; init; }
    public required IReadOnlyList<int> HiddenLayers { get; init; }
    public required Activation Activation { get; init; }
    public required Loss Loss { get; init; }
    public required Optimizer Optimizer { get; init; }
    /// <summary>Of the hidden layers' sums, before their activation.</summary>
    public Normalization Normalization { get; init; }

    /// <summary>Blocks that hidden layers form; null: none.</summary>
    public ResidualBlocks? Residual { get; init; }

    /// <summary>After each hidden activation while training; null: none.</summary>
    public Dropout? Dropout { get; init; }

    /// <summary>The second half of the layers has the weights of the first half, transposed: for as many outputs as features, and hidden layers that mirror each other (<see cref="Engine.Network.TiedWeights.Check"/>).</summary>
    public bool TiedWeights { get; init; }
    public required WeightInitializer Init { get; init; }
    public WeightInitializer? OutputInit { get; init; }
    public WeightInitializer? BiasInit { get; init; }

    /// <summary>Makes initializers of the texts that a plan of somebody else's may use: by the registry that knows this training's names. Null: the built-in names.</summary>
    public Func<WeightInitializer, WeightInitializer>? Resolve { get; init; }
    public required float LearningRate { get; init; }

    public Schedule Schedule { get; init; } = new ConstantSchedule();

    /// <summary>Null: gradients are taken as they are.</summary>
    public GradientClipping? GradientClipping { get; init; }

    /// <summary>λ of λ Σ |w| over all weights, added to the mean loss of a batch.</summary>
    public float L1 { get; init; }

    /// <summary>Hidden units' incoming weights are trained as length and direction.</summary>
    public bool WeightNormalization { get; init; }

    /// <summary>Longest that the incoming weights of a hidden unit may be; null: any length.</summary>
    public float? MaxNorm { get; init; }

    /// <summary>Share that a step keeps of the average of all weights, which is then validated and becomes the model; null: the weights themselves.</summary>
    public float? EmaDecay { get; init; }

    /// <summary>Null: by the optimizer and the number of rows (<see cref="TrainingBudget.WeightDecay"/>).</summary>
    public float? WeightDecay { get; init; }
    public required int BatchSize { get; init; }

    /// <summary>Null: a budget that trains small and large data alike (<see cref="NetworkTrainer"/> says how); 0: initialize only.</summary>
    public int? NumberOfEpochs { get; init; }
    public required long Seed { get; init; }

    /// <summary>At least 1.</summary>
    public required int Threads { get; init; }
    public bool Standardize { get; init; } = true;

    /// <summary>Rows may have missing features (NaN), which become the training mean, with an indicator; false: all features are finite.</summary>
    public bool FillsMissing { get; init; }

    /// <summary>What the data's columns are called and mean, by name, for who goes on from a checkpoint; it decides no bit.</summary>
    public IReadOnlyList<(string Name, string Value)> DataColumns { get; init; } = [];

    /// <summary>Columns of keys whose categories are embedded.</summary>
    public IReadOnlyList<EmbeddingColumn> Embeddings { get; init; } = [];

    /// <summary>Of the embeddings; null: what <see cref="Auto"/> chooses for them.</summary>
    public WeightInitializer? EmbeddingInit { get; init; }

    /// <summary>What an initializer may take for a moment beside the tensor that it fills, in bytes.</summary>
    public long MaxInitializerBytes { get; init; } = PlanExecution.DefaultMostBytes;

    /// <summary>Share of the rows kept for validation; null: chosen by the row count; 0: none.</summary>
    public float? ValidationFraction { get; init; }

    /// <summary>Stops where the validation loss has not improved for <see cref="Patience"/> epochs; the best epoch's weights are kept.</summary>
    public bool EarlyStopping { get; init; } = true;
    public int? Patience { get; init; }

    /// <summary>A search for the learning rate, which sets the rate of each step in the schedule's place and ends the training; null for a training that makes a model.</summary>
    public RangeTest? RangeTest { get; init; }

    /// <summary>Of the weights, in <see cref="Seed"/>'s place; null: they are drawn by it, as everything else.</summary>
    public long? FillSeed { get; init; }

    /// <summary>True where the targets are the features: the narrowest layer is the point of the network then.</summary>
    public bool Reconstructs { get; init; }

    /// <summary>True for the report alone, of a training that is judged as it would be: with its own epochs.</summary>
    public bool OnlyMeasures { get; init; }

    /// <summary>Watches the training for a comparison, and says which rows are kept out; null for a training that makes a model.</summary>
    public TrainingTrial? Trial { get; init; }

    /// <summary>Measured after each epoch, and decides which is best; null: only the loss is.</summary>
    public Metric? Metric { get; init; }

    /// <summary>What an epoch must be better by than the best before it; at least 0.</summary>
    public double MinimumImprovement { get; init; }

    /// <summary>False: the last epoch's weights are kept, and no copy of the best.</summary>
    public bool RestoreBest { get; init; } = true;

    /// <summary>Optimizer steps after which training ends, within an epoch too; those of the search for the number of epochs don't count.</summary>
    public long? MaximumSteps { get; init; }

    /// <summary>For a report below <see cref="DiagnosticsLevel.Full"/>: whether the training is tried out all the same, where that costs little, as that of a remedy or of another draw is.</summary>
    public bool TriesOut { get; init; }

    /// <summary>For a report below <see cref="DiagnosticsLevel.Full"/>: whether its trial of the learning rate is as long as that of a full one, with which it is compared.</summary>
    public bool TriesRate { get; init; }

    /// <summary>Steps after which a trial of the training ends, whose schedule is the whole training's; null for a training.</summary>
    public long? StopAfter { get; init; }

    /// <summary>Of <see cref="Clock"/>, after which training ends, within an epoch and within the search too.</summary>
    public TimeSpan? MaximumDuration { get; init; }

    /// <summary>Time since training began. The engine has no clock of its own; null: nobody needs one.</summary>
    public Func<TimeSpan>? Clock { get; init; }

    /// <summary>Reports come within an epoch too, this far apart; zero or less: only after each epoch.</summary>
    public TimeSpan ProgressInterval { get; init; }
    /// <summary>What the report measures before the first step.</summary>
    public DiagnosticsLevel Diagnostics { get; init; } = DiagnosticsLevel.Summary;
    public SimdLevel Simd { get; init; } = SimdLevels.Best;
    public IProgress<EpochProgress>? Progress { get; init; }
    public CancellationToken CancellationToken { get; init; }

    /// <summary>True: a cancelled training gives the best model so far; false: it throws <see cref="OperationCanceledException"/>.</summary>
    public bool ReturnBestOnCancel { get; init; }

    /// <summary>Called once a batch; may throw to end training (ML.NET's own cancellation).</summary>
    public Action? CheckAlive { get; init; }

    /// <summary>For all that goes before the first step: filling, calibrating and measuring the start. Where the best so far is wanted, it goes on, since that is the start.</summary>
    /// <exception cref="OperationCanceledException">Cancellation was asked for, and no model is wanted then.</exception>
    public void CheckCancelled()
    {
        if (CancellationToken.IsCancellationRequested && !ReturnBestOnCancel)
            throw new OperationCanceledException("Training was cancelled while its start was measured.", CancellationToken);
    }

    /// <summary>Null: the state is not saved.</summary>
    public CheckpointSettings? Checkpoint { get; init; }

    /// <summary>The dropout of one pass, or null for none.</summary>
    public DropoutPass? DropoutPass(SimdLevel level) => Dropout is null || Dropout.Rate == 0 ? null : new DropoutPass(Dropout, Seed, level);
}
