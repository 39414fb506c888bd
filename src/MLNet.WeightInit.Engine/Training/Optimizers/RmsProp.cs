using System.Runtime.CompilerServices;
using MLNet.WeightInit.Engine.Kernels;
using MLNet.WeightInit.Engine.Text;

namespace MLNet.WeightInit.Engine.Training.Optimizers;

/// <summary>Divides the gradient by the root of its mean square: <c>v = α v + (1 − α) g²</c>, <c>w −= η g / (√v + ε)</c>.</summary>
/// <remarks>Tieleman and Hinton 2012, lecture 6.5; PyTorch's <c>RMSprop</c> (ε outside of the root, no centring, no momentum).</remarks>
internal sealed class RmsProp : Optimizer
{
    readonly double _decay, _epsilon;

    /// <param name="decay">Share of the mean square that a step keeps; 0 … below 1. Default: 0.99.</param>
    /// <param name="epsilon">At least 1e-12. Default: 1e-8.</param>
    public RmsProp(double decay = 0.99, double epsilon = 1e-8)
    {
        _decay = CheckedShare(decay, nameof(decay), "RMSProp's", "0.99");
        _epsilon = CheckedEpsilon(epsilon);
    }

    public override string Name => "RMSProp";
    public override string Specification => $"RMSProp(decay={SpecificationText.Format(_decay)}, epsilon={SpecificationText.Format(_epsilon)})";
    public override float UsualLearningRate => 0.001f;
    public override int StateCount => 1;

    public override OptimizerKernel CreateKernel(SimdLevel level)
        => SimdLevels.Create<UpdateLoopFactory<Rule>, OptimizerKernel>(level, new(new Rule(_decay, _epsilon)));

    struct Rule(double decay, double epsilon) : IUpdateRule<Rule>
    {
        readonly float _keep = (float)decay, _take = (float)(1 - decay), _epsilon = (float)epsilon;
        double _learningRate;
        float _step, _decay;

        public static int States => 1;

        public readonly Rule NextStep(double learningRate) => this with { _learningRate = learningRate };

        public readonly Rule ForRun(double rateMultiplier, double weightDecay)
            => this with { _step = (float)(-_learningRate * rateMultiplier), _decay = (float)weightDecay };

        public readonly OptimizerKernel CreateLoop<TSimd, TVector>() where TSimd : struct, ISimd<TVector> where TVector : struct => new UpdateLoop<TSimd, TVector, Rule, Lanes<TSimd, TVector>>(this);

        readonly struct Lanes<TSimd, TVector>(Rule rule) : IUpdateLanes<Lanes<TSimd, TVector>, Rule, TVector> where TSimd : struct, ISimd<TVector> where TVector : struct
        {
            readonly TVector _keep = TSimd.Broadcast(rule._keep), _take = TSimd.Broadcast(rule._take), _epsilon = TSimd.Broadcast(rule._epsilon), _step = TSimd.Broadcast(rule._step), _decay = TSimd.Broadcast(rule._decay);

            public static Lanes<TSimd, TVector> Of(Rule rule) => new(rule);

            [MethodImpl(MethodImplOptions.AggressiveInlining)]
            public void Apply(ref TVector parameter, TVector gradient, ref TVector first, ref TVector second)
            {
                gradient = Flush<TSimd, TVector>.Gradient(TSimd.MultiplyAdd(_decay, parameter, gradient));
                TVector square = TSimd.Multiply(gradient, gradient);
                first = Flush<TSimd, TVector>.Average(TSimd.MultiplyAdd(_keep, first, TSimd.Multiply(_take, square)));
                TVector denominator = TSimd.Add(TSimd.Sqrt(first), _epsilon);
                parameter = TSimd.MultiplyAdd(_step, TSimd.Divide(gradient, denominator), parameter);
            }
        }
    }
}
