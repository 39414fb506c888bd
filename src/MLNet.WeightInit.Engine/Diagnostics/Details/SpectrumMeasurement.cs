using MLNet.WeightInit.Engine.Kernels;

namespace MLNet.WeightInit.Engine.Diagnostics.Details;

/// <summary>Singular values of one layer's weights and gradient.</summary>
internal static class SpectrumMeasurement
{
    /// <summary>Of the smaller side; and with its square times the larger side, above which all singular values would take more than half a second.</summary>
    const int LargestExact = 512, MostProducts = 1 << 28;

    const int LanczosSteps = 64, GradientSteps = 12, FewestSteps = 8;

    /// <summary>Multiplications that the products of one matrix with vectors may take.</summary>
    const double MostWork = 5e8;

    /// <summary>Quantiles 0.0005, 0.9995 and 0.99999 of the Tracy–Widom law of order 1, by Chiani 2014, eq. 6: a gamma distribution that was shifted.</summary>
    const double LowQuantile = -4.7812, HighQuantile = 3.5829, AlarmQuantile = 5.2985;

    public static bool IsExact(int outputs, int inputs)
        => Math.Min(outputs, inputs) is var small && small <= LargestExact && (double)small * small * Math.Max(outputs, inputs) <= MostProducts;

    /// <param name="gradient">∂L/∂W, row-major as the weights.</param>
    public static LayerSpectrum Of(float[] weights, float[] gradient, int outputs, int inputs)
    {
        double square = FixedOrderSums.SumAndSquares(weights).SquaredSum, deviation = Math.Sqrt(square / weights.Length);
        (double largest, double smallest, double rank) = Values(weights, outputs, inputs);
        (double edge, double width) = Edge(outputs, inputs);
        return new LayerSpectrum
        {
            LargestSingularValue = SignificantDigits.Round(largest),
            SmallestSingularValue = SignificantDigits.Round(smallest),
            EffectiveRank = SignificantDigits.Round(rank),
            StableRank = SignificantDigits.Round(square / (largest * largest)),
            Edge = SignificantDigits.Round(deviation * (Math.Sqrt(inputs) + Math.Sqrt(outputs))),
            LowestLargest = SignificantDigits.Round(deviation * Math.Sqrt(Math.Max(0, edge + LowQuantile * width))),
            HighestLargest = SignificantDigits.Round(deviation * Math.Sqrt(edge + HighQuantile * width)),
            GradientStableRank = SignificantDigits.Round(StableRank(gradient, outputs, inputs)),
        };
    }

    /// <summary>Where chance takes σ_max² of independent weights of mean square 1 in one layer of 100,000.</summary>
    public static double Alarm(int outputs, int inputs) => Edge(outputs, inputs) is var (edge, width) ? edge + AlarmQuantile * width : 0;

    /// <summary>Centre and scale of σ_max² for elements of mean square 1 (Ma 2012, theorem 2).</summary>
    static (double Centre, double Scale) Edge(int outputs, int inputs)
    {
        double a = Math.Sqrt(inputs - 0.5), b = Math.Sqrt(outputs - 0.5), sum = a + b;
        return (sum * sum, sum * CubeRoot(1 / a + 1 / b));
    }

    static double CubeRoot(double value) => ScalarMath.Exp(ScalarMath.Log(value) / 3);

    static (double Largest, double Smallest, double Rank) Values(float[] weights, int outputs, int inputs)
    {
        if (IsExact(outputs, inputs))
        {
            double[] all = SingularValues.Of(weights, outputs, inputs);
            // Below single precision's noise in the weights themselves a value is 0.
            double smallest = all[^1] > all[0] * 1e-9 ? all[^1] : double.IsNaN(all[^1]) ? double.NaN : 0;
            return (all[0], smallest, EffectiveRank(all));
        }
        (double[] values, bool isWhole) = Lanczos(weights, outputs, inputs, LanczosSteps);
        if (values.Length == 0)
            return FixedOrderSums.SumAndSquares(weights).SquaredSum == 0 ? (0, 0, double.NaN) : (double.NaN, double.NaN, double.NaN);
        // A space that is closed early has each value once, however often the matrix has it.
        bool areEqual = isWhole && values[0] - values[^1] <= 1e-5 * values[0];
        return (values[0], isWhole ? values[^1] : double.NaN, areEqual ? Math.Min(outputs, inputs) : double.NaN);
    }

    static double EffectiveRank(double[] values)
    {
        double sum = 0, entropy = 0;
        foreach (double value in values)
            sum += value;
        foreach (double value in values)
            if (value > 0)
                entropy -= value / sum * ScalarMath.Log(value / sum);
        return sum > 0 ? ScalarMath.Exp(entropy) : double.NaN;
    }

    static double StableRank(float[] matrix, int outputs, int inputs)
    {
        double square = FixedOrderSums.SumAndSquares(matrix).SquaredSum;
        if (!(square > 0) || !double.IsFinite(square))
            return double.NaN;
        (double[] values, _) = Lanczos(matrix, outputs, inputs, GradientSteps);
        return values.Length == 0 ? double.NaN : square / (values[0] * values[0]);
    }

    static (double[] Values, bool IsWhole) Lanczos(float[] matrix, int outputs, int inputs, int most)
    {
        var start = new float[inputs];
        new RandomSource(0, "diagnostics/spectrum").FillNormal(start, 1);
        int steps = Math.Min(Math.Min(outputs, inputs), (int)Math.Clamp(MostWork / (2.0 * outputs * inputs), FewestSteps, most));
        return LanczosBidiagonal.Run([.. start.Select(value => (double)value)], Forward, Back, outputs, steps);

        void Forward(double[] vector, double[] product)
        {
            for (int output = 0; output < outputs; output++)
                product[output] = DoubleVectors.Dot(matrix.AsSpan(output * inputs, inputs), vector);
        }

        void Back(double[] vector, double[] product)
        {
            for (int output = 0; output < outputs; output++)
                DoubleVectors.AddScaled(matrix.AsSpan(output * inputs, inputs), vector[output], product);
        }
    }
}
