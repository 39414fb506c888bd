using BenchmarkDotNet.Attributes;
using MLNet.WeightInit;
using MLNet.WeightInit.Engine.Kernels;

namespace Micro;

/// <summary>Philox and the inverse distribution functions, into 65,536 floats.</summary>
/// <remarks>Philox itself runs at one width, the machine's best; the width of the table is that of the distributions.</remarks>
public class RandomFill : KernelBenchmark
{
    readonly float[] _values = new float[1 << 16];
    RandomSource _random = null!;

    [GlobalSetup]
    public void Setup() => _random = new RandomSource(1, 1, Level);

    [Benchmark]
    public void Normal() => _random.FillNormal(_values, 1);

    [Benchmark]
    public void TruncatedNormal() => _random.FillTruncatedNormal(_values, 1);

    [Benchmark]
    public void Uniform() => _random.FillUniform(_values, 1);
}
