using System.Runtime.CompilerServices;
using MLNet.WeightInit.Engine.Kernels;

namespace MLNet.WeightInit.Engine.Training.Losses;

/// <summary>−log of the sigmoid probability of the label 0 or 1, from the logit; the mean over a row's logits where there are several.</summary>
/// <remarks>In the form that neither overflows nor cancels: <c>max(z, 0) − z y + log(1 + exp(−|z|))</c>.</remarks>
internal sealed class BinaryCrossEntropy : Loss
{
    public override string Name => "BinaryCrossEntropy";

    public override LossKernel CreateKernel(SimdLevel level) => SimdLevels.Create<Factory, LossKernel>(level, default);

    readonly struct Factory : ISimdFactory<LossKernel>
    {
        public LossKernel Create<TSimd, TVector>() where TSimd : struct, ISimd<TVector> where TVector : struct => new Kernel<TSimd, TVector>();
    }

    sealed unsafe class Kernel<TSimd, TVector> : LossKernel where TSimd : struct, ISimd<TVector> where TVector : struct
    {
        const int Block = Panels.Padding;

        // Logits stand a whole row apart, so they are gathered 16 at a time for the exponential.
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public override double Evaluate(float* logits, int rows, int units, int stride, float* targets, int targetColumns, float* weights, float scale, float* gradient)
        {
            float* exponentials = stackalloc float[Block];
            if (gradient is not null)
                ClearPadding(gradient, rows, units, stride);
            long count = (long)rows * units;
            double total = 0;
            for (long first = 0; first < count; first += Block)
            {
                int filled = (int)Math.Min(Block, count - first);
                for (int i = 0; i < Block; i++)
                    exponentials[i] = i < filled ? -MathF.Abs(logits[Place(first + i, units, stride)]) : 0;
                for (int i = 0; i < Block; i += TSimd.Width)
                    TSimd.Store(VectorMath<TSimd, TVector>.Exp(TSimd.Load(exponentials + i)), exponentials + i);
                for (int i = 0; i < filled; i++)
                {
                    nint row = (nint)((first + i) / units);
                    nint place = Place(first + i, units, stride);
                    float logit = logits[place], target = targets[row * targetColumns + (int)((first + i) % units)], exponential = exponentials[i];
                    float weight = (weights is null ? 1 : weights[row]) / units;
                    total += weight * (Math.Max(logit, 0.0) - (double)logit * target + ScalarMath.Log(1 + (double)exponential));
                    if (gradient is null)
                        continue;
                    float sigmoid = (logit >= 0 ? 1 : exponential) / (1 + exponential);
                    float slope = (sigmoid - target) * (weight * scale);
                    gradient[place] = MathF.Abs(slope) < Negligible.Signal ? 0 : slope;
                }
            }
            return total;
        }

        static nint Place(long index, int units, int stride) => (nint)(index / units * stride + index % units);
    }
}
