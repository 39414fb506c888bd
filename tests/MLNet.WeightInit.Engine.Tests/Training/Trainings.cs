using MLNet.WeightInit.Engine.Data;
using MLNet.WeightInit.Engine.Kernels.Activations;
using MLNet.WeightInit.Engine.Network;
using MLNet.WeightInit.Engine.Tests.Network;
using MLNet.WeightInit.Engine.Training;
using MLNet.WeightInit.Engine.Training.Losses;
using MLNet.WeightInit.Engine.Training.Metrics;
using MLNet.WeightInit.Engine.Training.Optimizers;

namespace MLNet.WeightInit.Engine.Tests.Training;

/// <summary>Small data sets and options for tests of training.</summary>
internal static class Trainings
{
    public static TrainingOptions Options(NetworkTask task, int outputs, int[]? hidden = null, string activation = "ReLU", string? loss = null, string optimizer = "Adam", string init = "auto",
        float? learningRate = null, int batchSize = 32, int? epochs = 10, long seed = 1, int threads = 1)
    {
        Optimizer parsed = Optimizers.Parse(optimizer);
        return new TrainingOptions
        {
            Task = task,
            Outputs = outputs,
            HiddenLayers = hidden ?? [16],
            Activation = Activations.Parse(activation),
            Loss = Losses.Parse(loss ?? task switch { NetworkTask.Multiclass => "SoftmaxCrossEntropy", NetworkTask.Binary or NetworkTask.Multilabel => "BinaryCrossEntropy", _ => "Squared" }),
            Optimizer = parsed,
            Init = InitializerRegistry.CreateDefault().Parse(init),
            LearningRate = learningRate ?? parsed.UsualLearningRate,
            BatchSize = batchSize,
            NumberOfEpochs = epochs,
            Seed = seed,
            Threads = threads,
        };
    }

    /// <summary>Rows in rings around the origin: no linear model tells them apart.</summary>
    public static TrainingSet Rings(int rows, int features = 4, int classes = 3, uint seed = 1, bool weighted = false)
    {
        float[] values = Networks.Values(rows * features, seed, 2);
        var targets = new float[rows];
        for (int row = 0; row < rows; row++)
        {
            double radius = Math.Sqrt((double)values[row * features] * values[row * features] + (double)values[row * features + 1] * values[row * features + 1]);
            targets[row] = Math.Min(classes - 1, (int)(radius / 2 * classes));
        }
        return new TrainingSet(values, rows, features, targets, 1, weighted ? [.. Networks.Values(rows, seed + 1).Select(value => value + 1.5f)] : null);
    }

    /// <summary>Rings of which every seventh feature value is missing, those of the last feature only in rows of the last class: that it is missing tells something.</summary>
    public static TrainingSet WithMissing(int rows, int features = 4, int classes = 3, uint seed = 1)
    {
        TrainingSet data = Rings(rows, features, classes, seed);
        for (int row = 0; row < rows; row++)
        {
            for (int feature = 2; feature < features - 1; feature++)
                if ((row * features + feature) % 7 == 0)
                    data.Features[row * features + feature] = float.NaN;
            if (data.Targets[row] == classes - 1)
                data.Features[row * features + features - 1] = float.NaN;
        }
        return data;
    }

    /// <summary>Rows with two categories, a color and a town, whose sum the class is the remainder of; the features are noise. Every eleventh color is missing; no row has the last town.</summary>
    public static TrainingSet WithCategories(int rows, int features = 3, int classes = 3, int colors = 5, int towns = 40, uint seed = 1)
    {
        var keys = new int[2 * rows];
        var targets = new float[rows];
        float[] draws = Networks.Values(2 * rows, seed + 5);
        for (int row = 0; row < rows; row++)
        {
            keys[2 * row] = row % 11 == 0 ? 0 : 1 + (int)((draws[2 * row] + 1) / 2 * colors) % colors;
            keys[2 * row + 1] = 1 + (int)((draws[2 * row + 1] + 1) / 2 * (towns - 1)) % (towns - 1);
            targets[row] = (keys[2 * row] + keys[2 * row + 1]) % classes;
        }
        var data = new TrainingSet(Networks.Values(rows * features, seed, 2), rows, features, targets, 1);
        data.AddKeys(keys, 2);
        return data;
    }

    /// <summary>The columns of <see cref="WithCategories"/>.</summary>
    public static IReadOnlyList<EmbeddingColumn> Categories(int colors = 5, int towns = 40) => [new("Color", colors, 3), new("Town", towns, 6)];

    /// <summary>A smooth function of two of the features, in units far from 1.</summary>
    public static TrainingSet Waves(int rows, int features = 5, uint seed = 1)
    {
        float[] values = Networks.Values(rows * features, seed, 2);
        var targets = new float[rows];
        for (int row = 0; row < rows; row++)
            targets[row] = (float)(5_000 + 300 * Math.Sin(values[row * features] * 1.5) * values[row * features + 1]);
        return new TrainingSet(values, rows, features, targets, 1);
    }

    /// <summary>Several products of two features each, every one in a unit of its own, the weight of a row 1 or 2.</summary>
    public static TrainingSet Products(int rows, int features = 6, int outputs = 3, uint seed = 1)
    {
        float[] values = Networks.Values(rows * features, seed, 2);
        var targets = new float[rows * outputs];
        for (int row = 0; row < rows; row++)
            for (int output = 0; output < outputs; output++)
                targets[row * outputs + output] = Product(values, row, output, features) * MathF.ScaleB(1, 6 * output) + 50 * output;
        return new TrainingSet(values, rows, features, targets, outputs, [.. Enumerable.Range(0, rows).Select(row => row % 2 + 1f)]);
    }

    /// <summary>Several labels, each true where the product of two features is positive: no linear model knows one of them.</summary>
    public static TrainingSet Signs(int rows, int features = 6, int outputs = 3, uint seed = 1)
    {
        float[] values = Networks.Values(rows * features, seed, 2);
        var targets = new float[rows * outputs];
        for (int row = 0; row < rows; row++)
            for (int output = 0; output < outputs; output++)
                targets[row * outputs + output] = Product(values, row, output, features) > 0 ? 1 : 0;
        return new TrainingSet(values, rows, features, targets, outputs);
    }

    static float Product(float[] values, int row, int output, int features)
        => values[row * features + output % features] * values[row * features + (output + 1 + output / features) % features];

    /// <summary>Features that are blends of a few factors and some noise, in units of their own, and that are the targets too: the same array.</summary>
    public static TrainingSet Blends(int rows, int features = 8, int factors = 3, uint seed = 1, bool weighted = false)
    {
        float[] hidden = Networks.Values(rows * factors, seed), blend = Networks.Values(features * factors, seed + 1), values = Networks.Values(rows * features, seed + 2, 0.2);
        for (int row = 0; row < rows; row++)
            for (int feature = 0; feature < features; feature++)
            {
                for (int factor = 0; factor < factors; factor++)
                    values[row * features + feature] += hidden[row * factors + factor] * blend[feature * factors + factor] / (factor + 1);
                values[row * features + feature] = values[row * features + feature] * MathF.ScaleB(1, feature % 7) + 20 * feature;
            }
        return new TrainingSet(values, rows, features, values, features, weighted ? [.. Enumerable.Range(0, rows).Select(row => row % 2 + 1f)] : null);
    }

    /// <summary>Counts whose mean depends on two of the features: 0 to some 20.</summary>
    public static TrainingSet Counts(int rows, int features = 5, uint seed = 1)
    {
        float[] values = Networks.Values(rows * features, seed, 1), noise = Networks.Values(rows, seed + 1, 1);
        var targets = new float[rows];
        for (int row = 0; row < rows; row++)
            targets[row] = (float)Math.Floor(Math.Exp(1 + values[row * features] - values[row * features + 1]) * (1 + noise[row]));
        return new TrainingSet(values, rows, features, targets, 1);
    }

    /// <summary>Five labels a row: a class of five, a value, yes or no, a value to be ranged in, and a count.</summary>
    public static TrainingSet Mixed(int rows, int features = 6, bool weighted = false)
    {
        TrainingSet classes = Rings(rows, features, classes: 5, weighted: weighted), values = Waves(rows, features), signs = Signs(rows, features, outputs: 1), counts = Counts(rows, features);
        var targets = new float[rows * 5];
        for (int row = 0; row < rows; row++)
            ((ReadOnlySpan<float>)[classes.Targets[row], values.Targets[row], signs.Targets[row], values.Targets[row] / 100, counts.Targets[row]]).CopyTo(targets.AsSpan(row * 5));
        return new TrainingSet(classes.Features, rows, features, targets, 5, classes.Weights);
    }

    /// <summary>One head for each label of <see cref="Mixed"/>, the second with half the weight.</summary>
    public static HeadsLoss MixedLoss { get; } = Heads(("Class", NetworkTask.Multiclass, 5, "SoftmaxCrossEntropy(label_smoothing=0.1)", 1), ("Value", NetworkTask.Regression, 1, "Huber", 0.5f),
        ("Yes", NetworkTask.Binary, 1, "BinaryCrossEntropy", 1), ("Range", NetworkTask.Quantiles, 3, "Quantiles(levels=(0.1, 0.5, 0.9))", 2), ("Count", NetworkTask.Regression, 1, "Poisson", 1));

    /// <summary>The same with weights of the classes of two heads, and metrics.</summary>
    public static HeadsLoss ClassWeightedLoss { get; } = new(MixedLoss.Heads.Select((part, head) => part with
    {
        ClassWeights = head == 0 ? [1, 4, 0.3f, 2, 7] : head == 2 ? [0.7f, 3] : null,
        Metric = Metrics.Parse(head is 0 or 2 ? "Accuracy" : "RMSE") is { } metric && metric.Tasks.Contains(part.Head.Task) ? metric : null,
    }));

    /// <summary>Heads one after another.</summary>
    public static HeadsLoss Heads(params (string Name, NetworkTask Task, int Outputs, string Loss, float Weight)[] heads)
        => new(heads.Select(head => new HeadLoss(new OutputHead(head.Name, head.Task, head.Outputs, head.Task is NetworkTask.Multiclass or NetworkTask.Quantiles ? 1 : head.Outputs), Losses.Parse(head.Loss), head.Weight)));

    /// <summary>Options of a network with these heads.</summary>
    public static TrainingOptions HeadsOptions(HeadsLoss loss, int[]? hidden = null, string activation = "ReLU", int batchSize = 32, int? epochs = 10, long seed = 1)
        => Options(NetworkTask.Heads, loss.Heads.Sum(part => part.Head.Outputs), hidden, activation, batchSize: batchSize, epochs: epochs, seed: seed) with { Loss = loss };

    public static double Accuracy(FeedForwardNetwork network, TrainingSet data)
    {
        var scores = new float[network.Outputs];
        int right = 0;
        for (int row = 0; row < data.Rows; row++)
        {
            network.Predict(data.Row(row), scores);
            right += Array.IndexOf(scores, scores.Max()) == (int)data.Targets[row] ? 1 : 0;
        }
        return right / (double)data.Rows;
    }

    public static byte[] Bytes(FeedForwardNetwork network)
    {
        using var stream = new MemoryStream();
        network.Save(stream);
        return stream.ToArray();
    }
}
