using MLNet.WeightInit.Engine.Text;

namespace MLNet.WeightInit.Engine.Diagnostics.Findings;

/// <summary>More than nine tenths of a layer's pre-activations lie where its activation is a straight line: the layer adds nothing that one layer less couldn't. Only at <see cref="DiagnosticsLevel.Full"/>.</summary>
/// <remarks>For tanh, erf, softsign and sine, which are z within 1 % (softsign: 10 %) for |z| below 0.1. A note: the slow decay of a critical network ends there too, and training leaves it.</remarks>
internal sealed class LinearRegime : IFindingRule
{
    const double Share = 0.9;

    public IEnumerable<Finding> Examine(ReportContext context)
    {
        if (context.Details is not { } details)
            return [];
        return LayerFindings.Merge(Verdict.Drifting, context.Layers.Take(context.HiddenLayers).Select((layer, index) => (Layer: layer, Index: index, Near: details.Layers[index].NearZeroFraction))
            .Where(item => item.Near > Share && HasMiddle(item.Layer.Activation) && item.Layer.PreActivationDeviation > 0)
            .Select(item => new LayerFindings.Candidate(item.Index, Severity.Note, item.Near,
                $"{NumberText.Percent(item.Near)} of {item.Layer.Layer}'s pre-activations lie below 0.1 in size, where {SpecificationText.Parse(item.Layer.Activation, "activation").Name} is a straight line: the layer works as a linear one", [Remedy.Auto, Remedy.EdgeOfChaos])));
    }

    static bool HasMiddle(string activation) => SpecificationText.Normalize(SpecificationText.Parse(activation, "activation").Name) is "tanh" or "erf" or "softsign" or "sin" or "sine";
}
