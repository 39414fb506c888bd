using MLNet.WeightInit.Engine.Kernels;
using MLNet.WeightInit.Engine.Network;

namespace MLNet.WeightInit.Engine.Diagnostics;

/// <summary>Where the untrained network's loss above the prior's comes from.</summary>
/// <param name="Offset">Excess of the network's mean output, predicted for every row, over the best constant: a misplaced prior.</param>
/// <param name="Variation">The rest: outputs differ between rows without knowing why.</param>
/// <remarks>
/// Labels are read back from ∂L/∂z, so that nothing but the probe is needed: for softmax and binary cross-entropy it is negative exactly at the true class. For the
/// losses of a residual r the offset is
/// the share (mean ∂L/∂z)² / mean (∂L/∂z)² of the loss, which for the squared loss is (mean r)² / mean r² exactly, and for absolute and Huber tells the same of the
/// residuals' signs. Sample weights are left out.
/// </remarks>
internal readonly record struct OutputLossSplit(double Offset, double Variation)
{
    /// <summary>True for the losses whose unit is the nat.</summary>
    public static bool IsEntropy(string loss) => loss is "SoftmaxCrossEntropy" or "BinaryCrossEntropy";

    public static OutputLossSplit Of(LayerProbe output, int rows, string loss, double initialLoss, double priorLoss)
    {
        double constantLoss = loss switch
        {
            "SoftmaxCrossEntropy" => SoftmaxConstantLoss(output, rows),
            "BinaryCrossEntropy" => BinaryConstantLoss(output, rows),
            _ => priorLoss + ResidualOffsetShare(output, rows) * initialLoss,
        };
        return new OutputLossSplit(constantLoss - priorLoss, initialLoss - constantLoss);
    }

    /// <summary>ln Σ exp f̄ − Σ π f̄, with f̄ the mean logits and π the probe's class shares.</summary>
    static double SoftmaxConstantLoss(LayerProbe output, int rows)
    {
        double[] means = Means(output.PreActivations.Span, output, rows);
        double largest = means.Max(), sum = 0, expected = 0;
        foreach (double mean in means)
            sum += ScalarMath.Exp(mean - largest);
        for (int row = 0; row < rows; row++)
        {
            ReadOnlySpan<float> gradients = output.PreActivationGradients.Span.Slice(row * output.Stride, output.Units);
            int label = 0;
            for (int unit = 1; unit < gradients.Length; unit++)
                if (gradients[unit] < gradients[label])
                    label = unit;
            // No gradient at all: a certain prediction that is right, so the largest logit is the label.
            if (gradients[label] == 0)
                label = IndexOfLargest(output.PreActivations.Span.Slice(row * output.Stride, output.Units));
            expected += means[label];
        }
        return largest + ScalarMath.Log(sum) - expected / rows;
    }

    /// <summary>ln(1 + exp f̄) − π f̄.</summary>
    static double BinaryConstantLoss(LayerProbe output, int rows)
    {
        double mean = Means(output.PreActivations.Span, output, rows)[0];
        int positive = 0;
        for (int row = 0; row < rows; row++)
        {
            float gradient = output.PreActivationGradients.Span[row * output.Stride];
            positive += gradient < 0 || (gradient == 0 && output.PreActivations.Span[row * output.Stride] > 0) ? 1 : 0;
        }
        return Math.Max(mean, 0) + ScalarMath.Log(1 + ScalarMath.Exp(-Math.Abs(mean))) - mean * positive / rows;
    }

    static double ResidualOffsetShare(LayerProbe output, int rows)
    {
        double squaredMeans = Means(output.PreActivationGradients.Span, output, rows).Sum(mean => mean * mean);
        double norm = FixedOrderSums.Norm(output.PreActivationGradients.Span, rows, output.Units, output.Stride);
        return norm > 0 ? squaredMeans * rows / (norm * norm) : 0;
    }

    static double[] Means(ReadOnlySpan<float> block, LayerProbe output, int rows)
    {
        var means = new double[output.Units];
        for (int row = 0; row < rows; row++)
            for (int unit = 0; unit < means.Length; unit++)
                means[unit] += block[row * output.Stride + unit];
        for (int unit = 0; unit < means.Length; unit++)
            means[unit] /= rows;
        return means;
    }

    static int IndexOfLargest(ReadOnlySpan<float> values)
    {
        int largest = 0;
        for (int i = 1; i < values.Length; i++)
            if (values[i] > values[largest])
                largest = i;
        return largest;
    }
}
