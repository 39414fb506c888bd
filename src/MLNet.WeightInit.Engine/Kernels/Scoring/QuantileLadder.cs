namespace MLNet.WeightInit.Engine.Kernels.Scoring;

/// <summary>From a network's outputs to quantiles that can't cross: the middle one is an output, and each of the others is a step of <c>softplus(output) ≥ 0</c> from its neighbour towards the middle.</summary>
/// <remarks>
/// Increments made positive by ln(1 + e^x): Padilla et al. 2022, "Quantile Regression with ReLU Networks", JMLR 23, who climb from the lowest level. Here it is from the middle outwards: there most rows say where a
/// quantile is, and the noise of an outer level moves no other. Adding what is never negative, and rounding, keep the order in floating point too, which sorting what crossed would do as well (Chernozhukov
/// et al. 2010), but without the loss knowing of it.
/// </remarks>
internal static class QuantileLadder
{
    /// <summary>The quantile that is an output itself.</summary>
    public static int Middle(int count) => (count - 1) / 2;

    /// <summary>ln(1 + e^x), never negative.</summary>
    public static double Step(double output) => Math.Max(output, 0) + ScalarMath.Log(1 + ScalarMath.Exp(-Math.Abs(output)));

    /// <summary>The output whose step is this, above 0: ln(e^step − 1), in the form that does not overflow.</summary>
    public static double OutputOf(double step) => step + ScalarMath.Log(-ScalarMath.ExpMinusOne(-step));

    /// <summary>Replaces a row's outputs by its quantiles.</summary>
    public static void Climb(Span<float> row)
    {
        int middle = Middle(row.Length);
        double up = row[middle], down = up;
        for (int i = middle + 1; i < row.Length; i++)
            row[i] = (float)(up += Step(row[i]));
        for (int i = middle - 1; i >= 0; i--)
            row[i] = (float)(down -= Step(row[i]));
    }

    /// <summary>The quantiles of a row's outputs, unrounded.</summary>
    public static void Climb(ReadOnlySpan<float> outputs, Span<double> quantiles)
    {
        int middle = Middle(outputs.Length);
        quantiles[middle] = outputs[middle];
        for (int i = middle + 1; i < outputs.Length; i++)
            quantiles[i] = quantiles[i - 1] + Step(outputs[i]);
        for (int i = middle - 1; i >= 0; i--)
            quantiles[i] = quantiles[i + 1] - Step(outputs[i]);
    }

    /// <summary>Replaces the loss's slopes by a row's quantiles by those by its outputs: a step moves its quantile and all beyond it, and softplus' = sigmoid.</summary>
    public static void Descend(ReadOnlySpan<float> outputs, Span<double> slopes)
    {
        int middle = Middle(outputs.Length);
        double above = 0, below = 0;
        for (int i = outputs.Length - 1; i > middle; i--)
        {
            above += slopes[i];
            slopes[i] = above * Sigmoid(outputs[i]);
        }
        for (int i = 0; i < middle; i++)
        {
            below += slopes[i];
            slopes[i] = -below * Sigmoid(outputs[i]);
        }
        slopes[middle] += above + below;
    }

    static double Sigmoid(double x)
    {
        double exponential = ScalarMath.Exp(-Math.Abs(x));
        return (x >= 0 ? 1 : exponential) / (1 + exponential);
    }
}
