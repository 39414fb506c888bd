using MLNet.WeightInit.Engine.Training.Checkpoints;

namespace MLNet.WeightInit.Engine.Training;

/// <summary>The number of epochs that <see cref="EpochSearch"/> found, and what it saw.</summary>
internal sealed class EpochChoice
{
    int _epochs;

    /// <summary>The epochs after which the networks were best; 0 before the first is done.</summary>
    public int Epochs
    {
        get => _epochs;
        set => _epochs = value;
    }

    /// <summary>One an epoch. Losses are means over the rows, each row's by the network that didn't train on it; metrics are means over the networks.</summary>
    public List<EpochRecord> Records { get; } = [];

    /// <param name="heads">As <see cref="TrainingRun.HeadNames"/> has them.</param>
    public void Exchange(StateExchange state, IReadOnlyList<(string Label, string? Metric)> heads)
    {
        state.Count("epoch search/epochs", ref _epochs);
        HistoryState.Exchange(state, Records, heads, "epoch search");
        if (_epochs > Records.Count)
            throw new InvalidDataException($"The checkpoint says that {_epochs} epochs were best of {Records.Count}: the file is damaged.");
    }
}
