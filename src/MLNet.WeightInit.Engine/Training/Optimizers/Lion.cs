using System.Runtime.CompilerServices;
using MLNet.WeightInit.Engine.Kernels;
using MLNet.WeightInit.Engine.Text;

namespace MLNet.WeightInit.Engine.Training.Optimizers;

/// <summary>Lion: the sign of a mean gradient, with decoupled decay: <c>w −= η (sign(β₁ m + (1 − β₁) g) + λ w)</c>, then <c>m = β₂ m + (1 − β₂) g</c>.</summary>
/// <remarks>Chen et al. 2023, algorithm 2. Every parameter moves by the whole rate, so that suits it which is 3 to 10 times below Adam's, with a decay as many times above (section 5).</remarks>
internal sealed class Lion : Optimizer
{
    readonly double _beta1, _beta2;

    /// <param name="beta1">Share of the mean gradient in the step's direction; 0 … below 1. Default: 0.9.</param>
    /// <param name="beta2">Share of the mean gradient that a step keeps; 0 … below 1. Default: 0.99.</param>
    public Lion(double beta1 = 0.9, double beta2 = 0.99)
    {
        _beta1 = CheckedShare(beta1, nameof(beta1), "Lion's", "0.9");
        _beta2 = CheckedShare(beta2, nameof(beta2), "Lion's", "0.99");
    }

    public override string Name => "Lion";
    public override string Specification => $"Lion(beta1={SpecificationText.Format(_beta1)}, beta2={SpecificationText.Format(_beta2)})";
    public override float UsualLearningRate => 1e-4f;
    public override int StateCount => 1;
    public override bool HasDecoupledDecay => true;

    public override OptimizerKernel CreateKernel(SimdLevel level)
        => SimdLevels.Create<UpdateLoopFactory<Rule>, OptimizerKernel>(level, new(new Rule(_beta1, _beta2)));

    struct Rule(double beta1, double beta2) : IUpdateRule<Rule>
    {
        readonly float _keep1 = (float)beta1, _take1 = (float)(1 - beta1), _keep2 = (float)beta2, _take2 = (float)(1 - beta2);
        double _learningRate;
        float _step, _keepParameter = 1;

        public static int States => 1;

        public readonly Rule NextStep(double learningRate) => this with { _learningRate = learningRate };

        public readonly Rule ForRun(double rateMultiplier, double weightDecay)
        {
            double rate = _learningRate * rateMultiplier;
            return this with { _step = (float)-rate, _keepParameter = (float)(1 - rate * weightDecay) };
        }

        public readonly OptimizerKernel CreateLoop<TSimd, TVector>() where TSimd : struct, ISimd<TVector> where TVector : struct => new UpdateLoop<TSimd, TVector, Rule, Lanes<TSimd, TVector>>(this);

        readonly struct Lanes<TSimd, TVector>(Rule rule) : IUpdateLanes<Lanes<TSimd, TVector>, Rule, TVector> where TSimd : struct, ISimd<TVector> where TVector : struct
        {
            readonly TVector _keep1 = TSimd.Broadcast(rule._keep1), _take1 = TSimd.Broadcast(rule._take1), _keep2 = TSimd.Broadcast(rule._keep2), _take2 = TSimd.Broadcast(rule._take2), _step = TSimd.Broadcast(rule._step), _keepParameter = TSimd.Broadcast(rule._keepParameter);

            public static Lanes<TSimd, TVector> Of(Rule rule) => new(rule);

            [MethodImpl(MethodImplOptions.AggressiveInlining)]
            public void Apply(ref TVector parameter, TVector gradient, ref TVector first, ref TVector second)
            {
                TVector direction = Sign<TSimd, TVector>.Of(TSimd.MultiplyAdd(_keep1, first, TSimd.Multiply(_take1, gradient)));
                first = Flush<TSimd, TVector>.Average(TSimd.MultiplyAdd(_keep2, first, TSimd.Multiply(_take2, gradient)));
                parameter = TSimd.MultiplyAdd(_step, direction, TSimd.Multiply(_keepParameter, parameter));
            }
        }
    }
}
