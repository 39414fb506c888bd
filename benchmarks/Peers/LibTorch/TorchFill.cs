using Kernels;
using static TorchSharp.torch;

namespace Peers.LibTorch;

/// <summary><c>torch.nn.init</c> on a tensor that is there already.</summary>
static class TorchFill
{
    public static Candidate Normal(int rows, int columns)
    {
        Tensor weights = empty(rows, columns);
        return new Candidate("libtorch", 0, () => nn.init.normal_(weights));
    }

    public static Candidate Orthogonal(int rows, int columns)
    {
        Tensor weights = empty(rows, columns);
        return new Candidate("libtorch", 0, () => nn.init.orthogonal_(weights));
    }
}
