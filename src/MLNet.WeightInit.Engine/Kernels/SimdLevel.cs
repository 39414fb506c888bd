using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.Arm;
using System.Runtime.Intrinsics.X86;

namespace MLNet.WeightInit.Engine.Kernels;

/// <summary>The vector width that kernels are compiled for. The three fused levels give the same bits.</summary>
internal enum SimdLevel
{
    /// <summary>128 bits, multiply and add rounded apart: hardware without fused multiply-add.</summary>
    Unfused128,
    Width128,
    Width256,
    Width512,
}

internal static class SimdLevels
{
    /// <summary>The widest level that this machine runs in hardware.</summary>
    public static SimdLevel Best { get; } =
        Vector512.IsHardwareAccelerated && Avx512F.IsSupported ? SimdLevel.Width512
        : Vector256.IsHardwareAccelerated && Fma.IsSupported ? SimdLevel.Width256
        : Fma.IsSupported || AdvSimd.IsSupported ? SimdLevel.Width128
        : SimdLevel.Unfused128;

    /// <summary>Calls <paramref name="factory"/> with the vector types of a level: the one place where a width becomes a type.</summary>
    public static TResult Create<TFactory, TResult>(SimdLevel level, TFactory factory) where TFactory : ISimdFactory<TResult>
        => level switch
        {
            SimdLevel.Unfused128 => factory.Create<Simd128Unfused, Vector128<float>>(),
            SimdLevel.Width128 => factory.Create<Simd128, Vector128<float>>(),
            SimdLevel.Width256 => factory.Create<Simd256, Vector256<float>>(),
            SimdLevel.Width512 => factory.Create<Simd512, Vector512<float>>(),
            _ => throw new ArgumentOutOfRangeException(nameof(level), level, "Not a SIMD level."),
        };
}

/// <summary>Makes a kernel object for one vector width.</summary>
internal interface ISimdFactory<TResult>
{
    TResult Create<TSimd, TVector>() where TSimd : struct, ISimd<TVector> where TVector : struct;
}
