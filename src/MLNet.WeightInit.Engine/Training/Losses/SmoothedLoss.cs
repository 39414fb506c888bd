using MLNet.WeightInit.Engine.Data;
using MLNet.WeightInit.Engine.Kernels;
using MLNet.WeightInit.Engine.Text;

namespace MLNet.WeightInit.Engine.Training.Losses;

/// <summary>Cross-entropy to smoothed labels: of each label the share ε is spread evenly over all classes, so that no logit has to grow for ever.</summary>
/// <remarks>
/// Szegedy et al. 2016, "Rethinking the Inception Architecture", section 7: <c>q' = (1 − ε) q + ε / K</c>. PyTorch's <c>CrossEntropyLoss(label_smoothing=ε)</c>; for
/// one logit a label y becomes <c>(1 − ε) y + ε / 2</c>.
/// The loss is linear in the labels, so it is the plain one plus <c>Σ (q − q') z</c>, and the gradient the plain one plus <c>q − q'</c>.
/// </remarks>
internal sealed class SmoothedLoss : Loss
{
    public const string Argument = "label_smoothing";

    readonly Loss _plain;
    readonly float _smoothing;

    SmoothedLoss(Loss plain, float smoothing)
    {
        _plain = plain;
        _smoothing = smoothing;
    }

    public override string Name => _plain.Name;
    public override string Specification => $"{_plain.Name}({Argument}={SpecificationText.Format(_smoothing)})";
    public override double LabelSmoothing => _smoothing;

    /// <param name="smoothing">0 gives the plain loss; below 1.</param>
    public static Loss Of(Loss plain, float smoothing)
    {
        if (!(smoothing is >= 0 and < 1))
            throw new ArgumentOutOfRangeException(Argument, smoothing, "Label smoothing must be at least 0 and below 1: the share of each label that is spread over the classes, for example 0.1.");
        return smoothing == 0 ? plain : new SmoothedLoss(plain, smoothing);
    }

    public override LossKernel CreateKernel(SimdLevel level)
        => _plain is SoftmaxCrossEntropy ? new SoftmaxKernel(_plain.CreateKernel(level), _smoothing) : new BinaryKernel(_plain.CreateKernel(level), _smoothing);

    /// <summary>Log-odds of the smoothed prior: what the smoothed labels have as their mean.</summary>
    public override float[] PriorBias(TrainingSet data, ReadOnlySpan<int> rows, NetworkTask task, int outputs, AffineScale targetScale)
    {
        float[] bias = _plain.PriorBias(data, rows, task, outputs, targetScale);
        for (int output = 0; output < outputs; output++)
        {
            if (_plain is SoftmaxCrossEntropy)
            {
                bias[output] = (float)ScalarMath.Log((1 - LabelSmoothing) * ScalarMath.Exp(bias[output]) + LabelSmoothing / outputs);
                continue;
            }
            double odds = ScalarMath.Exp(bias[output]), positive = (1 - LabelSmoothing) * odds / (1 + odds) + LabelSmoothing / 2;
            bias[output] = (float)ScalarMath.Log(positive / (1 - positive));
        }
        return bias;
    }

    sealed unsafe class SoftmaxKernel(LossKernel plain, double smoothing) : LossKernel
    {
        public override double Evaluate(float* logits, int rows, int units, int stride, float* targets, int targetColumns, float* weights, float scale, float* gradient)
        {
            double total = plain.Evaluate(logits, rows, units, stride, targets, targetColumns, weights, scale, gradient);
            for (nint row = 0; row < rows; row++)
            {
                float* logit = logits + row * stride;
                int label = (int)targets[row * targetColumns];
                double weight = weights is null ? 1 : weights[row], sum = 0;
                for (int unit = 0; unit < units; unit++)
                    sum += logit[unit];
                total += weight * smoothing * (logit[label] - sum / units);
                if (gradient is null)
                    continue;
                float* slopes = gradient + row * stride;
                double taken = weight * scale * smoothing;
                float share = (float)(taken / units);
                for (int unit = 0; unit < units; unit++)
                    slopes[unit] -= share;
                slopes[label] += (float)taken;
            }
            return total;
        }
    }

    sealed unsafe class BinaryKernel(LossKernel plain, double smoothing) : LossKernel
    {
        public override double Evaluate(float* logits, int rows, int units, int stride, float* targets, int targetColumns, float* weights, float scale, float* gradient)
        {
            double total = plain.Evaluate(logits, rows, units, stride, targets, targetColumns, weights, scale, gradient);
            for (nint row = 0; row < rows; row++)
            {
                double weight = (weights is null ? 1.0 : weights[row]) / units;
                for (int unit = 0; unit < units; unit++)
                {
                    double taken = weight * smoothing * (targets[row * targetColumns + unit] - 0.5);
                    total += taken * logits[row * stride + unit];
                    if (gradient is not null)
                        gradient[row * stride + unit] += (float)(taken * scale);
                }
            }
            return total;
        }
    }
}
