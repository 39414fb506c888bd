using System.Globalization;
using MLNet.WeightInit;
using MLNet.WeightInit.Engine;
using MLNet.WeightInit.Engine.Data;
using MLNet.WeightInit.Engine.Diagnostics;
using MLNet.WeightInit.Engine.Kernels.Activations;
using MLNet.WeightInit.Engine.Network;
using MLNet.WeightInit.Engine.Training;
using MLNet.WeightInit.Engine.Training.Losses;
using MLNet.WeightInit.Engine.Training.Optimizers;

namespace Trainability;

/// <summary>Random networks on made-up tables of kinds that the study has none of, beyond what it varies: other depths and widths, few steps, decay, dropout, batch normalization. Each is trained with four seeds, and judged by its start and by its end.</summary>
static class Fresh
{
    const int Seeds = 4, Tables = 48, ReferenceEpochs = 30;

    static readonly string[] s_kinds = ["moons", "checker", "friedman", "spirals", "mixture", "linear", "sines", "rare", "products", "noisy line", "xor", "blobs"];
    static readonly string[] s_activations = ["ReLU", "ReLU", "ReLU", "Tanh", "Tanh", "Sigmoid", "GELU", "SELU", "ELU", "SiLU", "Softplus", "LeakyReLU"];
    static readonly string[] s_initializers =
    [
        "auto", "he", "he", "glorot", "glorot_uniform", "lecun", "orthogonal", "pytorch_default", "normal(deviation=0.01)", "normal(deviation=1)", "normal(deviation=0.1)", "uniform(limit=0.05)",
        "constant(value=0.1)", "zeros", "looks_linear", "gpt2", "normal(deviation=3)", "identity",
    ];
    static readonly (string Name, double Usual)[] s_optimizers = [("SGD", 0.05), ("SGD", 0.05), ("Momentum", 0.01), ("Adam", 0.001), ("Adam", 0.001), ("Adam", 0.001), ("RMSProp", 0.001), ("AdamW", 0.001)];
    static readonly int[] s_depths = [1, 1, 2, 2, 3, 3, 4, 6, 10, 20, 30], s_widths = [8, 16, 32, 64, 100], s_batches = [16, 32, 64], s_epochs = [5, 10, 20, 40, 80];
    static readonly string[] s_biases = ["constant(value=-5)", "constant(value=1)", "normal(deviation=1)"], s_heads = ["zeros", "normal(deviation=5)", "normal(deviation=0.001)"];

    /// <param name="Reference">The least loss that six usual networks reach.</param>
    sealed record Table(string Name, TrainingSet Rows, NetworkTask Task, int Outputs, double Reference);

    sealed record Judged(int Learned, double Prior, Verdict OfStart, Verdict OfEnd, string Text);

    /// <summary>Prints a line a network, and how often verdicts were right.</summary>
    public static void Write(int first, int count)
    {
        var tables = new Table[Tables];
        var options = new ParallelOptions { MaxDegreeOfParallelism = Environment.ProcessorCount };
        Parallel.For(0, Tables, options, index => tables[index] = Make(index));
        var judged = new Judged?[count];
        Parallel.For(0, count, options, index => judged[index] = Judge(first + index, tables));
        Console.WriteLine("learned,of start,of end,network");
        Judged[] all = [.. judged.OfType<Judged>()];
        foreach (Judged one in all)
            Console.WriteLine($"{one.Learned},{one.OfStart},{one.OfEnd},{one.Text}");
        Judged[] fail = [.. all.Where(one => one.Learned <= 1)], learn = [.. all.Where(one => one.Learned >= 3)];
        Console.WriteLine($"\n| | by the start alone | with the end known |\n|---|---|---|");
        Console.WriteLine($"| of {fail.Length} that fail have a verdict | {fail.Count(one => one.OfStart != Verdict.Healthy)} | {fail.Count(one => one.OfEnd != Verdict.Healthy)} |");
        Console.WriteLine($"| of {learn.Length} that learn are Healthy | {learn.Count(one => one.OfStart == Verdict.Healthy)} | {learn.Count(one => one.OfEnd == Verdict.Healthy)} |");
    }

    /// <summary>Null where the initializer has no answer for the network.</summary>
    static Judged? Judge(int index, Table[] tables)
    {
        var random = new RandomSource(index, "fresh network");
        Table table = tables[random.NextInt32(Tables)];
        (string optimizer, double usual) = Pick(s_optimizers, random);
        string activation = Pick(s_activations, random), initializer = Pick(s_initializers, random);
        int depth = Pick(s_depths, random), width = Pick(s_widths, random);
        TrainingOptions options = Options(table, activation, initializer, [.. Enumerable.Repeat(width, depth)], optimizer, random.NextInt32(2) == 0 ? usual : usual * Math.Pow(10, 5 * random.NextDouble() - 2.5), Pick(s_epochs, random)) with
        {
            BatchSize = Pick(s_batches, random),
            Standardize = random.NextInt32(6) > 0,
            BiasInit = random.NextInt32(10) == 0 ? InitializerRegistry.CreateDefault().Parse(Pick(s_biases, random)) : null,
            OutputInit = random.NextInt32(10) == 0 ? InitializerRegistry.CreateDefault().Parse(Pick(s_heads, random)) : null,
            WeightDecay = random.NextInt32(3) == 0 ? null : 0f,
            Normalization = random.NextInt32(10) == 0 ? Normalization.Layer : random.NextInt32(15) == 0 ? Normalization.Batch : Normalization.None,
            Dropout = random.NextInt32(8) == 0 ? new Dropout(0.2f, isAlpha: false) : null,
        };
        try
        {
            InitializationReport start = Cell.Start(table.Rows, options);
            Outcome[] outcomes = [.. Enumerable.Range(1, Seeds).Select(seed => Cell.Train(table.Rows, options with { Seed = seed }))];
            double goal = start.PriorLoss - StudyRow.Share * (start.PriorLoss - table.Reference);
            return new Judged(outcomes.Count(outcome => outcome.Loss <= goal), start.PriorLoss, start.Verdict, outcomes[0].Report.Verdict, string.Create(CultureInfo.InvariantCulture,
                $"{index} {table.Name} {activation} {initializer} {depth} x {width} {optimizer} {options.LearningRate:G3} epochs {options.NumberOfEpochs} batch {options.BatchSize}: {string.Join(' ', outcomes.Select(outcome => outcome.Loss.ToString("G4", CultureInfo.InvariantCulture)))} of {start.PriorLoss:G4}"));
        }
        catch (InvalidOperationException)
        {
            return null;
        }
    }

    static TrainingOptions Options(Table table, string activation, string initializer, int[] hidden, string optimizer, double rate, int epochs) => new()
    {
        Task = table.Task,
        Outputs = table.Outputs,
        HiddenLayers = hidden,
        Activation = Activations.Parse(activation),
        Loss = Losses.Parse(table.Task switch { NetworkTask.Multiclass => "SoftmaxCrossEntropy", NetworkTask.Binary => "BinaryCrossEntropy", _ => "Squared" }),
        Optimizer = Optimizers.Parse(optimizer),
        Init = InitializerRegistry.CreateDefault().Parse(initializer),
        LearningRate = (float)rate,
        BatchSize = 32,
        NumberOfEpochs = epochs,
        Seed = 1,
        Threads = 1,
        EarlyStopping = false,
        WeightDecay = 1e-3f,
    };

    static Table Make(int index)
    {
        var random = new RandomSource(index, "fresh table");
        string kind = s_kinds[index % s_kinds.Length];
        int rows = Pick([150, 300, 600, 1_200], random), columns = kind is "moons" or "checker" or "spirals" or "xor" ? 2 : kind == "friedman" ? 8 : 4 + random.NextInt32(21);
        (NetworkTask task, int outputs) = kind switch
        {
            "friedman" or "sines" or "products" or "noisy line" => (NetworkTask.Regression, 1),
            "mixture" => (NetworkTask.Multiclass, 4),
            "blobs" => (NetworkTask.Multiclass, 5),
            "spirals" => (NetworkTask.Multiclass, 3),
            _ => (NetworkTask.Binary, 1),
        };
        double[] slopes = Normals(columns, random);
        double[][] centres = [.. Enumerable.Range(0, 8).Select(_ => Normals(columns, random).Select(value => 1.5 * value).ToArray())];
        float[] features = new float[rows * columns], labels = new float[rows];
        for (int row = 0; row < rows; row++)
        {
            (double[] values, double label) = Row(kind, slopes, centres, random);
            for (int column = 0; column < columns; column++)
                features[row * columns + column] = (float)values[column];
            labels[row] = (float)label;
        }
        var table = new Table($"{kind} {index}", new TrainingSet(features, rows, columns, labels, 1), task, outputs, 0);
        (string Activation, double Rate)[] usual = [("ReLU", 0.003), ("Tanh", 0.003), ("ReLU", 0.01)];
        return table with { Reference = usual.SelectMany(one => new[] { 2, 3 }, (one, layers) => Cell.Train(table.Rows, Options(table, one.Activation, "he", [.. Enumerable.Repeat(32, layers)], "Adam", one.Rate, ReferenceEpochs)).Loss).Min() };
    }

    static (double[] Values, double Label) Row(string kind, double[] slopes, double[][] centres, RandomSource random)
    {
        double[] values = Normals(slopes.Length, random);
        double line = values.Zip(slopes, (value, slope) => value * slope).Sum(), length = Math.Sqrt(slopes.Sum(slope => slope * slope));
        switch (kind)
        {
            case "moons":
                int moon = random.NextInt32(2);
                double angle = Math.PI * random.NextDouble();
                return ([(moon == 0 ? Math.Cos(angle) : 1 - Math.Cos(angle)) + 0.15 * values[0], (moon == 0 ? Math.Sin(angle) : 0.5 - Math.Sin(angle)) + 0.15 * values[1]], moon);
            case "checker":
                double x = 3 * random.NextDouble(), y = 3 * random.NextDouble();
                return ([x, y], ((int)x + (int)y) % 2);
            case "spirals":
                int arm = random.NextInt32(3);
                double radius = random.NextDouble(), turn = 4 * radius + arm * 2 * Math.PI / 3;
                return ([radius * Math.Cos(turn) + 0.03 * values[0], radius * Math.Sin(turn) + 0.03 * values[1]], arm);
            case "xor":
                return (values, values[0] * values[1] > 0 ? 1 : 0);
            case "friedman":
                double noise = values[0];
                values = [.. values.Select(_ => random.NextDouble())];
                return (values, 10 * Math.Sin(Math.PI * values[0] * values[1]) + 20 * (values[2] - 0.5) * (values[2] - 0.5) + 10 * values[3] + 5 * values[4] + noise);
            case "sines":
                return (values, Math.Sin(2 * values[0]) + values[1] * values[1]);
            case "products":
                return (values, values[0] * values[1] + values[2]);
            case "noisy line":
                return (values, 3 * line / length + 2 * Normals(1, random)[0]);
            case "linear":
                return (values, line + 0.5 * Normals(1, random)[0] > 0 ? 1 : 0);
            case "rare":
                return (values, line / length > 1.4 ? 1 : 0);
            default:
                int centre = random.NextInt32(kind == "blobs" ? 5 : 8);
                return ([.. values.Zip(centres[centre], (value, at) => value + at)], kind == "blobs" ? centre : centre % 4);
        }
    }

    static double[] Normals(int count, RandomSource random)
    {
        float[] values = new float[count];
        random.FillNormal(values, 1);
        return [.. values.Select(value => (double)value)];
    }

    static T Pick<T>(IReadOnlyList<T> list, RandomSource random) => list[random.NextInt32(list.Count)];
}
