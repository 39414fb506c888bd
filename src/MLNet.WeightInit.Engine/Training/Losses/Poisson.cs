using System.Runtime.CompilerServices;
using MLNet.WeightInit.Engine.Data;
using MLNet.WeightInit.Engine.Kernels;

namespace MLNet.WeightInit.Engine.Training.Losses;

/// <summary>−log of the Poisson probability of a count, from the logarithm of its mean and without the term of the label alone: <c>exp(f) − y f</c>; the mean over a row's outputs.</summary>
/// <remarks>PyTorch's <c>PoissonNLLLoss</c> with its defaults. Labels are counts or rates, at least 0; the model predicts exp(f). It may be negative.</remarks>
internal sealed class Poisson : Loss
{
    public override string Name => "Poisson";
    public override bool IsNonNegative => false;                  // without the label's own term ln y!
    public override float LowestLabel => 0;
    public override LossKernel CreateKernel(SimdLevel level) => new Kernel();

    /// <summary>A count has no unit to be freed of, and its zero means something.</summary>
    public override AffineScale TargetScale(TrainingSet data, ReadOnlySpan<int> rows, bool standardize) => AffineScale.Exponential;

    /// <summary>The logarithm of the mean count; of half a count in all rows where there was none.</summary>
    public override float[] PriorBias(TrainingSet data, ReadOnlySpan<int> rows, NetworkTask task, int outputs, AffineScale targetScale)
    {
        var bias = new float[outputs];
        float[] means = TargetStatistics.Scale(data, rows).Means;
        for (int output = 0; output < outputs; output++)
            bias[output] = (float)ScalarMath.Log(means[output] > 0 ? means[output] : 0.5 / rows.Length);
        return bias;
    }

    sealed unsafe class Kernel : LossKernel
    {
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public override double Evaluate(float* logits, int rows, int units, int stride, float* targets, int targetColumns, float* weights, float scale, float* gradient)
        {
            if (gradient is not null)
                ClearPadding(gradient, rows, units, stride);
            double total = 0;
            for (nint row = 0; row < rows; row++)
            {
                double weight = (weights is null ? 1.0 : weights[row]) / units;
                double sum = 0;
                for (int unit = 0; unit < units; unit++)
                {
                    double logarithm = logits[row * stride + unit], count = targets[row * targetColumns + unit];
                    double mean = ScalarMath.Exp(logarithm);
                    sum += mean - count * logarithm;
                    if (gradient is not null)
                        gradient[row * stride + unit] = (float)((mean - count) * weight * scale);
                }
                total += weight * sum;
            }
            return total;
        }
    }
}
