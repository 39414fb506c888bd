using MLNet.WeightInit.Engine.Data;
using MLNet.WeightInit.Engine.Kernels;

namespace MLNet.WeightInit.Engine.Network;

/// <summary>What the first layer reads where rows are sparse: the batch by rows for the way forward, by features for the weight gradient.</summary>
internal sealed unsafe class SparseInput
{
    readonly BatchFeatures? _features;
    readonly SparseKernel _kernel;
    AlignedBuffer _gradients = new(0);

    /// <param name="featureCount">Features of a row.</param>
    /// <param name="isLazy">As <see cref="IsLazy"/>.</param>
    /// <param name="goesBack">False for a pass that only goes forward.</param>
    public SparseInput(SimdLevel level, int featureCount, bool isLazy = false, bool goesBack = true)
    {
        _kernel = SparseKernel.Create(level);
        _features = goesBack ? new BatchFeatures(featureCount) : null;
        IsLazy = isLazy;
    }

    /// <summary>The current batch.</summary>
    public SparseBatch Batch { get; } = new();

    /// <summary>True: only the weights of features that the batch has get a gradient and an update. False: all others get a gradient of 0, in the gradients' own place.</summary>
    public bool IsLazy { get; }

    /// <summary>Features that the batch of the last way back had.</summary>
    public ReadOnlySpan<int> Features => _features!.Features;

    /// <summary>∂L/∂W of those features in the last way back, panel by panel, each [features][width].</summary>
    public ReadOnlySpan<float> Gradients(int outputs) => _gradients.Span[..(_features!.Count * Panels.Padded(outputs))];

    /// <summary>Where a panel's part of them begins.</summary>
    public float* Gradient(int panel) => _gradients.Pointer + (nint)panel * Panels.Width * _features!.Count;

    /// <summary>One panel of the products with the weights, for some rows of the batch.</summary>
    public void Multiply(int firstRow, int rows, float* weights, int width, float* biases, float* products, nint stride)
    {
        fixed (int* starts = Batch.Starts, columns = Batch.Columns)
        fixed (float* values = Batch.Values)
            _kernel.Multiply(starts + firstRow, rows, columns, values, weights, width, width, biases, products, stride);
    }

    /// <summary>Sorts the batch by features, and makes room for their gradients.</summary>
    public void BeginBackward(int outputs)
    {
        _features!.Read(Batch);
        long needed = (long)_features.Count * Panels.Padded(outputs);
        if (needed > _gradients.Length)
            _gradients = new AlignedBuffer(needed + needed / 4);
    }

    /// <summary>One panel of the weight gradient of some of the features.</summary>
    /// <param name="gradient">The panel's columns of ∂L/∂z.</param>
    public void WeightGradient(int panel, int width, int first, int count, float* gradient, nint stride, float* zeros)
    {
        fixed (int* starts = _features!.Starts, rows = _features.Rows)
        fixed (float* values = _features.Values)
            _kernel.Multiply(starts + first, count, rows, values, gradient, stride, width, zeros, Gradient(panel) + (nint)first * width, width);
    }

    /// <summary>Writes a panel's gradient of the inputs from one to another to where it is in dense data, with zeros for features that the batch hasn't.</summary>
    public void Spread(int panel, int width, int firstInput, int inputs, float* destination)
    {
        new Span<float>(destination, inputs * width).Clear();
        ReadOnlySpan<int> features = Features;
        int i = features.BinarySearch(firstInput);
        float* source = Gradient(panel);
        for (i = i < 0 ? ~i : i; i < features.Length && features[i] < firstInput + inputs; i++)
            new ReadOnlySpan<float>(source + (nint)i * width, width).CopyTo(new Span<float>(destination + (nint)(features[i] - firstInput) * width, width));
    }
}
