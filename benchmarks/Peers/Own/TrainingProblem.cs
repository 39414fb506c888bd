using MLNet.WeightInit;
using MLNet.WeightInit.Engine.Data;
using MLNet.WeightInit.Engine.Network;

namespace Peers.Own;

/// <summary>A ReLU network, its batch and rows to train on.</summary>
/// <param name="Batch">Divides <paramref name="Rows"/>.</param>
sealed record TrainingProblem(int Inputs, int[] Hidden, int Outputs, NetworkTask Task, int Batch, int Rows = 4096)
{
    public const double LearningRate = 1e-3;

    /// <summary>Blocks that the hidden layers form, each layer normalized over its units; null: plain layers.</summary>
    public ResidualBlocks? Residual { get; init; }

    /// <summary>Share of the hidden units that are dropped.</summary>
    public float Dropout { get; init; }

    public Normalization Normalization => Residual is null ? Normalization.None : Normalization.Layer;

    TrainingSet? _data;

    /// <summary>Rows to train on; null: noise.</summary>
    public TrainingSet? Given { get; init; }

    public TrainingSet Data => _data ??= Given ?? Noise();

    public long Parameters => Shapes.Sum(shape => (long)shape.Inputs * shape.Outputs + shape.Outputs);

    /// <summary>Multiply-adds of the products in one step, as two operations each: forward and weight gradient of every layer, input gradient of all but the first.</summary>
    public double Work => Shapes.Select((shape, layer) => 2.0 * Batch * shape.Inputs * shape.Outputs * (layer == 0 ? 2 : 3)).Sum();

    public string Shape => string.Join('-', [Inputs, .. Hidden, Outputs]);

    IEnumerable<(int Inputs, int Outputs)> Shapes => Hidden.Prepend(Inputs).Zip(Hidden.Append(Outputs));

    /// <summary>Labels without any pattern: a network that separates its classes drives gradients to denormals, which slow libraries down by half.</summary>
    TrainingSet Noise()
    {
        var random = new RandomSource(1, "rows");
        var features = new float[(long)Rows * Inputs];
        random.FillNormal(features, 1);
        var targets = new float[Rows * (Task == NetworkTask.Regression ? Outputs : 1)];
        if (Task == NetworkTask.Regression)
            random.FillNormal(targets, 1);
        else
            for (int row = 0; row < Rows; row++)
                targets[row] = random.NextInt32(Math.Max(2, Outputs));
        return new TrainingSet(features, Rows, Inputs, targets, targets.Length / Rows);
    }
}
