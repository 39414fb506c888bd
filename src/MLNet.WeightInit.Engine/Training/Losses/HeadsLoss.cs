using System.Globalization;
using MLNet.WeightInit.Engine.Data;
using MLNet.WeightInit.Engine.Kernels;
using MLNet.WeightInit.Engine.Text;
using MLNet.WeightInit.Engine.Training.Metrics;

namespace MLNet.WeightInit.Engine.Training.Losses;

/// <summary>One label's part in the loss of several.</summary>
/// <param name="Head">Its place: after the heads before it.</param>
/// <param name="Loss">Sees its own outputs and target columns only.</param>
/// <param name="Weight">Above 0, finite.</param>
internal sealed record HeadLoss(OutputHead Head, Loss Loss, float Weight)
{
    /// <summary>Measured of this label, after each epoch; null: its loss alone.</summary>
    public Metric? Metric { get; init; }

    /// <summary>One a class, and multiplies the weight that a row has for this label; null: none.</summary>
    public float[]? ClassWeights { get; init; }

    /// <summary>The same, such that the training rows weigh as much as without: <see cref="HeadClassWeights.Normalize"/>.</summary>
    public float[]? ClassFactors { get; init; }

    /// <summary>Classes that a row is one of; 0 for other labels.</summary>
    public int Classes => Head.Task switch
    {
        NetworkTask.Multiclass => Head.Outputs,
        NetworkTask.Binary => 2,
        _ => 0,
    };

    public override string ToString() => $"{Head}: {SpecificationText.Format(Weight)} × {Loss.Specification}{(ClassWeights is { } weights ? $", classes {string.Join(" ", weights.Select(SpecificationText.Format))}" : "")}";
}

/// <summary>Several labels, learnt at once by one network: the weighted sum of their losses, each over its own outputs (Caruana 1997, "Multitask Learning").</summary>
internal sealed class HeadsLoss : Loss
{
    readonly HeadLoss[] _heads;

    /// <param name="heads">At least one, in the order of outputs and of target columns.</param>
    public HeadsLoss(IEnumerable<HeadLoss> heads) => _heads = [.. heads];

    public IReadOnlyList<HeadLoss> Heads => _heads;

    /// <summary>Whether rows weigh more for one label than for another.</summary>
    public bool HasClassWeights => Array.Exists(_heads, part => part.ClassWeights is not null);

    /// <summary>The first target column of each head.</summary>
    public int ColumnOf(int head) => _heads.Take(head).Sum(part => part.Head.TargetColumns);

    public override string Name => "Heads";

    public override IReadOnlyList<string> LabelLosses => Array.ConvertAll(_heads, part => part.Loss.Name);

    public override string Specification => $"Heads({string.Join(", ", (IEnumerable<HeadLoss>)_heads)})";

    public override bool KnowsBestConstant => Array.TrueForAll(_heads, part => part.Loss.KnowsBestConstant);

    public override bool IsNonNegative => Array.TrueForAll(_heads, part => part.Loss.IsNonNegative);

    public override LossKernel CreateKernel(SimdLevel level) => new Kernel(Array.ConvertAll(_heads, part => (part.Head, part.Loss.CreateKernel(level), part.Weight, HeadClassWeights.Of(part))));

    public override float LowestLabelOf(int column)
    {
        foreach (HeadLoss part in _heads)
        {
            if (column < part.Head.TargetColumns)
                return part.Loss.LowestLabelOf(column);
            column -= part.Head.TargetColumns;
        }
        throw new ArgumentOutOfRangeException(nameof(column), column, string.Create(CultureInfo.InvariantCulture, $"The heads have {_heads.Sum(part => part.Head.TargetColumns)} target columns."));
    }

    /// <summary>That of the first head with classes.</summary>
    public override int? ClassColumn(NetworkTask task)
    {
        int column = 0;
        foreach (HeadLoss part in _heads)
        {
            if (part.Loss.ClassColumn(part.Head.Task) is { } own)
                return column + own;
            column += part.Head.TargetColumns;
        }
        return null;
    }

    /// <summary>Each head's own; classes and labels that are true or false stay as they are.</summary>
    public override AffineScale TargetScale(TrainingSet data, ReadOnlySpan<int> rows, bool standardize)
    {
        List<float> means = [], scales = [];
        var heads = new List<OutputHead>();
        foreach (HeadLoss part in _heads)
        {
            AffineScale own = part.Head.Task.HasTargetScale() ? part.Loss.TargetScale(data.WithTargets(means.Count, part.Head.TargetColumns), rows, standardize) : AffineScale.None;
            heads.Add(own.Heads is [var quantiles] ? quantiles with { Name = part.Head.Name } : part.Head with { IsExponential = own.IsExponential });
            means.AddRange(own.IsNone ? new float[part.Head.TargetColumns] : own.Means);
            scales.AddRange(own.IsNone ? Enumerable.Repeat(1f, part.Head.TargetColumns) : own.Scales);
        }
        return new AffineScale([.. means], [.. scales]) { Heads = heads };
    }

    public override float[] PriorBias(TrainingSet data, ReadOnlySpan<int> rows, NetworkTask task, int outputs, AffineScale targetScale)
    {
        var bias = new List<float>();
        int column = 0;
        for (int i = 0; i < _heads.Length; i++)
        {
            OutputHead head = targetScale.Heads[i];
            AffineScale own = ScaleOf(targetScale, i);
            if (own is { IsNone: false } && head.Task == NetworkTask.Regression && IsIdentity(own))
                own = AffineScale.None;                        // a label that was not standardized: its bias is its mean
            TrainingSet labels = data.WithTargets(column, head.TargetColumns);
            if (_heads[i].ClassWeights is { } weights)
                labels.WeightClasses(weights);
            bias.AddRange(_heads[i].Loss.PriorBias(labels, rows, head.Task, head.Outputs, own));
            column += head.TargetColumns;
        }
        return [.. bias];
    }

    /// <summary>One head's part of a scale of all.</summary>
    /// <param name="targetScale">As <see cref="TargetScale"/> has it.</param>
    public AffineScale ScaleOf(AffineScale targetScale, int head)
    {
        OutputHead own = targetScale.Heads[head];
        Range columns = ColumnOf(head)..(ColumnOf(head) + own.TargetColumns);
        return own.IsExponential ? AffineScale.Exponential : own.Task.IsOfValues() ? new AffineScale(targetScale.Means[columns], targetScale.Scales[columns]) : AffineScale.None;
    }

    static bool IsIdentity(AffineScale scale) => Array.TrueForAll(scale.Means, mean => mean == 0) && Array.TrueForAll(scale.Scales, factor => factor == 1);

    /// <summary>Each head is brought into a block of its own, since kernels may write into the padding of a row, which here is the next head's.</summary>
    sealed unsafe class Kernel((OutputHead Head, LossKernel Kernel, float Weight, HeadClassWeights? ClassWeights)[] heads) : LossKernel
    {
        readonly double[] _parts = new double[heads.Length];
        AlignedBuffer _logits = new(0), _gradient = new(0);

        public override double Evaluate(float* logits, int rows, int units, int stride, float* targets, int targetColumns, float* weights, float scale, float* gradient)
        {
            if (gradient is not null)
                ClearPadding(gradient, rows, units, stride);
            double total = 0;
            int first = 0, column = 0, part = 0;
            foreach ((OutputHead head, LossKernel kernel, float weight, HeadClassWeights? classWeights) in heads)
            {
                float* rowWeights = classWeights is null ? weights : classWeights.Weigh(targets + column, targetColumns, rows, weights);
                int own = Panels.Padded(head.Outputs);
                MakeRoom((long)rows * own);
                Copy(logits + first, stride, _logits.Pointer, own, rows, head.Outputs);
                double sum = _parts[part++] = kernel.Evaluate(_logits.Pointer, rows, head.Outputs, own, targets + column, targetColumns, rowWeights, scale * weight, gradient is null ? null : _gradient.Pointer);
                total += weight * sum;
                if (gradient is not null)
                    Copy(_gradient.Pointer, own, gradient + first, stride, rows, head.Outputs);
                first += head.Outputs;
                column += head.TargetColumns;
            }
            return total;
        }

        public override ReadOnlySpan<double> Parts => _parts;

        /// <summary>Grows in the first step only, whose batch is no smaller than any after it.</summary>
        void MakeRoom(long length)
        {
            if (_logits.Length >= length)
                return;
            _logits = new AlignedBuffer(length);
            _gradient = new AlignedBuffer(length);
        }

        static void Copy(float* source, int sourceStride, float* destination, int destinationStride, int rows, int columns)
        {
            for (nint row = 0; row < rows; row++)
                new ReadOnlySpan<float>(source + row * sourceStride, columns).CopyTo(new Span<float>(destination + row * destinationStride, columns));
        }
    }
}
