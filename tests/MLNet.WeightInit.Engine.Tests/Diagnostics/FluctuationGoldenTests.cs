using System.Globalization;
using MLNet.WeightInit.Engine.Diagnostics.Theory;
using MLNet.WeightInit.Engine.Expectations;
using MLNet.WeightInit.Engine.Kernels;
using MLNet.WeightInit.Engine.Kernels.Activations;
using MLNet.WeightInit.Engine.Network;

namespace MLNet.WeightInit.Engine.Tests.Diagnostics;

/// <summary>Means and variances behind the bands, against 20,000 draws of the weights by another program (tests/goldens/fluctuations.py): layers of unlike widths, biases, dropout, orthogonal weights, gradients that know of the outputs.</summary>
[TestFixture]
internal sealed class FluctuationGoldenTests
{
    const int Rows = 32, Features = 24, Outputs = 6;

    static readonly string[][] s_lines = [.. Lines().Skip(1).Select(line => line.Split(','))];

    static IEnumerable<string> Cases => s_lines.Select(line => line[0]).Distinct();

    /// <summary>A variance of 20,000 draws has a standard error of 1 %, and theory leaves out the next order in 1/n: of three layers of some 100 units 5 in 100 for each that a gradient or signal has passed, at most 10 here. Orthogonal weights leave
    /// less to chance, and of that rather 15 % to the next order (n + 2 stands where n does), of the first layer's 10⁻⁶ a quarter. The logarithm of the output's six units isn't normal: three tenths. The growth of a gradient that knows of the
    /// outputs is convex in what it knows, which is told as a mean over draws: a fifth of it, and a fifth of a deviation,
    /// by which a band's middle may be off before it holds half a percent less. The first gradients of sixteen layers have 12 in 100 of the next order.</summary>
    [TestCaseSource(nameof(Cases))]
    public void Variances_and_means_are_those_of_draws(string name)
    {
        string[][] lines = [.. s_lines.Where(line => line[0] == name)];
        (Fluctuation[] forward, Fluctuation[] backward) = Predict(lines[0]);
        bool isAligned = lines[0][7] == "1";
        using (Assert.EnterMultipleScope())
            foreach (string[] line in lines)
            {
                bool isGradient = line[8] == "gradient";
                int layer = int.Parse(line[9], CultureInfo.InvariantCulture);
                (double mean, double variance) = (Number(line[10]), Number(line[11]));
                Fluctuation predicted = (isGradient ? backward : forward)[layer];
                bool isOutput = !isGradient && layer == forward.Length - 1, isOrthogonal = line[3] == "1";
                double ofVariance = isOutput ? 0.3 : !isOrthogonal ? (isGradient && forward.Length - layer > 10 ? 0.12 : 0.1) : layer == 0 && !isGradient ? 0.25 : 0.15, ofDeviation = isAligned ? 0.2 : isOutput || isOrthogonal ? 0.15 : 0.05;
                string what = $"{line[8]} of layer {layer}";
                if (!isAligned)
                    Assert.That(predicted.Variance, Is.EqualTo(variance).Within(ofVariance * variance), $"variance, {what}");
                Assert.That(predicted.Mean, Is.EqualTo(mean).Within(5 * Math.Sqrt(variance / 20_000) + ofDeviation * Math.Sqrt(variance) + (isAligned ? 0.2 * Math.Abs(mean) : 0)), $"mean, {what}");
            }
    }

    static (Fluctuation[] Forward, Fluctuation[] Backward) Predict(string[] line)
    {
        int[] widths = [.. line[2].Split(' ').Select(width => int.Parse(width, CultureInfo.InvariantCulture)), Outputs];
        bool isOrthogonal = line[3] == "1", isAligned = line[7] == "1";
        double scale = Number(line[4]), biases = Number(line[5]), dropped = Number(line[6]);
        Dropout? dropout = dropped > 0 ? new Dropout((float)dropped, isAlpha: false) : null;
        float[] features = [.. Enumerable.Range(0, Rows * Features).Select(i => Feature(i / Features, i % Features))];
        float[] deltas = [.. Enumerable.Range(0, Rows * Outputs).Select(i => (float)Math.Cos(0.9 * (i / Outputs) + 2.1 * (i % Outputs) + 0.07 * (i / Outputs) * (i % Outputs)))];
        LayerProbe[] layers = new LayerProbe[widths.Length];
        var moments = new WeightMoments[widths.Length];
        for (int layer = 0; layer < widths.Length; layer++)
        {
            int inputs = layer == 0 ? Features : widths[layer - 1];
            layers[layer] = Probes.Layer([new float[widths[layer]]], inputs: inputs);
            moments[layer] = new WeightMoments(0, scale / (isOrthogonal ? Math.Max(inputs, widths[layer]) : inputs), 0, biases);
        }
        (double Sum, double SquaredSum)[] rows = [.. features.Chunk(Features).Select(row => (row.Sum(x => (double)x), row.Sum(x => (double)x * x)))];
        var similarity = RowSimilarity.Of(features, Rows, Features, Features);
        ActivationCurve curve = line[1] == "Identity" ? ActivationCurve.Identity : new KernelCurve(Activations.Parse(line[1]), SimdLevels.Best);
        SimilarityLayer[] similarities = SimilarityRecursion.Predict(layers, moments, curve, rows, similarity, dropout);
        var fluctuations = new WidthFluctuations(layers, similarities, curve, [.. Enumerable.Repeat(isOrthogonal, layers.Length)], ProbeRows.Of(rows, Features, similarity.LengthSpread), dropout);
        (double[] SquaredCosines, double Spread) gradients = isAligned ? ([Number(line[13])], Number(line[14])) : similarity.SquaredCosines(deltas, Outputs, Outputs);
        return fluctuations.Predict(new OutputGradients(gradients.SquaredCosines, gradients.Spread, isAligned ? Number(line[12]) : 1, Number(line[15])));
    }

    /// <summary>As the program has them.</summary>
    static float Feature(int row, int column) => (float)(Math.Cos(1.3 * row + 0.7 * column + 0.11 * row * column) * (0.8 + 0.1 * (row % 5)) + 0.3);

    static double Number(string text) => double.Parse(text, CultureInfo.InvariantCulture);

    static IEnumerable<string> Lines()
    {
        using var reader = new StreamReader(typeof(FluctuationGoldenTests).Assembly.GetManifestResourceStream("MLNet.WeightInit.Engine.Tests.Goldens.fluctuations.csv")!);
        return reader.ReadToEnd().Split('\n', StringSplitOptions.RemoveEmptyEntries);
    }
}
