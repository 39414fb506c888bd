using System.Runtime.CompilerServices;

namespace MLNet.WeightInit.Engine.Kernels;

/// <summary>Keeps signals out of the range whose products are denormal, where arithmetic is up to a hundred times slower on many processors.</summary>
/// <remarks>
/// Products of two signals, as in the weight gradient, stay normal numbers from 1e-19 on (1e-19² = 1e-38). A training in which a signal is smaller has no use for it: beside a weight
/// of 0.01 it is 10 decimal orders below the last bit. Probes don't use it, so that a report tells a norm of 1e-28 from 0.
/// </remarks>
internal static class Negligible
{
    /// <summary>Activations and gradients below this in size count as zero in training and scoring.</summary>
    public const float Signal = 1e-19f;

    /// <summary>Zero where |value| is below the limit; NaN stays, and a limit of 0 keeps everything.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector Drop<TSimd, TVector>(TVector value, TVector limit) where TSimd : struct, ISimd<TVector> where TVector : struct
        => TSimd.Select(TSimd.LessThan(TSimd.Abs(value), limit), TSimd.Broadcast(0), value);
}
