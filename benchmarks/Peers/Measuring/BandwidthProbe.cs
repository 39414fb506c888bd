using Kernels;
using MLNet.WeightInit.Engine.Kernels;

namespace Peers.Measuring;

/// <summary>Bytes a second that one thread moves with an optimizer's access pattern: three arrays updated in place from a fourth, seven streams.</summary>
/// <remarks><see cref="Candidate.Work"/> holds the bytes. The arrays are as large as those of the network
/// that the probe stands beside, so that they meet the same caches.</remarks>
sealed unsafe class BandwidthProbe(long length) : ISimdFactory<Candidate>
{
    public const int BytesAnElement = 7 * sizeof(float);

    readonly AlignedBuffer _source = new(length / 16 * 16), _a = new(length / 16 * 16), _b = new(length / 16 * 16), _c = new(length / 16 * 16);

    public Candidate Create<TSimd, TVector>() where TSimd : struct, ISimd<TVector> where TVector : struct
        => new("bandwidth", (double)BytesAnElement * _source.Length, Run<TSimd, TVector>);

    void Run<TSimd, TVector>() where TSimd : struct, ISimd<TVector> where TVector : struct
    {
        TVector keep = TSimd.Broadcast(0.5f);
        float* source = _source.Pointer, a = _a.Pointer, b = _b.Pointer, c = _c.Pointer;
        for (nint i = 0; i < _source.Length; i += TSimd.Width)
        {
            TVector value = TSimd.Load(source + i);
            TSimd.Store(TSimd.MultiplyAdd(TSimd.Load(a + i), keep, value), a + i);
            TSimd.Store(TSimd.MultiplyAdd(TSimd.Load(b + i), keep, value), b + i);
            TSimd.Store(TSimd.MultiplyAdd(TSimd.Load(c + i), keep, value), c + i);
        }
    }
}
