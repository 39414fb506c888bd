using Kernels;
using static TorchSharp.torch;

namespace Peers.LibTorch;

/// <summary>x · W by MKL through libtorch, with W as [inputs × outputs], or as [outputs × inputs], which is how its linear layers keep it.</summary>
static class TorchProduct
{
    public static Candidate[] Both(int batch, int inputs, int outputs)
    {
        Tensor input = randn(batch, inputs), destination = empty(batch, outputs);
        Tensor plain = randn(inputs, outputs), transposed = randn(outputs, inputs).t();
        double work = 2.0 * batch * inputs * outputs;
        return
        [
            new Candidate("MKL", work, () => destination.addmm_(input, plain, beta: 0, alpha: 1)),
            new Candidate("MKL, W transposed", work, () => destination.addmm_(input, transposed, beta: 0, alpha: 1)),
        ];
    }
}
