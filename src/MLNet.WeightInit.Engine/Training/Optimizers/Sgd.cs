using System.Runtime.CompilerServices;
using MLNet.WeightInit.Engine.Kernels;

namespace MLNet.WeightInit.Engine.Training.Optimizers;

/// <summary>Stochastic gradient descent: <c>w −= η (g + λ w)</c>.</summary>
/// <remarks>Robbins and Monro 1951; PyTorch's <c>SGD</c>.</remarks>
internal sealed class Sgd : Optimizer
{
    public override string Name => "SGD";
    public override float DefaultLearningRate => 0.05f;
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

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public readonly void Apply<TSimd, TVector>(ref TVector parameter, TVector gradient, ref TVector first, ref TVector second)
            where TSimd : struct, ISimd<TVector> where TVector : struct
        {
            gradient = TSimd.MultiplyAdd(TSimd.Broadcast(_decay), parameter, gradient);
            parameter = TSimd.MultiplyAdd(TSimd.Broadcast(_step), gradient, parameter);
        }
    }
}
