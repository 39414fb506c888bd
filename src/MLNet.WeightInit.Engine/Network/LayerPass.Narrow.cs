using MLNet.WeightInit.Engine.Kernels;

namespace MLNet.WeightInit.Engine.Network;

/// <summary>Layers of one to three outputs, such as every binary and regression network ends in: 16 columns would be computed for them.</summary>
/// <remarks>The products are turned over, so that rows (forward) or inputs (weight gradient) are what a vector holds. Every sum keeps its order and so its bits.</remarks>
internal sealed unsafe partial class LayerPass
{
    const int FewOutputs = 3;

    /// <summary>Rows from which turning a block over costs less than it saves.</summary>
    const int FewestNarrowRows = 16;

    /// <summary>Inputs of as many rows as a panel is wide that are turned over at a time: 16 KB.</summary>
    const int NarrowDepth = 128;

    /// <summary>The turned rows, then biases and sums, a panel's width an output.</summary>
    const int NarrowLength = (NarrowDepth + 2 * FewOutputs) * Panels.Width;

    readonly AlignedBuffer? _narrow;

    bool IsNarrow => _narrow is not null && Sparse is null && _batch >= FewestNarrowRows;

    float* NarrowBiases => _narrow!.Pointer + NarrowDepth * Panels.Width;

    float* NarrowSums => NarrowBiases + FewOutputs * Panels.Width;

    /// <summary>For the first layer of a pass that scores: takes for each row whether its first sum is finite. A feature that isn't leaves no sum finite,
    /// so that only rows without a finite sum need a look at their features. Null: nothing is noted.</summary>
    public bool[]? FiniteSums { get; set; }

    void MultiplyNarrow(float* weights)
    {
        int outputs = Layout.Outputs, outputStride = Panels.WidthOf(0, outputs);
        float* turned = _narrow!.Pointer;
        for (int output = 0; output < outputs; output++)
            new Span<float>(NarrowBiases + output * Panels.Width, Panels.Width).Fill(_biases[output]);
        for (int first = 0; first < _batch; first += Panels.Width)
        {
            int rows = Math.Min(Panels.Width, _batch - first), width = Panels.Padded(rows);
            float* start = NarrowBiases;
            for (int depth = 0; depth < Layout.Inputs; depth += NarrowDepth)
            {
                int inputs = Math.Min(NarrowDepth, Layout.Inputs - depth);
                Panels.Transpose(_input + (nint)first * _inputStride + depth, _inputStride, rows, inputs, turned, width);
                _gemm.Multiply(weights + (nint)depth * outputStride, 1, outputStride, outputs, turned, width, width, inputs, start, Panels.Width, NarrowSums, Panels.Width);
                start = NarrowSums;
            }
            Panels.Transpose(NarrowSums, Panels.Width, outputs, rows, _products.Pointer + (nint)first * Stride, Stride);
        }
        if (FiniteSums is not null)
            NoteFiniteSums(0, _batch);
    }

    void WeightGradientNarrow()
    {
        int outputs = Layout.Outputs, outputStride = Panels.WidthOf(0, outputs);
        for (int panel = 0; panel < Panels.Count(Layout.Inputs); panel++)
        {
            int first = panel * Panels.Width, width = Panels.WidthOf(panel, Layout.Inputs);
            _gemm.Multiply(_productGradient.Pointer, 1, Stride, outputs, _input + first, _inputStride, width, _batch, _scratch.Zeros.Pointer, 0, NarrowSums, Panels.Width);
            Panels.Transpose(NarrowSums, Panels.Width, outputs, Math.Min(width, Layout.Inputs - first), _weightGradient + (nint)first * outputStride, outputStride);
        }
        Update?.OfWeights(Layout.WeightOffset, (int)Layout.WeightLength);
    }

    void NoteFiniteSums(int firstRow, int rows)
    {
        for (int row = firstRow; row < firstRow + rows; row++)
            FiniteSums![row] = float.IsFinite(_products.Pointer[(nint)row * Stride]);
    }
}
