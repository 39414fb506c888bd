using System.Globalization;
using MLNet.WeightInit.Engine.Kernels;
using MLNet.WeightInit.Engine.Kernels.Activations;

namespace MLNet.WeightInit.Engine.Tests.Kernels.Activations;

using Activations = MLNet.WeightInit.Engine.Kernels.Activations.Activations;

[TestFixture]
[Category("Kernels")]
internal sealed unsafe class ActivationKernelTests
{
    static readonly string[] s_all = [.. Activations.All, "LeakyReLU(slope=0.2)", "ELU(alpha=1.5)"];

    static readonly float[] s_special = [float.NaN, float.PositiveInfinity, float.NegativeInfinity, 0, -0f, 1, -1, 3, -3, float.Epsilon, -float.Epsilon, 100, -100, float.MaxValue, float.MinValue, 1e-30f];

    static IEnumerable<TestCaseData> PyTorchCases()
    {
        using var reader = new StreamReader(typeof(ActivationKernelTests).Assembly.GetManifestResourceStream("MLNet.WeightInit.Engine.Tests.Goldens.activations.csv")!);
        return reader.ReadToEnd().Split('\n', StringSplitOptions.RemoveEmptyEntries).Skip(1).Select(line => line.Split(';')).GroupBy(line => line[0])
            .Select(group => new TestCaseData(group.Key, group.Select(line => line[1..].Select(text => double.Parse(text, CultureInfo.InvariantCulture)).ToArray()).ToArray()).SetArgDisplayNames(group.Key))
            .ToArray();
    }

    [TestCaseSource(nameof(PyTorchCases))]
    public void Values_and_slopes_match_PyTorch(string specification, double[][] rows)
    {
        foreach (SimdLevel level in Enum.GetValues<SimdLevel>())
        {
            float[] arguments = [.. rows.Select(row => (float)row[0])];
            (float[] values, float[] slopes) = Evaluate(specification, level, arguments);
            for (int i = 0; i < arguments.Length; i++)
            {
                // Values: 8 units relative. Where an exponential is in it, its argument's rounding of 2^-24 · |argument| counts as well; no argument of
                // these points with a value above 1e-9 is beyond 30 (twice that for the inner one of GELUTanh). Sin's reduction without fusing: 2^-24 · |x|.
                double rounding = Math.Pow(2, -24);
                Assert.That((double)values[i], Is.EqualTo(rows[i][1]).Within(Math.Abs(rows[i][1]) * 60 * rounding + 1e-9 + UnfusedReduction(specification, level, arguments[i])), $"{level}, φ({arguments[i]})");
                // Slopes that come from an output carry its rounding, at most 2^-24 of a number of unit size, through one product: 8 such roundings, absolute.
                Assert.That((double)slopes[i], Is.EqualTo(rows[i][2]).Within(8 * 2 * rounding * Math.Max(1, Math.Abs(rows[i][2])) + UnfusedReduction(specification, level, arguments[i])), $"{level}, φ′({arguments[i]})");
            }
        }
    }

    static double UnfusedReduction(string specification, SimdLevel level, float argument)
        => specification == "Sin" && level == SimdLevel.Unfused128 ? Math.Abs(argument) / (1 << 24) : 0;

    [TestCaseSource(nameof(s_all))]
    public void Slope_is_the_derivative_of_the_value(string specification)
    {
        // Central differences of the float values at ±h: an error of 2^-24 · |φ| / h from rounding (|φ| ≤ 8) and h²/6 · φ‴ (|φ‴| ≤ 6, softsign beside 0) from the chord.
        const float Step = 1 / 128f;
        const double Tolerance = 8 / (double)(1 << 24) / Step + Step * Step;
        float[] kinks = [-3, -1, 0, 1, 3];
        float[] points = [.. Enumerable.Range(-512, 1025).Select(i => i / 64f + 1 / 128f).Where(x => kinks.All(kink => Math.Abs(x - kink) > Step))];
        float[] slopes = Evaluate(specification, SimdLevel.Width256, points).Slopes;
        float[] above = Evaluate(specification, SimdLevel.Width256, [.. points.Select(x => x + Step)]).Values;
        float[] below = Evaluate(specification, SimdLevel.Width256, [.. points.Select(x => x - Step)]).Values;
        for (int i = 0; i < points.Length; i++)
            Assert.That((double)slopes[i], Is.EqualTo(((double)above[i] - below[i]) / (2 * Step)).Within(Tolerance), $"φ′({points[i]})");
    }

    [TestCaseSource(nameof(s_all))]
    public void Every_width_gives_the_same_bits(string specification)
    {
        float[] arguments = [.. s_special, .. FloatSweep.Special, .. FloatSweep.Finite.Where((_, i) => i % 16 == 3)];
        (float[] values, float[] slopes) = Evaluate(specification, SimdLevel.Width128, arguments);
        foreach (SimdLevel level in Widths.Fused)
        {
            (float[] otherValues, float[] otherSlopes) = Evaluate(specification, level, arguments);
            for (int i = 0; i < arguments.Length; i++)
            {
                if (Bits(otherValues[i]) != Bits(values[i]) || Bits(otherSlopes[i]) != Bits(slopes[i]))
                    Assert.Fail($"φ({arguments[i]:R}) is {otherValues[i]:R} and φ′ {otherSlopes[i]:R} at {level}, {values[i]:R} and {slopes[i]:R} at {SimdLevel.Width128}.");
            }
        }
    }

    [TestCase("Identity", float.PositiveInfinity, float.NegativeInfinity, 1, 1)]
    [TestCase("ReLU", float.PositiveInfinity, 0, 1, 0)]
    [TestCase("LeakyReLU", float.PositiveInfinity, float.NegativeInfinity, 1, 0.01f)]
    [TestCase("ELU", float.PositiveInfinity, -1, 1, 0)]
    [TestCase("SELU", float.PositiveInfinity, -1.7580993f, 1.050701f, 0)]
    [TestCase("GELU", float.PositiveInfinity, 0, 1, 0)]
    [TestCase("GELUTanh", float.PositiveInfinity, 0, 1, 0)]
    [TestCase("SiLU", float.PositiveInfinity, 0, 1, 0)]
    [TestCase("Mish", float.PositiveInfinity, 0, 1, 0)]
    [TestCase("HardSwish", float.PositiveInfinity, 0, 1, 0)]
    [TestCase("Tanh", 1, -1, 0, 0)]
    [TestCase("HardTanh", 1, -1, 0, 0)]
    [TestCase("Sigmoid", 1, 0, 0, 0)]
    [TestCase("Softplus", float.PositiveInfinity, 0, 1, 0)]
    [TestCase("Softsign", 1, -1, 0, 0)]
    [TestCase("Sin", float.NaN, float.NaN, float.NaN, float.NaN)]
    [TestCase("Erf", 1, -1, 0, 0)]
    public void Limits_at_infinity_are_right_and_reached_by_the_largest_numbers(string specification, float above, float below, float slopeAbove, float slopeBelow)
    {
        foreach (SimdLevel level in Enum.GetValues<SimdLevel>())
        {
            (float[] values, float[] slopes) = Evaluate(specification, level, [float.PositiveInfinity, float.NegativeInfinity, float.MaxValue, float.MinValue]);
            Assert.That(values[..2], Is.EqualTo(new[] { above, below }).Within(1e-6), $"{level}");
            Assert.That(slopes[..2], Is.EqualTo(new[] { slopeAbove, slopeBelow }).Within(1e-6), $"{level}");
            Assert.That(values[2..].Concat(slopes[2..]), Has.None.NaN, $"{level}");
            if (float.IsFinite(below))
                Assert.That(values[3], Is.EqualTo(below).Within(1e-6), $"{level}");
        }
    }

    [TestCaseSource(nameof(s_all))]
    public void NaN_stays_NaN(string specification)
    {
        foreach (SimdLevel level in Enum.GetValues<SimdLevel>())
            Assert.That(Evaluate(specification, level, [float.NaN]).Values[0], Is.NaN, $"{level}");
    }

    [TestCaseSource(nameof(s_all))]
    public void NaN_from_above_reaches_the_gradient_of_an_active_unit(string specification)
    {
        ActivationKernel kernel = Activations.Parse(specification).CreateKernel(SimdLevel.Width256);
        var block = new Moat(48);
        block.Span[..16].Fill(float.NaN);
        block.Span[16..32].Fill(0.25f);                           // as pre-activation and as output, inside of every activation's active part
        kernel.Backward(block.Pointer, block.Pointer + 16, block.Pointer + 32, 1, 16, 16);
        Assert.That(block.Span[32..].ToArray(), Is.All.NaN);
    }

    [TestCaseSource(nameof(s_all))]
    public void Loops_touch_the_columns_of_their_rows_and_nothing_else(string specification)
    {
        const int Rows = 3, Columns = 32, Stride = 64;
        const float Mark = 7.5f;                                  // a NaN that is copied would look like one that is left alone
        foreach (SimdLevel level in Enum.GetValues<SimdLevel>())
        {
            ActivationKernel kernel = Activations.Parse(specification).CreateKernel(level);
            Moat source = new Moat(Rows * Stride).Filled(5), upstream = new Moat(Rows * Stride).Filled(6), destination = new(Rows * Stride), gradient = new(Rows * Stride);
            FillPadding(source, float.NaN);
            FillPadding(upstream, float.NaN);
            FillPadding(destination, Mark);
            FillPadding(gradient, Mark);

            kernel.Forward(source.Pointer, destination.Pointer, Rows, Columns, Stride);
            kernel.Backward(upstream.Pointer, (kernel.GradientFromOutput ? destination : source).Pointer, gradient.Pointer, Rows, Columns, Stride);

            foreach (Moat block in new[] { destination, gradient })
            {
                Assert.That(block.IsUntouched, Is.True, $"{level}");
                for (int i = 0; i < block.Length; i++)
                    Assert.That(block.Span[i], i % Stride >= Columns ? Is.EqualTo(Mark) : Is.Not.NaN.And.Not.EqualTo(Mark), $"{level}, float {i}");
            }
        }

        static void FillPadding(Moat block, float value)
        {
            for (int row = 0; row < Rows; row++)
                block.Span.Slice(row * Stride + Columns, Stride - Columns).Fill(value);
        }
    }

    [TestCaseSource(nameof(s_all))]
    public void A_block_may_be_its_own_destination(string specification)
    {
        ActivationKernel kernel = Activations.Parse(specification).CreateKernel(SimdLevel.Width256);
        Moat source = new Moat(64).Filled(9), inPlace = new Moat(64).Filled(9), value = new(64), slope = new(64), slopeInPlace = new Moat(64).Filled(10), upstream = new Moat(64).Filled(10);
        kernel.Forward(source.Pointer, value.Pointer, 2, 32, 32);
        kernel.Forward(inPlace.Pointer, inPlace.Pointer, 2, 32, 32);
        kernel.Backward(upstream.Pointer, value.Pointer, slope.Pointer, 2, 32, 32);
        kernel.Backward(slopeInPlace.Pointer, value.Pointer, slopeInPlace.Pointer, 2, 32, 32);
        Assert.That(inPlace.Span.ToArray(), Is.EqualTo(value.Span.ToArray()));
        Assert.That(slopeInPlace.Span.ToArray(), Is.EqualTo(slope.Span.ToArray()));
    }

    [Test]
    public void Only_the_identity_says_that_it_is_one([ValueSource(nameof(s_all))] string specification)
        => Assert.That(Activations.Parse(specification).CreateKernel(SimdLevel.Width256).IsIdentity, Is.EqualTo(specification == "Identity"));

    [Test]
    public void Kinks_have_the_slope_that_PyTorch_gives_them()
    {
        Assert.That(Evaluate("ReLU", SimdLevel.Width256, [0]).Slopes, Is.EqualTo(new[] { 0f }));
        Assert.That(Evaluate("LeakyReLU(slope=0.2)", SimdLevel.Width256, [0]).Slopes, Is.EqualTo(new[] { 0.2f }));
        Assert.That(Evaluate("HardTanh", SimdLevel.Width256, [-1, 1]).Slopes, Is.EqualTo(new[] { 0f, 0f }));
        Assert.That(Evaluate("HardSwish", SimdLevel.Width256, [-3, 3]).Slopes, Is.EqualTo(new[] { 0f, 1f }));
    }

    static int Bits(float value) => float.IsNaN(value) ? 0x7FC0_0000 : BitConverter.SingleToInt32Bits(value);

    internal static (float[] Values, float[] Slopes) Evaluate(string specification, SimdLevel level, float[] arguments, float upstreamGradient = 1)
    {
        ActivationKernel kernel = Activations.Parse(specification).CreateKernel(level);
        int columns = (arguments.Length + 15) / 16 * 16;
        Moat source = new(columns), value = new(columns), upstream = new(columns), slope = new(columns);
        arguments.CopyTo(source.Span);
        upstream.Span.Fill(upstreamGradient);
        kernel.Forward(source.Pointer, value.Pointer, 1, columns, columns);
        kernel.Backward(upstream.Pointer, (kernel.GradientFromOutput ? value : source).Pointer, slope.Pointer, 1, columns, columns);
        return (value.Span[..arguments.Length].ToArray(), slope.Span[..arguments.Length].ToArray());
    }
}
