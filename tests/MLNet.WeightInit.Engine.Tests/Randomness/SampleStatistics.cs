namespace MLNet.WeightInit.Engine.Tests.Randomness;

/// <summary>What the tests of samplers compare with: sample moments and the Kolmogorov–Smirnov test.</summary>
internal static class SampleStatistics
{
    public static double Mean(ReadOnlySpan<float> sample)
    {
        double sum = 0;
        foreach (float value in sample)
            sum += value;
        return sum / sample.Length;
    }

    /// <summary>E (x − mean)^power over the sample.</summary>
    public static double CentralMoment(ReadOnlySpan<float> sample, int power)
    {
        double mean = Mean(sample), sum = 0;
        foreach (float value in sample)
            sum += Math.Pow(value - mean, power);
        return sum / sample.Length;
    }

    public static double Variance(ReadOnlySpan<float> sample) => CentralMoment(sample, 2);

    public static double Kurtosis(ReadOnlySpan<float> sample) => CentralMoment(sample, 4) / Math.Pow(Variance(sample), 2);

    public static double Correlation(ReadOnlySpan<float> a, ReadOnlySpan<float> b)
    {
        double meanA = Mean(a), meanB = Mean(b), sum = 0;
        for (int i = 0; i < a.Length; i++)
            sum += (a[i] - meanA) * (b[i] - meanB);
        return sum / a.Length / Math.Sqrt(Variance(a) * Variance(b));
    }

    /// <summary>Probability of a distance as large as the sample's from a distribution (Stephens 1970's form of Kolmogorov's limit).</summary>
    public static double KolmogorovSmirnov(ReadOnlySpan<float> sample, Func<double, double> distribution)
    {
        float[] sorted = sample.ToArray();
        Array.Sort(sorted);
        double distance = 0, n = sorted.Length;
        for (int i = 0; i < sorted.Length; i++)
        {
            double probability = distribution(sorted[i]);
            distance = Math.Max(distance, Math.Max(probability - i / n, (i + 1) / n - probability));
        }
        double lambda = (Math.Sqrt(n) + 0.12 + 0.11 / Math.Sqrt(n)) * distance, sum = 0;
        // Below 0.3 the alternating series converges slowly, and the probability is 1 to six digits.
        if (lambda < 0.3)
            return 1;
        for (int k = 1; k <= 100; k++)
            sum += (k % 2 == 1 ? 2 : -2) * Math.Exp(-2 * k * k * lambda * lambda);
        return Math.Clamp(sum, 0, 1);
    }

    public static double NormalDistribution(double x) => MathNet.Numerics.Distributions.Normal.CDF(0, 1, x);

    /// <summary>Distribution of a unit normal cut at ±2.</summary>
    public static double TruncatedDistribution(double x)
        => Math.Clamp((NormalDistribution(x) - NormalDistribution(-2)) / (NormalDistribution(2) - NormalDistribution(-2)), 0, 1);

    /// <summary>Distribution of U(−1, 1).</summary>
    public static double UniformDistribution(double x) => Math.Clamp((x + 1) / 2, 0, 1);
}
