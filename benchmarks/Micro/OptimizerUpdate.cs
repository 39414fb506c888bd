using BenchmarkDotNet.Attributes;
using MLNet.WeightInit.Engine.Kernels;
using MLNet.WeightInit.Engine.Training.Optimizers;

namespace Micro;

/// <summary>One pass of each optimizer over parameters, gradient and averages.</summary>
public unsafe class OptimizerUpdate : KernelBenchmark
{
    const float LearningRate = 1e-3f;

    OptimizerKernel _kernel = null!;
    AlignedBuffer _parameters = null!, _gradient = null!;
    AlignedBuffer? _first, _second;

    [ParamsSource(nameof(Names))]
    public string Optimizer { get; set; } = "";

    public static IEnumerable<string> Names => Optimizers.All;

    /// <summary>In the first-level cache with its averages, in the second, and beyond the third.</summary>
    [Params(1 << 10, 1 << 14, 1 << 23)]
    public int Parameters { get; set; }

    [GlobalSetup]
    public void Setup()
    {
        Optimizer optimizer = Optimizers.Parse(Optimizer);
        _kernel = optimizer.CreateKernel(Level);
        _parameters = Normal(Parameters);
        _gradient = Normal(Parameters, deviation: 1e-3f);
        _first = optimizer.StateCount > 0 ? new AlignedBuffer(Parameters) : null;
        _second = optimizer.StateCount > 1 ? new AlignedBuffer(Parameters) : null;
    }

    [Benchmark]
    public void Step()
    {
        _kernel.BeginStep(LearningRate);
        _kernel.Update(_parameters.Pointer, _gradient.Pointer, _first is null ? null : _first.Pointer, _second is null ? null : _second.Pointer, Parameters, 1, 1e-4f);
    }
}
