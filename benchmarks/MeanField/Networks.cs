using MLNet.WeightInit;
using MLNet.WeightInit.Engine;
using MLNet.WeightInit.Engine.Data;
using MLNet.WeightInit.Engine.Kernels.Activations;
using MLNet.WeightInit.Engine.Network;
using MLNet.WeightInit.Engine.Training;
using MLNet.WeightInit.Engine.Training.Losses;
using MLNet.WeightInit.Engine.Training.Optimizers;

namespace MeanField;

/// <summary>Prototype data and networks on them.</summary>
static class Networks
{
    const int Centers = 30;

    /// <summary>Ten classes of three Gaussian prototypes each: x = (μ + N(0, 1)) / √1.3025, μ ~ 0.55 N(0, 1).</summary>
    public static TrainingSet Prototypes(int rows, int features, long seed)
    {
        float[] centers = new float[Centers * features], values = new float[rows * features], labels = new float[rows];
        new RandomSource(1, "prototypes/centers").FillNormal(centers, 0.55f);
        new RandomSource(seed, "prototypes/rows").FillNormal(values, 1);
        for (int row = 0; row < rows; row++)
        {
            labels[row] = row % Centers / 3;
            for (int feature = 0; feature < features; feature++)
                values[row * features + feature] = (values[row * features + feature] + centers[row % Centers * features + feature]) / MathF.Sqrt(1.3025f);
        }
        return new TrainingSet(values, rows, features, labels, 1);
    }

    public static TrainingOptions Options(string activation, int depth, int width, string init, string biasInit, long seed, string optimizer = "SGD", float rate = 0.05f, int epochs = 0) => new()
    {
        Task = NetworkTask.Multiclass,
        Outputs = 10,
        HiddenLayers = [.. Enumerable.Repeat(width, depth)],
        Activation = Activations.Parse(activation),
        Loss = Losses.Parse("SoftmaxCrossEntropy"),
        Optimizer = Optimizers.Parse(optimizer),
        Init = InitializerRegistry.CreateDefault().Parse(init),
        BiasInit = InitializerRegistry.CreateDefault().Parse(biasInit),
        LearningRate = rate,
        BatchSize = 64,
        NumberOfEpochs = epochs,
        Seed = seed,
        Threads = 1,
        Standardize = false,
        EarlyStopping = false,
    };

    public static TrainingResult Train(TrainingSet data, TrainingOptions options) => NetworkTrainer.Train(data, options);
}
