using MLNet.WeightInit.Engine.Kernels;

namespace MLNet.WeightInit.Engine.Expectations;

/// <summary>Expectations over a standard normal on one fixed grid, so that they are the same bits everywhere.</summary>
/// <remarks>
/// Two Gauss–Legendre nodes in each of 512 cells of 1/32 over [−8, 8]; beyond lies a share of 1.2e-15. The error is of order h⁴ ≈ 1e-6 times a fourth derivative
/// over 4,320, also where a kink or a jump of the slope falls between
/// cells (every one at 0, and those at ±1 or ±3 at unit variance); elsewhere a kink costs at most h²/8 ≈ 1e-4 times the jump of the slope times the density.
/// Gauss–Hermite would be shorter for polynomials but has no such
/// bound at kinks.
/// </remarks>
internal sealed class GaussianQuadrature
{
    const int CellsPerUnit = 32;
    const int Count = 2 * 16 * CellsPerUnit;

    /// <summary>z from −8 to 8.</summary>
    static readonly double[] s_nodes = CreateNodes();

    /// <summary>The density, scaled to sum to 1.</summary>
    static readonly double[] s_weights = CreateWeights();

    /// <summary>Φ and its derivative at the borders of the cells.</summary>
    static readonly (double Value, double Slope)[] s_cumulative = CreateCumulative();

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

    /// <summary>Where the activation's derivative is exactly 0 on both sides: below the first, and above the second, in deviations from 0; infinities where there
    /// is no such side.</summary>
    public (double Below, double Above) FlatSides(ActivationCurve curve, double deviation)
    {
        EvaluateAt(curve, 0, deviation);
        int below = 0, above = Count;
        while (below < Count && _slopes[below] == 0)
            below++;
        while (above > below && _slopes[above - 1] == 0)
            above--;
        return (below == 0 ? double.NegativeInfinity : Between(below - 1), above == Count ? double.PositiveInfinity : Between(above - 1));
    }

    /// <summary>Φ(z), a cubic in each cell from its values and slopes at the borders: within 1e-8.</summary>
    public static double Cumulative(double z)
    {
        double position = (z + 8) * CellsPerUnit;
        if (!(position > 0))
            return double.IsNaN(z) ? double.NaN : 0;
        if (position >= Count / 2)
            return 1;
        int cell = (int)position;
        double t = position - cell, rest = 1 - t;
        (double left, double leftSlope) = s_cumulative[cell];
        (double right, double rightSlope) = s_cumulative[cell + 1];
        return rest * rest * ((1 + 2 * t) * left + t * leftSlope / CellsPerUnit) + t * t * ((1 + 2 * rest) * right - rest * rightSlope / CellsPerUnit);
    }

    /// <summary>Half way to the next node.</summary>
    static double Between(int node) => node == Count - 1 ? s_nodes[node] : (s_nodes[node] + s_nodes[node + 1]) / 2;

    void EvaluateAt(ActivationCurve curve, double mean, double deviation)
    {
        for (int i = 0; i < Count; i++)
            _points[i] = (float)(mean + deviation * s_nodes[i]);
        curve.Evaluate(_points, _values, _slopes);
    }

    static double[] CreateNodes()
    {
        double offset = 0.5 / Math.Sqrt(3);
        var nodes = new double[Count];
        for (int cell = 0; cell < Count / 2; cell++)
        {
            double center = cell + 0.5 - Count / 4;
            nodes[2 * cell] = (center - offset) / CellsPerUnit;
            nodes[2 * cell + 1] = (center + offset) / CellsPerUnit;
        }
        return nodes;
    }

    static double[] CreateWeights()
    {
        double[] weights = [.. s_nodes.Select(node => ScalarMath.Exp(-node * node / 2))];
        double total = 0;
        foreach (double weight in weights)
            total += weight;
        for (int i = 0; i < Count; i++)
            weights[i] /= total;
        return weights;
    }

    static (double Value, double Slope)[] CreateCumulative()
    {
        const double InverseRootOfTwoPi = 0.39894228040143267794;
        var cumulative = new (double Value, double Slope)[Count / 2 + 1];
        double sum = 0;
        for (int cell = 0; cell <= Count / 2; cell++)
        {
            double border = (double)cell / CellsPerUnit - 8;
            cumulative[cell] = (sum, InverseRootOfTwoPi * ScalarMath.Exp(-border * border / 2));
            if (cell < Count / 2)
                sum += s_weights[2 * cell] + s_weights[2 * cell + 1];
        }
        return cumulative;
    }
}
