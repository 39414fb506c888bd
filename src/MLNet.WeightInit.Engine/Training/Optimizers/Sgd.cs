using System.Runtime.CompilerServices;
using MLNet.WeightInit.Engine.Kernels;

namespace MLNet.WeightInit.Engine.Training.Optimizers;

/// <summary>Stochastic gradient descent: <c>w −= η (g + λ w)</c>.</summary>
/// <remarks>Robbins and Monro 1951; PyTorch's <c>SGD</c>.</remarks>
internal sealed class Sgd : Optimizer
{
    public override string Name => "SGD";
    public override float UsualLearningRate => 0.05f;
    public override int StateCount => 0;

    public override OptimizerKernel CreateKernel(SimdLevel level) => SimdLevels.Create<UpdateLoopFactory<Rule>, OptimizerKernel>(level, new(default));

    struct Rule : IUpdateRule<Rule>
    {
        double _learningRate;
        float _step, _decay;

        public static int States => 0;

        public readonly Rule NextStep(double learningRate) => this with { _learningRate = learningRate };

        public readonly Rule ForRun(double rateMultiplier, double weightDecay)
            => this with { _step = (float)(-_learningRate * rateMultiplier), _decay = (float)weightDecay };

        public readonly OptimizerKernel CreateLoop<TSimd, TVector>() where TSimd : struct, ISimd<TVector> where TVector : struct => new UpdateLoop<TSimd, TVector, Rule, Lanes<TSimd, TVector>>(this);

        readonly struct Lanes<TSimd, TVector>(Rule rule) : IUpdateLanes<Lanes<TSimd, TVector>, Rule, TVector> where TSimd : struct, ISimd<TVector> where TVector : struct
        {
            readonly TVector _step = TSimd.Broadcast(rule._step), _decay = TSimd.Broadcast(rule._decay);

            public static Lanes<TSimd, TVector> Of(Rule rule) => new(rule);

            [MethodImpl(MethodImplOptions.AggressiveInlining)]
            public void Apply(ref TVector parameter, TVector gradient, ref TVector first, ref TVector second)
            {
                gradient = TSimd.MultiplyAdd(_decay, parameter, gradient);
                parameter = TSimd.MultiplyAdd(_step, gradient, parameter);
            }
        }
    }
}
