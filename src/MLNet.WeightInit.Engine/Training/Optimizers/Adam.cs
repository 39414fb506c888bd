using System.Runtime.CompilerServices;
using MLNet.WeightInit.Engine.Kernels;
using MLNet.WeightInit.Engine.Text;
using MLNet.WeightInit.Engine.Training.Checkpoints;

namespace MLNet.WeightInit.Engine.Training.Optimizers;

/// <summary>Adam, with weight decay in the gradient (L2) or decoupled (AdamW): <c>m = β₁ m + (1 − β₁) g</c>, <c>v = β₂ v + (1 − β₂) g²</c>, <c>w −= η m̂ / (√v̂ + ε)</c>.</summary>
/// <remarks>Kingma and Ba 2015, algorithm 1; Loshchilov and Hutter 2019, algorithm 2, with PyTorch's <c>w −= η λ w</c>.
/// Powers of β are products in double, step by step: no pow.</remarks>
internal sealed class Adam : Optimizer
{
    readonly bool _decoupled;
    readonly double _beta1, _beta2, _epsilon;

    /// <param name="decoupled">AdamW.</param>
    /// <param name="beta1">Share of the mean gradient that a step keeps; 0 … below 1. Default: 0.9.</param>
    /// <param name="beta2">Share of the mean square that a step keeps; 0 … below 1. Default: 0.999.</param>
    /// <param name="epsilon">At least 1e-12. Default: 1e-8.</param>
    public Adam(bool decoupled = false, double beta1 = 0.9, double beta2 = 0.999, double epsilon = 1e-8)
    {
        _decoupled = decoupled;
        _beta1 = CheckedShare(beta1, nameof(beta1), "Adam's", "0.9");
        _beta2 = CheckedShare(beta2, nameof(beta2), "Adam's", "0.999");
        _epsilon = CheckedEpsilon(epsilon);
    }

    public override string Name => _decoupled ? "AdamW" : "Adam";
    public override string Specification => $"{Name}(beta1={SpecificationText.Format(_beta1)}, beta2={SpecificationText.Format(_beta2)}, epsilon={SpecificationText.Format(_epsilon)})";
    public override float UsualLearningRate => 0.001f;
    public override int StateCount => 2;
    public override bool HasDecoupledDecay => _decoupled;

    public override OptimizerKernel CreateKernel(SimdLevel level)
        => SimdLevels.Create<UpdateLoopFactory<Rule>, OptimizerKernel>(level, new(new Rule(_decoupled, _beta1, _beta2, _epsilon)));

    struct Rule(bool decoupled, double beta1, double beta2, double epsilon) : IUpdateRule<Rule>
    {
        readonly bool _decoupled = decoupled;
        readonly double _beta1 = beta1, _beta2 = beta2;
        readonly float _keep1 = (float)beta1, _take1 = (float)(1 - beta1), _keep2 = (float)beta2, _take2 = (float)(1 - beta2), _epsilon = (float)epsilon;
        double _power1 = 1, _power2 = 1, _learningRate;
        float _step, _rootCorrection, _gradientDecay, _keepParameter = 1;

        public static int States => 2;

        public readonly Rule NextStep(double learningRate) => this with { _learningRate = learningRate, _power1 = _power1 * _beta1, _power2 = _power2 * _beta2 };

        public readonly Rule ForRun(double rateMultiplier, double weightDecay)
        {
            double rate = _learningRate * rateMultiplier;
            return this with
            {
                _step = (float)(-rate / (1 - _power1)),
                _rootCorrection = (float)(1 / Math.Sqrt(1 - _power2)),
                _gradientDecay = _decoupled ? 0 : (float)weightDecay,
                _keepParameter = _decoupled ? (float)(1 - rate * weightDecay) : 1,
            };
        }

        public static void Exchange(ref Rule rule, StateExchange state)
        {
            state.Number("optimizer/power of beta1", ref rule._power1);
            state.Number("optimizer/power of beta2", ref rule._power2);
        }

        public readonly OptimizerKernel CreateLoop<TSimd, TVector>() where TSimd : struct, ISimd<TVector> where TVector : struct => new UpdateLoop<TSimd, TVector, Rule, Lanes<TSimd, TVector>>(this);

        readonly struct Lanes<TSimd, TVector>(Rule rule) : IUpdateLanes<Lanes<TSimd, TVector>, Rule, TVector> where TSimd : struct, ISimd<TVector> where TVector : struct
        {
            readonly TVector _keep1 = TSimd.Broadcast(rule._keep1), _take1 = TSimd.Broadcast(rule._take1), _keep2 = TSimd.Broadcast(rule._keep2), _take2 = TSimd.Broadcast(rule._take2), _epsilon = TSimd.Broadcast(rule._epsilon);
            readonly TVector _step = TSimd.Broadcast(rule._step), _rootCorrection = TSimd.Broadcast(rule._rootCorrection), _gradientDecay = TSimd.Broadcast(rule._gradientDecay), _keepParameter = TSimd.Broadcast(rule._keepParameter);

            public static Lanes<TSimd, TVector> Of(Rule rule) => new(rule);

            [MethodImpl(MethodImplOptions.AggressiveInlining)]
            public void Apply(ref TVector parameter, TVector gradient, ref TVector first, ref TVector second)
            {
                gradient = Flush<TSimd, TVector>.Gradient(TSimd.MultiplyAdd(_gradientDecay, parameter, gradient));
                first = Flush<TSimd, TVector>.Average(TSimd.MultiplyAdd(_keep1, first, TSimd.Multiply(_take1, gradient)));
                TVector square = TSimd.Multiply(TSimd.Multiply(_take2, gradient), gradient);
                second = Flush<TSimd, TVector>.Average(TSimd.MultiplyAdd(_keep2, second, square));
                TVector denominator = TSimd.MultiplyAdd(TSimd.Sqrt(second), _rootCorrection, _epsilon);
                parameter = TSimd.MultiplyAdd(_step, TSimd.Divide(first, denominator), TSimd.Multiply(_keepParameter, parameter));
            }
        }
    }
}
