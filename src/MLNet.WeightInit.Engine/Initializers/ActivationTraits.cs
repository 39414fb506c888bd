using MLNet.WeightInit.Engine.Text;

namespace MLNet.WeightInit.Engine.Initializers;

internal enum ActivationFamily
{
    /// <summary>Keeps the signal as it is.</summary>
    Identity,
    /// <summary>ReLU and leaky ReLU: homogeneous, a fixed share of E z² survives.</summary>
    Rectifier,
    /// <summary>GELU, SiLU, Mish, hard-swish: like ReLU for large inputs, less of E z² survives for small ones.</summary>
    SmoothRectifier,
    /// <summary>ELU: like the identity near 0, like ReLU far from it.</summary>
    ExponentialUnit,
    /// <summary>SELU: mean 0 and variance 1 are its fixed point.</summary>
    SelfNormalizing,
    /// <summary>tanh, hard-tanh, softsign, sin, erf: odd, slope 1 at 0, bounded.</summary>
    OddBounded,
    /// <summary>Slope ¼ at 0, mean ½.</summary>
    Sigmoid,
    /// <summary>Always positive, like ReLU for large inputs.</summary>
    Softplus,
    /// <summary>Not one of the engine's.</summary>
    Unknown,
}

/// <summary>What mean-field theory needs of an activation, looked up by the name in a shape.</summary>
/// <param name="Name">As written in the shape, without arguments.</param>
/// <param name="Family">Decides the rule.</param>
/// <param name="UnitSecondMoment">E φ(z)² for z ~ N(0, 1), by quadrature.</param>
/// <param name="NegativeSlope">Of a rectifier, and of ELU just below 0: its α; else 0.</param>
/// <param name="OriginSlope">φ′(0) of an odd function and of the sigmoid; else 1.</param>
internal readonly record struct ActivationTraits(string Name, ActivationFamily Family, double UnitSecondMoment, float NegativeSlope = 0, float OriginSlope = 1)
{
    const float DefaultLeakySlope = 0.01f;

    public static ActivationTraits Of(string? activation)
    {
        if (string.IsNullOrWhiteSpace(activation))
            return new("Identity", ActivationFamily.Identity, 1);
        SpecificationText text = SpecificationText.Parse(activation, "activation");
        return SpecificationText.Normalize(text.Name) switch
        {
            "identity" or "linear" or "none" => new(text.Name, ActivationFamily.Identity, 1),
            "relu" => new(text.Name, ActivationFamily.Rectifier, 0.5),
            "leakyrelu" => Leaky(text),
            "elu" => Exponential(text),
            "selu" => new(text.Name, ActivationFamily.SelfNormalizing, 1),
            "gelu" or "geluexact" or "geluerf" => new(text.Name, ActivationFamily.SmoothRectifier, 0.425221),
            "gelutanh" or "geluapproximate" => new(text.Name, ActivationFamily.SmoothRectifier, 0.425194),
            "silu" or "swish" => new(text.Name, ActivationFamily.SmoothRectifier, 0.355776),
            "mish" => new(text.Name, ActivationFamily.SmoothRectifier, 0.452342),
            "hardswish" => new(text.Name, ActivationFamily.SmoothRectifier, 0.331567),
            "tanh" => new(text.Name, ActivationFamily.OddBounded, 0.394294),
            "hardtanh" => new(text.Name, ActivationFamily.OddBounded, 0.516059),
            "softsign" => new(text.Name, ActivationFamily.OddBounded, 0.183014),
            "sin" or "sine" => new(text.Name, ActivationFamily.OddBounded, 0.432332),
            "erf" => new(text.Name, ActivationFamily.OddBounded, 0.418477),      // erf(√π z / 2), slope 1 at 0
            "sigmoid" or "logistic" => new(text.Name, ActivationFamily.Sigmoid, 0.293379, OriginSlope: 0.25f),
            "softplus" => new(text.Name, ActivationFamily.Softplus, 0.921246),
            _ => new(text.Name, ActivationFamily.Unknown, 1),
        };
    }

    /// <summary>No less than E φ(z)² for z ~ N(0, variance).</summary>
    /// <remarks>Rectifiers scale with the variance exactly, and the smooth ones pass at most half of it: φ(z)² + φ(−z)² ≤ z² (Mish by quadrature).
    /// For the others E φ² grows with the variance, but more slowly than it: at most the value at 1 below it, at most proportional above.</remarks>
    public double SecondMomentBound(double variance) => Family switch
    {
        ActivationFamily.Identity or ActivationFamily.Unknown => variance,
        ActivationFamily.Rectifier => variance * UnitSecondMoment,
        ActivationFamily.SmoothRectifier => variance / 2,
        ActivationFamily.OddBounded or ActivationFamily.Sigmoid => Math.Min(1, UnitSecondMoment * Math.Max(1, variance)),
        _ => UnitSecondMoment * Math.Max(1, variance),
    };

    /// <summary>The positive half gives ½; the negative one 0.144945 for α = 1, and its square scales with α².</summary>
    static ActivationTraits Exponential(SpecificationText text)
    {
        float alpha = text.ReadSingle("alpha", 1);
        return new(text.Name, ActivationFamily.ExponentialUnit, 0.5 + 0.144945 * alpha * alpha, alpha);
    }

    static ActivationTraits Leaky(SpecificationText text)
    {
        float slope = text.ReadSingle("slope", DefaultLeakySlope);
        return new(text.Name, ActivationFamily.Rectifier, (1 + (double)slope * slope) / 2, slope);
    }
}
