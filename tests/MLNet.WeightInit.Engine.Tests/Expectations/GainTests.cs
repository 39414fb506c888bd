using System.Globalization;
using System.Text.RegularExpressions;
using MathNet.Numerics;
using MLNet.WeightInit.Engine.Expectations;
using MLNet.WeightInit.Engine.Kernels;
using MLNet.WeightInit.Engine.Kernels.Activations;
using MLNet.WeightInit.Engine.Tests.Architecture;

namespace MLNet.WeightInit.Engine.Tests.Expectations;

public partial class GainTests
{
    /// <summary>Six digits are asked for. The kernels' values are off by a few 2⁻²⁴, and rounding of the points shifts each by as much: seven digits are what single precision has to give.</summary>
    const double Digits = 3e-7;

    public sealed record Row(string Activation, double Variance, double Mean, double SecondMoment, double SquaredSlope, double Stretch);

    /// <summary>mpmath's integrals to 20 digits, checked there against closed forms: tests/goldens/gains.py.</summary>
    static IEnumerable<Row> Rows()
    {
        using var reader = new StreamReader(typeof(GainTests).Assembly.GetManifestResourceStream("MLNet.WeightInit.Engine.Tests.Goldens.gains.csv")!);
        reader.ReadLine();
        while (reader.ReadLine() is { } line)
        {
            string[] cells = line.Split(';');
            double[] numbers = [.. cells.Skip(1).Select(cell => double.Parse(cell, CultureInfo.InvariantCulture))];
            yield return new Row(cells[0], numbers[0], numbers[1], numbers[2], numbers[3], numbers[4]);
        }
    }

    [TestCaseSource(nameof(Rows))]
    public void Gains_have_the_digits_of_the_integrals(Row row)
    {
        Gain gain = Gain.Of(row.Activation, row.Variance);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(gain.Mean, Is.EqualTo(row.Mean).Within(Digits * Math.Sqrt(row.SecondMoment)), "E φ");
            Assert.That(gain.SecondMoment, Is.EqualTo(row.SecondMoment).Within(Digits * row.SecondMoment), "E φ²");
            Assert.That(gain.SquaredSlope, Is.EqualTo(row.SquaredSlope).Within(Digits * row.SquaredSlope), "E φ′²");
            Assert.That(gain.Forward, Is.EqualTo(Math.Sqrt(row.Variance / row.SecondMoment)).Within(Digits * gain.Forward), "forward");
            Assert.That(gain.Backward, Is.EqualTo(1 / Math.Sqrt(row.SquaredSlope)).Within(Digits * gain.Backward), "backward");
            Assert.That(gain.GradientGrowth, Is.EqualTo(row.Variance * row.SquaredSlope / row.SecondMoment).Within(2 * Digits * gain.GradientGrowth), "χ₁");
            // A small sum of large parts of both signs for sin: its rounding is of the parts' size.
            Assert.That(gain.StabilitySlope, Is.EqualTo(row.Stretch / row.SecondMoment).Within(2 * Digits), "slope");
            Assert.That((gain.Activation, gain.Variance), Is.EqualTo((Activations.Parse(row.Activation).Specification, row.Variance)));
        }
    }

    [TestCaseSource(nameof(Rows)), Category("Fused"), Category("Determinism")]
    public void Every_width_gives_the_same_bits(Row row)
    {
        CurveMoments[] moments = [.. ((SimdLevel[])[SimdLevel.Width128, SimdLevel.Width256, SimdLevel.Width512])
            .Select(level => AdaptiveQuadrature.Moments(new KernelCurve(Activations.Parse(row.Activation), level).EvaluateRounded, row.Variance))];
        Assert.That(moments, Is.All.EqualTo(moments[0]));
    }

    [Test]
    public void Every_activation_has_a_golden()
        => Assert.That(Activations.All, Is.SubsetOf(Rows().Select(row => row.Activation)));

    /// <summary>A function of the user's own, with a kink that no grid has: the third of a step and a ramp, by closed forms in Φ and its density.</summary>
    [Test]
    public void A_functions_kinks_may_be_anywhere()
    {
        const double at = 1 / 3.0, scale = 2;
        Gain gain = Gain.OfFunction(x => x > at ? scale * (x - at) : 0, x => x > at ? scale : 0);
        double tail = SpecialFunctions.Erfc(at / Math.Sqrt(2)) / 2, density = Math.Exp(-at * at / 2) / Math.Sqrt(2 * Math.PI);
        double mean = scale * (density - at * tail), square = scale * scale * ((1 + at * at) * tail - at * density), slope = scale * scale * tail;
        // Quadrature alone, no kernels: the tolerance a cell, 2e-9, in the few cells around the kink.
        Assert.That(gain.Mean, Is.EqualTo(mean).Within(1e-8));
        Assert.That(gain.SecondMoment, Is.EqualTo(square).Within(1e-8));
        Assert.That(gain.SquaredSlope, Is.EqualTo(slope).Within(3e-8));
        Assert.That(gain.Activation, Is.EqualTo("custom"));
    }

    /// <summary>A polynomial of degree five: E x² + 2 · 0.1 E x⁶ + 0.01 E x¹⁰ = 1 + 0.2 · 15 + 0.01 · 945, and E (1 + 0.5 x⁴)² = 1 + 3 + 0.25 · 105.</summary>
    [Test]
    public void Functions_that_grow_fast_keep_their_digits()
    {
        Gain gain = Gain.OfFunction(x => x + 0.1 * Math.Pow(x, 5), x => 1 + 0.5 * Math.Pow(x, 4));
        Assert.That(gain.SecondMoment, Is.EqualTo(13.45).Within(1e-7));
        Assert.That(gain.SquaredSlope, Is.EqualTo(30.25).Within(1e-7));
    }

    /// <summary>φ² = z^(2 · degree): (2 · degree − 1)!!, of which half lies beyond ten deviations for degree 50.</summary>
    [TestCase(12)]
    [TestCase(50)]
    [TestCase(80)]
    public void Functions_may_have_their_weight_far_out(int degree)
    {
        double moment = 1;
        for (int factor = 1; factor < 2 * degree; factor += 2)
            moment *= factor;
        Assert.That(Gain.OfFunction(x => Math.Pow(x, degree), x => degree * Math.Pow(x, degree - 1)).SecondMoment, Is.EqualTo(moment).Within(1e-7 * moment));
    }

    /// <summary>|x|^power times a sign, with its pole or root at 0 or anywhere else: its slope's square |x|^(2 · power − 2) has an integral for powers above 1/2, as its own has for powers above −1/2. Poles within 1/20 of that are decided by a
    /// fit over levels.</summary>
    [Test, Combinatorial]
    public void An_integral_without_end_is_infinite([Values(-1, -0.5, -0.4, 0.3333333333, 0.5, 0.6, 0.75, 1)] double power, [Values(0, 1 / 3.0, -2.71828)] double at)
    {
        Gain gain = Gain.OfFunction(x => Math.Sign(x - at) * Math.Pow(Math.Abs(x - at), power), x => power * Math.Pow(Math.Abs(x - at), power - 1));
        Assert.That(double.IsFinite(gain.SecondMoment), Is.EqualTo(power > -0.5), $"{gain}");
        Assert.That(double.IsFinite(gain.SquaredSlope), Is.EqualTo(power > 0.5), $"{gain}");
        Assert.That(gain.Backward, power > 0.5 ? Is.GreaterThan(0) : Is.Zero);
        Assert.That(gain.Forward, power > -0.5 ? Is.GreaterThan(0) : Is.Zero);
    }

    /// <summary>E |z|^(2/3) = 2^(1/3) Γ(5/6) / √π for the cube root (0.802, Γ(5/6) = 1.128787029908126), and E |z|^(−1/2) · 9/16 = 9/16 · 2^(−1/4) Γ(1/4) / √π for |x|^(3/4), whose slope has a pole (Γ(1/4) = 3.625609908221908).
    /// A pole's cells are known to 2⁻³⁰ of 0.25, of which x^(−1/2) leaves 1e-5.</summary>
    [Test]
    public void Poles_that_have_an_integral_are_summed()
    {
        Assert.That(Gain.OfFunction(Math.Cbrt, x => 1 / (3 * Math.Pow(Math.Cbrt(x), 2))).SecondMoment, Is.EqualTo(Math.Cbrt(2) * 1.128787029908126 / Math.Sqrt(Math.PI)).Within(1e-7));
        Assert.That(Gain.OfFunction(x => Math.Pow(Math.Abs(x), 0.75), x => 0.75 * Math.Sign(x) * Math.Pow(Math.Abs(x), -0.25)).SquaredSlope,
            Is.EqualTo(9 / 16.0 * Math.Pow(2, -0.25) * 3.625609908221908 / Math.Sqrt(Math.PI)).Within(1e-5));
    }

    /// <summary>E exp(2 a z²) = 1 / √(1 − 4a) below a = 1/4, and no number from there on.</summary>
    [TestCase(0.1)]
    [TestCase(0.2)]
    [TestCase(0.3)]
    [TestCase(1)]
    public void A_function_that_outgrows_the_density_has_no_moments(double a)
    {
        Gain gain = Gain.OfFunction(x => Math.Exp(a * x * x), x => 2 * a * x * Math.Exp(a * x * x));
        Assert.That(gain.SecondMoment, a < 0.25 ? Is.EqualTo(1 / Math.Sqrt(1 - 4 * a)).Within(1e-7) : Is.EqualTo(double.PositiveInfinity));
        Assert.That(double.IsFinite(gain.SquaredSlope), Is.EqualTo(a < 0.25));
    }

    /// <summary>A rectifier scales: its gains don't depend on the variance, which far from 1 must not underflow.</summary>
    [TestCase(1e-20)]
    [TestCase(1e-6)]
    [TestCase(1e20)]
    public void ReLU_has_one_gain_at_every_variance(double variance)
    {
        Gain gain = Gain.Of("relu", variance);
        Assert.That(gain.Forward, Is.EqualTo(Math.Sqrt(2)).Within(1e-6));
        Assert.That(gain.StabilitySlope, Is.EqualTo(1).Within(1e-6));
    }

    /// <summary>Hard-tanh's slope jumps at ±1, wherever that lies among the nodes: P(|z| &lt; 1) and E min(1, z²) by their series, at 400 variances.</summary>
    [Test]
    public void A_jump_is_seen_wherever_it_lies()
    {
        for (int i = 0; i < 400; i++)
        {
            double variance = 0.05 + 0.0173 * i, bound = 1 / Math.Sqrt(variance), within = 0, term = bound;
            for (int n = 0; n < 200; n++, term *= -bound * bound / 2 / n)
                within += 2 / Math.Sqrt(2 * Math.PI) * term / (2 * n + 1);                   // 2 ∫ of the density from 0 to the bound
            double second = variance * (within - 2 * bound / Math.Sqrt(2 * Math.PI) * Math.Exp(-bound * bound / 2)) + 1 - within;
            Gain gain = Gain.Of("HardTanh", variance);
            Assert.That(gain.SquaredSlope, Is.EqualTo(within).Within(3e-7), $"{variance}");
            Assert.That(gain.SecondMoment, Is.EqualTo(second).Within(3e-7), $"{variance}");
        }
    }

    /// <summary>Of a density so wide that all that tanh and hard-tanh do happens in a sliver of it: P(|z| &lt; 1) = erf(1 / (σ √2)), and ∫ sech⁴ = 4/3 of the density at 0.</summary>
    [TestCase("HardTanh", 3e4, 2.0)]
    [TestCase("HardTanh", 1e12, 2.0)]
    [TestCase("Tanh", 1e4, 4 / 3.0)]
    [TestCase("Tanh", 1e6, 4 / 3.0)]
    [TestCase("Tanh", 1e20, 4 / 3.0)]
    public void Bounded_activations_have_gains_at_any_variance(string activation, double variance, double slopes)
    {
        Gain gain = Gain.Of(activation, variance);
        // To the next order of 1 / σ²: a part in 20,000 at 1e4.
        Assert.That(gain.SquaredSlope, Is.EqualTo(slopes / Math.Sqrt(2 * Math.PI * variance)).Within(0.01).Percent);
        Assert.That(gain.Backward, Is.EqualTo(1 / Math.Sqrt(gain.SquaredSlope)).Within(1e-9).Percent);
    }

    /// <summary>Beyond their bend these are ReLU's halves: ½ of the slopes, to what happens in the sliver.</summary>
    [TestCase("GELU")]
    [TestCase("ELU")]
    [TestCase("HardSwish")]
    public void Rectifiers_of_all_kinds_become_ReLU_at_large_variances(string activation)
        => Assert.That(Gain.Of(activation, 1e16).SquaredSlope, Is.EqualTo(0.5).Within(2e-8), "a sliver of a few units in 1e8");

    /// <summary>What jumps in φ alone, and neither in its square nor in its slope's: E sgn(x − a) = 1 − 2 Φ(a); E |x| sgn(x − a) = 2 (φ(a) − φ(0)); E sgn cos ω x = 4/π Σ (−1)ᵏ / (2k + 1) e^(−((2k + 1) ω)² / 2).</summary>
    [TestCase(0.1234)]
    [TestCase(-1.7)]
    [TestCase(2.503)]
    public void The_mean_sees_jumps_that_its_square_does_not(double at)
    {
        double density = Math.Exp(-at * at / 2) / Math.Sqrt(2 * Math.PI), middle = 1 / Math.Sqrt(2 * Math.PI);
        Assert.That(Gain.OfFunction(x => x > at ? 1 : -1, _ => 0).Mean, Is.EqualTo(1 - 2 * GaussianQuadrature.Cumulative(at)).Within(3e-7));
        Assert.That(Gain.OfFunction(x => Math.Abs(x) * (x > at ? 1 : -1), x => Math.Sign(x) * (x > at ? 1 : -1)).Mean, Is.EqualTo(2 * Math.Sign(at) * (density - middle)).Within(3e-7));
        Assert.That(Gain.OfFunction(x => Math.Sign(Math.Cos(9 * x)), _ => 0).Mean, Is.EqualTo(0).Within(3e-7));
    }

    [Test]
    public void A_function_that_passes_nothing_has_no_finite_gain()
        => Assert.That(Gain.OfFunction(_ => 0, _ => 0).Forward, Is.EqualTo(double.PositiveInfinity));

    /// <summary>torch.nn.init.calculate_gain, PyTorch 1.13 and 2.x: its numbers to the last bit.</summary>
    [TestCase("linear", null, 1)]
    [TestCase("conv1d", null, 1)]
    [TestCase("conv2d", null, 1)]
    [TestCase("conv3d", null, 1)]
    [TestCase("conv_transpose1d", null, 1)]
    [TestCase("conv_transpose2d", null, 1)]
    [TestCase("conv_transpose3d", null, 1)]
    [TestCase("sigmoid", null, 1)]
    [TestCase("tanh", null, 1.6666666666666667)]
    [TestCase("relu", null, 1.4142135623730951)]
    [TestCase("relu", 0.3, 1.4142135623730951)]
    [TestCase("leaky_relu", null, 1.4141428569978354)]
    [TestCase("leaky_relu", 0, 1.4142135623730951)]
    [TestCase("leaky_relu", 10, 0.14071950894605836)]
    [TestCase("selu", null, 0.75)]
    public void PyTorchs_gains_are_its_own(string nonlinearity, double? parameter, double expected)
        => Assert.That(Gain.PyTorch(nonlinearity, parameter), Is.EqualTo(expected));

    [TestCase("gelu")]
    [TestCase("elu")]
    [TestCase("")]
    public void What_PyTorch_has_no_gain_for_is_refused_with_what_it_has(string nonlinearity)
        => Assert.That(() => Gain.PyTorch(nonlinearity), Throws.TypeOf<ArgumentOutOfRangeException>().With.Message.Contains($"'{nonlinearity}'").And.Message.Contains("leaky_relu").And.Message.Contains("Gain.Of"));

    [Test]
    public void Arguments_outside_their_range_are_refused()
    {
        Assert.That(() => Gain.PyTorch("leaky_relu", double.NaN), Throws.TypeOf<ArgumentOutOfRangeException>().With.Message.Contains("finite"));
        Assert.That(() => Gain.PyTorch(null!), Throws.ArgumentNullException);
        Assert.That(() => Gain.Of("Relu6"), Throws.TypeOf<ArgumentOutOfRangeException>().With.Message.Contains("ReLU"));
        Assert.That(() => Gain.Of(null!), Throws.ArgumentNullException);
        Assert.That(() => Gain.OfFunction(null!, x => x), Throws.ArgumentNullException);
        Assert.That(() => Gain.OfFunction(x => x, null!), Throws.ArgumentNullException);
        foreach (double variance in (double[])[0, -1, 1e-21, 1e21, double.NaN, double.PositiveInfinity])
            Assert.That(() => Gain.Of("tanh", variance), Throws.TypeOf<ArgumentOutOfRangeException>().With.Message.Contains("1E-20 to 1E+20"));
    }

    [Test]
    public void The_text_has_all_figures()
        => Assert.That(Gain.Of("ReLU").ToString(), Is.EqualTo("ReLU at variance 1: mean 0.398942, second moment 0.5, squared slope 0.5, forward 1.414214, backward 1.414214, gradient growth 1, stability slope 1"));

    /// <summary>docs/gains.md has every activation, with the goldens' figures as they round.</summary>
    [Test]
    public void The_page_has_the_goldens_figures()
    {
        Dictionary<string, string> page = TableRow().Matches(Repository.Read("docs/gains.md")).ToDictionary(match => match.Groups["name"].Value, match => match.Groups["cells"].Value.Trim());
        Row[] rows = [.. Rows().Where(row => row.Variance == 1)];
        Assert.That(page.Keys, Is.EquivalentTo(rows.Select(row => row.Activation)));
        foreach (Row row in rows)
        {
            double[] figures = [row.Mean, row.SecondMoment, 1 / Math.Sqrt(row.SecondMoment), row.SquaredSlope, 1 / Math.Sqrt(row.SquaredSlope)];
            string expected = string.Join(" | ", figures.Select(figure => figure.ToString("0.000000", CultureInfo.InvariantCulture)))
                + $" | {(row.SquaredSlope / row.SecondMoment).ToString("0.0000", CultureInfo.InvariantCulture)} | {(row.Stretch / row.SecondMoment).ToString("0.0000", CultureInfo.InvariantCulture)}";
            Assert.That(page[row.Activation], Does.StartWith(expected + " |"), row.Activation);
        }
    }

    [GeneratedRegex(@"^\| `(?<name>[^`]+)` \|(?<cells>.*)\|$", RegexOptions.Multiline)]
    private static partial Regex TableRow();
}
