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

    /// <summary>Whether <see cref="Gradients"/> are asked for after a way back that updates weights: else they need no place of their own.</summary>
    public bool KeepsGradients { get; set; } = true;

    /// <summary>Features that the batch of the last way back had.</summary>
    public ReadOnlySpan<int> Features => _features!.Features;

    /// <summary>∂L/∂W of those features in the last way back, where it was kept: [features][outputs, padded].</summary>
    public ReadOnlySpan<float> Gradients(int outputs) => _gradients.Span[..(_features!.Count * Panels.Padded(outputs))];

    /// <summary>Where that of one of them begins.</summary>
    /// <param name="width">The layer's outputs, padded.</param>
    public float* Gradient(int feature, int width) => _gradients.Pointer + (nint)feature * width;

    /// <summary>The products with some columns of the weights, for some rows of the batch.</summary>
    /// <param name="inputStride">Floats between the weights of two inputs.</param>
    /// <param name="width">Columns: a multiple of 16.</param>
    public void Multiply(int firstRow, int rows, float* weights, int inputStride, int width, float* biases, float* products, nint stride)
    {
        fixed (int* starts = Batch.Starts, columns = Batch.Columns)
        fixed (float* values = Batch.Values)
            _kernel.Multiply(starts + firstRow, rows, columns, values, weights, inputStride, width, isFar: true, biases, 1, products, stride);
    }

    /// <summary>Sorts the batch by features, and makes room for their gradients.</summary>
    public void BeginBackward(int outputs)
    {
        _features!.Read(Batch);
        long needed = (long)_features.Count * Panels.Padded(outputs);
        if (needed > _gradients.Length)
            _gradients = new AlignedBuffer(needed + needed / 4);
    }

    /// <summary>The weight gradient of some of the features.</summary>
    /// <param name="width">The layer's outputs, padded.</param>
    /// <param name="gradient">∂L/∂z.</param>
    /// <param name="zeros"><see cref="SparseKernel.MostZeros"/> of them.</param>
    /// <param name="weightGradient">[count][width].</param>
    public void WeightGradient(int first, int count, int width, float* gradient, nint stride, float* zeros, float* weightGradient)
    {
        fixed (int* starts = _features!.Starts, rows = _features.Rows)
        fixed (float* values = _features.Values)
            _kernel.Multiply(starts + first, count, rows, values, gradient, stride, width, isFar: false, zeros, 0, weightGradient, width);
    }

    /// <summary>Writes some columns of the gradient of the inputs from one to another one after the other, with zeros for features that the batch hasn't.</summary>
    /// <param name="columns">Of them.</param>
    /// <param name="width">The layer's outputs, padded.</param>
    public void Spread(int firstColumn, int columns, int width, int firstInput, int inputs, float* destination)
    {
        new Span<float>(destination, inputs * columns).Clear();
        ReadOnlySpan<int> features = Features;
        int i = features.BinarySearch(firstInput);
        for (i = i < 0 ? ~i : i; i < features.Length && features[i] < firstInput + inputs; i++)
            new ReadOnlySpan<float>(Gradient(i, width) + firstColumn, columns).CopyTo(new Span<float>(destination + (nint)(features[i] - firstInput) * columns, columns));
    }
}
