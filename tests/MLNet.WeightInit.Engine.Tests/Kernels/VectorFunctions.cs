using MathNet.Numerics;
using MLNet.WeightInit.Engine.Kernels;

namespace MLNet.WeightInit.Engine.Tests.Kernels;

internal enum VectorFunction { Exp, ExpMinusOne, Log, LogOnePlus, Sigmoid, SigmoidComplement, Softplus, Tanh, Erf, Normal, NormalDensity, Sin, Cos }

/// <summary>One elementary function over an array, at any width.</summary>
internal abstract class VectorFunctionLoop
{
    /// <param name="arguments">A multiple of 16.</param>
    public abstract float[] Apply(VectorFunction function, ReadOnlySpan<float> arguments);

    public static VectorFunctionLoop Create(SimdLevel level) => SimdLevels.Create<Factory, VectorFunctionLoop>(level, default);

    /// <summary>The same functions in double precision.</summary>
    public static double Reference(VectorFunction function, double x) => function switch
    {
        VectorFunction.Exp => Math.Exp(x),
        VectorFunction.ExpMinusOne => ExpMinusOne(x),
        VectorFunction.Log => Math.Log(x),
        VectorFunction.LogOnePlus => LogOnePlus(x),
        VectorFunction.Sigmoid => 1 / (1 + Math.Exp(-x)),
        VectorFunction.SigmoidComplement => 1 / (1 + Math.Exp(x)),
        VectorFunction.Softplus => Math.Max(x, 0) + LogOnePlus(Math.Exp(-Math.Abs(x))),
        VectorFunction.Tanh => Math.Tanh(x),
        VectorFunction.Erf => SpecialFunctions.Erf(x),
        VectorFunction.Normal => 0.5 * SpecialFunctions.Erfc(-x / Math.Sqrt(2)),
        VectorFunction.NormalDensity => Math.Exp(-x * x / 2) / Math.Sqrt(2 * Math.PI),
        VectorFunction.Sin => Math.Sin(x),
        VectorFunction.Cos => Math.Cos(x),
        _ => throw new ArgumentOutOfRangeException(nameof(function), function, "Not a function of this list."),
    };

    /// <summary>The series where the difference would cancel: its next term is below 1e-16 of the result.</summary>
    static double ExpMinusOne(double x)
        => Math.Abs(x) < 1e-4 ? x * (1 + x / 2 * (1 + x / 3 * (1 + x / 4))) : Math.Exp(x) - 1;

    static double LogOnePlus(double x)
        => Math.Abs(x) < 1e-4 ? x * (1 - x * (1.0 / 2 - x * (1.0 / 3 - x / 4))) : Math.Log(1 + x);

    readonly struct Factory : ISimdFactory<VectorFunctionLoop>
    {
        public VectorFunctionLoop Create<TSimd, TVector>() where TSimd : struct, ISimd<TVector> where TVector : struct => new Loop<TSimd, TVector>();
    }

    sealed unsafe class Loop<TSimd, TVector> : VectorFunctionLoop where TSimd : struct, ISimd<TVector> where TVector : struct
    {
        public override float[] Apply(VectorFunction function, ReadOnlySpan<float> arguments)
        {
            var results = new float[arguments.Length];
            fixed (float* source = arguments, destination = results)
            {
                for (int i = 0; i < arguments.Length; i += TSimd.Width)
                    TSimd.Store(Apply(function, TSimd.Load(source + i)), destination + i);
            }
            return results;
        }

        static TVector Apply(VectorFunction function, TVector x)
        {
            TVector second;
            switch (function)
            {
                case VectorFunction.Exp: return VectorMath<TSimd, TVector>.Exp(x);
                case VectorFunction.ExpMinusOne: return VectorMath<TSimd, TVector>.ExpMinusOne(x);
                case VectorFunction.Log: return VectorMath<TSimd, TVector>.Log(x);
                case VectorFunction.LogOnePlus: return VectorMath<TSimd, TVector>.LogOnePlus(x);
                case VectorFunction.Sigmoid: return VectorMath<TSimd, TVector>.Sigmoid(x);
                case VectorFunction.SigmoidComplement: VectorMath<TSimd, TVector>.Sigmoid(x, out second); return second;
                case VectorFunction.Softplus: return VectorMath<TSimd, TVector>.Softplus(x);
                case VectorFunction.Tanh: return VectorMath<TSimd, TVector>.Tanh(x);
                case VectorFunction.Erf: return VectorMath<TSimd, TVector>.Erf(x);
                case VectorFunction.Normal: return VectorMath<TSimd, TVector>.Normal(x, out _);
                case VectorFunction.NormalDensity: VectorMath<TSimd, TVector>.Normal(x, out second); return second;
                case VectorFunction.Sin: return VectorMath<TSimd, TVector>.Sin(x);
                case VectorFunction.Cos: return VectorMath<TSimd, TVector>.Cos(x);
                default: throw new ArgumentOutOfRangeException(nameof(function), function, "Not a function of this list.");
            }
        }
    }
}
