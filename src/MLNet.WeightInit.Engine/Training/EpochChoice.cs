using MLNet.WeightInit.Engine.Training.Checkpoints;

namespace MLNet.WeightInit.Engine.Training;

/// <summary>The number of epochs that <see cref="EpochSearch"/> found, and what it saw.</summary>
internal sealed class EpochChoice
{
    int _epochs;

    /// <summary>The epochs after which <see cref="Losses"/> was lowest; 0 before the first is done.</summary>
    public int Epochs
    {
        get => _epochs;
        set => _epochs = value;
    }

    /// <summary>Mean loss of the rows after each epoch, each row by the network that didn't train on it.</summary>
    public List<double> Losses { get; } = [];

    public void Exchange(StateExchange state)
    {
        state.Count("epoch search/epochs", ref _epochs);
        state.Series("epoch search/losses", Losses);
        if (_epochs > Losses.Count)
            throw new InvalidDataException($"The checkpoint says that {_epochs} epochs were best of {Losses.Count}: the file is damaged.");
    }
}
