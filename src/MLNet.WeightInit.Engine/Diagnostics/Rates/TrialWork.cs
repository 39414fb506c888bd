using MLNet.WeightInit.Engine.Data;
using MLNet.WeightInit.Engine.Network;

namespace MLNet.WeightInit.Engine.Diagnostics.Rates;

/// <summary>What a step of a trial costs, in multiplications with their additions.</summary>
/// <param name="Weights">Of a row's pass forward: parameters, those of the first layer only where a sparse row has a value.</param>
/// <param name="Start">Of a trial's beginning.</param>
/// <param name="IsLazy">Whether weights of the first layer wait until a batch has their feature, so that it costs what its rows' values cost.</param>
internal readonly record struct TrialWork(double Weights, double Start, bool IsLazy)
{
    /// <summary>A parameter is copied, and its gradient and averages cleared, in the time of so many products; beside the steps of dense rows that is nothing.</summary>
    const double StartCost = 200;

    public static TrialWork Of(FeedForwardNetwork network, BatchGatherer gatherer)
    {
        LayerLayout first = network.Layout.Layers[0];
        long parameters = network.Parameters.Length;
        return gatherer.Data.Sparse is { Count: > 0 } rows && first.IsByInput
            ? new TrialWork(parameters + ((double)rows.ValueCount / rows.Count - first.Inputs) * first.Outputs, StartCost * parameters, IsLazy: true)
            : new TrialWork(parameters, 0, IsLazy: false);
    }

    /// <summary>Forward, and twice as much back.</summary>
    public double Products(int rows) => 3.0 * Weights * rows;
}
