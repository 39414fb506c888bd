using MLNet.WeightInit.Engine.Kernels;
using MLNet.WeightInit.Engine.Kernels.Scoring;

namespace MLNet.WeightInit.Engine.Training.Losses;

/// <summary>−log of the softmax probability of the row's class.</summary>
internal sealed class SoftmaxCrossEntropy : Loss
{
    public override string Name => "SoftmaxCrossEntropy";

    public override LossKernel CreateKernel(SimdLevel level) => new Kernel(SoftmaxKernel.Create(level));

    sealed unsafe class Kernel(SoftmaxKernel softmax) : LossKernel
    {
        AlignedBuffer _row = new(Panels.Padding);

        public override double Evaluate(float* logits, int rows, int units, int stride, float* targets, int targetColumns, float* weights, float scale, float* gradient)
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
                total += weight * (ScalarMath.Log(sum) - ((double)ofLabel - maximum));
                if (gradient is null)
                    continue;
                // ∂/∂z = softmax − one-hot.
                float step = weight * scale, factor = step / sum;
                for (int unit = 0; unit < units; unit++)
                    exponentials[unit] *= factor;
                exponentials[label] -= step;
                new Span<float>(exponentials + padded, stride - padded).Clear();
            }
            return total;
        }
    }
}
