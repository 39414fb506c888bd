using System.Runtime.CompilerServices;
using MLNet.WeightInit.Engine.Kernels;
using MLNet.WeightInit.Engine.Kernels.Scoring;

namespace MLNet.WeightInit.Engine.Training.Losses;

/// <summary>−log of the softmax probability of the row's class.</summary>
/// <remarks>∂/∂z = softmax − one-hot. A row's numbers are the same in any batch: with up to 16 classes 16 rows stand side by side in the lanes, class after class;
/// with more, one row runs along its own classes.</remarks>
internal sealed class SoftmaxCrossEntropy : Loss
{
    public override string Name => "SoftmaxCrossEntropy";

    public override LossKernel CreateKernel(SimdLevel level) => SimdLevels.Create<Factory, LossKernel>(level, new Factory(level));

    readonly struct Factory(SimdLevel level) : ISimdFactory<LossKernel>
    {
        readonly SimdLevel _level = level;

        public LossKernel Create<TSimd, TVector>() where TSimd : struct, ISimd<TVector> where TVector : struct => new Kernel<TSimd, TVector>(SoftmaxKernel.Create(_level));
    }

    sealed unsafe class Kernel<TSimd, TVector>(SoftmaxKernel softmax) : LossKernel where TSimd : struct, ISimd<TVector> where TVector : struct
    {
        const int Block = Panels.Padding;

        AlignedBuffer _row = new(Block);

        public override double Evaluate(float* logits, int rows, int units, int stride, float* targets, int targetColumns, float* weights, float scale, float* gradient)
        {
            if (units > Block)
                return EvaluateLong(logits, rows, units, stride, targets, targetColumns, weights, scale, gradient);
            double total = 0;
            for (int first = 0; first < rows; first += Block)
            {
                total += EvaluateBlock(logits + (nint)first * stride, Math.Min(Block, rows - first), units, stride, targets + (nint)first * targetColumns, targetColumns,
                    weights is null ? null : weights + first, scale, gradient is null ? null : gradient + (nint)first * stride);
            }
            return total;
        }

        /// <summary>Up to 16 rows of up to 16 classes, transposed so that the lanes are rows.</summary>
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        static double EvaluateBlock(float* logits, int rows, int units, int stride, float* targets, int targetColumns, float* weights, float scale, float* gradient)
        {
            float* columns = stackalloc float[Block * Block];
            float* maxima = stackalloc float[Block], sums = stackalloc float[Block], logarithms = stackalloc float[Block], factors = stackalloc float[Block];
            new Span<float>(factors, Block).Clear();
            for (int lane = 0; lane < Block; lane++)
            {
                float* row = logits + (nint)Math.Min(lane, rows - 1) * stride;
                for (int unit = 0; unit < units; unit++)
                    columns[unit * Block + lane] = row[unit];
            }
            for (int lane = 0; lane < Block; lane += TSimd.Width)
            {
                TVector maximum = TSimd.Load(columns + lane);
                for (int unit = 1; unit < units; unit++)
                    maximum = TSimd.Max(maximum, TSimd.Load(columns + unit * Block + lane));
                TVector sum = TSimd.Broadcast(0);
                for (int unit = 0; unit < units; unit++)
                {
                    TVector exponential = VectorMath<TSimd, TVector>.Exp(TSimd.Subtract(TSimd.Load(columns + unit * Block + lane), maximum));
                    TSimd.Store(exponential, columns + unit * Block + lane);
                    sum = TSimd.Add(sum, exponential);
                }
                TSimd.Store(maximum, maxima + lane);
                TSimd.Store(sum, sums + lane);
                TSimd.Store(VectorMath<TSimd, TVector>.Log(sum), logarithms + lane);
            }

            double total = 0;
            for (int row = 0; row < rows; row++)
            {
                int label = (int)targets[(nint)row * targetColumns];
                float weight = weights is null ? 1 : weights[row];
                total += weight * (logarithms[row] + ((double)maxima[row] - logits[(nint)row * stride + label]));
                factors[row] = weight * scale;
            }
            if (gradient is null)
                return total;
            for (int lane = 0; lane < Block; lane += TSimd.Width)
            {
                TVector factor = TSimd.Divide(TSimd.Load(factors + lane), TSimd.Load(sums + lane)), smallest = TSimd.Broadcast(Negligible.Signal);
                for (int unit = 0; unit < units; unit++)
                    TSimd.Store(Negligible.Drop<TSimd, TVector>(TSimd.Multiply(TSimd.Load(columns + unit * Block + lane), factor), smallest), columns + unit * Block + lane);
            }
            for (int row = 0; row < rows; row++)
            {
                float* destination = gradient + (nint)row * stride;
                for (int unit = 0; unit < units; unit++)
                    destination[unit] = columns[unit * Block + row];
                for (int unit = units; unit < stride; unit++)
                    destination[unit] = 0;
                destination[(int)targets[(nint)row * targetColumns]] -= factors[row];
            }
            return total;
        }

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        double EvaluateLong(float* logits, int rows, int units, int stride, float* targets, int targetColumns, float* weights, float scale, float* gradient)
        {
            int padded = Panels.Padded(units);
            if (gradient is null && _row.Length < padded)
                _row = new AlignedBuffer(padded);
            double total = 0;
            for (int row = 0; row < rows; row++)
            {
                float* logit = logits + (nint)row * stride;
                float* exponentials = gradient is null ? _row.Pointer : gradient + (nint)row * stride;
                int label = (int)targets[(nint)row * targetColumns];
                float weight = weights is null ? 1 : weights[row];
                float ofLabel = logit[label];
                float sum = softmax.Exponentials(logit, units, exponentials, out float maximum);
                total += weight * (ScalarMath.Log(sum) + ((double)maximum - ofLabel));
                if (gradient is null)
                    continue;
                float step = weight * scale;
                TVector factor = TSimd.Broadcast(step / sum), smallest = TSimd.Broadcast(Negligible.Signal);
                for (int unit = 0; unit < padded; unit += TSimd.Width)
                    TSimd.Store(Negligible.Drop<TSimd, TVector>(TSimd.Multiply(TSimd.Load(exponentials + unit), factor), smallest), exponentials + unit);
                exponentials[label] -= step;
                new Span<float>(exponentials + padded, stride - padded).Clear();
            }
            return total;
        }
    }
}
