using MLNet.WeightInit.Engine.Kernels;
using MLNet.WeightInit.Engine.Network;

namespace MLNet.WeightInit.Engine.Diagnostics.Findings;

/// <summary>A weight, an activation, a gradient or the loss is NaN or infinite before the first step. Only the first in the order of cause is named: it spoils
/// everything after it.</summary>
internal sealed class NonFiniteValues : IFindingRule
{
    public IEnumerable<Finding> Examine(ReportContext context)
    {
        if (FirstBad(context.Probe) is var (layer, evidence))
            yield return new Finding(Verdict.NonFinite, Severity.Error, layer, layer, evidence, [Remedy.Auto, Remedy.Standardize]);
    }

    static (int Layer, string Evidence)? FirstBad(NetworkProbe probe)
    {
        for (int index = 0; index < probe.Layers.Count; index++)
        {
            LayerProbe layer = probe.Layers[index];
            string? place = !AreFinite(layer.Weights) ? "weights" : !AreFinite(layer.Biases) ? "biases"
                : !IsFinite(layer, layer.PreActivations, probe.Rows) ? "pre-activations" : !IsFinite(layer, layer.Activations, probe.Rows) ? "outputs" : null;
            if (place is not null)
                return (index, $"{layer.Name} has {place} that are NaN or infinite");
        }
        for (int index = probe.Layers.Count - 1; index >= 0; index--)
        {
            LayerProbe layer = probe.Layers[index];
            if (!IsFinite(layer, layer.PreActivationGradients, probe.Rows) || !AreFinite(layer.WeightGradients.Span))
                return (index, $"{layer.Name} has gradients that are NaN or infinite");
        }
        return double.IsFinite(probe.Loss) ? null : (probe.Layers.Count - 1, $"the initial loss is {NumberText.Format(probe.Loss)}");
    }

    static bool IsFinite(LayerProbe layer, AlignedBuffer block, int rows)
    {
        for (int row = 0; row < rows; row++)
            if (!AreFinite(block.Span.Slice(row * layer.Stride, layer.Units)))
                return false;
        return true;
    }

    /// <summary>Floats can't overflow a sum of doubles, so it is finite exactly where every value is.</summary>
    static bool AreFinite(ReadOnlySpan<float> values) => double.IsFinite(FixedOrderSums.SumAndSquares(values).Sum);
}
