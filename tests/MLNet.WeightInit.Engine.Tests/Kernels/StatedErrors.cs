using MLNet.WeightInit.Engine.Kernels;

namespace MLNet.WeightInit.Engine.Tests.Kernels;

/// <summary>The largest errors that the XML docs and docs/kernels.md state: what the tests assert, and what those texts are compared with.</summary>
/// <remarks>Each bound of the fused widths is the largest error over every single float of the range in which the function isn't yet constant or linear, rounded up.</remarks>
internal static class StatedErrors
{
    /// <summary>Sine and cosine are held to their bound up to here.</summary>
    public const float LargestAngle = 1e5f;

    /// <summary>x · gate has vanished where the gate is below the normal numbers: at most 87.34 · 2⁻¹²⁶.</summary>
    public const double SmallestProduct = 1.1e-36;

    /// <summary>The share of a bound that the tests must find, so that it says something of the truth. The worst arguments are those of the fused widths; without fusing others are worst, which the sweep may miss.</summary>
    public const double Tightness = 2.0 / 3;

    /// <param name="Units">Units in the last place, with fused multiply-add.</param>
    /// <param name="UnfusedUnits">The same without; NaN where no bound on the relative error holds.</param>
    public sealed record Function(VectorFunction Of, double Units, double UnfusedUnits);

    /// <param name="Value">Units in the last place of the value.</param>
    /// <param name="Slope">Error of the derivative in units of 2⁻²³, the last place of 1: derivatives pass through 0 or come from an output near 1, where no relative bound can hold.</param>
    /// <param name="UnfusedValue">As <paramref name="Value"/>, without fused multiply-add; NaN where no bound holds.</param>
    public sealed record Activation(string Name, double Value, double Slope, double UnfusedValue, double UnfusedSlope);

    public static readonly Function[] Functions =
    [
        new(VectorFunction.Exp, 1.0, 1.0),
        new(VectorFunction.ExpMinusOne, 1.5, 1.5),
        new(VectorFunction.Log, 0.9, 0.9),
        new(VectorFunction.LogOnePlus, 1.6, 1.6),
        new(VectorFunction.Sigmoid, 2.5, 2.5),
        new(VectorFunction.SigmoidComplement, 2.5, 2.5),
        new(VectorFunction.Softplus, 2.0, 2.0),
        new(VectorFunction.Tanh, 2.6, 2.6),
        new(VectorFunction.Erf, 1.4, 1.4),
        new(VectorFunction.Normal, 6.1, 70),                   // the correction of x² needs the fused product: in the tail the error grows as x²
        new(VectorFunction.NormalDensity, 2.9, 70),
        new(VectorFunction.Sin, 1.8, double.NaN),
        new(VectorFunction.Cos, 1.9, double.NaN),
    ];

    public static readonly Activation[] Activations =
    [
        new("Identity", 0, 0, 0, 0),
        new("ReLU", 0, 0, 0, 0),
        new("LeakyReLU", 0.5, 0, 0.5, 0),
        new("ELU", 0.9, 0.5, 0.9, 0.5),
        new("SELU", 1.8, 1.3, 2.0, 1.3),
        new("GELU", 6.2, 1.3, 70, 1.4),
        new("GELUTanh", 210, 2.2, 210, 2.2),                   // the rounding of the inner argument, times that argument
        new("SiLU", 3.3, 1.9, 3.3, 2.0),
        new("Mish", 4.8, 1.7, 4.8, 1.7),
        new("HardSwish", 2.5, 0.7, 2.5, 0.7),
        new("Tanh", 2.6, 2.6, 2.6, 2.8),
        new("HardTanh", 0, 0, 0, 0),
        new("Sigmoid", 2.5, 0.8, 2.5, 0.8),
        new("Softplus", 2.0, 0.7, 2.0, 0.7),
        new("Softsign", 1.5, 1.0, 1.5, 1.0),
        new("Sin", 1.8, 1.0, double.NaN, double.NaN),
        new("Erf", 1.8, 0.7, 1.8, 0.7),
    ];

    public static double Bound(this Function function, SimdLevel level) => level == SimdLevel.Unfused128 ? function.UnfusedUnits : function.Units;

    public static (double Value, double Slope) Bounds(this Activation activation, SimdLevel level)
        => level == SimdLevel.Unfused128 ? (activation.UnfusedValue, activation.UnfusedSlope) : (activation.Value, activation.Slope);
}
