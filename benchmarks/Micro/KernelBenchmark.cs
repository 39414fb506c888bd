using BenchmarkDotNet.Attributes;
using MLNet.WeightInit.Engine.Kernels;

namespace Micro;

/// <summary>A kernel at every vector width that this machine runs in hardware.</summary>
public abstract class KernelBenchmark
{
    /// <summary>Bits of a vector.</summary>
    [ParamsSource(nameof(Widths))]
    public int Width { get; set; }

    /// <summary>The fused widths up to the best; without fused multiply-add, the one width that there is.</summary>
    public static IEnumerable<int> Widths => SimdLevels.Best switch
    {
        SimdLevel.Width512 => [128, 256, 512],
        SimdLevel.Width256 => [128, 256],
        _ => [128],
    };

    private protected SimdLevel Level => Width switch
    {
        512 => SimdLevel.Width512,
        256 => SimdLevel.Width256,
        _ => SimdLevels.Best == SimdLevel.Unfused128 ? SimdLevel.Unfused128 : SimdLevel.Width128,
    };

    private protected static AlignedBuffer Normal(long length, float deviation = 1)
    {
        var buffer = new AlignedBuffer(length);
        new MLNet.WeightInit.RandomSource(1, "benchmark").FillNormal(buffer.Span, deviation);
        return buffer;
    }
}
