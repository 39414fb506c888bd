using System.Runtime.CompilerServices;
using MLNet.WeightInit.Engine.Kernels;
using MLNet.WeightInit.Engine.Text;
using MLNet.WeightInit.Engine.Training.Checkpoints;

namespace MLNet.WeightInit.Engine.Training.Optimizers;

/// <summary>LAMB, for large batches: Adam's direction with decay, <c>u = m̂ / (√v̂ + ε) + λ w</c>, in steps of each tensor's own length: <c>w −= η u ‖w‖ / ‖u‖</c>.</summary>
/// <remarks>You et al. 2020, algorithm 2, with φ(z) = z. As in its authors' program the ratio is 1 for biases, which have no decay either, and where a norm is 0.</remarks>
internal sealed class Lamb : Optimizer
{
    readonly double _beta1, _beta2, _epsilon;

    /// <param name="beta1">Share of the mean gradient that a step keeps; 0 … below 1. Default: 0.9.</param>
    /// <param name="beta2">Share of the mean square that a step keeps; 0 … below 1. Default: 0.999.</param>
    /// <param name="epsilon">At least 1e-12. Default: 1e-6.</param>
    public Lamb(double beta1 = 0.9, double beta2 = 0.999, double epsilon = 1e-6)
    {
        _beta1 = CheckedShare(beta1, nameof(beta1), "LAMB's", "0.9");
        _beta2 = CheckedShare(beta2, nameof(beta2), "LAMB's", "0.999");
        _epsilon = CheckedEpsilon(epsilon);
    }

    public override string Name => "LAMB";
    public override string Specification => $"LAMB(beta1={SpecificationText.Format(_beta1)}, beta2={SpecificationText.Format(_beta2)}, epsilon={SpecificationText.Format(_epsilon)})";
    public override float UsualLearningRate => 0.001f;
    public override int StateCount => 2;
    public override bool HasDecoupledDecay => true;
    public override bool HasTrustRatio => true;

    public override OptimizerKernel CreateKernel(SimdLevel level) => SimdLevels.Create<Factory, OptimizerKernel>(level, new Factory(_beta1, _beta2, _epsilon));

    readonly struct Factory(double beta1, double beta2, double epsilon) : ISimdFactory<OptimizerKernel>
    {
        readonly double _beta1 = beta1, _beta2 = beta2, _epsilon = epsilon;

        public OptimizerKernel Create<TSimd, TVector>() where TSimd : struct, ISimd<TVector> where TVector : struct => new Kernel<TSimd, TVector>(_beta1, _beta2, _epsilon);
    }

    /// <summary>Puts the direction in the gradient's place; <see cref="DeferredUpdate"/> takes the step once the tensor's norms are known.</summary>
    sealed unsafe class Kernel<TSimd, TVector>(double beta1, double beta2, double epsilon) : OptimizerKernel where TSimd : struct, ISimd<TVector> where TVector : struct
    {
        readonly float _keep1 = (float)beta1, _take1 = (float)(1 - beta1), _keep2 = (float)beta2, _take2 = (float)(1 - beta2), _epsilon = (float)epsilon;
        double _power1 = 1, _power2 = 1;

        public override void BeginStep(float learningRate)
        {
            _power1 *= beta1;
            _power2 *= beta2;
        }

        public override void Restart() => (_power1, _power2) = (1, 1);

        public override void Exchange(StateExchange state)
        {
            state.Number("optimizer/power of beta1", ref _power1);
            state.Number("optimizer/power of beta2", ref _power2);
        }

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public override void Update(float* parameters, float* gradient, float* state1, float* state2, nint count, float rateMultiplier, float weightDecay)
        {
            TVector keep1 = TSimd.Broadcast(_keep1), take1 = TSimd.Broadcast(_take1), keep2 = TSimd.Broadcast(_keep2), take2 = TSimd.Broadcast(_take2), epsilon = TSimd.Broadcast(_epsilon);
            TVector correction = TSimd.Broadcast((float)(1 / (1 - _power1))), rootCorrection = TSimd.Broadcast((float)(1 / Math.Sqrt(1 - _power2))), decay = TSimd.Broadcast(weightDecay);
            for (nint i = 0; i < count; i += TSimd.Width)
            {
                TVector slope = Flush<TSimd, TVector>.Gradient(TSimd.Load(gradient + i));
                TVector mean = Flush<TSimd, TVector>.Average(TSimd.MultiplyAdd(keep1, TSimd.Load(state1 + i), TSimd.Multiply(take1, slope)));
                TVector square = Flush<TSimd, TVector>.Average(TSimd.MultiplyAdd(keep2, TSimd.Load(state2 + i), TSimd.Multiply(TSimd.Multiply(take2, slope), slope)));
                TVector direction = TSimd.Multiply(correction, TSimd.Divide(mean, TSimd.MultiplyAdd(TSimd.Sqrt(square), rootCorrection, epsilon)));
                TSimd.Store(mean, state1 + i);
                TSimd.Store(square, state2 + i);
                TSimd.Store(TSimd.MultiplyAdd(decay, TSimd.Load(parameters + i), direction), gradient + i);
            }
        }
    }
}
