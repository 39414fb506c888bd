using MLNet.WeightInit.Engine.Diagnostics.Trainability;
using MLNet.WeightInit.Engine.Network;
using MLNet.WeightInit.Engine.Tests.Network;
using MLNet.WeightInit.Engine.Training;

namespace MLNet.WeightInit.Engine.Tests.Diagnostics.Trainability;

/// <summary>Each figure of the first 20 steps by its definition, of steps that are made by hand.</summary>
[TestFixture]
internal sealed class StepFiguresTests
{
    const double InitialLoss = 2.5, PriorLoss = 2, ProbeLoss = 1.75;
    const long Planned = 300;

    static double Shift(int step, int tensor) => tensor == 0 ? 0.01 * (1 + step % 3) : step % 2 == 0 ? 0.004 * (1 + step) : -0.002 * (1 + step);

    static double LossOf(int step) => 2.4 - 0.03 * step + 0.05 * Math.Cos(2.0 * step);

    static double NormOf(int step) => 0.5 + 0.02 * step + 0.03 * Math.Sin(1.5 * step);

    [Test]
    public void Every_figure_is_that_of_its_definition()
    {
        double[] start = [.. Enumerable.Range(0, StartFigures.Names.Count).Select(i => 0.01 * i)], figures = StepFigures.Of(Steps(), start, InitialLoss, PriorLoss, Planned);
        double[] losses = [.. Enumerable.Range(0, 20).Select(LossOf)], norms = [.. Enumerable.Range(0, 20).Select(NormOf)];
        double first = losses[..5].Average(), before = losses[10..15].Average(), last = losses[15..].Average(), begin = norms[..5].Average(), end = norms[15..].Average();
        (double slope, double noise) = Line(losses);
        double[][] ratios = [.. Enumerable.Range(0, 2).Select(tensor => Enumerable.Range(0, 20).Select(step => Math.Abs(Shift(step, tensor))).ToArray())];
        double[] updates = [.. ratios.Select(tensor => tensor[15..].Average())], changes = [.. ratios.Select((tensor, i) => updates[i] / tensor[1])];
        double[] movements = [.. Enumerable.Range(0, 2).Select(tensor => Math.Abs(Enumerable.Range(0, 20).Aggregate(1.0, (product, step) => product * (1 + Shift(step, tensor))) - 1))];
        double[] straight = [.. movements.Select((movement, tensor) => movement / ratios[tensor].Sum())];
        // The deviation of the numbers 0 to 19, times √20: the slope's standard error is noise over it.
        double run = Math.Sqrt(Enumerable.Range(0, 20).Sum(step => Math.Pow(step - 9.5, 2)));
        var expected = new Dictionary<string, double>
        {
            ["failed"] = 0,
            ["probe loss"] = Math.Log10(ProbeLoss / PriorLoss),
            ["probe fall"] = (InitialLoss - ProbeLoss) / PriorLoss,
            ["end loss"] = Math.Log10(last / PriorLoss),
            ["fall"] = (first - last) / PriorLoss,
            ["late fall"] = (before - last) / PriorLoss,
            ["slope"] = slope * Planned / PriorLoss,
            ["noise"] = Math.Log10(noise / PriorLoss),
            ["slope by noise"] = slope * run / noise,
            ["projected loss"] = (ProbeLoss + slope * (Planned - 20)) / PriorLoss,
            ["lowest loss"] = Math.Log10(losses.Min() / PriorLoss),
            ["highest loss"] = Math.Log10(losses.Max() / PriorLoss),
            ["gradient change"] = Math.Log10(end / begin),
            ["gradient noise"] = Math.Log10(Line(norms).Noise / end),
            ["end gradient"] = Math.Log10(end / PriorLoss),
            ["smallest update"] = Math.Log10(updates.Min()),
            ["largest update"] = Math.Log10(updates.Max()),
            ["first update"] = Math.Log10(updates[0]),
            ["head update"] = Math.Log10(updates[1]),
            ["update change"] = Math.Log10(changes.Max()),
            ["smallest movement"] = Math.Log10(movements.Min()),
            ["largest movement"] = Math.Log10(movements.Max()),
            ["least straight"] = straight.Min(),
            ["straightest"] = straight.Max(),
        };
        using (Assert.EnterMultipleScope())
            foreach ((string name, double figure) in StepFigures.Names.Zip(figures))
                // Weights are floats, each rounded at 6e-8 of a weight and a step: of steps of 0.002 that is 3e-5 each, and of random sign over a dozen weights.
                Assert.That(figure, Is.EqualTo(expected.TryGetValue(name, out double value) ? value : start[StartFigures.Names.ToList().IndexOf(name)]).Within(5e-5), name);
        Assert.That(StepFigures.Names.TakeLast(expected.Count), Is.EquivalentTo(expected.Keys));
    }

    [Test]
    public void A_training_that_broke_down_says_so()
    {
        EarlySteps steps = Steps(fewer: 12);
        steps.End(double.NaN, double.NaN);
        double[] figures = StepFigures.Of(steps, new double[StartFigures.Names.Count], InitialLoss, PriorLoss, Planned);
        Assert.That(figures[StepFigures.Names.ToList().IndexOf("failed")], Is.EqualTo(1));
        Assert.That(figures, Is.All.Not.NaN);
    }

    /// <summary>Each step multiplies each layer's weights by one more than its shift: the update's ratio is the shift's size.</summary>
    static EarlySteps Steps(int fewer = 0)
    {
        FeedForwardNetwork network = Networks.Create(4, [3], 2);
        var steps = new EarlySteps(network, isOn: true, measure: () => ProbeLoss);
        for (int step = 0; step < 20 - fewer; step++)
        {
            Assert.That(steps.Begin(step));
            for (int tensor = 0; tensor < 2; tensor++)
            {
                LayerLayout layer = network.Layout.Layers[tensor];
                foreach (ref float weight in network.Parameters.Span.Slice((int)layer.WeightOffset, (int)layer.WeightLength))
                    weight = (float)(weight * (1 + Shift(step, tensor)));
            }
            steps.End(LossOf(step), NormOf(step));
        }
        return steps;
    }

    /// <summary>The line of least squares by its normal equations; n − 2 degrees of freedom are left.</summary>
    static (double Slope, double Noise) Line(double[] values)
    {
        double n = values.Length, x = 0, y = 0, xx = 0, xy = 0;
        for (int i = 0; i < values.Length; i++)
            (x, y, xx, xy) = (x + i, y + values[i], xx + i * (double)i, xy + i * values[i]);
        double slope = (n * xy - x * y) / (n * xx - x * x), offset = (y - slope * x) / n;
        return (slope, Math.Sqrt(values.Select((value, i) => Math.Pow(value - offset - slope * i, 2)).Sum() / (n - 2)));
    }
}
