using System.Globalization;
using MLNet.WeightInit;
using MLNet.WeightInit.Engine.Data;
using MLNet.WeightInit.Engine.Network;

namespace Trainability;

/// <summary>Rows to train on, and whether the rule may see them while it is fitted.</summary>
sealed record DataSet(string Name, NetworkTask Task, int Outputs, bool IsUnseen, TrainingSet Rows)
{
    const int SyntheticRows = 1_200;

    public static IReadOnlyList<DataSet> All { get; } =
    [
        FromFile("digits", "digits.csv", NetworkTask.Multiclass, isUnseen: false),
        FromFile("breast cancer", "breast_cancer.csv", NetworkTask.Binary, isUnseen: false),
        FromFile("diabetes", "diabetes.csv", NetworkTask.Regression, isUnseen: false),
        FromFile("iris", "iris.csv", NetworkTask.Multiclass, isUnseen: false),
        Make("prototypes", NetworkTask.Multiclass, 10, 64, isUnseen: false, Prototypes(classes: 10, clusters: 3, spread: 0.55)),
        Make("parity of three signs", NetworkTask.Binary, 1, 10, isUnseen: false, (x, _) => x[0] * x[1] * x[2] > 0 ? 1 : 0),
        Make("rings", NetworkTask.Binary, 1, 2, isUnseen: false, (x, _) => (int)(0.8 * Math.Sqrt(x[0] * x[0] + x[1] * x[1])) % 2),
        Make("linear", NetworkTask.Regression, 1, 20, isUnseen: false, (x, random) => Dot(x, 20) + 0.3f * Normal(random)),
        Make("rare positives", NetworkTask.Binary, 1, 12, isUnseen: false, (x, _) => x[0] + x[1] + x[2] > 3 ? 1 : 0),
        FromFile("wine", "wine.csv", NetworkTask.Multiclass, isUnseen: true),
        Make("Friedman", NetworkTask.Regression, 1, 10, isUnseen: true, (x, random) => MathF.Sin(2 * x[0] * x[1]) * 2 + x[2] * x[2] + 2 * x[3] + x[4] + 0.2f * Normal(random)),
        Make("twenty clusters", NetworkTask.Multiclass, 5, 30, isUnseen: true, Prototypes(classes: 5, clusters: 4, spread: 0.7)),
        Make("two spirals", NetworkTask.Binary, 1, 2, isUnseen: true, (x, random) =>
        {
            int arm = random.NextInt32(2);
            double turn = 0.5 + 5 * Math.Sqrt(random.NextDouble()), angle = turn + arm * Math.PI;
            (x[0], x[1]) = ((float)(turn * Math.Cos(angle)) / 3 + 0.03f * Normal(random), (float)(turn * Math.Sin(angle)) / 3 + 0.03f * Normal(random));
            return arm;
        }),
        Make("one-hot words", NetworkTask.Binary, 1, 120, isUnseen: true, (x, random) =>
        {
            x.Clear();
            float sum = 0;
            for (int draw = 0; draw < 8; draw++)
            {
                int word = random.NextInt32(x.Length);
                x[word] = 1;
                sum += word % 7 - 3;
            }
            return sum > 0 ? 1 : 0;
        }),
        Make("quadratic classes", NetworkTask.Multiclass, 4, 16, isUnseen: true, (x, _) => (x[0] * x[1] + x[2] * x[3] > 0 ? 1 : 0) + (x[4] + x[5] * x[6] > 0 ? 2 : 0)),
    ];

    delegate float Labelling(Span<float> features, RandomSource random);

    static DataSet Make(string name, NetworkTask task, int outputs, int width, bool isUnseen, Labelling label)
    {
        var random = new RandomSource(7, name);
        float[] features = new float[SyntheticRows * width], targets = new float[SyntheticRows];
        random.FillNormal(features, 1);
        for (int row = 0; row < SyntheticRows; row++)
            targets[row] = label(features.AsSpan(row * width, width), random);
        return new DataSet(name, task, outputs, isUnseen, new TrainingSet(features, SyntheticRows, width, targets, 1));
    }

    /// <summary>Gaussian clusters, some to a class.</summary>
    static Labelling Prototypes(int classes, int clusters, double spread)
    {
        var means = new Dictionary<int, float[]>();
        return (x, random) =>
        {
            int cluster = random.NextInt32(classes * clusters);
            if (!means.TryGetValue(cluster, out float[]? mean))
                new RandomSource(cluster, "means").FillNormal(means[cluster] = mean = new float[x.Length], (float)spread);
            for (int i = 0; i < x.Length; i++)
                x[i] += mean[i];
            return cluster % classes;
        };
    }

    static float Dot(ReadOnlySpan<float> x, int width)
    {
        float sum = 0;
        for (int i = 0; i < width; i++)
            sum += x[i] * ((i % 5 - 2) * 0.3f);
        return sum;
    }

    static float Normal(RandomSource random)
    {
        Span<float> value = stackalloc float[1];
        random.FillNormal(value, 1);
        return value[0];
    }

    /// <summary>The label is the first column.</summary>
    static DataSet FromFile(string name, string file, NetworkTask task, bool isUnseen)
    {
        string[][] lines = [.. File.ReadLines(Path.Combine(AppContext.BaseDirectory, "data", file)).Skip(1).Select(line => line.Split(','))];
        string[] labels = [.. lines.Select(line => line[0]).Distinct()];
        float[] targets = [.. lines.Select(line => task switch
        {
            NetworkTask.Multiclass => Array.IndexOf(labels, line[0]),
            NetworkTask.Binary => line[0] is "1" or "true" or "True" ? 1f : 0f,
            _ => float.Parse(line[0], CultureInfo.InvariantCulture),
        })];
        float[] features = [.. lines.SelectMany(line => line.Skip(1).Select(cell => float.Parse(cell, CultureInfo.InvariantCulture)))];
        return new DataSet(name, task, task == NetworkTask.Multiclass ? labels.Length : 1, isUnseen, new TrainingSet(features, lines.Length, lines[0].Length - 1, targets, 1));
    }
}
