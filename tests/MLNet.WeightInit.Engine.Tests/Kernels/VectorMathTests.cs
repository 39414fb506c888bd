using MLNet.WeightInit.Engine.Kernels;

namespace MLNet.WeightInit.Engine.Tests.Kernels;

[TestFixture]
[Category("Kernels")]
internal sealed class VectorMathTests
{
    const double SmallestNormal = 1.1754943508222875e-38;

    /// <summary>Every finite float of either sign in steps of 4,079 (a prime): 2^20 values and more, over all exponents and all low bits.</summary>
    static readonly float[] s_sweep = [.. Sweep()];

    static readonly float[] s_special =
    [
        float.NaN, float.PositiveInfinity, float.NegativeInfinity, 0, -0f, 1, -1, float.Epsilon, -float.Epsilon, float.MaxValue, float.MinValue,
        1.17549435e-38f, -87.33654f, -87.33655f, 88.72283f, 88.72284f,
    ];

    [TestCase(VectorFunction.Exp, 1.1)]
    [TestCase(VectorFunction.ExpMinusOne, 1.5)]
    [TestCase(VectorFunction.Log, 1.0)]
    [TestCase(VectorFunction.LogOnePlus, 1.7)]
    [TestCase(VectorFunction.Sigmoid, 2.3)]
    [TestCase(VectorFunction.SigmoidComplement, 2.3)]
    [TestCase(VectorFunction.Softplus, 2.3)]
    [TestCase(VectorFunction.Tanh, 2.8)]
    [TestCase(VectorFunction.Erf, 1.3)]
    [TestCase(VectorFunction.Normal, 5.5)]
    [TestCase(VectorFunction.NormalDensity, 3.0)]
    [Category("Fused")]
    public void Result_is_within_the_stated_units_in_the_last_place_for_every_exponent(VectorFunction function, double bound)
        => AssertWithinUnits(function, SimdLevel.Width256, s_sweep, bound);

    [TestCase(VectorFunction.Sin, 2.0)]
    [TestCase(VectorFunction.Cos, 2.0)]
    [Category("Fused")]
    public void Sine_and_cosine_keep_relative_precision_up_to_a_hundred_thousand(VectorFunction function, double bound)
    {
        // The float nearest to each multiple of π/2 leaves the smallest remainder: where a reduction in one precision would lose every digit.
        IEnumerable<float> nearZeros = Enumerable.Range(-63_000, 126_000).Select(k => (float)(k * Math.PI / 2));
        AssertWithinUnits(function, SimdLevel.Width256, [.. s_sweep.Concat(nearZeros).Where(x => Math.Abs(x) <= 1e5f)], bound);
    }

    [Test]
    public void Every_width_gives_the_same_bits([Values] VectorFunction function)
    {
        float[] arguments = Padded([.. s_special, .. s_sweep.Where((_, i) => i % 64 == 3)]);
        float[] expected = VectorFunctionLoop.Create(SimdLevel.Width128).Apply(function, arguments);
        foreach (SimdLevel level in Widths.Fused)
        {
            float[] results = VectorFunctionLoop.Create(level).Apply(function, arguments);
            for (int i = 0; i < arguments.Length; i++)
            {
                if (BitConverter.SingleToInt32Bits(results[i]) != BitConverter.SingleToInt32Bits(expected[i]) && !(float.IsNaN(expected[i]) && float.IsNaN(results[i])))
                    Assert.Fail($"{function}({arguments[i]:R}) is {results[i]:R} at {level}, and {expected[i]:R} at {SimdLevel.Width128}.");
            }
        }
    }

    [TestCase(VectorFunction.Exp, float.PositiveInfinity, 0)]
    [TestCase(VectorFunction.ExpMinusOne, float.PositiveInfinity, -1)]
    [TestCase(VectorFunction.Log, float.PositiveInfinity, float.NaN)]
    [TestCase(VectorFunction.LogOnePlus, float.PositiveInfinity, float.NaN)]
    [TestCase(VectorFunction.Sigmoid, 1, 0)]
    [TestCase(VectorFunction.SigmoidComplement, 0, 1)]
    [TestCase(VectorFunction.Softplus, float.PositiveInfinity, 0)]
    [TestCase(VectorFunction.Tanh, 1, -1)]
    [TestCase(VectorFunction.Erf, 1, -1)]
    [TestCase(VectorFunction.Normal, 1, 0)]
    [TestCase(VectorFunction.NormalDensity, 0, 0)]
    [TestCase(VectorFunction.Sin, float.NaN, float.NaN)]
    [TestCase(VectorFunction.Cos, float.NaN, float.NaN)]
    public void Limits_at_infinity_are_right_and_NaN_stays(VectorFunction function, float atInfinity, float atMinusInfinity)
    {
        foreach (SimdLevel level in Enum.GetValues<SimdLevel>())
        {
            float[] results = VectorFunctionLoop.Create(level).Apply(function, Padded([float.PositiveInfinity, float.NegativeInfinity, float.NaN]));
            Assert.That(results[..3], Is.EqualTo(new[] { atInfinity, atMinusInfinity, float.NaN }), $"{level}");
        }
    }

    [Test]
    public void A_lane_does_not_depend_on_its_neighbours([Values] VectorFunction function)
    {
        VectorFunctionLoop loop = VectorFunctionLoop.Create(SimdLevel.Width512);
        float alone = loop.Apply(function, Padded([0.75f]))[0];
        float[] beside = Padded([0.75f, float.NaN, float.PositiveInfinity, -1e30f, 1e30f]);
        Assert.That(loop.Apply(function, beside)[0], Is.EqualTo(alone));
    }

    [TestCase(VectorFunction.ExpMinusOne)]
    [TestCase(VectorFunction.LogOnePlus)]
    [TestCase(VectorFunction.Tanh)]
    [TestCase(VectorFunction.Sin)]
    public void The_smallest_numbers_come_back_unchanged(VectorFunction function)
    {
        // Each of these functions is x + O(x²).
        float[] tiny = [float.Epsilon, -float.Epsilon, 1e-40f, -1e-38f, 2e-38f, 0];
        Assert.That(VectorFunctionLoop.Create(SimdLevel.Width256).Apply(function, Padded(tiny))[..tiny.Length], Is.EqualTo(tiny).Within(2 * float.Epsilon));
    }

    [TestCase(VectorFunction.Tanh)]
    [TestCase(VectorFunction.Erf)]
    public void Odd_functions_keep_the_sign_of_zero(VectorFunction function)
    {
        float[] results = VectorFunctionLoop.Create(SimdLevel.Width256).Apply(function, Padded([0, -0f]));
        Assert.That((float.IsNegative(results[0]), float.IsNegative(results[1])), Is.EqualTo((false, true)));
    }

    [Test]
    public void Exponential_is_zero_or_infinite_outside_of_the_normal_numbers_and_nowhere_denormal()
    {
        float[] arguments = Padded([-87.33655f, -87.4f, -90, -104, -1e30f, 88.72284f, 88.8f, 100, 1e30f, -87.33654f]);
        float[] results = VectorFunctionLoop.Create(SimdLevel.Width256).Apply(VectorFunction.Exp, arguments);
        Assert.That(results[..5], Is.All.Zero);
        Assert.That(results[5..9], Is.All.EqualTo(float.PositiveInfinity));
        Assert.That(float.IsNormal(results[9]), Is.True);
    }

    [Test]
    public void Logarithm_of_zero_is_minus_infinity_and_below_zero_NaN()
    {
        float[] log = VectorFunctionLoop.Create(SimdLevel.Width256).Apply(VectorFunction.Log, Padded([0, -0f, -float.Epsilon, -2]));
        float[] logOnePlus = VectorFunctionLoop.Create(SimdLevel.Width256).Apply(VectorFunction.LogOnePlus, Padded([-1, -1.0000001f, -5]));
        Assert.That(log[..4], Is.EqualTo(new[] { float.NegativeInfinity, float.NegativeInfinity, float.NaN, float.NaN }));
        Assert.That(logOnePlus[..3], Is.EqualTo(new[] { float.NegativeInfinity, float.NaN, float.NaN }));
    }

    [TestCase(VectorFunction.Sin)]
    [TestCase(VectorFunction.Cos)]
    public void Sine_and_cosine_of_huge_arguments_stay_between_minus_one_and_one(VectorFunction function)
    {
        float[] arguments = Padded([.. s_sweep.Where(x => Math.Abs(x) > 1e5f)]);
        Assert.That(VectorFunctionLoop.Create(SimdLevel.Width256).Apply(function, arguments).All(y => Math.Abs(y) <= 1), Is.True);
    }

    // Each product then rounds once more: the bounds are those of the fused test and one or two units for each level of the sum that dominates.
    [TestCase(VectorFunction.Exp, 3.0, 1e9)]
    [TestCase(VectorFunction.ExpMinusOne, 4.0, 1e9)]
    [TestCase(VectorFunction.Log, 3.0, 1e38)]
    [TestCase(VectorFunction.LogOnePlus, 4.0, 1e38)]
    [TestCase(VectorFunction.Sigmoid, 4.0, 1e9)]
    [TestCase(VectorFunction.Softplus, 4.0, 1e9)]
    [TestCase(VectorFunction.Tanh, 4.0, 1e9)]
    [TestCase(VectorFunction.Erf, 3.0, 1e9)]
    [TestCase(VectorFunction.Normal, 8.0, 2.0)]                 // the correction of x² needs the fused product: in the tail the error grows as x²
    [Category("Unfused")]
    public void Without_fused_multiply_add_results_are_right_to_a_few_units(VectorFunction function, double bound, double limit)
        => AssertWithinUnits(function, SimdLevel.Unfused128, [.. s_sweep.Where((x, i) => i % 8 == 5 && Math.Abs(x) <= limit)], bound);

    [TestCase(VectorFunction.Sin)]
    [TestCase(VectorFunction.Cos)]
    [Category("Unfused")]
    public void Without_fused_multiply_add_sine_and_cosine_lose_what_the_product_with_pi_rounds(VectorFunction function)
    {
        // Half an ulp of the product, which is about x, and a few roundings of the series.
        float[] arguments = Padded([.. s_sweep.Where(x => Math.Abs(x) <= 100)]);
        float[] results = VectorFunctionLoop.Create(SimdLevel.Unfused128).Apply(function, arguments);
        for (int i = 0; i < arguments.Length; i++)
            Assert.That((double)results[i], Is.EqualTo(VectorFunctionLoop.Reference(function, arguments[i])).Within((Math.Abs(arguments[i]) + 4) / (1 << 24)));
    }

    static void AssertWithinUnits(VectorFunction function, SimdLevel level, float[] values, double bound)
    {
        float[] arguments = Padded(values);
        float[] results = VectorFunctionLoop.Create(level).Apply(function, arguments);
        double worst = 0;
        float at = 0;
        for (int i = 0; i < arguments.Length; i++)
        {
            double expected = VectorFunctionLoop.Reference(function, arguments[i]), error = Units(results[i], expected);
            if (!(error <= worst))
                (worst, at) = (error, arguments[i]);
            if (double.IsNaN(error))
                break;
        }
        Assert.That(worst, Is.LessThanOrEqualTo(bound), $"{function}({at:R}) at {level}, expected {VectorFunctionLoop.Reference(function, at):R}");
    }

    /// <summary>The error in units in the last place of the exact result; 0 where both overflow, or are below the normal numbers.</summary>
    static double Units(float result, double expected)
    {
        if (double.IsNaN(expected))
            return float.IsNaN(result) ? 0 : double.NaN;
        if (double.IsInfinity(expected) || Math.Abs(expected) > float.MaxValue)
            return float.IsInfinity(result) && Math.Sign(result) == Math.Sign(expected) || Math.Abs(result) == float.MaxValue ? 0 : double.NaN;
        if (Math.Abs(expected) < SmallestNormal)
            return Math.Abs(result - expected) <= SmallestNormal ? 0 : double.NaN;
        return Math.Abs(result - expected) / Math.ScaleB(1, Math.ILogB(expected) - 23);
    }

    static IEnumerable<float> Sweep()
    {
        for (uint bits = 1; bits < 0x7F80_0000; bits += 4079)
        {
            yield return BitConverter.UInt32BitsToSingle(bits);
            yield return BitConverter.UInt32BitsToSingle(bits | 0x8000_0000);
        }
    }

    static float[] Padded(float[] values)
    {
        var padded = new float[(values.Length + 15) / 16 * 16];
        values.CopyTo(padded, 0);
        padded.AsSpan(values.Length).Fill(0.5f);
        return padded;
    }
}
