using MLNet.WeightInit.Engine.Data;
using MLNet.WeightInit.Engine.Diagnostics.Trainability;
using MLNet.WeightInit.Engine.Kernels;
using MLNet.WeightInit.Engine.Network;
using MLNet.WeightInit.Engine.Tests.Network;
using MLNet.WeightInit.Engine.Tests.Training;
using MLNet.WeightInit.Engine.Training;

namespace MLNet.WeightInit.Engine.Tests.Diagnostics.Trainability;

/// <summary>Each figure of the start by its definition, in plain sums in double, of a network 4-3-5-2 on six rows. The study's file has the figures' outcomes; here is what they are.</summary>
[TestFixture]
internal sealed class StartFiguresTests
{
    const int Rows = 6, Steps = 1000;
    const double PriorLoss = 2, Loss = 3;

    static readonly int[] s_units = [3, 5, 2];

    static readonly LayerStatistics[] s_layers =
    [
        Statistics.Healthy("hidden[0]", inputs: 4, outputs: 3) with { PreActivationMean = 0.5, PreActivationDeviation = 1.2, OutputMean = 2.1, OutputDeviation = 0.3, PreActivationGradientNorm = 0.3, WeightGradientNorm = 0.7, WeightDeviation = 0.01, DeadFraction = 0.2, ZeroFraction = 0.9, SaturatedFraction = 0.1 },
        Statistics.Healthy("hidden[1]", inputs: 3, outputs: 5) with { PreActivationMean = -0.8, PreActivationDeviation = 0.4, OutputMean = 0.2, OutputDeviation = 0.5, PreActivationGradientNorm = 0.2, WeightGradientNorm = 0.05, WeightDeviation = 0.6, DeadFraction = 0.1, ZeroFraction = 0.8, SaturatedFraction = 0.4 },
        Statistics.Healthy("output", "Identity", inputs: 5, outputs: 2) with { PreActivationGradientNorm = 0.4, WeightGradientNorm = 0.9, WeightDeviation = 0.3, DeadFraction = 0.7, SaturatedFraction = 0.8 },
    ];

    static readonly (double Sum, double SquaredSum)[] s_rows = [.. Enumerable.Range(0, Rows).Select(row => (0.0, 2.0 + row))];

    /// <summary>η / (1 − β), whether a step has the gradient's size, ε, and 2 (1 + β) / (1 − β). Figures are logarithms of sums of a few floats, so six digits.</summary>
    [TestCase("SGD", 1, false, 0, 2)]
    [TestCase("Momentum(momentum=0.8)", 5, false, 0, 18)]
    [TestCase("Momentum", 10, false, 0, 38)]
    [TestCase("Adam(epsilon=0.5)", 1, true, 0.5, 2)]
    [TestCase("Lion", 1, true, 0, 2)]
    public void Every_figure_is_that_of_its_definition(string optimizer, double longRun, bool divides, double epsilon, double bound)
    {
        const float Rate = 0.125f;
        NetworkProbe probe = Probe();
        double rate = Rate * longRun, trace = 0, reach = 0, hiddenSpeed = 0;
        double[] squares = [s_rows.Average(row => row.SquaredSum), 3 * (2.1 * 2.1 + 0.3 * 0.3), 5 * (0.2 * 0.2 + 0.5 * 0.5)], moves = new double[3];
        for (int layer = 0; layer < 3; layer++)
        {
            LayerStatistics statistics = s_layers[layer];
            double sensitivity = statistics.PreActivationGradientNorm / 0.4, element = statistics.WeightGradientNorm / Math.Sqrt(statistics.Inputs * statistics.Outputs), share = element / (element + epsilon);
            trace += squares[layer] * sensitivity * sensitivity;
            reach += Math.Sqrt(statistics.Inputs * squares[layer] * statistics.Outputs) * sensitivity;
            moves[layer] = rate * (divides ? share : element) / Math.Max(statistics.WeightDeviation, 0.1 / Math.Sqrt(statistics.Inputs));
            if (layer < 2)
                hiddenSpeed += rate * (divides ? probe.Layers[layer].WeightGradients.Span.ToArray().Sum(value => Math.Abs((double)value)) * share : statistics.WeightGradientNorm * statistics.WeightGradientNorm);
        }
        (double Share, double Variance)[] differences = [Differences(probe.Layers[0]), Differences(probe.Layers[1])];
        double[] head = HeadGradient(probe);
        double norm = Math.Sqrt(head.Sum(value => value * value)), headElement = norm / Math.Sqrt(10), headSpeed = rate * (divides ? head.Sum(Math.Abs) * (headElement / (headElement + epsilon)) : norm * norm);
        var labels = new LabelRelation(probe.Layers[2].PreActivationGradients.Span, Rows, 2, probe.Layers[2].Stride);
        (double linear, double near) = labels.Of(probe.Inputs!.Span, 4, probe.InputStride);
        var expected = new Dictionary<string, double>
        {
            ["stability"] = Math.Log10(divides ? rate * reach : rate * trace / bound),
            ["head speed"] = Math.Log10(headSpeed * Steps / PriorLoss),
            ["hidden speed"] = Math.Log10(hiddenSpeed * Steps / PriorLoss),
            ["smallest move"] = Math.Log10(moves.Min()),
            ["largest move"] = Math.Log10(moves.Max()),
            ["gradient ratio"] = Math.Log10(0.3 / 0.2),
            ["signal ratio"] = Math.Log10((0.8 * 0.8 + 0.4 * 0.4) / (0.5 * 0.5 + 1.2 * 1.2)) / 2,
            ["row differences"] = Math.Log10(differences[1].Share),
            ["row signal"] = Math.Log10(differences[1].Variance),
            ["dead"] = 0.2,
            ["saturated"] = 0.4,
            ["initial loss"] = Math.Log10(Loss / PriorLoss),
            ["steps"] = Math.Log10(Steps),
            ["depth"] = Math.Log10(3),
            ["width"] = Math.Log10(15) / 2,
            ["divides by size"] = divides ? 1 : 0,
            ["rate"] = Math.Log10(rate),
            ["prior loss"] = Math.Log10(PriorLoss),
            ["outputs"] = Math.Log10(2),
            ["first move"] = Math.Log10(moves[0]),
            ["lowest differences"] = Math.Log10(differences.Min(layer => layer.Share)),
            ["label by features"] = linear,
            ["label by neighbours"] = near,
            ["label by hidden units"] = labels.Of(probe.Layers[1].Activations.Span, 5, probe.Layers[1].Stride).Linear,
        };
        TrainingOptions options = Trainings.Options(NetworkTask.Multiclass, 2, [3, 5], optimizer: optimizer, learningRate: Rate);
        double[] figures = StartFigures.Of(probe, s_layers, s_rows, options, PriorLoss, Steps);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(StartFigures.Names, Is.EquivalentTo(expected.Keys));
            foreach ((string name, double figure) in StartFigures.Names.Zip(figures))
                Assert.That(figure, Is.EqualTo(expected[name]).Within(1e-6), name);
            Assert.That(differences[0].Share, Is.LessThan(differences[1].Share / 2), "so that the lowest isn't the last");
            Assert.That(StartFigures.LabelShare(figures), Is.EqualTo(Math.Max(linear, near)));
        }
    }

    /// <summary>What is asked again at another rate, and for more steps, are the figures of such a training.</summary>
    [TestCase("SGD")]
    [TestCase("Adam")]
    public void Other_rates_and_more_steps_have_the_figures_of_such_trainings(string optimizer)
    {
        double[] OfTraining(float rate, long steps) => StartFigures.Of(Probe(), s_layers, s_rows, Trainings.Options(NetworkTask.Multiclass, 2, [3, 5], optimizer: optimizer, learningRate: rate), PriorLoss, steps);
        double[] start = OfTraining(0.125f, Steps);
        Assert.That(StartFigures.AtRate(start, 8), Is.EqualTo(OfTraining(1, Steps)).Within(1e-9));
        Assert.That(StartFigures.AtSteps(start, 5), Is.EqualTo(OfTraining(0.125f, 5 * Steps)).Within(1e-9));
    }

    [Test]
    public void The_neighbours_tell_where_a_straight_line_does_not()
    {
        double[] figures = new double[StartFigures.Names.Count];
        figures[StartFigures.Names.ToList().IndexOf("label by features")] = -0.25;
        figures[StartFigures.Names.ToList().IndexOf("label by neighbours")] = 0.5;
        Assert.That(StartFigures.LabelShare(figures), Is.EqualTo(0.5));
    }

    /// <summary>Sparse rows give the shares of the same rows written out; a cell that was left behind would show in the next rows.</summary>
    [Test]
    public void Sparse_rows_tell_as_much_as_the_same_rows_dense()
    {
        const int Many = 24, Columns = 9;
        float[] values = Networks.Values(Many * Columns, 4), gradients = Networks.Values(Many, 5);
        var batch = new SparseBatch();
        for (int row = 0; row < Many; row++)
        {
            (int[] columns, float[] cells, int first) = batch.BeginRow(Columns);
            int count = 0;
            for (int column = 0; column < Columns; column++)
                if ((row + 2 * column) % 3 == 0)
                    (columns[first + count], cells[first + count++]) = (column, values[row * Columns + column]);
                else
                    values[row * Columns + column] = 0;
            batch.EndRow(first + count);
        }
        var labels = new LabelRelation(gradients, Many, 1, 1);
        (double linear, double near) = labels.Of(values, Columns, Columns);
        (double Linear, double Near) sparse = labels.Of(batch, Columns);
        // The same products, in another order of sums.
        Assert.That((sparse.Linear, sparse.Near), Is.EqualTo((linear, near)).Within(1e-12));
    }

    static NetworkProbe Probe()
    {
        // The first layer's units are far from 0, so that rows differ little beside what they have in common.
        LayerProbe[] layers = [.. s_units.Select((units, layer) => Probes.Layer(
            Block(units, (uint)(10 + layer)), function: z => layer == 0 ? 2 + z / 4 : z, gradients: Block(units, (uint)(20 + layer)), weightGradients: Networks.Values(s_layers[layer].Inputs * units, (uint)(30 + layer)), inputs: s_layers[layer].Inputs))];
        var inputs = new AlignedBuffer(Rows * 16);
        for (int row = 0; row < Rows; row++)
            Block(4, 1)[row].CopyTo(inputs.Span[(row * 16)..]);
        return new NetworkProbe(Rows, Loss, layers) { Inputs = inputs, InputStride = 16 };
    }

    static float[][] Block(int units, uint seed) => [.. Networks.Values(Rows * units, seed).Chunk(units)];

    static (double Share, double Variance) Differences(LayerProbe layer)
    {
        double between = 0, all = 0;
        for (int unit = 0; unit < layer.Units; unit++)
        {
            double[] values = [.. Enumerable.Range(0, Rows).Select(row => (double)layer.Activations.Span[row * layer.Stride + unit])];
            between += values.Average(value => Math.Pow(value - values.Average(), 2));
            all += values.Average(value => value * value);
        }
        return (between / all, between);
    }

    /// <summary>Σ δ (h − mean h)ᵀ over rows: ∂L/∂W of the output layer without the part that all rows share.</summary>
    static double[] HeadGradient(NetworkProbe probe)
    {
        LayerProbe below = probe.Layers[1], head = probe.Layers[2];
        double H(int row, int unit) => below.Activations.Span[row * below.Stride + unit];
        return [.. Enumerable.Range(0, 10).Select(i => Enumerable.Range(0, Rows).Sum(row => head.PreActivationGradients.Span[row * head.Stride + i / 5] * (H(row, i % 5) - Enumerable.Range(0, Rows).Average(other => H(other, i % 5)))))];
    }
}
