using MathNet.Numerics.Distributions;
using MathNet.Numerics.Statistics;

namespace Defaults;

/// <summary>A mean with its 95 % confidence interval by Student's t.</summary>
readonly record struct Interval(double Mean, double HalfWidth)
{
    public double Low => Mean - HalfWidth;
    public double High => Mean + HalfWidth;

    /// <summary>As if the values were independent. Scores of random splits aren't, their training parts overlap, so this is the narrower of the two.</summary>
    public static Interval Of(double[] values) => WithVarianceFactor(values, 1.0 / values.Length);

    /// <summary>For scores of random splits of one table: Nadeau and Bengio 2003, "Inference for the generalization error", section 3 (1/n + test/training rows).</summary>
    public static Interval Corrected(double[] values, double testFraction) => WithVarianceFactor(values, 1.0 / values.Length + testFraction / (1 - testFraction));

    static Interval WithVarianceFactor(double[] values, double factor)
        => new(values.Mean(), StudentT.InvCDF(0, 1, values.Length - 1, 0.975) * Math.Sqrt(factor * values.Variance()));
}
