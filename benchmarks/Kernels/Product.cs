using MLNet.WeightInit;
using MLNet.WeightInit.Engine.Kernels;
using MLNet.WeightInit.Engine.Kernels.Gemm;

namespace Kernels;

/// <summary>The three products of a dense layer's training step, on buffers laid out as training lays them out.</summary>
sealed unsafe class Product
{
    readonly GemmKernel _gemm;
    readonly int _batch, _inputs, _outputs, _inputStride, _outputStride;
    readonly AlignedBuffer _input, _output, _weights, _weightGradient, _inputGradient, _transposed, _zeros;

    public Product(SimdLevel level, int batch, int inputs, int outputs)
    {
        _gemm = GemmKernel.Create(level);
        (_batch, _inputs, _outputs) = (batch, inputs, outputs);
        (_inputStride, _outputStride) = (Panels.RowStride(inputs), Panels.RowStride(outputs));
        var random = new RandomSource(1, "benchmark");
        _input = Filled((long)batch * _inputStride);
        _output = Filled((long)batch * _outputStride);
        _weights = Filled(Panels.Length(inputs, outputs));
        _weightGradient = new AlignedBuffer(_weights.Length);
        _inputGradient = new AlignedBuffer(_input.Length);
        _transposed = new AlignedBuffer(Panels.Length(outputs, inputs));
        _zeros = new AlignedBuffer(Panels.Width);

        AlignedBuffer Filled(long length)
        {
            var buffer = new AlignedBuffer(length);
            random.FillNormal(buffer.Span, 0.05f);
            return buffer;
        }
    }

    double Work => 2.0 * _batch * _inputs * _outputs;

    public Candidate Forward(string name) => new(name, Work, () =>
    {
        for (int panel = 0; panel < Panels.Count(_outputs); panel++)
        {
            int width = Panels.WidthOf(panel, _outputs);
            _gemm.Multiply(_input.Pointer, _inputStride, 1, _batch, _weights.Pointer + Panels.Offset(panel, _inputs), width, width, _inputs,
                _zeros.Pointer, 0, _output.Pointer + panel * Panels.Width, _outputStride);
        }
    });

    public Candidate WeightGradient(string name) => new(name, Work, () =>
    {
        for (int panel = 0; panel < Panels.Count(_outputs); panel++)
        {
            int width = Panels.WidthOf(panel, _outputs);
            _gemm.Multiply(_input.Pointer, 1, _inputStride, _inputs, _output.Pointer + panel * Panels.Width, _outputStride, width, _batch,
                _zeros.Pointer, 0, _weightGradient.Pointer + Panels.Offset(panel, _inputs), width);
        }
    });

    /// <summary>With the transposition of the weights, which a training step pays too.</summary>
    public Candidate InputGradient(string name) => new(name, Work, () =>
    {
        for (int panel = 0; panel < Panels.Count(_inputs); panel++)
        {
            int width = Panels.WidthOf(panel, _inputs);
            Panels.TransposePanel(_weights.Pointer, _inputs, _outputs, panel, _transposed.Pointer);
            _gemm.Multiply(_output.Pointer, _outputStride, 1, _batch, _transposed.Pointer, width, width, _outputs,
                _zeros.Pointer, 0, _inputGradient.Pointer + panel * Panels.Width, _inputStride);
        }
    });
}
