using System.Runtime.CompilerServices;
using MLNet.WeightInit.Engine.Kernels;

namespace Kernels;

/// <summary>The most multiply-adds that one thread of this machine does at one vector width: twelve independent chains, all in registers.</summary>
/// <remarks>Two units with a latency of 4 cycles need 8 chains to stay busy; 12 and their two operands fit into 16 registers.</remarks>
sealed class PeakProbe : ISimdFactory<Candidate>
{
    const int Steps = 20_000;
    const int Chains = 12;
    float _kept;

    public Candidate Create<TSimd, TVector>() where TSimd : struct, ISimd<TVector> where TVector : struct
        => new("FMA peak", 2.0 * Steps * Chains * TSimd.Width, Run<TSimd, TVector>);

    unsafe void Run<TSimd, TVector>() where TSimd : struct, ISimd<TVector> where TVector : struct
    {
        TVector sum = Chain<TSimd, TVector>(TSimd.Broadcast(0.999f), TSimd.Broadcast(0.001f));
        float* lanes = stackalloc float[16];
        TSimd.Store(sum, lanes);
        _kept += lanes[0];      // keeps the loop from being dropped
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    static TVector Chain<TSimd, TVector>(TVector a, TVector b) where TSimd : struct, ISimd<TVector> where TVector : struct
    {
        TVector c0 = a, c1 = a, c2 = a, c3 = a, c4 = a, c5 = a, c6 = a, c7 = a, c8 = a, c9 = a, c10 = a, c11 = a;
        for (int i = 0; i < Steps; i++)
        {
            c0 = TSimd.MultiplyAdd(c0, a, b);
            c1 = TSimd.MultiplyAdd(c1, a, b);
            c2 = TSimd.MultiplyAdd(c2, a, b);
            c3 = TSimd.MultiplyAdd(c3, a, b);
            c4 = TSimd.MultiplyAdd(c4, a, b);
            c5 = TSimd.MultiplyAdd(c5, a, b);
            c6 = TSimd.MultiplyAdd(c6, a, b);
            c7 = TSimd.MultiplyAdd(c7, a, b);
            c8 = TSimd.MultiplyAdd(c8, a, b);
            c9 = TSimd.MultiplyAdd(c9, a, b);
            c10 = TSimd.MultiplyAdd(c10, a, b);
            c11 = TSimd.MultiplyAdd(c11, a, b);
        }
        TVector low = TSimd.Add(TSimd.Add(TSimd.Add(c0, c1), TSimd.Add(c2, c3)), TSimd.Add(c4, c5));
        TVector high = TSimd.Add(TSimd.Add(TSimd.Add(c6, c7), TSimd.Add(c8, c9)), TSimd.Add(c10, c11));
        return TSimd.Add(low, high);
    }
}
