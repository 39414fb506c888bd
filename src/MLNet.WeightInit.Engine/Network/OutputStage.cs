using MLNet.WeightInit.Engine.Data;
using MLNet.WeightInit.Engine.Kernels;
using MLNet.WeightInit.Engine.Kernels.Scoring;

namespace MLNet.WeightInit.Engine.Network;

/// <summary>What becomes of a row's linear outputs before they are scaled: probabilities of classes, ordered quantiles. One a scorer, since it has buffers.</summary>
internal sealed unsafe class OutputStage
{
    readonly OutputHead[] _heads;                             // an array: a list's enumerator would be allocated
    readonly SoftmaxKernel _softmax;
    readonly AlignedBuffer _row;

    OutputStage(IReadOnlyList<OutputHead> heads, SimdLevel level)
    {
        _heads = [.. heads];
        _softmax = SoftmaxKernel.Create(level);
        _row = new AlignedBuffer(Panels.Padded(heads.Max(head => head.Outputs)));
    }

    /// <summary>Null where outputs stay as they are.</summary>
    public static OutputStage? Create(FeedForwardNetwork network, SimdLevel level)
        => network.TargetScale.Heads.Count > 0 ? new OutputStage(network.TargetScale.Heads, level)
            : network.Task == NetworkTask.Multiclass ? new OutputStage([new OutputHead("", NetworkTask.Multiclass, network.Outputs, 1)], level) : null;

    /// <summary>Works in place; a row's padding may be overwritten.</summary>
    public void Apply(float* logits, int stride, int rows)
    {
        if (_heads is [{ Task: NetworkTask.Multiclass, Outputs: var classes }])
        {
            _softmax.ApplyRows(logits, rows, classes, stride);
            return;
        }
        for (int row = 0; row < rows; row++, logits += stride)
        {
            int first = 0;
            foreach (OutputHead head in _heads)
            {
                var outputs = new Span<float>(logits + first, head.Outputs);
                if (head.Task == NetworkTask.Multiclass)
                    Softmax(logits + first, head.Outputs);
                else if (head.Task == NetworkTask.Quantiles)
                    QuantileLadder.Climb(outputs);
                else if (head.IsExponential)
                    foreach (ref float output in outputs)
                        output = (float)ScalarMath.Exp(output);
                first += head.Outputs;
            }
        }
    }

    /// <summary>The kernel fills a row's padding, which of a head among others is the next one's place.</summary>
    void Softmax(float* logits, int classes)
    {
        var outputs = new Span<float>(logits, classes);
        outputs.CopyTo(_row.Span);
        _softmax.Apply(_row.Pointer, classes);
        _row.Span[..classes].CopyTo(outputs);
    }
}
