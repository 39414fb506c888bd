using MLNet.WeightInit.Engine.Kernels;

namespace MLNet.WeightInit.Engine.Tests.Kernels;

internal static class Widths
{
    /// <summary>The levels that must give the same bits.</summary>
    public static readonly SimdLevel[] Fused = [SimdLevel.Width128, SimdLevel.Width256, SimdLevel.Width512];
}
