namespace Peers.Growth;

/// <summary>Values along a series' sizes, and the model's.</summary>
sealed record Curve(double[] Measured, double[] Model)
{
    /// <summary>The measured value over the model's, where it is furthest from 1.</summary>
    public double WorstRatio => Measured.Zip(Model, (measured, model) => measured / model).MaxBy(ratio => Math.Abs(Math.Log(ratio)));

    /// <summary>Slopes of log value over log size by least squares, over the upper half of the sizes: below, what a call costs at any size hides how it grows.</summary>
    public (double Measured, double Model) Exponents(IReadOnlyList<int> sizes) => (Exponent(sizes, Measured), Exponent(sizes, Model));

    /// <summary>True where the exponents differ by no more than the tolerance, and no ratio lies outside 1 / band … band.</summary>
    public bool IsAsPredicted(IReadOnlyList<int> sizes, double tolerance, double band)
    {
        (double measured, double model) = Exponents(sizes);
        return Math.Abs(measured - model) <= tolerance && WorstRatio >= 1 / band && WorstRatio <= band;
    }

    static double Exponent(IReadOnlyList<int> sizes, double[] values)
    {
        int first = sizes.Count / 2;
        double[] x = [.. sizes.Skip(first).Select(size => Math.Log(size))], y = [.. values.Skip(first).Select(value => Math.Log(value))];
        double meanX = x.Average(), meanY = y.Average();
        return x.Zip(y, (a, b) => (a - meanX) * (b - meanY)).Sum() / x.Sum(a => (a - meanX) * (a - meanX));
    }
}
