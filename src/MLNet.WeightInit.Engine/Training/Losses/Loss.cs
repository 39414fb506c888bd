using MLNet.WeightInit.Engine.Data;
using MLNet.WeightInit.Engine.Kernels;

namespace MLNet.WeightInit.Engine.Training.Losses;

/// <summary>What training minimizes, as a function of the network's linear outputs (logits).</summary>
internal abstract class Loss
{
    /// <summary>Canonical name, as options spell it: <c>SoftmaxCrossEntropy</c>, <c>BinaryCrossEntropy</c>, <c>Squared</c>, <c>Absolute</c>, <c>Huber</c>, <c>Quantile</c>, <c>Quantiles</c>, <c>Poisson</c>.</summary>
    public abstract string Name { get; }

    /// <summary>The name, or of several labels the name of each one's loss.</summary>
    public virtual IReadOnlyList<string> LabelLosses => [Name];

    /// <summary>Name with arguments where there are any: <c>Huber(delta=1)</c>.</summary>
    public virtual string Specification => Name;

    /// <summary>Share of each label that is spread over the classes; 0 for most losses.</summary>
    public virtual double LabelSmoothing => 0;

    /// <summary>False where <see cref="PriorBias"/> is not the best constant by this loss, as nobody knows of a loss that a user wrote.</summary>
    public virtual bool KnowsBestConstant => true;

    /// <summary>False where a row's loss may be below 0, or nobody knows.</summary>
    public virtual bool IsNonNegative => true;

    /// <summary>Labels below it have no loss; −∞ for most losses.</summary>
    public virtual float LowestLabel => float.NegativeInfinity;

    /// <summary>Labels of a target column below it have no loss.</summary>
    public virtual float LowestLabelOf(int column) => LowestLabel;

    /// <summary>Target column whose classes each get their share of the validation rows and of the folds; null where rows are drawn without regard to any.</summary>
    public virtual int? ClassColumn(NetworkTask task) => ValidationSplit.IsByClass(task) ? 0 : null;

    public abstract LossKernel CreateKernel(SimdLevel level);

    /// <summary>For regression: how targets become what the network is compared with, and outputs what is predicted.</summary>
    public virtual AffineScale TargetScale(TrainingSet data, ReadOnlySpan<int> rows, bool standardize)
        => standardize ? TargetStatistics.Scale(data, rows) : AffineScale.None;

    /// <summary>The outputs that a network should start at which knows nothing of a row but that it is one of these.</summary>
    public virtual float[] PriorBias(TrainingSet data, ReadOnlySpan<int> rows, NetworkTask task, int outputs, AffineScale targetScale)
        => TargetStatistics.PriorBias(data, rows, task, outputs, targetScale);
}

/// <summary>One loss at one vector width.</summary>
internal abstract unsafe class LossKernel
{
    /// <summary>Sum over rows of weight · loss, in double, in row order; and where <paramref name="gradient"/> isn't null, its derivative by the logits times <paramref name="scale"/>.</summary>
    /// <param name="logits">[rows][stride]; the first <paramref name="units"/> of each row count, the padding may be overwritten.</param>
    /// <param name="targets">[rows][targetColumns]: the class index (0-based) for softmax; 0 or 1 for binary; the values for regression.</param>
    /// <param name="weights">[rows], or null for all ones.</param>
    /// <param name="scale">Multiplies the gradient: 1 / rows for the mean loss.</param>
    /// <param name="gradient">[rows][stride] or null. Columns from <paramref name="units"/> to the stride are written 0. May not be <paramref name="logits"/>.</param>
    public abstract double Evaluate(float* logits, int rows, int units, int stride, float* targets, int targetColumns, float* weights, float scale, float* gradient);

    /// <summary>Of a loss of several labels, what each of them came to in the last evaluation, in order: sum over rows of weight · loss, without the label's own weight. Empty for one label.</summary>
    public virtual ReadOnlySpan<double> Parts => [];

    /// <summary>Zeros the columns from the units to the stride.</summary>
    protected static void ClearPadding(float* block, int rows, int units, int stride)
    {
        for (nint row = 0; row < rows; row++)
            new Span<float>(block + row * stride + units, stride - units).Clear();
    }
}
