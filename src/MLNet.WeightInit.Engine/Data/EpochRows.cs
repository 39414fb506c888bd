namespace MLNet.WeightInit.Engine.Data;

/// <summary>The training rows in the order in which an epoch takes them, batch by batch.</summary>
/// <param name="gatherer">Whose rows the numbers of a batch are.</param>
internal abstract class EpochRows(BatchGatherer gatherer)
{
    public BatchGatherer Gatherer { get; } = gatherer;

    /// <summary>Rows of an epoch.</summary>
    public abstract long Count { get; }

    /// <summary>Sum of the weights of an epoch's rows; of rows that are streamed, when an epoch has ended.</summary>
    public abstract double Weight { get; }

    /// <summary>Goes before the first row of an epoch; each epoch is begun once, in order.</summary>
    /// <param name="epoch">From 1.</param>
    public abstract void Begin(int epoch);

    /// <summary>What <see cref="Begin"/> leaves behind for later epochs, without the rows: for a training that goes on after that epoch.</summary>
    public abstract void Skip(int epoch);

    /// <summary>Sees to it that the next rows are in memory; false where that was cancelled.</summary>
    /// <param name="isCancelled">Asked once a row that is read; may throw.</param>
    public virtual bool TryPrepare(Func<bool> isCancelled) => true;

    /// <summary>The next batch.</summary>
    /// <param name="most">Rows; there are fewer only at the epoch's end.</param>
    public abstract ReadOnlySpan<int> Next(int most);
}
