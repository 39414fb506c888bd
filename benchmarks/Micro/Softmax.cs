using BenchmarkDotNet.Attributes;
using MLNet.WeightInit;
using MLNet.WeightInit.Engine.Kernels;
using MLNet.WeightInit.Engine.Kernels.Scoring;
using MLNet.WeightInit.Engine.Training.Losses;

namespace Micro;

/// <summary>Softmax of 128 rows, alone and with the cross-entropy and its gradient.</summary>
public unsafe class Softmax : KernelBenchmark
{
    const int Rows = 128;

    SoftmaxKernel _softmax = null!;
    LossKernel _loss = null!;
    AlignedBuffer _logits = null!, _scores = null!, _gradient = null!, _labels = null!;
    int _stride;

    /// <summary>On both sides of 16, up to which the loss puts rows side by side.</summary>
    [Params(3, 10, 100, 1000)]
    public int Classes { get; set; }

    [GlobalSetup]
    public void Setup()
    {
        _softmax = SoftmaxKernel.Create(Level);
        _loss = new SoftmaxCrossEntropy().CreateKernel(Level);
        _stride = Panels.RowStride(Classes);
        _logits = Normal(Rows * _stride);
        _scores = Normal(Rows * _stride);
        _gradient = new AlignedBuffer(Rows * _stride);
        _labels = new AlignedBuffer(Rows);
        var random = new RandomSource(1, "labels");
        for (int row = 0; row < Rows; row++)
            _labels.Span[row] = random.NextInt32(Classes);
    }

    /// <summary>In place: from the second call on its input are probabilities, whose exponentials cost the same.</summary>
    [Benchmark]
    public void Scores()
    {
        for (int row = 0; row < Rows; row++)
            _softmax.Apply(_scores.Pointer + row * _stride, Classes);
    }

    [Benchmark]
    public double LossAndGradient() => _loss.Evaluate(_logits.Pointer, Rows, Classes, _stride, _labels.Pointer, 1, null, 1f / Rows, _gradient.Pointer);
}
