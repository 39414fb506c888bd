namespace MLNet.WeightInit.Engine.Diagnostics;

/// <summary>Expectations over a standard normal on one fixed grid, so that they are the same bits everywhere.</summary>
/// <remarks>
/// Simpson's rule on [−8, 8] in steps of 1/64; beyond lies a share of 1.2e-15. For smooth functions, and where a kink falls on an even node (every kink at 0, and ±1 or ±3 at unit variance),
/// the error is of order h⁴ ≈ 6e-8 times a fourth derivative over 180; a kink between nodes costs at most h²/8 ≈ 3e-5 times the jump of the slope. Gauss–Hermite would be shorter
/// for polynomials but has no such bound at kinks.
/// </remarks>
internal sealed class GaussianQuadrature
{
    const int StepsPerUnit = 64;
    const int Half = 8 * StepsPerUnit;
    const int Count = 2 * Half + 1;

    /// <summary>z from −8 to 8.</summary>
    static readonly double[] s_nodes = CreateNodes();

    /// <summary>Simpson's coefficient × density, scaled to sum to 1.</summary>
    static readonly double[] s_weights = CreateWeights();

    /// <summary>Φ at the nodes.</summary>
    static readonly double[] s_cumulative = CreateCumulative();

    readonly float[] _points = new float[Count];
    readonly float[] _values = new float[Count];
    readonly float[] _slopes = new float[Count];

    public static ReadOnlySpan<double> Nodes => s_nodes;

    public static ReadOnlySpan<double> Weights => s_weights;

    /// <summary>Moments of an activation at z ~ N(mean, deviation²).</summary>
    public GaussianMoments Moments(ActivationCurve curve, double mean, double deviation)
    {
        EvaluateAt(curve, mean, deviation);
        double value = 0, squaredValue = 0, squaredSlope = 0;
        for (int i = 0; i < Count; i++)
        {
            double weight = s_weights[i], output = _values[i], slope = _slopes[i];
            value += weight * output;
            squaredValue += weight * output * output;
            squaredSlope += weight * slope * slope;
        }
        return new GaussianMoments(value, squaredValue, squaredSlope);
    }

    /// <summary>Where the activation's derivative is exactly 0 on both sides: at or below the first, and at or above the second, in deviations from 0; infinities where there is no such side.</summary>
    public (double Below, double Above) FlatSides(ActivationCurve curve, double deviation)
    {
        EvaluateAt(curve, 0, deviation);
        int below = 0, above = Count;
        while (below < Count && _slopes[below] == 0)
            below++;
        while (above > below && _slopes[above - 1] == 0)
            above--;
        return (below == 0 ? double.NegativeInfinity : s_nodes[below - 1], above == Count ? double.PositiveInfinity : s_nodes[above]);
    }

    /// <summary>Φ(z), linear between nodes: within 6e-6.</summary>
    public static double Cumulative(double z)
    {
        if (double.IsNaN(z))
            return double.NaN;
        double position = (z + 8) * StepsPerUnit;
        if (position <= 0)
            return 0;
        if (position >= Count - 1)
            return 1;
        int index = (int)position;
        double share = position - index;
        return s_cumulative[index] + share * (s_cumulative[index + 1] - s_cumulative[index]);
    }

    void EvaluateAt(ActivationCurve curve, double mean, double deviation)
    {
        for (int i = 0; i < Count; i++)
            _points[i] = (float)(mean + deviation * s_nodes[i]);
        curve.Evaluate(_points, _values, _slopes);
    }

    static double[] CreateNodes()
    {
        var nodes = new double[Count];
        for (int i = 0; i < Count; i++)
            nodes[i] = (double)(i - Half) / StepsPerUnit;
        return nodes;
    }

    /// <summary>exp(−z²/2) at the nodes by recurrence, up to a factor: no library exponential.</summary>
    /// <remarks>d(i+1) / d(i) = exp(−h²/2) · exp(−h²)^i. Rounding grows like i² · u / 2, 1e-11 at the far end, where the density is 1e-14.</remarks>
    static double[] CreateDensity()
    {
        const double HalfSquare = 1.0 / (2 * StepsPerUnit * StepsPerUnit);
        double first = ExponentialOfSmall(-HalfSquare), ratio = first, step = first * first;
        var density = new double[Count];
        density[Half] = 1;
        for (int i = 1; i <= Half; i++)
        {
            density[Half + i] = density[Half - i] = density[Half + i - 1] * ratio;
            ratio *= step;
        }
        return density;
    }

    /// <summary>Taylor's series; for |x| at most 2⁻¹³ the sixth term is below 1e-25.</summary>
    static double ExponentialOfSmall(double x) => 1 + x * (1 + x / 2 * (1 + x / 3 * (1 + x / 4 * (1 + x / 5))));

    static double[] CreateWeights()
    {
        double[] weights = CreateDensity();
        double total = 0;
        for (int i = 0; i < Count; i++)
            total += weights[i] *= (i == 0 || i == Count - 1) ? 1 : (i & 1) == 0 ? 2 : 4;
        for (int i = 0; i < Count; i++)
            weights[i] /= total;
        return weights;
    }

    /// <summary>Running trapezoids: their error is h²/12 of the density's slope, 5e-6 at most, and none over the whole line.</summary>
    static double[] CreateCumulative()
    {
        double[] density = CreateDensity();
        var cumulative = new double[Count];
        for (int i = 1; i < Count; i++)
            cumulative[i] = cumulative[i - 1] + (density[i - 1] + density[i]) / 2;
        double total = cumulative[Count - 1];
        for (int i = 1; i < Count; i++)
            cumulative[i] /= total;
        return cumulative;
    }
}
