using Kernels;
using MLNet.WeightInit;
using MLNet.WeightInit.Engine.Kernels;
using MLNet.WeightInit.Engine.Kernels.Gemm;

namespace Peers.Own;

/// <summary>x · W as a layer's forward pass computes it: rows with a stride, weights in panels.</summary>
static unsafe class OwnProduct
{
    public static Candidate Create(int batch, int inputs, int outputs)
    {
        GemmKernel gemm = GemmKernel.Create(SimdLevels.Best);
        int inputStride = Panels.RowStride(inputs), outputStride = Panels.RowStride(outputs);
        var random = new RandomSource(1, "product");
        AlignedBuffer input = Filled((long)batch * inputStride), weights = Filled(Panels.Length(inputs, outputs));
        var output = new AlignedBuffer((long)batch * outputStride);
        var zeros = new AlignedBuffer(Panels.Width);
        return new Candidate("this library", 2.0 * batch * inputs * outputs, () =>
        {
            for (int panel = 0; panel < Panels.Count(outputs); panel++)
            {
                int width = Panels.WidthOf(panel, outputs);
                gemm.Multiply(input.Pointer, inputStride, 1, batch, weights.Pointer + Panels.Offset(panel, inputs), width, width, inputs,
                    zeros.Pointer, 0, output.Pointer + panel * Panels.Width, outputStride);
            }
        });

        AlignedBuffer Filled(long length)
        {
            var buffer = new AlignedBuffer(length);
            random.FillNormal(buffer.Span, 1);
            return buffer;
        }
    }
}
