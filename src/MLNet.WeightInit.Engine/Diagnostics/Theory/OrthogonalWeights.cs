using MLNet.WeightInit.Engine.Kernels;

namespace MLNet.WeightInit.Engine.Diagnostics.Theory;

/// <summary>Whether a layer's weights keep lengths and angles: W Wᵀ or, of more outputs than inputs, Wᵀ W a multiple of the unit matrix.</summary>
internal static class OrthogonalWeights
{
    /// <summary>Vectors that are compared with all others: a random matrix fails with the first pair.</summary>
    const int Probed = 4;

    /// <summary>Of the squared length: far above what single precision leaves, far below the 1/√n of independent weights.</summary>
    const double Tolerance = 1e-3;

    public static bool Are(float[] weights, int outputs, int inputs)
    {
        int count = Math.Min(outputs, inputs), length = Math.Max(outputs, inputs);
        if (count < 2)
            return false;
        if (outputs > inputs && !AreFirstTwoColumns(weights, outputs, inputs))
            return false;                                      // without a copy
        float[] columns = outputs > inputs ? Transposed(weights, outputs, inputs) : weights;
        double size = DoubleVectors.Dot(columns.AsSpan(0, length), columns.AsSpan(0, length));
        for (int probe = 0; probe < Math.Min(Probed, count); probe++)
            for (int other = probe; other < count; other++)
            {
                double product = DoubleVectors.Dot(columns.AsSpan(probe * length, length), columns.AsSpan(other * length, length));
                if (!(Math.Abs(product - (other == probe ? size : 0)) <= Tolerance * size))
                    return false;
            }
        return size > 0;
    }

    static bool AreFirstTwoColumns(float[] weights, int outputs, int inputs)
    {
        double product = 0, size = 0;
        for (int output = 0; output < outputs; output++)
        {
            double first = weights[output * inputs];
            product += first * weights[output * inputs + 1];
            size += first * first;
        }
        return Math.Abs(product) <= Tolerance * size;
    }

    static float[] Transposed(float[] weights, int outputs, int inputs)
    {
        var transposed = new float[weights.Length];
        for (int output = 0; output < outputs; output++)
            for (int input = 0; input < inputs; input++)
                transposed[input * outputs + output] = weights[output * inputs + input];
        return transposed;
    }
}
