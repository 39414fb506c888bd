using MLNet.WeightInit.Engine.Kernels;
using MLNet.WeightInit.Engine.Network;
using Peers.Measuring;
using Peers.Own;

namespace Peers.Growth;

/// <summary>What a training step should take: counts that follow from the shape, times unit costs that are measured once (<see cref="UnitCosts"/>).</summary>
sealed class StepModel
{
    /// <summary>Parameter, gradient, and Adam's two averages.</summary>
    const int ArraysAParameter = 4;

    /// <summary>What an <see cref="AlignedBuffer"/> takes beyond its length, so that it can begin where it likes: a cache line and eight steps of four.</summary>
    const int SlackBytes = (16 + 8 * 64) * sizeof(float);

    /// <summary>Parameters, gradients, two averages, input, targets, transposed weights, packed inputs, packed gradients, zeros.</summary>
    const int SharedBuffers = 10;

    readonly TrainingProblem _problem;
    readonly NetworkLayout _layout;

    public StepModel(TrainingProblem problem)
    {
        _problem = problem;
        _layout = new NetworkLayout(problem.Inputs, problem.Hidden, "ReLU", problem.Outputs);
    }

    public int Layers => _layout.Layers.Count;

    /// <summary>With padding, which costs as much as what it pads.</summary>
    public long Parameters => _layout.ParameterLength;

    /// <summary>Multiply-adds of one row: forward and weight gradient of every layer, input gradient of all but the first.</summary>
    public double MultipliesARow => _layout.Layers.Select((layer, i) => (double)layer.WeightLength * (i == 0 ? 2 : 3)).Sum();

    /// <summary>Elements of one row that are gathered, activated, or given a gradient.</summary>
    public double UnitsARow => Panels.Padded(_problem.Inputs) + _layout.Layers.Sum(layer => layer.BiasLength);

    /// <summary>Of the batch: its features and, a layer, outputs and gradients; one layer's inputs and, where they are many, outputs once more, packed; targets.</summary>
    public double BatchBytes => sizeof(float) * (double)_problem.Batch
        * (Panels.RowStride(_problem.Inputs) + _layout.Layers.Max(layer => Panels.Padded(layer.Inputs)) + PackedOutputs + 2L * _layout.Layers.Sum(layer => Panels.RowStride(layer.Outputs)) + 1);

    double PackedOutputs => _layout.Layers.Where(layer => LayerPass.PacksGradient(layer, _problem.Batch)).Select(layer => (double)Panels.Padded(layer.Outputs)).DefaultIfEmpty(0).Max();

    /// <summary>Held by a training beside its rows.</summary>
    public double Bytes
    {
        get
        {
            double transposed = _layout.Layers.Skip(1).Select(layer => (double)Panels.Padded(layer.Inputs) * layer.Outputs).DefaultIfEmpty(0).Max();
            return sizeof(float) * (ArraysAParameter * (double)Parameters + transposed) + BatchBytes + SlackBytes * (SharedBuffers + 2.0 * Layers);
        }
    }

    /// <summary>No step can be faster: the products' operations at the peak, and the parameters' bytes at the bandwidth.</summary>
    public double FloorSeconds(UnitCosts costs)
        => _problem.Work * costs.SecondsAnOperation + (double)BandwidthProbe.BytesAnElement * _problem.Parameters * costs.SecondsAByte;

    public double Seconds(UnitCosts costs)
        => costs.Step + Layers * costs.Layer + Parameters * costs.Parameter.At(Bytes)
            + _problem.Batch * (MultipliesARow * costs.Multiply.At(Bytes) + UnitsARow * costs.Unit.At(BatchBytes));

    /// <summary>Of one row's forward pass in a batch: one of the products, and one of the two visits of a unit.</summary>
    public double SecondsOfScoredRow(UnitCosts costs)
        => _layout.Layers.Sum(layer => (double)layer.WeightLength) * costs.Multiply.At(Bytes) + UnitsARow * costs.Unit.At(BatchBytes) / 2;
}
