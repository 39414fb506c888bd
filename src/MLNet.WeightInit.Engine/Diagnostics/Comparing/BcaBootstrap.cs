namespace MLNet.WeightInit.Engine.Diagnostics.Comparing;

/// <summary>Bias-corrected and accelerated bootstrap intervals.</summary>
/// <remarks>Efron 1987, "Better Bootstrap Confidence Intervals"; Efron and Tibshirani 1993, chapter 14: equations 14.9 and 14.10 (limits), 14.14 (bias), 14.15 (acceleration).</remarks>
internal static class BcaBootstrap
{
    /// <summary>Samples with replacement; Efron and Tibshirani ask for 1,000 or more.</summary>
    public const int Resamples = 10_000;

    /// <param name="values">At least 2.</param>
    /// <param name="statistic">Of any sample of as many values, or one fewer.</param>
    /// <param name="random">Draws the samples: the same stream, the same interval.</param>
    public static (double Lower, double Upper) Interval(ReadOnlySpan<double> values, Func<double[], double> statistic, double confidence, RandomSource random)
    {
        double[] sample = values.ToArray();
        double estimate = statistic(sample);
        if (Array.TrueForAll(sample, value => value == sample[0]))
            return (estimate, estimate);
        double acceleration = Acceleration(values, statistic);
        var replications = new double[Resamples];
        double below = 0;
        for (int i = 0; i < Resamples; i++)
        {
            for (int k = 0; k < sample.Length; k++)
                sample[k] = values[random.NextInt32(sample.Length)];
            replications[i] = statistic(sample);
            below += replications[i] < estimate ? 1 : replications[i] == estimate ? 0.5 : 0;
        }
        Array.Sort(replications);
        double bias = Distributions.NormalQuantile(Math.Clamp(below / Resamples, 0.5 / Resamples, 1 - 0.5 / Resamples));
        return (Limit((1 - confidence) / 2), Limit((1 + confidence) / 2));

        double Limit(double probability)
        {
            double shifted = bias + Distributions.NormalQuantile(probability);
            double corrected = Distributions.NormalCumulative(bias + shifted / (1 - acceleration * shifted));
            return replications[Math.Clamp((int)(corrected * (Resamples + 1)) - 1, 0, Resamples - 1)];
        }
    }

    /// <summary>From the values that the statistic has with one value left out.</summary>
    static double Acceleration(ReadOnlySpan<double> values, Func<double[], double> statistic)
    {
        var left = new double[values.Length];
        for (int omitted = 0; omitted < values.Length; omitted++)
            left[omitted] = statistic([.. values[..omitted], .. values[(omitted + 1)..]]);
        double sum = 0, squares = 0, cubes = 0;
        foreach (double value in left)
            sum += value;
        double mean = sum / left.Length;
        foreach (double value in left)
        {
            double difference = mean - value;
            squares += difference * difference;
            cubes += difference * difference * difference;
        }
        return squares > 0 ? cubes / (6 * squares * Math.Sqrt(squares)) : 0;
    }
}
