using BenchmarkDotNet.Attributes;
using Kernels;

namespace Micro;

/// <summary>The three products of a dense layer.</summary>
public class Gemm : KernelBenchmark
{
    Action _forward = null!, _weightGradient = null!, _inputGradient = null!;

    [ParamsSource(nameof(Shapes))]
    public LayerShape Shape { get; set; }

    /// <summary>A row alone, odd sizes, a small layer, the first layers of the gates, and one whose weights leave the second-level cache.</summary>
    public static IEnumerable<LayerShape> Shapes => [new(1, 784, 256), new(37, 61, 43), new(64, 64, 64), new(128, 784, 256), new(32, 1024, 1024)];

    [GlobalSetup]
    public void Setup()
    {
        var product = new Product(Level, Shape.Batch, Shape.Inputs, Shape.Outputs);
        _forward = product.Forward("").Call;
        _weightGradient = product.WeightGradient("").Call;
        _inputGradient = product.InputGradient("").Call;
    }

    [Benchmark]
    public void Forward() => _forward();

    [Benchmark]
    public void WeightGradient() => _weightGradient();

    /// <summary>With the transposition of the weights.</summary>
    [Benchmark]
    public void InputGradient() => _inputGradient();
}
