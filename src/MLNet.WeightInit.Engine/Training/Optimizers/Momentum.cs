using System.Runtime.CompilerServices;
using MLNet.WeightInit.Engine.Kernels;
using MLNet.WeightInit.Engine.Text;

namespace MLNet.WeightInit.Engine.Training.Optimizers;

/// <summary>Heavy-ball momentum, plain or Nesterov's: <c>v = μ v + g</c>, then <c>w −= η v</c> or <c>w −= η (g + μ v)</c>.</summary>
/// <remarks>Polyak 1964; Sutskever et al. 2013, eq. 3–4, in PyTorch's form, where the learning rate multiplies the whole velocity.</remarks>
internal sealed class Momentum : Optimizer
{
    readonly bool _nesterov;
    readonly double _momentum;

    /// <param name="momentum">Share of the velocity that a step keeps; 0 … below 1. Default: 0.9.</param>
    public Momentum(bool nesterov, double momentum = 0.9)
    {
        if (!(momentum is >= 0 and < 1))
            throw new ArgumentOutOfRangeException(nameof(momentum), momentum, "Momentum must be at least 0 and below 1, for example 0.9.");
        _nesterov = nesterov;
        _momentum = momentum;
    }

    public override string Name => _nesterov ? "Nesterov" : "Momentum";
    public override string Specification => $"{Name}(momentum={SpecificationText.Format(_momentum)})";
    public override float UsualLearningRate => 0.01f;
    public override int StateCount => 1;

    public override OptimizerKernel CreateKernel(SimdLevel level)
        => SimdLevels.Create<UpdateLoopFactory<Rule>, OptimizerKernel>(level, new(new Rule((float)_momentum, _nesterov)));

    struct Rule(float momentum, bool nesterov) : IUpdateRule<Rule>
    {
        readonly float _momentum = momentum;
        readonly bool _nesterov = nesterov;
        double _learningRate;
        float _step, _decay;

        public static int States => 1;

        public readonly Rule NextStep(double learningRate) => this with { _learningRate = learningRate };

        public readonly Rule ForRun(double rateMultiplier, double weightDecay)
            => this with { _step = (float)(-_learningRate * rateMultiplier), _decay = (float)weightDecay };

        public readonly OptimizerKernel CreateLoop<TSimd, TVector>() where TSimd : struct, ISimd<TVector> where TVector : struct => new UpdateLoop<TSimd, TVector, Rule, Lanes<TSimd, TVector>>(this);

        readonly struct Lanes<TSimd, TVector>(Rule rule) : IUpdateLanes<Lanes<TSimd, TVector>, Rule, TVector> where TSimd : struct, ISimd<TVector> where TVector : struct
        {
            readonly TVector _momentum = TSimd.Broadcast(rule._momentum), _step = TSimd.Broadcast(rule._step), _decay = TSimd.Broadcast(rule._decay);
            readonly bool _nesterov = rule._nesterov;

            public static Lanes<TSimd, TVector> Of(Rule rule) => new(rule);

            [MethodImpl(MethodImplOptions.AggressiveInlining)]
            public void Apply(ref TVector parameter, TVector gradient, ref TVector first, ref TVector second)
            {
                TVector momentum = _momentum;
                gradient = TSimd.MultiplyAdd(_decay, parameter, gradient);
                first = Flush<TSimd, TVector>.Average(TSimd.MultiplyAdd(momentum, first, gradient));
                TVector direction = _nesterov ? TSimd.MultiplyAdd(momentum, first, gradient) : first;
                parameter = TSimd.MultiplyAdd(_step, direction, parameter);
            }
        }
    }
}
