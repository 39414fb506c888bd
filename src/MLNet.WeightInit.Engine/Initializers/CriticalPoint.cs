using System.Collections.Concurrent;
using System.Globalization;

namespace MLNet.WeightInit.Engine.Initializers;

/// <summary>Variances of weights (times fan-in) and biases at which a variance q* of the pre-activations stays, and the gradient's size, too.</summary>
/// <param name="Variance">q*.</param>
/// <param name="WeightVariance">σw² = 1 / E φ′².</param>
/// <param name="BiasVariance">σb² = q* − σw² E φ².</param>
/// <param name="Slope">dq′/dq at q*.</param>
/// <param name="IsHalfStable">Whether it was chosen for a slope of 1.</param>
/// <param name="IsHomogeneous">Whether every q* is such a point, with the same variances.</param>
internal readonly record struct CriticalPoint(double Variance, double WeightVariance, double BiasVariance, double Slope, bool IsHalfStable, bool IsHomogeneous)
{
    /// <summary>q* is searched from 2⁻¹⁰ to 2¹⁰.</summary>
    const int Octaves = 10;

    /// <summary>Slopes closer to 1 than this are 1 but for the kernels' rounding.</summary>
    const double Resolution = 1e-5;

    static readonly ConcurrentDictionary<(string, float?), CriticalPoint> s_known = new();

    /// <param name="activation">With arguments: one of the engine's.</param>
    /// <param name="variance">q*; null for the half-stable point where there is one, else 1, else the smallest q* above 1 that has one.</param>
    /// <exception cref="ArgumentException">The activation is unknown, or has no such point.</exception>
    public static CriticalPoint Of(string activation, float? variance) => s_known.GetOrAdd((activation, variance), key => Find(key.Item1, key.Item2));

    static CriticalPoint Find(string activation, float? variance)
    {
        try
        {
            Gain.Of(activation);
        }
        catch (ArgumentOutOfRangeException exception)
        {
            throw new ArgumentException($"The edge of chaos is found by integrals over the engine's activations, and '{activation}' is none. Use he, glorot or orthogonal.", nameof(activation), exception);
        }
        if (variance is { } given)
            return Checked(At(activation, given), activation);
        CriticalPoint[] grid = [.. Enumerable.Range(-Octaves, 2 * Octaves + 1).Select(exponent => At(activation, Math.ScaleB(1, exponent)))];
        CriticalPoint one = grid[Octaves];
        if (grid.All(point => Math.Abs(point.Slope - 1) < Resolution && Math.Abs(point.BiasVariance) < Resolution * point.Variance))
            return one with { BiasVariance = 0, Slope = 1, IsHalfStable = true, IsHomogeneous = true };
        for (int i = 1; i < grid.Length; i++)
            if (grid[i - 1].Slope > 1 + Resolution != grid[i].Slope > 1 + Resolution && Math.Abs(grid[i - 1].Slope - 1) > Resolution && Math.Abs(grid[i].Slope - 1) > Resolution
                && Bisect(activation, grid[i - 1], grid[i]) is { BiasVariance: >= 0 } half)
                return half with { IsHalfStable = true };
        return one.BiasVariance >= 0 ? one : Checked(grid[(Octaves + 1)..].FirstOrDefault(point => point.BiasVariance >= 0, one), activation);
    }

    static CriticalPoint At(string activation, double variance)
    {
        Gain gain = Gain.Of(activation, variance);
        double weights = 1 / gain.SquaredSlope, biases = variance - weights * gain.SecondMoment;
        // A rectifier's is 0, but for rounding.
        return new(variance, weights, Math.Abs(biases) < Resolution * variance / 10 ? 0 : biases, weights * gain.SecondMoment * gain.StabilitySlope / variance, false, false);
    }

    /// <summary>Where the slope is 1, between two q* on both sides of it.</summary>
    static CriticalPoint Bisect(string activation, CriticalPoint below, CriticalPoint above)
    {
        for (int step = 0; step < 24; step++)
        {
            CriticalPoint middle = At(activation, Math.Sqrt(below.Variance * above.Variance));
            if (middle.Slope > 1 == below.Slope > 1)
                below = middle;
            else
                above = middle;
        }
        return below;
    }

    static CriticalPoint Checked(CriticalPoint point, string activation) => point.BiasVariance >= 0 && double.IsFinite(point.WeightVariance) ? point
        : throw new ArgumentException(string.Create(CultureInfo.InvariantCulture, $"There is no edge of chaos for {activation} at q* = {point.Variance:G6}: the biases' variance would be {point.BiasVariance:G4}. ")
            + "Choose another one, edge_of_chaos(variance=…), or use lecun or auto.", nameof(activation));
}
