using System.Runtime.CompilerServices;

namespace MLNet.WeightInit.Engine.Training.Losses;

/// <summary>A function of the residual <c>f − y</c>, and its derivative.</summary>
internal interface IResidualLoss
{
    double Value(double residual);
    double Slope(double residual);
}

/// <summary>A loss of each output's residual; a row's loss is the mean over its outputs, as PyTorch's with its default reduction.</summary>
internal sealed unsafe class ResidualKernel<TResidual>(TResidual loss) : LossKernel where TResidual : struct, IResidualLoss
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
                double residual = (double)logits[row * stride + unit] - targets[row * targetColumns + unit];
                sum += loss.Value(residual);
                if (gradient is not null)
                    gradient[row * stride + unit] = (float)(loss.Slope(residual) * weight * scale);
            }
            total += weight * sum;
        }
        return total;
    }
}
