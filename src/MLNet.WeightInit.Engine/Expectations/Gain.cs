using System.Globalization;
using MLNet.WeightInit.Engine.Expectations;
using MLNet.WeightInit.Engine.Kernels;
using MLNet.WeightInit.Engine.Kernels.Activations;
using MLNet.WeightInit.Engine.Text;

namespace MLNet.WeightInit;

/// <summary>What an activation does to a signal z ~ N(0, variance), and the factors on the weights' deviation that make up for it: <c>Gain.Of("GELU").Forward</c>.</summary>
/// <remarks>
/// Weights of variance gain² / fan-in keep E z² from layer to layer with the gain <see cref="Forward"/> (He et al. 2015, eq. 7, for any activation; Poole et al. 2016, eq. 3); weights of variance gain² / fan-out keep the
/// gradient's with <see cref="Backward"/> (Schoenholz et al. 2017, eq. 16). The integrals are taken by adaptive quadrature, of the engine's activations over the very kernels that train: seven digits, the same on every machine.
/// A gain multiplies the deviation: <c>variance_scaling(scale = gain²)</c> is the initializer with it.
/// </remarks>
public sealed class Gain
{
    /// <summary>The smallest and the largest variance: beyond them, single precision loses the squares.</summary>
    const double Smallest = 1e-20, Largest = 1e20;

    Gain(string activation, double variance, CurveMoments moments)
    {
        Activation = activation;
        Variance = variance;
        Mean = moments.Value;
        SecondMoment = moments.SquaredValue;
        SquaredSlope = moments.SquaredSlope;
        // Where nothing comes out no gain brings it back: infinite, and growth and stability are without meaning.
        Forward = Math.Sqrt(variance / moments.SquaredValue);
        Backward = Math.Sqrt(1 / moments.SquaredSlope);
        GradientGrowth = variance * moments.SquaredSlope / moments.SquaredValue;
        StabilitySlope = moments.Stretch / moments.SquaredValue;
    }

    /// <summary>Name of the activation with its arguments; <c>custom</c> for a function.</summary>
    public string Activation { get; }

    /// <summary>E z² of what the activation sees.</summary>
    public double Variance { get; }

    /// <summary>E φ(z).</summary>
    public double Mean { get; }

    /// <summary>E φ(z)²: what the next layer reads for each E z² of this one. A mean that isn't 0 is part of it. Infinite where the integral has no end (1 / x, exp x²): no gain keeps such a signal, and <see cref="Forward"/> is 0.</summary>
    public double SecondMoment { get; }

    /// <summary>E φ′(z)², with the derivative that training uses at a kink. Infinite where the integral has no end (a square or cube root, whose slope is too steep at 0), and <see cref="Backward"/> is 0 then.</summary>
    public double SquaredSlope { get; }

    /// <summary>√(variance / E φ²): with weights of variance gain² / fan-in and no bias, the next layer's E z² is this one's.</summary>
    public double Forward { get; }

    /// <summary>1 / √E φ′²: with weights of variance gain² / fan-out, the gradient's mean square is kept on its way back.</summary>
    public double Backward { get; }

    /// <summary>χ₁ with the gain <see cref="Forward"/>: the gradient's mean square is multiplied by it on its way back through each layer. 1 where one gain keeps both.</summary>
    public double GradientGrowth { get; }

    /// <summary>d ln E z² of the next layer / d ln E z² of this one, with the gain <see cref="Forward"/>. Above 1 the fixed point is unstable: an error of E z² grows by this factor a layer, as with GELU, SiLU, Mish and hard-swish.</summary>
    public double StabilitySlope { get; }

    /// <summary>The gains of one of the engine's activations.</summary>
    /// <param name="activation">Name with arguments: <c>ReLU</c>, <c>leaky_relu(slope=0.2)</c>.</param>
    /// <param name="variance">E z² of what it sees; from 1e-20 to 1e20. Default: 1.</param>
    /// <exception cref="ArgumentNullException">The name is null.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The name is unknown (the nearest three are named), an argument is unknown or out of range, or the variance is.</exception>
    public static Gain Of(string activation, double variance = 1)
    {
        ArgumentNullException.ThrowIfNull(activation);
        RequireVariance(variance);
        Activation parsed = Activations.Parse(activation);
        var curve = new KernelCurve(parsed, SimdLevels.Best);
        return new Gain(parsed.Specification, variance, AdaptiveQuadrature.Moments(curve.EvaluateRounded, variance));
    }

    /// <summary>The gains of any function.</summary>
    /// <param name="activation">φ, almost everywhere smooth; kinks, jumps and poles may be anywhere; a peak narrower than a twentieth of a deviation, between flat stretches, may be missed.</param>
    /// <param name="derivative">φ′.</param>
    /// <param name="variance">E z² of what it sees; from 1e-20 to 1e20. Default: 1.</param>
    /// <exception cref="ArgumentNullException">A function is null.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The variance is outside its range.</exception>
    public static Gain OfFunction(Func<double, double> activation, Func<double, double> derivative, double variance = 1)
    {
        ArgumentNullException.ThrowIfNull(activation);
        ArgumentNullException.ThrowIfNull(derivative);
        RequireVariance(variance);
        return new Gain("custom", variance, AdaptiveQuadrature.Moments(Evaluate, variance));

        void Evaluate(ReadOnlySpan<double> points, Span<double> values, Span<double> slopes)
        {
            for (int i = 0; i < points.Length; i++)
                (values[i], slopes[i]) = (activation(points[i]), derivative(points[i]));
        }
    }

    /// <summary>PyTorch's table, <c>torch.nn.init.calculate_gain</c>, for networks that shall start as they did there. It is no law: 5/3 for tanh and 3/4 for SELU are experience, and the sigmoid's 1 makes up for nothing.</summary>
    /// <param name="nonlinearity">PyTorch's name: linear, conv1d to conv3d, conv_transpose1d to conv_transpose3d, sigmoid, tanh, relu, leaky_relu, selu.</param>
    /// <param name="parameter">Slope of leaky_relu, finite; others ignore it, as PyTorch does. Default: 0.01.</param>
    /// <exception cref="ArgumentNullException">The name is null.</exception>
    /// <exception cref="ArgumentOutOfRangeException">PyTorch has no gain for the name, or the slope is no finite number.</exception>
    public static double PyTorch(string nonlinearity, double? parameter = null)
    {
        ArgumentNullException.ThrowIfNull(nonlinearity);
        switch (SpecificationText.Normalize(nonlinearity))
        {
            case "linear" or "conv1d" or "conv2d" or "conv3d" or "convtranspose1d" or "convtranspose2d" or "convtranspose3d" or "sigmoid":
                return 1;
            case "tanh":
                return 5.0 / 3;
            case "relu":
                return Math.Sqrt(2);
            case "leakyrelu":
                double slope = parameter ?? 0.01;
                return double.IsFinite(slope) ? Math.Sqrt(2 / (1 + slope * slope))
                    : throw new ArgumentOutOfRangeException(nameof(parameter), parameter, "The slope of leaky_relu must be a finite number.");
            case "selu":
                return 3.0 / 4;
            default:
                throw new ArgumentOutOfRangeException(nameof(nonlinearity), nonlinearity,
                    $"PyTorch has no gain for '{nonlinearity}': it has linear, conv1d, conv2d, conv3d, conv_transpose1d, conv_transpose2d, conv_transpose3d, sigmoid, tanh, relu, leaky_relu and selu. Gain.Of has exact ones for any activation.");
        }
    }

    /// <summary>All figures in one line.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture,
        $"{Activation} at variance {Variance:G6}: mean {Mean:G6}, second moment {SecondMoment:G6}, squared slope {SquaredSlope:G6}, forward {Forward:G7}, backward {Backward:G7}, gradient growth {GradientGrowth:G6}, stability slope {StabilitySlope:G6}");

    static void RequireVariance(double variance)
    {
        if (!(variance is >= Smallest and <= Largest))
            throw new ArgumentOutOfRangeException(nameof(variance), variance, string.Create(CultureInfo.InvariantCulture, $"The variance must be a number from {Smallest:R} to {Largest:R}."));
    }
}
