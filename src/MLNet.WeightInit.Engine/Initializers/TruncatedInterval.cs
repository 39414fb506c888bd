using MLNet.WeightInit.Engine.Kernels;

namespace MLNet.WeightInit.Engine.Initializers;

/// <summary>The part of the standard normal distribution between two bounds.</summary>
/// <param name="lower">Below <paramref name="upper"/>.</param>
/// <param name="upper">Either may be far away.</param>
internal sealed class TruncatedInterval(double lower, double upper)
{
    /// <summary>Deviations from the mean at which squares and their differences are still numbers to work with.</summary>
    public const double Farthest = 1e6;

    const int Panels = 2000;

    readonly double _scale = (Nearest(lower, upper) + Math.Sqrt(Nearest(lower, upper) * Nearest(lower, upper) + 4)) / 2;

    /// <summary>How far the bounds keep values from the mean; 0 where it lies between them.</summary>
    public double NearestToMean => Nearest(lower, upper);

    /// <summary>One value; Robert 1995.</summary>
    public double Draw(RandomSource random)
    {
        // Of the tails both are the upper one.
        (double near, double far, double sign) = upper < 0 ? (-upper, -lower, -1) : (lower, upper, 1);
        return sign * (near <= 0 ? far - near < Math.Sqrt(2 * Math.PI) ? Even(random, near, far, 0) : AboutMean(random, near, far)
            : far - near < TailLength(near) ? Even(random, near, far, near) : Tail(random, near, far));
    }

    /// <summary>Standard deviation between the bounds, by Simpson's rule: exact to ten digits.</summary>
    public double Deviation()
    {
        double peak = lower > 0 ? lower : upper < 0 ? upper : 0, reach = 40 / Math.Max(1, Math.Abs(peak));        // e^(−800) beyond
        double from = Math.Max(lower, peak - reach), step = (Math.Min(upper, peak + reach) - from) / Panels;
        double mass = 0, first = 0, second = 0;
        for (int i = 0; i <= Panels; i++)
        {
            // About the peak, so that nothing cancels far from 0.
            double offset = from - peak + i * step;
            double density = (i is 0 or Panels ? 1 : i % 2 == 1 ? 4 : 2) * ScalarMath.Exp(-offset * (offset / 2 + peak));
            mass += density;
            first += density * offset;
            second += density * offset * offset;
        }
        double mean = first / mass;
        return Math.Sqrt(second / mass - mean * mean);
    }

    static double Nearest(double lower, double upper) => lower > 0 ? lower : upper < 0 ? -upper : 0;

    /// <summary>Width up to which evenly drawn values are kept more often than those of an exponential.</summary>
    double TailLength(double near) => ScalarMath.Exp((near * near - near * Math.Sqrt(near * near + 4)) / 4 + 0.5) / _scale;

    static double AboutMean(RandomSource random, double near, double far)
    {
        Span<float> value = stackalloc float[1];
        do
            random.FillNormal(value, 1);
        while (value[0] < near || value[0] > far);
        return value[0];
    }

    static double Even(RandomSource random, double near, double far, double peak)
    {
        double value;
        do
            value = near + (far - near) * random.NextDouble();
        while (random.NextDouble() > ScalarMath.Exp((peak - value) * (peak + value) / 2));
        return value;
    }

    double Tail(RandomSource random, double near, double far)
    {
        double value, miss;
        do
        {
            value = near - ScalarMath.Log(1 - random.NextDouble()) / _scale;
            miss = value - _scale;
        }
        while (value > far || random.NextDouble() > ScalarMath.Exp(-miss * miss / 2));
        return value;
    }
}
