using System.Globalization;
using MLNet.WeightInit.Engine.Data;
using MLNet.WeightInit.Engine.Kernels;
using MLNet.WeightInit.Engine.Text;

namespace MLNet.WeightInit.Engine.Training.Losses;

/// <summary>One label's part in the loss of several.</summary>
/// <param name="Head">Its place: after the heads before it.</param>
/// <param name="Loss">Sees its own outputs and target columns only.</param>
/// <param name="Weight">Above 0, finite.</param>
internal sealed record HeadLoss(OutputHead Head, Loss Loss, float Weight);

/// <summary>Several labels, learnt at once by one network: the weighted sum of their losses, each over its own outputs (Caruana 1997, "Multitask Learning").</summary>
internal sealed class HeadsLoss : Loss
{
    readonly HeadLoss[] _heads;

    /// <param name="heads">At least one, in the order of outputs and of target columns.</param>
    public HeadsLoss(IEnumerable<HeadLoss> heads) => _heads = [.. heads];

    public IReadOnlyList<HeadLoss> Heads => _heads;

    public override string Name => "Heads";

    public override string Specification => $"Heads({string.Join(", ", _heads.Select(part => $"{part.Head}: {SpecificationText.Format(part.Weight)} × {part.Loss.Specification}"))})";

    public override bool KnowsBestConstant => Array.TrueForAll(_heads, part => part.Loss.KnowsBestConstant);

    public override LossKernel CreateKernel(SimdLevel level) => new Kernel(Array.ConvertAll(_heads, part => (part.Head, part.Loss.CreateKernel(level), part.Weight)));

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
            Range columns = column..(column += head.TargetColumns);
            AffineScale own = head.IsExponential ? AffineScale.Exponential : head.Task.IsOfValues() ? new AffineScale(targetScale.Means[columns], targetScale.Scales[columns]) : AffineScale.None;
            if (own is { IsNone: false } && head.Task == NetworkTask.Regression && IsIdentity(own))
                own = AffineScale.None;                        // a label that was not standardized: its bias is its mean
            bias.AddRange(_heads[i].Loss.PriorBias(data.WithTargets(columns.Start.Value, head.TargetColumns), rows, head.Task, head.Outputs, own));
        }
        return [.. bias];
    }

    static bool IsIdentity(AffineScale scale) => Array.TrueForAll(scale.Means, mean => mean == 0) && Array.TrueForAll(scale.Scales, factor => factor == 1);

    /// <summary>Each head is brought into a block of its own, since kernels may write into the padding of a row, which here is the next head's.</summary>
    sealed unsafe class Kernel((OutputHead Head, LossKernel Kernel, float Weight)[] heads) : LossKernel
    {
        AlignedBuffer _logits = new(0), _gradient = new(0);

        public override double Evaluate(float* logits, int rows, int units, int stride, float* targets, int targetColumns, float* weights, float scale, float* gradient)
        {
            if (gradient is not null)
                ClearPadding(gradient, rows, units, stride);
            double total = 0;
            int first = 0, column = 0;
            foreach ((OutputHead head, LossKernel kernel, float weight) in heads)
            {
                int own = Panels.Padded(head.Outputs);
                MakeRoom((long)rows * own);
                Copy(logits + first, stride, _logits.Pointer, own, rows, head.Outputs);
                total += weight * kernel.Evaluate(_logits.Pointer, rows, head.Outputs, own, targets + column, targetColumns, weights, scale * weight, gradient is null ? null : _gradient.Pointer);
                if (gradient is not null)
                    Copy(_gradient.Pointer, own, gradient + first, stride, rows, head.Outputs);
                first += head.Outputs;
                column += head.TargetColumns;
            }
            return total;
        }

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
