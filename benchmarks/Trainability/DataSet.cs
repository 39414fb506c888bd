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

    /// <summary>More to fit on, of other kinds: cells from <see cref="Cell.Wider"/> on are drawn from these and from those of <see cref="All"/> that the rule may see.</summary>
    public static IReadOnlyList<DataSet> ToFit { get; } =
    [
        .. All.Where(set => !set.IsUnseen),
        Make("one-hot categories", NetworkTask.Binary, 1, 60, isUnseen: false, (x, random) =>
        {
            x.Clear();
            float sum = 0;
            for (int column = 0; column < 6; column++)
            {
                int category = random.NextInt32(10);
                x[10 * column + category] = 1;
                sum += (category * 7 + column * 3) % 10 - 4.5f;
            }
            return sum + Normal(random) > 0 ? 1 : 0;
        }),
        Make("word counts", NetworkTask.Multiclass, 5, 150, isUnseen: false, (x, random) =>
        {
            x.Clear();
            int topic = random.NextInt32(5);
            for (int draw = 0; draw < 20; draw++)
                x[random.NextInt32(3) == 0 ? 30 * topic + random.NextInt32(30) : (int)(x.Length * Math.Pow(random.NextDouble(), 3))]++;
            return topic;
        }),
        Make("random teacher", NetworkTask.Regression, 1, 12, isUnseen: false, (x, random) => Teacher(x, 8) + 0.1f * Normal(random)),
        Make("teacher's classes", NetworkTask.Multiclass, 3, 24, isUnseen: false, (x, _) => Teacher(x, 16) is var value && value < -0.5f ? 0 : value < 0.5f ? 1 : 2),
        Make("checkerboard", NetworkTask.Binary, 1, 2, isUnseen: false, (x, _) => ((int)Math.Floor(1.3 * x[0]) + (int)Math.Floor(1.3 * x[1])) % 2 == 0 ? 1 : 0),
        Make("noisy classes", NetworkTask.Multiclass, 3, 30, isUnseen: false, (x, random) => random.NextInt32(4) == 0 ? random.NextInt32(3) : Dot(x, 20) is var value && value < -0.7f ? 0 : value < 0.7f ? 1 : 2),
        Make("waves", NetworkTask.Regression, 1, 3, isUnseen: false, (x, random) => MathF.Sin(3 * x[0]) + MathF.Sin(2 * x[1] + x[2]) + 0.1f * Normal(random)),
        Make("half moons", NetworkTask.Binary, 1, 2, isUnseen: false, (x, random) =>
        {
            int arm = random.NextInt32(2);
            double angle = Math.PI * random.NextDouble();
            (x[0], x[1]) = ((float)Math.Cos(angle) * (1 - 2 * arm) + arm + 0.15f * Normal(random), (float)Math.Sin(angle) * (1 - 2 * arm) + 0.5f * arm + 0.15f * Normal(random));
            return arm;
        }),
        Make("heavy tails", NetworkTask.Regression, 1, 15, isUnseen: false, (x, _) =>
        {
            float sum = 0;
            for (int i = 0; i < x.Length; i++)
            {
                x[i] = MathF.Exp(1.2f * x[i]);
                sum += MathF.Log(1 + x[i]) * (i % 3 - 1);
            }
            return sum;
        }),
        Make("three of a hundred", NetworkTask.Binary, 1, 100, isUnseen: false, (x, _) => x[3] + x[40] * x[40] - x[77] > 1 ? 1 : 0),
        Make("few factors", NetworkTask.Regression, 1, 50, isUnseen: false, (x, random) =>
        {
            Span<float> factors = stackalloc float[4];
            x[..4].CopyTo(factors);
            for (int i = 0; i < x.Length; i++)
                x[i] = factors[i % 4] + 0.5f * factors[(i / 4) % 4] + 0.2f * Normal(random);
            return factors[0] * factors[1] + factors[2];
        }),
        Make("sixteen prototypes", NetworkTask.Multiclass, 16, 40, isUnseen: false, Prototypes(classes: 16, clusters: 1, spread: 0.8)),
    ];

    /// <summary>A network of one hidden layer with fixed weights.</summary>
    static float Teacher(ReadOnlySpan<float> x, int units)
    {
        float sum = 0;
        for (int unit = 0; unit < units; unit++)
        {
            float z = 0;
            for (int i = 0; i < x.Length; i++)
                z += x[i] * MathF.Sin(1 + 12.9898f * unit + 78.233f * i);
            sum += MathF.Tanh(z) * MathF.Cos(2.5f * unit);
        }
        return sum / MathF.Sqrt(units) * 2;
    }

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
