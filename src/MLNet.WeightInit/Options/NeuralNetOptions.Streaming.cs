namespace MLNet.WeightInit;

public sealed partial class NeuralNetOptions
{
    /// <summary>Whether the rows are read from the data view again for each epoch, a pool at a time, instead of being kept in memory: for data larger than memory.</summary>
    /// <remarks>
    /// A pool of <see cref="MemoryLimit"/> is filled with the next rows, shuffled, and trained to its last row; then it is filled again. Its borders lie elsewhere in each epoch. The order depends on seed, data and
    /// limit alone, so a streamed training gives the same model each time too; where all rows fit the pool, and are streamed all the same, the model is the one that training in memory gives. One reading comes before the
    /// first epoch: the exact scale of features and labels, the number of rows, class weights. The data view must give the same rows in the same order each time; where it does not, training ends with an error that says in
    /// which epoch. No search for the number of epochs takes place. The rows that validate are chosen by the seed, row by row, and kept in memory: as <see cref="ValidationFraction"/> says, and no more than take an eighth of
    /// the limit. The log says what was chosen and why, and warns where rows are sorted by their label, which a pool can't undo.
    /// </remarks>
    /// <value>Default: null, only where the rows would take more memory than <see cref="MemoryLimit"/>. true: always. false: never, and rows that take more than the limit are an error.</value>
    public bool? Streaming { get; set; }

    /// <summary>Bytes that the training rows may take in memory at most: 4 for each feature, each category, each label value and the row's weight, and 4 more. Rows that take more are streamed, and this is the size of the pool
    /// that they go through. It is no share of the machine's memory, so that the model does not depend on the machine.</summary>
    /// <value>Default: 2,147,483,648 (2 GiB). At least 1, and room for one batch; of more than 8 GiB of features 8 are used.</value>
    public long MemoryLimit { get; set; } = RowMemory.DefaultLimit;

    /// <exception cref="ArgumentOutOfRangeException">A value is out of its range.</exception>
    internal void CheckStreaming()
    {
        if (MemoryLimit < 1)
            throw new ArgumentOutOfRangeException(nameof(MemoryLimit), MemoryLimit, "The rows' memory must be at least 1 byte, and room for one batch. 2 GiB is the default.");
    }
}
