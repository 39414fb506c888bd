using System.Globalization;
using Microsoft.ML;
using Microsoft.ML.Data;
using MLNet.WeightInit;

namespace Initializers;

/// <summary>Growth a layer of the signal and of the gradient, measured in one network and predicted, for each activation, initializer and depth.</summary>
static class Slopes
{
    const int Width = 64, Rows = 256;

    static readonly string[] s_activations =
        ["ReLU", "LeakyReLU(slope=0.2)", "ELU", "SELU", "GELU", "GELUTanh", "SiLU", "Mish", "HardSwish", "Tanh", "HardTanh", "Erf", "Softsign", "Sigmoid", "Softplus", "Sin", "Identity"];

    static readonly string[] s_initializers =
    [
        "auto", "he", "he_uniform", "he_truncated", "glorot", "lecun", "orthogonal", "orthogonal(gain=1.4142135)", "random_walk", "edge_of_chaos", "looks_linear", "selu", "siren", "mup", "pytorch_default", "keras_default",
        "normal(deviation=0.01)", "normal(deviation=0.05)", "sparse(sparsity=0.9)", "martens", "nguyen_widrow", "spectral", "ppo", "gpt2", "bert", "dcgan", "hadamard_identity", "idinit", "identity",
    ];

    static readonly int[] s_depths = [2, 10, 30, 100];

    public static void Print()
    {
        Console.WriteLine($"""
            ## Growth a layer

            Networks of {string.Join(", ", s_depths)} hidden layers of {Width} units without residual blocks or normalization, {Rows} rows of {Width} normal features, seed 1, untrained, for values and Adam (where `auto` starts ReLU and its leaky kin mirrored from four layers on). A cell is *measured (predicted)*, in nepers: the
            natural logarithm of the factor by which one layer multiplies. Signal: the deviation of the pre-activations, from the first hidden layer to the last. Gradient: the norm of ∂L/∂z, from the last hidden layer back to the first.
            0 is what a deep network wants; ±0.35 a layer is a factor of 2.8 · 10⁴ over 30 layers, ±0.1 one of 18. Predicted is the mean-field recursion for infinite width from the weights' own mean and variance (docs/diagnostics.md);
            in 64 units it is missed by chance, by √(1/64) over a few layers, and a little by orthogonal weights, which aren't independent. Of mirrored weights (`looks_linear`, and `auto` where it takes it) and identities, whose structure is the whole point, it is the recursion of that structure:
            a pair of units hands φ(z) − φ(−z) on, and of identities each unit φ of one input (benchmarks/Initializers/StructuredTheory.cs; the gradient is that of all units alike, where the one output of `hadamard_identity` and `identity` reads the first alone). A dash: the signal or gradient is exactly 0, or has left
            the range of a float.

            """);
        foreach (string activation in s_activations)
        {
            Console.WriteLine($"### {activation}\n");
            Console.WriteLine($"| initializer |{string.Concat(s_depths.Select(depth => $" signal, {depth} | gradient, {depth} |"))}");
            Console.WriteLine($"|---|{string.Concat(s_depths.Select(_ => "---|---|"))}");
            foreach (string initializer in s_initializers)
                Console.WriteLine($"| `{initializer}` |{string.Concat(s_depths.Select(depth => Cells(activation, initializer, depth)))}");
            Console.WriteLine();
        }
    }

    static string Cells(string activation, string initializer, int depth)
    {
        InitializationReport report;
        try
        {
            report = Report(activation, initializer, depth);
        }
        catch (Exception exception) when (exception is ArgumentException or InvalidOperationException)
        {
            return " no such point | no such point |";                     // edge_of_chaos says so of softplus
        }
        LayerStatistics first = report.Layers[0], last = report.Layers[depth - 1];
        (double signal, double gradient) = StructuredTheory.Of(activation, report.Plan.First(row => row.Tensor == "hidden[1].weights").Initializer, first.PreActivationDeviation, depth)
            ?? (last.PredictedDeviation / first.PredictedDeviation, first.PredictedGradientNorm / last.PredictedGradientNorm);
        return $" {Growth(last.PreActivationDeviation / first.PreActivationDeviation)} ({Growth(signal)}) | {Growth(first.PreActivationGradientNorm / last.PreActivationGradientNorm)} ({Growth(gradient)}) |";

        string Growth(double factor) => double.IsFinite(factor) && factor > 0 ? (Math.Log(factor) / (depth - 1)).ToString("+0.000;−0.000;0", CultureInfo.InvariantCulture) : "–";
    }

    static InitializationReport Report(string activation, string initializer, int depth)
    {
        var context = new MLContext(seed: 1);
        var random = new RandomSource(1, "rows");
        var rows = new Row[Rows];
        var labels = new float[Rows];
        random.FillNormal(labels, 1);
        for (int row = 0; row < Rows; row++)
        {
            rows[row] = new Row { Features = new float[Width], Label = labels[row] };
            random.FillNormal(rows[row].Features, 1);
        }
        return context.Regression.Trainers.NeuralNet(new NeuralNetOptions
        {
            HiddenLayers = [.. Enumerable.Repeat(Width, depth)],
            Activation = activation,
            Init = initializer,
            NumberOfEpochs = 0,
            Standardize = false,
            NumberOfThreads = 1,
        }).Fit(context.Data.LoadFromEnumerable(rows)).Model.Initialization!;
    }

    sealed class Row
    {
        [VectorType(Width)]
        public float[] Features { get; set; } = [];
        public float Label { get; set; }
    }
}
