using MLNet.WeightInit;
using MLNet.WeightInit.Engine.Data;
using MLNet.WeightInit.Engine.Kernels;
using MLNet.WeightInit.Engine.Kernels.Activations;
using MLNet.WeightInit.Engine.Network;
using MLNet.WeightInit.Engine.Training;
using MLNet.WeightInit.Engine.Training.Losses;
using MLNet.WeightInit.Engine.Training.Optimizers;

namespace Kernels;

/// <summary>One step of 784-256-128-10 with ReLU, softmax and Adam on batches of 128: gather, forward, backward, update.</summary>
static class StepOf784
{
    const int Inputs = 784, Classes = 10, Rows = 4096, Batch = 128;
    static readonly int[] s_hidden = [256, 128];

    /// <summary>Multiply-adds of the products, as two operations each: forward and weight gradient of three layers, input gradient of two.</summary>
    const double Work = 2.0 * Batch * (2 * Inputs * 256 + 3 * (256 * 128 + 128 * Classes));

    public static Candidate Create(SimdLevel level)
    {
        TrainingSet data = RandomRows();
        var layout = new NetworkLayout(Inputs, s_hidden, "ReLU", Classes);
        var network = new FeedForwardNetwork(layout, NetworkTask.Multiclass, AffineScale.None, AffineScale.None);
        foreach (DenseLayer layer in network.DenseLayers)
        {
            var weights = new float[layer.Inputs * layer.Outputs];
            new RandomSource(1, layer.Name).FillNormal(weights, MathF.Sqrt(2f / layer.Inputs));
            layer.SetWeights(weights);
        }
        var options = new TrainingOptions
        {
            Task = NetworkTask.Multiclass, Outputs = Classes, HiddenLayers = s_hidden, Activation = Activations.Parse("ReLU"), Loss = Losses.Parse("SoftmaxCrossEntropy"),
            Optimizer = Optimizers.Parse("Adam"), Init = "he", LearningRate = 1e-3f, BatchSize = Batch, Seed = 1, Threads = 1, Simd = level,
        };
        PassKernels kernels = PassKernels.Create(level, new WorkerPool(1));
        var gatherer = new BatchGatherer(data, AffineScale.None, AffineScale.None, 1, kernels.Rows, Batch);
        float[] rateMultipliers = [.. Enumerable.Repeat(1f, 2 * layout.Layers.Count)];
        var step = new TrainingStep(network, gatherer, options, kernels, rateMultipliers, TrainingBudget.WeightDecay(options.Optimizer, Rows, asked: null));

        int[] order = [.. Enumerable.Range(0, Rows)];
        int next = 0;
        return new Candidate("784-256-128-10, batch 128, Adam", Work, () =>
        {
            step.Run(order.AsSpan(next, Batch), options.LearningRate);
            next = (next + Batch) % Rows;
        });
    }

    /// <summary>Labels without any pattern: a network that separates its classes drives gradients to denormals, which cost more than what is measured here.</summary>
    static TrainingSet RandomRows()
    {
        var random = new RandomSource(1, "rows");
        var features = new float[Rows * Inputs];
        random.FillNormal(features, 1);
        var labels = new float[Rows];
        for (int row = 0; row < Rows; row++)
            labels[row] = random.NextInt32(Classes);
        return new TrainingSet(features, Rows, Inputs, labels, targetColumns: 1);
    }
}
