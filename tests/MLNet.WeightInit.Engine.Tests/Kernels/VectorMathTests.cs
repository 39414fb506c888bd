using MLNet.WeightInit.Engine.Kernels;

namespace MLNet.WeightInit.Engine.Tests.Kernels;

[TestFixture]
[Category("Kernels")]
internal sealed class VectorMathTests
{
    static IEnumerable<TestCaseData> UnfusedBounds() => Bounds().Where(data => !double.IsNaN(((StatedErrors.Function)data.Arguments[0]!).UnfusedUnits));

    static IEnumerable<TestCaseData> Bounds() => StatedErrors.Functions.Select(function => new TestCaseData(function).SetArgDisplayNames($"{function.Of}"));

    [TestCaseSource(nameof(Bounds))]
    [Category("Fused")]
    public void Results_are_within_the_stated_units_over_the_whole_range(StatedErrors.Function function) => AssertStated(function, Widths.Fused);

    [TestCaseSource(nameof(UnfusedBounds))]
    [Category("Unfused")]
    public void Without_fused_multiply_add_results_are_within_units_of_their_own(StatedErrors.Function function) => AssertStated(function, [SimdLevel.Unfused128]);

    static void AssertStated(StatedErrors.Function function, SimdLevel[] levels)
    {
        float[] arguments = FloatSweep.Padded([.. FloatSweep.Finite.Where(x => !IsPeriodic(function.Of) || Math.Abs(x) <= StatedErrors.LargestAngle)]);
        double[] expected = [.. arguments.Select(x => VectorFunctionLoop.Reference(function.Of, x))];
        foreach (SimdLevel level in levels)
        {
            float[] results = VectorFunctionLoop.Create(level).Apply(function.Of, arguments);
            (double worst, float at) = ErrorUnits.Worst(arguments, i => ErrorUnits.OfLastPlace(results[i], expected[i]));
            // A statement is no use where the truth is far below it: the worst argument of all floats is among these.
            Assert.That(worst, Is.InRange(StatedErrors.Tightness * function.Bound(level), function.Bound(level)), $"{function.Of}({at:R}) at {level}");
        }
    }

    [Test]
    public void Every_function_has_a_stated_error()
        => Assert.That(StatedErrors.Functions.Select(function => function.Of), Is.EquivalentTo(Enum.GetValues<VectorFunction>()));

    [TestCase(VectorFunction.Sin)]
    [TestCase(VectorFunction.Cos)]
    [Category("Fused")]
    public void Sine_and_cosine_keep_relative_precision_beside_their_zeros(VectorFunction function)
    {
        // The float nearest to each multiple of π/2 leaves the smallest remainder: where a reduction in one precision would lose every digit.
        float[] arguments = FloatSweep.Padded([.. Enumerable.Range(-63_000, 126_000).Select(k => (float)(k * Math.PI / 2))]);
        double bound = StatedErrors.Functions.Single(stated => stated.Of == function).Units;
        foreach (SimdLevel level in Widths.Fused)
        {
            float[] results = VectorFunctionLoop.Create(level).Apply(function, arguments);
            (double worst, float at) = ErrorUnits.Worst(arguments, i => ErrorUnits.OfLastPlace(results[i], VectorFunctionLoop.Reference(function, arguments[i])));
            Assert.That(worst, Is.LessThanOrEqualTo(bound), $"{function}({at:R}) at {level}");
        }
    }

    static bool IsPeriodic(VectorFunction function) => function is VectorFunction.Sin or VectorFunction.Cos;

    [Test]
    public void Every_width_gives_the_same_bits([Values] VectorFunction function)
    {
        float[] arguments = FloatSweep.Padded([.. FloatSweep.Special, .. FloatSweep.Finite]);
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
            float[] results = VectorFunctionLoop.Create(level).Apply(function, FloatSweep.Padded([float.PositiveInfinity, float.NegativeInfinity, float.NaN]));
            Assert.That(results[..3], Is.EqualTo(new[] { atInfinity, atMinusInfinity, float.NaN }), $"{level}");
        }
    }

    [Test]
    public void A_lane_does_not_depend_on_its_neighbours([Values] VectorFunction function)
    {
        VectorFunctionLoop loop = VectorFunctionLoop.Create(SimdLevel.Width512);
        float alone = loop.Apply(function, FloatSweep.Padded([0.75f]))[0];
        float[] beside = FloatSweep.Padded([0.75f, float.NaN, float.PositiveInfinity, -1e30f, 1e30f]);
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
        Assert.That(VectorFunctionLoop.Create(SimdLevel.Width256).Apply(function, FloatSweep.Padded(tiny))[..tiny.Length], Is.EqualTo(tiny).Within(2 * float.Epsilon));
    }

    [TestCase(VectorFunction.Tanh)]
    [TestCase(VectorFunction.Erf)]
    public void Odd_functions_keep_the_sign_of_zero(VectorFunction function)
    {
        float[] results = VectorFunctionLoop.Create(SimdLevel.Width256).Apply(function, FloatSweep.Padded([0, -0f]));
        Assert.That((float.IsNegative(results[0]), float.IsNegative(results[1])), Is.EqualTo((false, true)));
    }

    [Test]
    public void Exponential_is_zero_or_infinite_outside_of_the_normal_numbers_and_nowhere_denormal()
    {
        float[] arguments = FloatSweep.Padded([-87.33655f, -87.4f, -90, -104, -1e30f, 88.72284f, 88.8f, 100, 1e30f, -87.33654f]);
        float[] results = VectorFunctionLoop.Create(SimdLevel.Width256).Apply(VectorFunction.Exp, arguments);
        Assert.That(results[..5], Is.All.Zero);
        Assert.That(results[5..9], Is.All.EqualTo(float.PositiveInfinity));
        Assert.That(float.IsNormal(results[9]), Is.True);
    }

    [Test]
    public void Logarithm_of_zero_is_minus_infinity_and_below_zero_NaN()
    {
        float[] log = VectorFunctionLoop.Create(SimdLevel.Width256).Apply(VectorFunction.Log, FloatSweep.Padded([0, -0f, -float.Epsilon, -2]));
        float[] logOnePlus = VectorFunctionLoop.Create(SimdLevel.Width256).Apply(VectorFunction.LogOnePlus, FloatSweep.Padded([-1, -1.0000001f, -5]));
        Assert.That(log[..4], Is.EqualTo(new[] { float.NegativeInfinity, float.NegativeInfinity, float.NaN, float.NaN }));
        Assert.That(logOnePlus[..3], Is.EqualTo(new[] { float.NegativeInfinity, float.NaN, float.NaN }));
    }

    [TestCase(VectorFunction.Sin)]
    [TestCase(VectorFunction.Cos)]
    public void Sine_and_cosine_of_huge_arguments_stay_between_minus_one_and_one(VectorFunction function)
    {
        float[] arguments = FloatSweep.Padded([.. FloatSweep.Finite.Where(x => Math.Abs(x) > 1e5f)]);
        Assert.That(VectorFunctionLoop.Create(SimdLevel.Width256).Apply(function, arguments).All(y => Math.Abs(y) <= 1), Is.True);
    }

    [TestCase(VectorFunction.Sin)]
    [TestCase(VectorFunction.Cos)]
    [Category("Unfused")]
    public void Without_fused_multiply_add_sine_and_cosine_lose_what_the_product_with_pi_rounds(VectorFunction function)
    {
        // Half an ulp of the product, which is about x, and a few roundings of the series.
        float[] arguments = FloatSweep.Padded([.. FloatSweep.Finite.Where(x => Math.Abs(x) <= 100)]);
        float[] results = VectorFunctionLoop.Create(SimdLevel.Unfused128).Apply(function, arguments);
        for (int i = 0; i < arguments.Length; i++)
            Assert.That((double)results[i], Is.EqualTo(VectorFunctionLoop.Reference(function, arguments[i])).Within((Math.Abs(arguments[i]) + 4) / (1 << 24)));
    }
}
