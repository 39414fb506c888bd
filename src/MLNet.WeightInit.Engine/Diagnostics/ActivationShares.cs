using MLNet.WeightInit.Engine.Expectations;

namespace MLNet.WeightInit.Engine.Diagnostics;

/// <summary>Shares of one layer's outputs, and of its units, on a batch.</summary>
/// <param name="Zero">Of outputs that are exactly 0.</param>
/// <param name="Saturated">Of outputs at the bounds of a bounded activation.</param>
/// <param name="Dead">Of units whose derivative is 0 on every row; 0 for the output.</param>
internal readonly record struct ActivationShares(double Zero, double Saturated, double Dead)
{
    /// <summary>Where nothing was measured.</summary>
    public static ActivationShares None { get; } = new(double.NaN, double.NaN, double.NaN);

    /// <param name="preActivations">[rows × <paramref name="stride"/>].</param>
    /// <param name="outputs">[rows × <paramref name="stride"/>].</param>
    public static ActivationShares Of(ReadOnlySpan<float> preActivations, ReadOnlySpan<float> outputs, int rows, int units, int stride, bool isOutput, SaturationBounds bounds, ActivationCurve curve)
    {
        int zeros = 0, saturated = 0;
        for (int row = 0; row < rows; row++)
            foreach (float output in outputs.Slice(row * stride, units))
            {
                zeros += output == 0 ? 1 : 0;
                saturated += bounds.Contains(output) ? 1 : 0;
            }
        double count = (double)rows * units;
        return new ActivationShares(zeros / count, saturated / count, isOutput ? 0 : DeadShare(preActivations, rows, units, stride, curve));
    }

    public static ActivationShares Of(LayerStatistics layer) => new(layer.ZeroFraction, layer.SaturatedFraction, layer.DeadFraction);

    static double DeadShare(ReadOnlySpan<float> preActivations, int rows, int units, int stride, ActivationCurve curve)
    {
        float[] values = new float[units], slopes = new float[units];
        var alive = new bool[units];
        for (int row = 0; row < rows; row++)
        {
            curve.Evaluate(preActivations.Slice(row * stride, units), values, slopes);
            for (int unit = 0; unit < alive.Length; unit++)
                alive[unit] |= slopes[unit] != 0;
        }
        return (double)alive.Count(isAlive => !isAlive) / units;
    }
}
