using MLNet.WeightInit.Engine.Kernels;

namespace MLNet.WeightInit.Engine.Diagnostics.Theory;

/// <summary>How chance in the weights spreads a mean square about what is predicted for infinite width.</summary>
/// <param name="Mean">Of ln (measured / predicted).</param>
/// <param name="Variance">Of the same.</param>
internal readonly record struct Fluctuation(double Mean, double Variance)
{
    /// <summary>Of a normal variable: 2.5 % lie beyond it on each side.</summary>
    public const double Deviations95 = 1.9599639845400545;

    public static Fluctuation Unknown { get; } = new(double.NaN, double.NaN);

    /// <summary>Ends of the band of a root mean square.</summary>
    public (double Low, double High) Band(double predicted, double deviations = Deviations95)
    {
        double reach = deviations * Math.Sqrt(Variance);
        return (predicted * ScalarMath.Exp((Mean - reach) / 2), predicted * ScalarMath.Exp((Mean + reach) / 2));
    }

    /// <summary>How far a root mean square lies from the middle, in deviations; 0 where nothing can be said.</summary>
    public double Distance(double measured, double predicted)
    {
        double ratio = measured / predicted;
        if (!(ratio > 0) || !double.IsFinite(ratio) || !(Variance > 0))
            return 0;
        return Math.Abs(2 * ScalarMath.Log(ratio) - Mean) / Math.Sqrt(Variance);
    }
}
