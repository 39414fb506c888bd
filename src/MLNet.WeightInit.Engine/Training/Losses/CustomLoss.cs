using System.Globalization;
using MLNet.WeightInit.Engine.Data;
using MLNet.WeightInit.Engine.Kernels;

namespace MLNet.WeightInit.Engine.Training.Losses;

/// <summary>A loss that a user wrote, called row by row and held to its word: finite outputs give a finite loss and slope.</summary>
internal sealed class CustomLoss(LossFunction function) : Loss
{
    public override string Name => function.Name;
    public override bool IsNonNegative => false;
    public override bool KnowsBestConstant => false;
    public override LossKernel CreateKernel(SimdLevel level) => new Kernel(function);

    public override AffineScale TargetScale(TrainingSet data, ReadOnlySpan<int> rows, bool standardize)
        => base.TargetScale(data, rows, standardize && function.StandardizesLabel);

    sealed unsafe class Kernel(LossFunction function) : LossKernel
    {
        float[] _slopes = [];

        public override double Evaluate(float* logits, int rows, int units, int stride, float* targets, int targetColumns, float* weights, float scale, float* gradient)
        {
            if (_slopes.Length < units)
                _slopes = new float[units];
            if (gradient is not null)
                ClearPadding(gradient, rows, units, stride);
            double total = 0;
            for (nint row = 0; row < rows; row++)
            {
                var outputs = new ReadOnlySpan<float>(logits + row * stride, units);
                if (!RowChecks.AllFinite(outputs))
                    return double.NaN;                         // training went astray before this: its own error says where
                var labels = new ReadOnlySpan<float>(targets + row * targetColumns, targetColumns);
                Span<float> slopes = _slopes.AsSpan(0, units);
                slopes.Fill(float.NaN);
                double value = function.Evaluate(outputs, labels, slopes);
                if (!double.IsFinite(value) || !RowChecks.AllFinite(slopes))
                    throw NotFinite(value, outputs, labels, slopes);
                double weight = weights is null ? 1 : weights[row];
                total += weight * value;
                if (gradient is null)
                    continue;
                for (int unit = 0; unit < units; unit++)
                    gradient[row * stride + unit] = (float)(slopes[unit] * weight * scale);
            }
            return total;
        }

        InvalidOperationException NotFinite(double value, ReadOnlySpan<float> outputs, ReadOnlySpan<float> labels, ReadOnlySpan<float> slopes)
        {
            string found = double.IsFinite(value) ? $"the gradient {Text(slopes)}" : $"the value {value.ToString("R", CultureInfo.InvariantCulture)}";
            return new InvalidOperationException(
                $"A loss must be finite, with a finite derivative by every output, and {function.Name} gave {found} for the outputs {Text(outputs)} and the label {Text(labels)}. "
                + "Fill all of the gradient, and keep logarithms, quotients and exponentials within bounds.");
        }

        static string Text(ReadOnlySpan<float> values)
        {
            const int Most = 10;
            string text = string.Join(", ", values[..Math.Min(Most, values.Length)].ToArray().Select(value => value.ToString("R", CultureInfo.InvariantCulture)));
            return values.Length > Most ? $"({text}, …)" : $"({text})";
        }
    }
}
