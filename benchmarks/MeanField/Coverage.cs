using MLNet.WeightInit;
using MLNet.WeightInit.Engine.Data;

namespace MeanField;

/// <summary>How many of 10,000 draws of the weights lie in the report's 95 % bands, per layer and statistic.</summary>
static class Coverage
{
    const int Draws = 10_000, Rows = 32, Features = 32;

    /// <summary>Activation, weights, biases: critical or nearly so, since others reach no depth.</summary>
    static readonly (string Activation, string Init, string Bias)[] s_starts =
    [
        ("ReLU", "he", "zeros"),
        ("ReLU", "orthogonal(gain=1.4142135)", "zeros"),
        ("LeakyReLU(slope=0.2)", "he", "zeros"),
        ("Tanh", "edge_of_chaos", "edge_of_chaos"),
        ("Tanh", "glorot", "zeros"),
        ("Tanh", "orthogonal", "zeros"),
        ("GELU", "he", "zeros"),
        ("SELU", "lecun", "zeros"),
        ("Sigmoid", "variance_scaling(scale=16)", "zeros"),
    ];

    static readonly (int Depth, int Width)[] s_shapes = [(3, 32), (10, 32), (10, 128), (30, 64)];

    public static void Print(IReadOnlyList<string> activations)
    {
        Console.WriteLine($"""
            ## The bands

            Share of {Draws:N0} draws of the weights, in percent, whose figure lies in the report's 95 % band; {Rows} rows of {Features} features, ten classes, biases as named. A cell has the lowest and the highest share among the
            layers, first of the pre-activations' deviation (all layers), then of the gradient's norm (hidden layers). Chance in {Draws:N0} draws moves a share of 95 % by ±{100 * 1.96 * Math.Sqrt(0.95 * 0.05 / Draws):F1}.

            | activation | weights | biases |{string.Concat(s_shapes.Select(shape => $" {shape.Depth} × {shape.Width} |"))}
            |---|---|---|{string.Concat(s_shapes.Select(_ => "---|"))}
            """);
        foreach ((string activation, string init, string bias) in s_starts.Where(start => activations.Count == 0 || activations.Contains(start.Activation)))
            Console.WriteLine($"| {activation} | `{init}` | `{bias}` |{string.Concat(s_shapes.Select(shape => Cell(activation, init, bias, shape.Depth, shape.Width)))}");
        Console.WriteLine();
    }

    static string Cell(string activation, string init, string bias, int depth, int width)
    {
        TrainingSet data = Networks.Prototypes(Rows, Features, seed: 2);
        int[] signals = new int[depth + 1], gradients = new int[depth];
        Parallel.For(0, Draws, new ParallelOptions { MaxDegreeOfParallelism = 2 }, draw =>
        {
            InitializationReport report = Networks.Train(data, Networks.Options(activation, depth, width, init, bias, draw)).Initialization;
            for (int layer = 0; layer <= depth; layer++)
            {
                (LayerStatistics measured, LayerTheory theory) = (report.Layers[layer], report.Theory!.Layers[layer]);
                if (measured.PreActivationDeviation >= theory.LowestDeviation && measured.PreActivationDeviation <= theory.HighestDeviation)
                    Interlocked.Increment(ref signals[layer]);
                if (layer < depth && measured.PreActivationGradientNorm >= theory.LowestGradientNorm && measured.PreActivationGradientNorm <= theory.HighestGradientNorm)
                    Interlocked.Increment(ref gradients[layer]);
            }
        });
        return $" {Range(signals)}; {Range(gradients)} |";
    }

    static string Range(int[] counts) => $"{100.0 * counts.Min() / Draws:F1}–{100.0 * counts.Max() / Draws:F1}";
}
