using BenchmarkDotNet.Attributes;
using MLNet.WeightInit.Engine.Kernels;
using MLNet.WeightInit.Engine.Kernels.Activations;

namespace Micro;

/// <summary>Each activation on a block of 64 rows of 256 units, standard normal.</summary>
public unsafe class ActivationLoop : KernelBenchmark
{
    const int Rows = 64, Units = 256;

    ActivationKernel _kernel = null!;
    AlignedBuffer _source = null!, _saved = null!, _destination = null!;

    [ParamsSource(nameof(Names))]
    public string Activation { get; set; } = "";

    public static IEnumerable<string> Names => Activations.All;

    [GlobalSetup]
    public void Setup()
    {
        // As training makes them: with the floor below which a signal counts as zero.
        _kernel = Activations.Parse(Activation).CreateKernel(Level, Negligible.Signal);
        _source = Normal(Rows * Units);
        _destination = new AlignedBuffer(Rows * Units);
        _saved = Normal(Rows * Units);
        if (_kernel.GradientFromOutput)
            _kernel.Forward(_saved.Pointer, _saved.Pointer, Rows, Units, Units);
    }

    [Benchmark]
    public void Forward() => _kernel.Forward(_source.Pointer, _destination.Pointer, Rows, Units, Units);

    [Benchmark]
    public void Backward() => _kernel.Backward(_source.Pointer, _saved.Pointer, _destination.Pointer, Rows, Units, Units);
}
