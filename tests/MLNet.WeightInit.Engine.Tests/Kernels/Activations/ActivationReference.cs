using MathNet.Numerics;

namespace MLNet.WeightInit.Engine.Tests.Kernels.Activations;

/// <summary>The activations and their derivatives in double precision, each from its definition and not by the way that the kernels take.</summary>
internal static class ActivationReference
{
    const double SeluLambda = 1.0507009873554804934, SeluAlpha = 1.6732632423543772848, LeakySlope = 0.01f;

    /// <summary>√(2/π) and the cubic factor of Hendrycks and Gimpel 2016, section 2.</summary>
    const double GeluRoot = 0.79788456080286535588, GeluCubic = 0.044715;

    public static double Value(string activation, double x) => activation switch
    {
        "Identity" => x,
        "ReLU" => Math.Max(x, 0),
        "LeakyReLU" => x > 0 ? x : LeakySlope * x,
        "ELU" => x > 0 ? x : ExpMinusOne(x),
        "SELU" => SeluLambda * (x > 0 ? x : SeluAlpha * ExpMinusOne(x)),
        "GELU" => x == 0 ? 0 : x * Cumulative(x),
        "GELUTanh" => x * Logistic(2 * GeluInner(x)),
        "SiLU" => x * Logistic(x),
        "Mish" => x * Math.Tanh(LogOnePlusExp(x)),
        "HardSwish" => x * (Math.Clamp(x + 3, 0, 6) / 6),
        "Tanh" => Math.Tanh(x),
        "HardTanh" => Math.Clamp(x, -1, 1),
        "Sigmoid" => Logistic(x),
        "Softplus" => LogOnePlusExp(x),
        "Softsign" => x / (1 + Math.Abs(x)),
        "Sin" => Math.Sin(x),
        "Erf" => SpecialFunctions.Erf(Math.Sqrt(Math.PI) / 2 * x),
        _ => throw new ArgumentOutOfRangeException(nameof(activation), activation, "Add the definition of this activation."),
    };

    public static double Slope(string activation, double x)
    {
        switch (activation)
        {
            case "Identity": return 1;
            case "ReLU": return x > 0 ? 1 : 0;
            case "LeakyReLU": return x > 0 ? 1 : LeakySlope;
            case "ELU": return x > 0 ? 1 : Math.Exp(x);
            case "SELU": return SeluLambda * (x > 0 ? 1 : SeluAlpha * Math.Exp(x));
            case "GELU": return Cumulative(x) + Scaled(x, Math.Exp(-x * x / 2) / Math.Sqrt(2 * Math.PI));
            case "GELUTanh":
                double u = 2 * GeluInner(x), inner = 2 * GeluRoot * (1 + 3 * GeluCubic * x * x);
                return Logistic(u) * (1 + Scaled(x * inner, Logistic(-u)));
            case "SiLU": return Logistic(x) * (1 + Scaled(x, Logistic(-x)));
            case "Mish":
                double cosh = Math.Cosh(LogOnePlusExp(x));
                return Math.Tanh(LogOnePlusExp(x)) + Scaled(x, Logistic(x) / cosh / cosh);
            case "HardSwish": return x <= -3 ? 0 : x >= 3 ? 1 : x / 3 + 0.5;
            case "Tanh": return 1 / Math.Cosh(x) / Math.Cosh(x);
            case "HardTanh": return Math.Abs(x) < 1 ? 1 : 0;
            case "Sigmoid": return Logistic(x) * Logistic(-x);
            case "Softplus": return Logistic(x);
            case "Softsign": return 1 / (1 + Math.Abs(x)) / (1 + Math.Abs(x));
            case "Sin": return Math.Cos(x);
            case "Erf": return Math.Exp(-Math.PI / 4 * x * x);
            default: throw new ArgumentOutOfRangeException(nameof(activation), activation, "Add the derivative of this activation.");
        }
    }

    /// <summary>x · factor, 0 where the factor has vanished.</summary>
    static double Scaled(double x, double factor) => factor == 0 ? 0 : x * factor;

    static double Cumulative(double x) => 0.5 * SpecialFunctions.Erfc(-x / Math.Sqrt(2));

    static double GeluInner(double x) => GeluRoot * (x + GeluCubic * x * x * x);

    static double Logistic(double x) => 1 / (1 + Math.Exp(-x));

    static double LogOnePlusExp(double x) => VectorFunctionLoop.Reference(VectorFunction.Softplus, x);

    static double ExpMinusOne(double x) => VectorFunctionLoop.Reference(VectorFunction.ExpMinusOne, x);
}
