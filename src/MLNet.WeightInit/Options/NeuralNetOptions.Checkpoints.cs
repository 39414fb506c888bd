using MLNet.WeightInit.Engine.Training.Checkpoints;

namespace MLNet.WeightInit;

public sealed partial class NeuralNetOptions
{
    const double MostMinutes = 7 * 24 * 60;

    /// <summary>File that holds the training's whole state between two epochs, so that an interrupted training can go on. Where it exists when <c>Fit</c> starts, training goes on from it: a program
    /// that was stopped is simply run again, and gives the model that it would have given without the stop, byte for byte.</summary>
    /// <remarks>
    /// One file belongs to one training: the same rows in the same order, the same options, the same seed (where none was given, the file's is taken). A file of
    /// another training is an error that names the difference, and is left as it is; so each fold of a cross-validation needs a path of its own. <see cref="NumberOfEpochs"/> may grow: 10 epochs, then 30, are
    /// the 30 of one training. Threads may change. The file stays when training ends, and a <c>Fit</c> that finds a finished training gives its model again at once; delete it to train anew. It takes
    /// 4 bytes a weight, the same again for each running average of the optimizer (2 for Adam) and for the best weights where validation rows watch. Where a search finds the number of epochs,
    /// its result is kept, and a stop during the search starts the search again. It is written beside the old one first and takes its place only when it is whole on disk; a failure to write is a warning, and
    /// training goes on.
    /// </remarks>
    /// <value>Default: null, none. The folder must exist and be writable when <c>Fit</c> starts.</value>
    public string? CheckpointPath { get; set; }

    /// <summary>Epochs between two writes of <see cref="CheckpointPath"/>. The last epoch is always written.</summary>
    /// <value>Default: null, each epoch, or as <see cref="CheckpointEveryMinutes"/> says. At least 1.</value>
    public int? CheckpointEveryEpochs { get; set; }

    /// <summary>Minutes between two writes of <see cref="CheckpointPath"/>: the first epoch that ends after them is written. With <see cref="CheckpointEveryEpochs"/> too, whichever comes first.</summary>
    /// <value>Default: null, epochs alone decide. Above 0 and at most 10,080, a week.</value>
    public double? CheckpointEveryMinutes { get; set; }

    /// <exception cref="ArgumentOutOfRangeException">A value is out of its range.</exception>
    internal void CheckCheckpoints()
    {
        if (CheckpointPath is not null && string.IsNullOrWhiteSpace(CheckpointPath))
            throw new ArgumentOutOfRangeException(nameof(CheckpointPath), CheckpointPath, "A checkpoint needs the path of a file. null writes none.");
        if (CheckpointEveryEpochs is < 1)
            throw new ArgumentOutOfRangeException(nameof(CheckpointEveryEpochs), CheckpointEveryEpochs, "There must be at least 1 epoch between two checkpoints. null writes one after each epoch.");
        if (CheckpointEveryMinutes is { } minutes && !(minutes is > 0 and <= MostMinutes))
            throw new ArgumentOutOfRangeException(nameof(CheckpointEveryMinutes), minutes, "The minutes between two checkpoints must be above 0 and at most 10,080. null lets the epochs decide.");
        if (CheckpointPath is null && (CheckpointEveryEpochs is not null || CheckpointEveryMinutes is not null))
            throw new ArgumentOutOfRangeException(nameof(CheckpointPath), null, $"Checkpoints need a file: set {nameof(CheckpointPath)}, or leave {nameof(CheckpointEveryEpochs)} and {nameof(CheckpointEveryMinutes)} null.");
    }

    /// <summary>For short trainings that are somebody else's means.</summary>
    internal void ClearCheckpoints() => (CheckpointPath, CheckpointEveryEpochs, CheckpointEveryMinutes) = (null, null, null);

    /// <summary>What the engine needs; null for no checkpoints.</summary>
    /// <param name="warn">Is told of a checkpoint that couldn't be written.</param>
    internal CheckpointSettings? Checkpoint(Action<string> warn)
        => CheckpointPath is null ? null : new(CheckpointPath, CheckpointEveryEpochs, CheckpointEveryMinutes is { } minutes ? TimeSpan.FromMinutes(minutes) : null, warn);
}
