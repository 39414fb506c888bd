namespace MLNet.WeightInit.Engine.Training.Checkpoints;

/// <summary>Where a training leaves its state, so that it can go on from there after an interruption.</summary>
internal interface ICheckpoint
{
    /// <summary>Offers the state between two epochs; it is taken where it is time for that.</summary>
    /// <param name="epoch">Epochs done.</param>
    /// <param name="always">Take it whatever the time: it is the last, or cost much.</param>
    /// <param name="exchange">Hands the state over.</param>
    void Save(int epoch, bool always, Action<StateExchange> exchange);
}
