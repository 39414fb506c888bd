using MLNet.WeightInit.Engine.Kernels;

namespace MLNet.WeightInit.Engine.Tests.Kernels;

/// <summary>Against the C library, whose own error is below one unit in the last place (2.2e-16).</summary>
[TestFixture]
[Category("Kernels")]
internal sealed class ScalarMathTests
{
    /// <summary>From −limit to limit evenly, and over the exponents from 1e-12 up to the limit.</summary>
    static IEnumerable<double> Arguments(double limit)
    {
        const int Count = 40_000;
        for (int i = 0; i <= Count; i++)
        {
            yield return limit * (2.0 * i / Count - 1);
            double size = Math.Exp(Math.Log(1e-12) + (Math.Log(limit) - Math.Log(1e-12)) * (i + 0.37) / (Count + 1));
            yield return size;
            yield return -size;
        }
    }

    static void AssertRelative(Func<double, double> function, Func<double, double> reference, IEnumerable<double> arguments, double bound)
    {
        double worst = 0, at = 0;
        foreach (double x in arguments)
        {
            double expected = reference(x), error = expected == 0 ? Math.Abs(function(x)) : Math.Abs(function(x) / expected - 1);
            if (!(error <= worst))
                (worst, at) = (error, x);
        }
        Assert.That(worst, Is.LessThanOrEqualTo(bound), $"at {at:R}");
    }

    [Test]
    public void Exponential_is_within_4e_16() => AssertRelative(ScalarMath.Exp, Math.Exp, Arguments(700), 4e-16);

    [Test]
    public void Logarithm_is_within_4e_16_near_one_too()
    {
        IEnumerable<double> sizes = Arguments(700).Where(x => x > 0);
        AssertRelative(ScalarMath.Log, Math.Log, sizes.Concat(sizes.Select(x => x * 1e-300)).Concat(sizes.Select(x => x * 1e300)), 4e-16);
        AssertRelative(ScalarMath.Log, Math.Log, Enumerable.Range(-10_000, 20_001).Where(i => i != 0).Select(i => 1 + i * 1e-7), 4e-16);
    }

    [Test]
    public void Hyperbolic_tangent_is_within_1e_15_near_zero_too() => AssertRelative(ScalarMath.Tanh, Math.Tanh, Arguments(30), 1e-15);

    [Test]
    public void Exponential_minus_one_matches_the_hyperbolic_functions()
        // e^x − 1 = 2 sinh(x/2) e^(x/2), without cancellation: three roundings of the reference and two of the function.
        => AssertRelative(ScalarMath.ExpMinusOne, x => 2 * Math.Sinh(x / 2) * Math.Exp(x / 2), Arguments(600), 1.2e-15);

    [Test]
    public void Sine_and_cosine_are_within_4e_16_up_to_a_thousand_million()
    {
        AssertRelative(ScalarMath.Sin, Math.Sin, Arguments(1e9), 4e-16);
        AssertRelative(ScalarMath.Cos, Math.Cos, Arguments(1e9), 4e-16);
        AssertRelative(ScalarMath.Sin, Math.Sin, Enumerable.Range(1, 10_000).Select(k => k * Math.PI), 4e-16);
    }

    [Test]
    public void Special_values_are_right()
    {
        Assert.That(Values(ScalarMath.Exp), Is.EqualTo(new[] { double.NaN, double.PositiveInfinity, 0, 1, 1 }));
        Assert.That(Values(ScalarMath.ExpMinusOne), Is.EqualTo(new[] { double.NaN, double.PositiveInfinity, -1, 0, 0 }));
        Assert.That(Values(ScalarMath.Log), Is.EqualTo(new[] { double.NaN, double.PositiveInfinity, double.NaN, double.NegativeInfinity, double.NegativeInfinity }));
        Assert.That(Values(ScalarMath.Tanh), Is.EqualTo(new[] { double.NaN, 1, -1, 0, 0 }));
        Assert.That(Values(ScalarMath.Sin), Is.EqualTo(new[] { double.NaN, double.NaN, double.NaN, 0, 0 }));
        Assert.That(Values(ScalarMath.Cos), Is.EqualTo(new[] { double.NaN, double.NaN, double.NaN, 1, 1 }));
    }

    [Test]
    public void Exponential_reaches_the_ends_of_the_range()
    {
        Assert.That(ScalarMath.Exp(709.78), Is.EqualTo(Math.Exp(709.78)).Within(4e-16 * Math.Exp(709.78)));
        Assert.That(ScalarMath.Exp(709.79), Is.EqualTo(double.PositiveInfinity));
        Assert.That(ScalarMath.Exp(-745), Is.EqualTo(double.Epsilon));
        Assert.That(ScalarMath.Exp(-745.2), Is.Zero);
        Assert.That(ScalarMath.Log(double.Epsilon), Is.EqualTo(-1074 * Math.Log(2)).Within(1e-12));
    }

    [Test]
    public void Sine_and_cosine_of_huge_arguments_stay_between_minus_one_and_one()
    {
        foreach (double x in new[] { 1e12, -1e15, 1e100, double.MaxValue })
            Assert.That(Math.Max(Math.Abs(ScalarMath.Sin(x)), Math.Abs(ScalarMath.Cos(x))), Is.LessThanOrEqualTo(1), $"{x}");
    }

    static double[] Values(Func<double, double> function)
        => [.. new[] { double.NaN, double.PositiveInfinity, double.NegativeInfinity, 0, -0.0 }.Select(function)];
}
