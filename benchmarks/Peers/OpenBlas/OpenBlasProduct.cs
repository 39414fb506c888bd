using Kernels;
using MLNet.WeightInit;
using MLNet.WeightInit.Engine.Kernels;

namespace Peers.OpenBlas;

/// <summary>x · W by OpenBLAS, with W as [inputs × outputs] or as [outputs × inputs].</summary>
static unsafe class OpenBlasProduct
{
    public static Candidate[] Both(int batch, int inputs, int outputs)
    {
        var random = new RandomSource(1, "product");
        AlignedBuffer input = Filled((long)batch * inputs), weights = Filled((long)inputs * outputs);
        var output = new AlignedBuffer((long)batch * outputs);
        return [Product("OpenBLAS", transposed: false), Product("OpenBLAS, W transposed", transposed: true)];

        Candidate Product(string name, bool transposed)
            => new(name, 2.0 * batch * inputs * outputs, () => OpenBlasLibrary.Multiply(input.Pointer, weights.Pointer, output.Pointer, batch, outputs, inputs, transposed));

        AlignedBuffer Filled(long length)
        {
            var buffer = new AlignedBuffer(length);
            random.FillNormal(buffer.Span, 1);
            return buffer;
        }
    }
}
