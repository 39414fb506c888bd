using System.Runtime.CompilerServices;
using MLNet.WeightInit.Engine.Kernels;

namespace MLNet.WeightInit.Engine.Data;

/// <summary>Copies chosen rows of a training set into a batch: features standardized, dense or sparse, targets scaled, weights with mean 1.</summary>
internal sealed unsafe class BatchGatherer
{
    TrainingSet _data;
    readonly AffineScale _featureScale, _targetScale;
    readonly RowKernel _rows;
    readonly int _capacity;
    readonly AlignedBuffer? _means, _scales;
    readonly AlignedBuffer _targets;
    readonly AlignedBuffer? _weights;
    readonly double _weightFactor;
    readonly SparseStandardizer? _sight;
    readonly SparseBatch? _row;

    /// <param name="capacity">Rows of the largest batch.</param>
    /// <param name="weightFactor">Multiplies the rows' weights; 1 / their mean over the training rows.</param>
    public BatchGatherer(TrainingSet data, AffineScale featureScale, AffineScale targetScale, double weightFactor, RowKernel rows, int capacity)
    {
        _data = data;
        _featureScale = featureScale;
        _targetScale = targetScale;
        _rows = rows;
        _capacity = capacity;
        _weightFactor = weightFactor;
        _targets = new AlignedBuffer((long)capacity * data.TargetColumns);
        _weights = data.Weights is null ? null : new AlignedBuffer(capacity);
        if (data.IsSparse)
        {
            _sight = new SparseStandardizer(featureScale);
            _row = new SparseBatch();
            return;
        }
        if (featureScale.IsNone)
            return;
        _means = new AlignedBuffer(data.FeatureCount);
        _scales = new AlignedBuffer(data.FeatureCount);
        featureScale.Means.CopyTo(_means.Span);
        featureScale.Scales.CopyTo(_scales.Span);
    }

    /// <summary>Rows that batches are chosen from. Others may take their place: as wide, with weights where these have them.</summary>
    public TrainingSet Data
    {
        get => _data;
        set => _data = value;
    }

    /// <summary>Another one of the same rows, with buffers of its own, for another thread.</summary>
    public BatchGatherer Twin() => new(_data, _featureScale, _targetScale, _weightFactor, _rows, _capacity);

    public int TargetColumns => _data.TargetColumns;

    /// <summary>How targets become what the network is compared with.</summary>
    public AffineScale TargetScale => _targetScale;

    /// <summary>[rows][TargetColumns] of the last batch.</summary>
    public float* Targets => _targets.Pointer;

    /// <summary>[rows] of the last batch, or null where all rows weigh 1.</summary>
    public float* Weights => _weights is null ? null : _weights.Pointer;

    public double WeightOf(int row) => _data.Weights is null ? 1 : (float)(_data.Weights[row] * _weightFactor);

    /// <summary>Keys go to [rows][columns of keys] at <paramref name="destination"/>.</summary>
    public void GatherKeys(ReadOnlySpan<int> rows, Span<int> destination)
    {
        for (int i = 0; i < rows.Length; i++)
            _data.KeysOf(rows[i]).CopyTo(destination[(i * _data.KeyColumns)..]);
    }

    /// <summary>Features go to [rows][stride] at <paramref name="destination"/>; targets and weights to this object's buffers.</summary>
    public void Gather(ReadOnlySpan<int> rows, float* destination, int stride)
    {
        if (_data.IsSparse)
            GatherFull(rows, destination, stride);
        else
            GatherDense(rows, destination, stride);
        GatherTargets(rows);
    }

    /// <summary>Features of sparse rows, the ones that are 0 left out, go to the end of a batch; targets and weights to this object's buffers.</summary>
    public void Gather(ReadOnlySpan<int> rows, SparseBatch destination)
    {
        destination.Clear();
        foreach (int row in rows)
            _sight!.Add(_data.Sparse!.Columns(row), _data.Sparse.Values(row), destination);
        GatherTargets(rows);
    }

    /// <summary>Sparse rows with all their zeros.</summary>
    void GatherFull(ReadOnlySpan<int> rows, float* destination, int stride)
    {
        Gather(rows, _row!);
        for (int i = 0; i < rows.Length; i++)
            _row!.CopyTo(i, new Span<float>(destination + (nint)i * stride, _data.FeatureCount));
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    void GatherDense(ReadOnlySpan<int> rows, float* destination, int stride)
    {
        float* means = _means is null ? null : _means.Pointer, scales = _scales is null ? null : _scales.Pointer;
        fixed (float* features = _data.Features)
        {
            for (int i = 0; i < rows.Length; i++)
                _rows.Standardize(features + (nint)rows[i] * _data.FeatureCount, means, scales, destination + (nint)i * stride, _data.FeatureCount);
        }
    }

    /// <summary>Targets and weights alone, to this object's buffers.</summary>
    public void GatherTargets(ReadOnlySpan<int> rows)
    {
        int columns = _data.TargetColumns;
        for (int i = 0; i < rows.Length; i++)
        {
            for (int column = 0; column < columns; column++)
                _targets.Pointer[(nint)i * columns + column] = _targetScale.ToNetwork(_data.Targets[(long)rows[i] * columns + column], column);
            if (_weights is not null)
                _weights.Pointer[i] = (float)WeightOf(rows[i]);
        }
        GC.KeepAlive(this);
    }
}
