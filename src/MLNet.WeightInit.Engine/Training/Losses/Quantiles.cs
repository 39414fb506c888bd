using System.Globalization;
using System.Runtime.CompilerServices;
using MLNet.WeightInit.Engine.Data;
using MLNet.WeightInit.Engine.Kernels;
using MLNet.WeightInit.Engine.Kernels.Scoring;
using MLNet.WeightInit.Engine.Text;

namespace MLNet.WeightInit.Engine.Training.Losses;

/// <summary>The mean of the pinball losses of several quantiles of one label, which can't cross: <see cref="QuantileLadder"/> makes them of the outputs.</summary>
/// <remarks>Koenker and Bassett 1978 for one level. Composite losses of several, weighted the same: Zou and Yuan 2008, "Composite quantile regression and the oracle model selection theory", Annals of Statistics 36.</remarks>
internal sealed class Quantiles : Loss
{
    public const string Argument = "levels";

    /// <summary>Smallest step between neighbouring quantiles at the start, in deviations of the label: from a smaller one, as where many labels are equal, a step could hardly be learnt.</summary>
    const double SmallestStep = 1.0 / 64;

    readonly double[] _levels;

    /// <param name="levels">Shares of labels that shall lie below the outputs: each above 0 and below 1, in ascending order; at least one.</param>
    public Quantiles(params double[] levels)
    {
        Check(levels);
        _levels = [.. levels];
    }

    /// <summary>In ascending order.</summary>
    public IReadOnlyList<double> Levels => _levels;

    public override string Name => "Quantiles";
    public override string Specification => SpecificationOf(_levels);
    public override LossKernel CreateKernel(SimdLevel level) => new Kernel(_levels);

    /// <exception cref="ArgumentOutOfRangeException">A level is not above 0 and below 1, or they do not ascend.</exception>
    public static void Check(ReadOnlySpan<double> levels)
    {
        for (int i = 0; i < levels.Length; i++)
            if (!(levels[i] > 0 && levels[i] < 1) || i > 0 && !(levels[i] > levels[i - 1]))
                throw Wrong($"{levels[i].ToString("R", CultureInfo.InvariantCulture)} as number {i + 1}");
        if (levels.Length == 0)
            throw Wrong("none");
    }

    /// <summary><c>Quantiles(levels=(0.1, 0.5, 0.9))</c>.</summary>
    public static string SpecificationOf(IEnumerable<double> levels) => $"Quantiles({Argument}=({string.Join(", ", levels.Select(SpecificationText.Format))}))";

    /// <summary>0.1, 0.5 and 0.9 where none are given.</summary>
    public static double[] ReadLevels(SpecificationText text)
    {
        if (text.Find(Argument) is not { } list)
            return [0.1, 0.5, 0.9];
        string[] parts = list.Trim('(', ')', ' ').Split([',', ';', ' '], StringSplitOptions.RemoveEmptyEntries);
        return Array.ConvertAll(parts, part => double.TryParse(part, NumberStyles.Float, CultureInfo.InvariantCulture, out double level) ? level : throw Wrong($"'{part}'"));
    }

    /// <summary>The label is always standardized: a step of softplus has a size of about 1, and so must what it is to reach.</summary>
    public override AffineScale TargetScale(TrainingSet data, ReadOnlySpan<int> rows, bool standardize)
        => TargetStatistics.Scale(data, rows) with { Heads = [new OutputHead("", NetworkTask.Quantiles, _levels.Length, 1) { Levels = _levels }] };

    /// <summary>The outputs whose quantiles are the rows' own.</summary>
    public override float[] PriorBias(TrainingSet data, ReadOnlySpan<int> rows, NetworkTask task, int outputs, AffineScale targetScale)
    {
        float[] quantiles = TargetStatistics.Quantiles(data, rows, 0, _levels);
        for (int i = 0; i < quantiles.Length; i++)
            quantiles[i] = targetScale.ToNetwork(quantiles[i], 0);
        var bias = new float[outputs];
        int middle = QuantileLadder.Middle(outputs);
        for (int i = 0; i < outputs; i++)
        {
            double step = i < middle ? (double)quantiles[i + 1] - quantiles[i] : i > middle ? (double)quantiles[i] - quantiles[i - 1] : 0;
            bias[i] = i == middle ? quantiles[i] : (float)QuantileLadder.OutputOf(Math.Max(step, SmallestStep));
        }
        return bias;
    }

    static ArgumentOutOfRangeException Wrong(string found) => new("levels", found,
        $"Several quantiles need levels above 0 and below 1 in ascending order, and have {found}. Write for example Quantiles(levels=(0.1, 0.5, 0.9)): a tenth, half and nine tenths of the labels lie below the predictions.");

    sealed unsafe class Kernel(double[] levels) : LossKernel
    {
        readonly double[] _quantiles = new double[levels.Length];

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public override double Evaluate(float* logits, int rows, int units, int stride, float* targets, int targetColumns, float* weights, float scale, float* gradient)
        {
            if (gradient is not null)
                ClearPadding(gradient, rows, units, stride);
            Span<double> quantiles = _quantiles;               // and then the slopes by them
            double total = 0;
            for (nint row = 0; row < rows; row++)
            {
                var outputs = new ReadOnlySpan<float>(logits + row * stride, units);
                QuantileLadder.Climb(outputs, quantiles);
                double weight = (weights is null ? 1.0 : weights[row]) / units, target = targets[row * targetColumns], sum = 0;
                for (int i = 0; i < units; i++)
                {
                    double residual = quantiles[i] - target;
                    sum += residual < 0 ? -levels[i] * residual : (1 - levels[i]) * residual;
                    quantiles[i] = residual < 0 ? -levels[i] : residual > 0 ? 1 - levels[i] : residual;
                }
                total += weight * sum;
                if (gradient is null)
                    continue;
                QuantileLadder.Descend(outputs, quantiles);
                for (int i = 0; i < units; i++)
                {
                    float slope = (float)(quantiles[i] * weight * scale);
                    gradient[row * stride + i] = MathF.Abs(slope) < Negligible.Signal ? 0 : slope;
                }
            }
            return total;
        }
    }
}
