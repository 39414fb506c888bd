using System.Globalization;
using MLNet.WeightInit;
using MLNet.WeightInit.Engine.Data;
using MLNet.WeightInit.Engine.Diagnostics.Theory;

namespace MeanField;

/// <summary>How many of 10,000 draws of the weights lie in the report's 95 % bands, per layer and statistic.</summary>
static class Coverage
{
    const int Draws = 10_000, Rows = 32, Features = 32, Threads = 2;
    const double Lowest = 94, Highest = 96;

    /// <summary>Activation, weights, biases.</summary>
    static readonly (string Activation, string Init, string Bias)[] s_starts =
    [
        ("ReLU", "he", "zeros"),
        ("ReLU", "orthogonal(gain=1.4142135)", "zeros"),
        ("LeakyReLU(slope=0.2)", "he", "zeros"),
        ("Tanh", "edge_of_chaos", "edge_of_chaos"),
        ("Tanh", "glorot", "zeros"),
        ("Tanh", "orthogonal", "zeros"),
        ("Erf", "variance_scaling(scale=2.5)", "normal(deviation=0.2236)"),
        ("Identity", "lecun", "zeros"),
        ("SELU", "lecun", "zeros"),
        ("Sigmoid", "variance_scaling(scale=16)", "zeros"),
        ("GELU", "he", "zeros"),
    ];

    static readonly (int Depth, int Width)[] s_shapes = [(3, 32), (10, 64), (30, 64), (3, 256), (2, 512)];

    /// <summary>A draw of an orthogonal matrix costs the cube of its width.</summary>
    const int WidestOrthogonal = 64;

    /// <param name="chosen">Activations or initializers, and shapes such as 10x64; none of a kind: all.</param>
    public static void Print(IReadOnlyList<string> chosen)
    {
        ((int Depth, int Width)[] shapes, (string Activation, string Init, string Bias)[] starts) = Chosen(chosen);
        Console.WriteLine($"""
            ## The bands

            Share of {Draws:N0} draws of the weights, in percent, whose figure lies in the report's 95 % band; {Rows} rows of {Features} features, ten classes under a head of the same initializer, biases as named. A cell has the lowest and the
            highest share among the layers, first of the pre-activations' deviation (all layers), then of the gradient's norm (hidden layers). A share of 95 % has a standard error of {100 * Math.Sqrt(0.95 * 0.05 / Draws):F2} in {Draws:N0} draws.

            | activation | weights | biases |{string.Concat(shapes.Select(shape => $" {shape.Depth} × {shape.Width} |"))}
            |---|---|---|{string.Concat(shapes.Select(_ => "---|"))}
            """);
        var outside = new List<string>();
        foreach ((string activation, string init, string bias) in starts)
        {
            Console.Write($"| {activation} | `{init}` | `{bias}` |");
            foreach ((int depth, int width) in shapes)
                Console.Write(IsTooWide(init, width) ? " |" : Cell(activation, init, bias, depth, width, outside));
            Console.WriteLine();
        }
        Console.WriteLine($"""

            Outside {Lowest:F0} to {Highest:F0} %, by layer from 0, the first hidden one:

            {(outside.Count == 0 ? "none." : string.Join('\n', outside))}

            """);
    }

    static string Cell(string activation, string init, string bias, int depth, int width, List<string> outside)
    {
        TrainingSet data = Networks.Prototypes(Rows, Features, seed: 2);
        InitializationReport report = Check(data, activation, init, bias, depth, width);
        bool hasGradients = HasGradientBands(report);
        (double[][] ofSignals, double[][] ofGradients) = Distances(data, activation, init, bias, depth, width, Draws);
        int[] signals = [.. ofSignals.Where((_, layer) => HasSignalBand(report, layer)).Select(Count)], gradients = [.. ofGradients.Select(Count)];
        foreach ((string statistic, int[] counts) in new[] { ("deviation", signals), ("gradient", hasGradients ? gradients : []) })
            if (Outside(counts) is { Length: > 0 } layers)
                outside.Add($"- {activation}, `{init}`, {depth} × {width}, {statistic}: {layers}");
        return $" {Range(signals)}; {(hasGradients ? Range(gradients) : "none")} |";
    }

    /// <summary>Distances of many draws from the middle of their bands, in deviations, by layers.</summary>
    static (double[][] Signals, double[][] Gradients) Distances(TrainingSet data, string activation, string init, string bias, int depth, int width, int draws)
    {
        double[][] signals = [.. Enumerable.Range(0, depth + 1).Select(_ => new double[draws])], gradients = [.. Enumerable.Range(0, depth).Select(_ => new double[draws])];
        Parallel.For(0, Threads, new ParallelOptions { MaxDegreeOfParallelism = Threads }, thread =>
        {
            using var network = new DrawnNetwork(data, Networks.Options(activation, depth, width, init, bias, seed: 1));
            for (int draw = thread; draw < draws; draw += Threads)
            {
                (double[] signal, double[] gradient) = network.Draw(draw);
                for (int layer = 0; layer <= depth; layer++)
                    signals[layer][draw] = signal[layer];
                for (int layer = 0; layer < depth; layer++)
                    gradients[layer][draw] = gradient[layer];
            }
        });
        return (signals, gradients);
    }

    /// <summary>Why a band misses: the mean and the deviation of the distances, which should be 0 and 1, and their skewness, layer by layer.</summary>
    public static void PrintMoments(IReadOnlyList<string> chosen)
    {
        const int Fewer = Draws / 5;
        ((int Depth, int Width)[] shapes, (string Activation, string Init, string Bias)[] starts) = Chosen(chosen);
        foreach ((string activation, string init, string bias) in starts)
            foreach ((int depth, int width) in shapes)
            {
                if (IsTooWide(init, width))
                    continue;
                Console.WriteLine($"{activation}, {init}, {depth} × {width}: layer: mean, deviation, skewness, held");
                (double[][] signals, double[][] gradients) = Distances(Networks.Prototypes(Rows, Features, seed: 2), activation, init, bias, depth, width, Fewer);
                Print("deviation", signals);
                Print("gradient", gradients);
            }

        static void Print(string statistic, double[][] layers)
        {
            for (int layer = 0; layer < layers.Length; layer++)
            {
                double mean = layers[layer].Average(), deviation = Math.Sqrt(layers[layer].Average(value => (value - mean) * (value - mean)));
                Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
                    $"  {statistic} {layer}: {mean:F3}, {deviation:F3}, {layers[layer].Average(value => Math.Pow((value - mean) / deviation, 3)):F2}, {100.0 * Count(layers[layer]) / Fewer:F1}"));
            }
        }
    }

    static ((int Depth, int Width)[] Shapes, (string Activation, string Init, string Bias)[] Starts) Chosen(IReadOnlyList<string> chosen)
    {
        (int Depth, int Width)[] shapes = [.. s_shapes.Where(shape => chosen.Contains($"{shape.Depth}x{shape.Width}"))];
        (string Activation, string Init, string Bias)[] starts = [.. s_starts.Where(start => chosen.Contains(start.Activation) || chosen.Contains(start.Init))];
        return (shapes.Length == 0 ? s_shapes : shapes, starts.Length == 0 ? s_starts : starts);
    }

    static bool HasGradientBands(InitializationReport report) => double.IsFinite(report.Theory!.Layers[0].LowestGradientNorm);

    static bool HasSignalBand(InitializationReport report, int layer) => double.IsFinite(report.Theory!.Layers[layer].LowestDeviation);

    static bool IsTooWide(string init, int width) => init.StartsWith("orthogonal", StringComparison.Ordinal) && width > WidestOrthogonal;

    /// <summary>That what is counted is what the report says.</summary>
    /// <returns>The report.</returns>
    static InitializationReport Check(TrainingSet data, string activation, string init, string bias, int depth, int width)
    {
        using var network = new DrawnNetwork(data, Networks.Options(activation, depth, width, init, bias, seed: 1));
        (double[] signals, double[] gradients) = network.Draw(1);
        InitializationReport report = Networks.Train(data, Networks.Options(activation, depth, width, init, bias, seed: 1)).Initialization;
        for (int layer = 0; layer <= depth; layer++)
        {
            (LayerStatistics measured, LayerTheory theory) = (report.Layers[layer], report.Theory!.Layers[layer]);
            if (HasSignalBand(report, layer))
                Same(signals[layer], measured.PreActivationDeviation, theory.LowestDeviation, theory.HighestDeviation);
            if (layer < depth && HasGradientBands(report))
                Same(gradients[layer], measured.PreActivationGradientNorm, theory.LowestGradientNorm, theory.HighestGradientNorm);
        }
        return report;

        // Six digits of each.
        void Same(double counted, double figure, double lowest, double highest)
        {
            double half = Math.Log(highest / lowest) / 2, reported = Math.Log(figure / Math.Sqrt(lowest * highest)) / half * Fluctuation.Deviations95;
            if (!(Math.Abs(counted - reported) <= 1e-4 + 2.5e-5 / half))
                throw new InvalidOperationException($"{activation}, {init}, {depth} × {width}: counted {counted}, the report says {reported}.");
        }
    }

    static int Count(double[] distances) => distances.Count(distance => Math.Abs(distance) <= Fluctuation.Deviations95);

    static string Range(int[] counts) => string.Create(CultureInfo.InvariantCulture, $"{100.0 * counts.Min() / Draws:F1}–{100.0 * counts.Max() / Draws:F1}");

    static string Outside(int[] counts) => string.Join(", ", counts.Select((count, layer) => (Share: 100.0 * count / Draws, layer)).Where(at => at.Share is < Lowest or > Highest)
        .Select(at => string.Create(CultureInfo.InvariantCulture, $"{at.layer}: {at.Share:F1}")));
}
