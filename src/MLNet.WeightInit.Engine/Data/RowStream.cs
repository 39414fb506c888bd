namespace MLNet.WeightInit.Engine.Data;

/// <summary>Usable rows that can be read from the first to the last as often as wanted, one at a time: data larger than memory.</summary>
internal abstract class RowStream : IDisposable
{
    public abstract int FeatureCount { get; }
    public abstract int TargetColumns { get; }

    /// <summary>False where all rows weigh 1.</summary>
    public abstract bool IsWeighted { get; }

    /// <summary>Goes before the first row.</summary>
    /// <param name="reading">Which reading it is, for messages: <c>epoch 3</c>.</param>
    public abstract void Restart(string reading);

    /// <summary>Goes to the next row; false after the last.</summary>
    public abstract bool MoveNext();

    /// <summary>Writes the row's features, all finite, dense.</summary>
    public abstract void CopyFeatures(Span<float> destination);

    /// <summary>Of the row, as in <see cref="TrainingSet.Targets"/>.</summary>
    public abstract ReadOnlySpan<float> Targets { get; }

    /// <summary>Of the row; positive and finite.</summary>
    public abstract float Weight { get; }

    public abstract void Dispose();
}
