namespace MLNet.WeightInit.Engine.Kernels;

/// <summary>Constants of the float format that every vector width shares.</summary>
internal static class SimdBits
{
    /// <summary>1.5 · 2^23: added to an integral float of up to 22 bits, it leaves that integer in the low bits of the sum. An exact addition costs one
    /// instruction, a conversion to integers that saturates alike on every machine five.</summary>
    public const float IntegerBias = 12_582_912;
}
