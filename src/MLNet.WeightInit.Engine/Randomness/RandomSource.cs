namespace MLNet.WeightInit;

/// <summary>A stream of random numbers that is a pure function of a seed and a stream key.</summary>
public sealed class RandomSource
{
    public RandomSource(long seed, string stream) => throw new NotImplementedException();
    public RandomSource(long seed, long stream) => throw new NotImplementedException();
    public void FillNormal(Span<float> destination, float deviation) => throw new NotImplementedException();
    public void FillTruncatedNormal(Span<float> destination, float deviation) => throw new NotImplementedException();
    public void FillUniform(Span<float> destination, float limit) => throw new NotImplementedException();
    public uint NextUInt32() => throw new NotImplementedException();
    public int NextInt32(int bound) => throw new NotImplementedException();
    public float NextSingle() => throw new NotImplementedException();
    public double NextDouble() => throw new NotImplementedException();
    public RandomSource Split(string name) => throw new NotImplementedException();
}
