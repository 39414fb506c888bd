namespace MLNet.WeightInit.Engine.Diagnostics.Comparing;

/// <summary>Estimates over seeds, all by one method and at one confidence.</summary>
/// <param name="seed">Keys the bootstrap.</param>
internal sealed class SeedStatistics(IntervalMethod method, double confidence, long seed)
{
    /// <param name="values">At least 2, finite.</param>
    /// <param name="purpose">Names the bootstrap's stream.</param>
    /// <param name="range">What a value can be; null: any number. An interval is cut to it, and holds the true mean as often as before, since that lies in the range, too.</param>
    public IntervalEstimate Mean(IReadOnlyList<double> values, string purpose, (double Lowest, double Highest)? range = null)
    {
        double[] sample = [.. values];
        double mean = MeanOf(sample);
        if (method == IntervalMethod.Bca)
            return Estimate(mean, BcaBootstrap.Interval(sample, MeanOf, confidence, Stream(purpose)));
        double half = Distributions.StudentQuantile((1 + confidence) / 2, sample.Length - 1) * DeviationOf(sample) / Math.Sqrt(sample.Length);
        (double lowest, double highest) = range ?? (double.NegativeInfinity, double.PositiveInfinity);
        return Estimate(mean, (Math.Max(mean - half, lowest), Math.Min(mean + half, highest)));
    }

    /// <inheritdoc cref="Mean"/>
    public IntervalEstimate Deviation(IReadOnlyList<double> values, string purpose)
    {
        double[] sample = [.. values];
        double deviation = DeviationOf(sample);
        if (method == IntervalMethod.Bca)
            return Estimate(deviation, BcaBootstrap.Interval(sample, DeviationOf, confidence, Stream(purpose)));
        int degrees = sample.Length - 1;
        return Estimate(deviation, (deviation * Math.Sqrt(degrees / Distributions.ChiSquareQuantile((1 + confidence) / 2, degrees)), deviation * Math.Sqrt(degrees / Distributions.ChiSquareQuantile((1 - confidence) / 2, degrees))));
    }

    /// <summary>Of Student's paired test that the mean difference is 0, two-sided; 1 where all differences are 0.</summary>
    public static double PairedProbability(IReadOnlyList<double> differences)
    {
        double[] sample = [.. differences];
        double mean = MeanOf(sample), deviation = DeviationOf(sample);
        if (deviation == 0)
            return mean == 0 ? 1 : 0;
        return Distributions.StudentBothTails(mean / (deviation / Math.Sqrt(sample.Length)), sample.Length - 1);
    }

    /// <summary>The step-down adjustment of Holm 1979: no more than the confidence's share of families of tests has a false one.</summary>
    public static double[] Holm(IReadOnlyList<double> probabilities)
    {
        int[] order = [.. Enumerable.Range(0, probabilities.Count).OrderBy(i => probabilities[i])];
        var adjusted = new double[probabilities.Count];
        double greatest = 0;
        for (int rank = 0; rank < order.Length; rank++)
        {
            greatest = Math.Max(greatest, Math.Min(1, (order.Length - rank) * probabilities[order[rank]]));
            adjusted[order[rank]] = greatest;
        }
        return adjusted;
    }

    public static double MedianOf(IEnumerable<double> values)
    {
        double[] sorted = [.. values.Order()];
        int middle = sorted.Length / 2;
        return sorted.Length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
    }

    static double MeanOf(double[] values)
    {
        double sum = 0;
        foreach (double value in values)
            sum += value;
        return sum / values.Length;
    }

    static double DeviationOf(double[] values)
    {
        double mean = MeanOf(values), squares = 0;
        foreach (double value in values)
            squares += (value - mean) * (value - mean);
        return Math.Sqrt(squares / (values.Length - 1));
    }

    RandomSource Stream(string purpose) => new(seed, $"comparison/bootstrap/{purpose}");

    static IntervalEstimate Estimate(double value, (double Lower, double Upper) interval)
        => new(SignificantDigits.Round(value), SignificantDigits.Round(interval.Lower), SignificantDigits.Round(interval.Upper));
}
