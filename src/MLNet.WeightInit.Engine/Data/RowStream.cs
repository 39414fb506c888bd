namespace MLNet.WeightInit.Engine.Data;

/// <summary>Usable rows that can be read from the first to the last as often as wanted, one at a time: data larger than memory.</summary>
internal abstract class RowStream : IDisposable
{
    public abstract int FeatureCount { get; }

    /// <summary>Values of a label; 0 where the features are what is to be learnt.</summary>
    public abstract int LabelColumns { get; }

    /// <summary>Columns of the targets.</summary>
    public int TargetColumns => TargetsAreFeatures ? FeatureCount : LabelColumns;

    public bool TargetsAreFeatures => LabelColumns == 0;

    /// <summary>Keys of a row beside its features.</summary>
    public virtual int KeyColumns => 0;

    /// <summary>False where all rows weigh 1.</summary>
    public abstract bool IsWeighted { get; }

    /// <summary>Goes before the first row.</summary>
    /// <param name="reading">Which reading it is, for messages: <c>epoch 3</c>.</param>
    public abstract void Restart(string reading);

    /// <summary>Goes to the next row; false after the last.</summary>
    public abstract bool MoveNext();

    /// <summary>Writes the row's features, all finite, dense.</summary>
    public abstract void CopyFeatures(Span<float> destination);

    /// <summary>Of the row, as in <see cref="TrainingSet.Targets"/>; <see cref="LabelColumns"/> of them.</summary>
    public abstract ReadOnlySpan<float> Labels { get; }

    /// <summary>Of the row, until the next call; <see cref="KeyColumns"/> of them, 0 for a missing one.</summary>
    public virtual ReadOnlySpan<int> ReadKeys() => [];

    /// <summary>Of the row; positive and finite.</summary>
    public abstract float Weight { get; }

    public abstract void Dispose();
}
