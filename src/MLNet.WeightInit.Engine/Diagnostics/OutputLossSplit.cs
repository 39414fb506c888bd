using MLNet.WeightInit.Engine.Kernels;
using MLNet.WeightInit.Engine.Network;

namespace MLNet.WeightInit.Engine.Diagnostics;

/// <summary>Where the untrained network's loss above the prior's comes from.</summary>
/// <param name="Offset">Excess of the network's mean output, predicted for every row, over the best constant: a misplaced prior.</param>
/// <param name="Variation">The rest: outputs differ between rows without knowing why.</param>
/// <param name="Unit">What an excess is held against. Of counts the mean one, at least 1: the same outputs cost a hundred times as much where counts are a hundred times as large; else 1.</param>
/// <remarks>
/// Labels are read back from ∂L/∂z, so that nothing but the probe is needed: for softmax and binary cross-entropy it is most negative at the true class, for Poisson's it is
/// exp f − y. For the losses of a residual r the offset is
/// the share (mean ∂L/∂z)² / mean (∂L/∂z)² of the loss, which for the squared loss is (mean r)² / mean r² exactly, and for absolute and Huber tells the same of the
/// residuals' signs.
/// </remarks>
internal readonly record struct OutputLossSplit(double Offset, double Variation, double Unit = 1)
{
    /// <summary>True for the losses whose unit is the nat.</summary>
    public static bool IsEntropy(string loss) => loss is "SoftmaxCrossEntropy" or "BinaryCrossEntropy" or "Poisson";

    /// <param name="smoothing">Share of each label that the loss spreads over the classes.</param>
    /// <param name="weights">What each row's loss was multiplied by; null for all ones.</param>
    public static OutputLossSplit Of(LayerProbe output, int rows, string loss, double initialLoss, double priorLoss, double smoothing = 0, ReadOnlySpan<float> weights = default)
    {
        double constantLoss = loss switch
        {
            "SoftmaxCrossEntropy" => SoftmaxConstantLoss(output, rows, smoothing, weights),
            "BinaryCrossEntropy" => BinaryConstantLoss(output, rows, smoothing, weights),
            "Poisson" => PoissonConstantLoss(output, rows, weights),
            _ => priorLoss + (priorLoss > 0 ? ResidualOffsetShare(output, rows) * initialLoss : 0),            // no loss of residuals is below 0: a sum that a count's is part of
        };
        return new OutputLossSplit(constantLoss - priorLoss, initialLoss - constantLoss, loss == "Poisson" ? Math.Max(1, MeanCounts(output, rows, weights).Average()) : 1);
    }

    /// <summary>ln Σ exp f̄ − Σ π f̄, with f̄ the mean logits and π the probe's class shares, smoothed.</summary>
    static double SoftmaxConstantLoss(LayerProbe output, int rows, double smoothing, ReadOnlySpan<float> weights)
    {
        double[] means = WeightedMeans(output, rows, weights);
        double largest = means.Max(), sum = 0, expected = 0, total = 0;
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
            expected += WeightOf(row, weights) * means[label];
            total += WeightOf(row, weights);
        }
        return largest + ScalarMath.Log(sum) - ((1 - smoothing) * expected / total + smoothing * means.Sum() / means.Length);
    }

    /// <summary>ln(1 + exp f̄) − π f̄, with π smoothed; the mean over the outputs.</summary>
    static double BinaryConstantLoss(LayerProbe output, int rows, double smoothing, ReadOnlySpan<float> weights)
    {
        double[] means = WeightedMeans(output, rows, weights);
        double loss = 0;
        for (int unit = 0; unit < means.Length; unit++)
        {
            double mean = means[unit], positive = 0, total = 0;
            for (int row = 0; row < rows; row++)
            {
                int place = row * output.Stride + unit;
                float gradient = output.PreActivationGradients.Span[place];
                if (gradient < 0 || (gradient == 0 && output.PreActivations.Span[place] > 0))
                    positive += WeightOf(row, weights);
                total += WeightOf(row, weights);
            }
            double share = (1 - smoothing) * positive + smoothing * total / 2;
            loss += Math.Max(mean, 0) + ScalarMath.Log(1 + ScalarMath.Exp(-Math.Abs(mean))) - mean * share / total;
        }
        return loss / means.Length;
    }

    /// <summary>exp f̄ − ȳ f̄, the mean over the outputs.</summary>
    static double PoissonConstantLoss(LayerProbe output, int rows, ReadOnlySpan<float> weights)
    {
        double[] means = WeightedMeans(output, rows, weights), counts = MeanCounts(output, rows, weights);
        double loss = 0;
        for (int unit = 0; unit < means.Length; unit++)
            loss += ScalarMath.Exp(means[unit]) - counts[unit] * means[unit];
        return loss / means.Length;
    }

    /// <summary>ȳ of each output: ∂L/∂z is weight · (exp z − y) / (rows · outputs).</summary>
    static double[] MeanCounts(LayerProbe output, int rows, ReadOnlySpan<float> weights)
    {
        var counts = new double[output.Units];
        double total = 0;
        for (int row = 0; row < rows; row++)
        {
            for (int unit = 0; unit < counts.Length; unit++)
            {
                int place = row * output.Stride + unit;
                counts[unit] += WeightOf(row, weights) * ScalarMath.Exp(output.PreActivations.Span[place]) - (double)rows * counts.Length * output.PreActivationGradients.Span[place];
            }
            total += WeightOf(row, weights);
        }
        for (int unit = 0; unit < counts.Length; unit++)
            counts[unit] /= total;
        return counts;
    }

    static double ResidualOffsetShare(LayerProbe output, int rows)
    {
        double squaredMeans = Means(output.PreActivationGradients.Span, output, rows, []).Sum(mean => mean * mean);
        double norm = FixedOrderSums.Norm(output.PreActivationGradients.Span, rows, output.Units, output.Stride);
        return norm > 0 ? squaredMeans * rows / (norm * norm) : 0;
    }

    static double WeightOf(int row, ReadOnlySpan<float> weights) => weights.IsEmpty ? 1 : weights[row];

    /// <summary>The mean outputs.</summary>
    static double[] WeightedMeans(LayerProbe output, int rows, ReadOnlySpan<float> weights) => Means(output.PreActivations.Span, output, rows, weights);

    static double[] Means(ReadOnlySpan<float> block, LayerProbe output, int rows, ReadOnlySpan<float> weights)
    {
        var means = new double[output.Units];
        double total = 0;
        for (int row = 0; row < rows; row++)
        {
            for (int unit = 0; unit < means.Length; unit++)
                means[unit] += WeightOf(row, weights) * block[row * output.Stride + unit];
            total += WeightOf(row, weights);
        }
        for (int unit = 0; unit < means.Length; unit++)
            means[unit] /= total;
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
