namespace MLNet.WeightInit.Engine.Diagnostics.Findings;

/// <summary>A hidden layer's weights have far fewer directions than units: an effective rank below a tenth of the smaller side. Only at <see cref="DiagnosticsLevel.Full"/>.</summary>
/// <remarks>Independent weights of a square layer have 0.86 of it, constant ones 1 of n. From 32 on the smaller side: of few units a tenth is no number.</remarks>
internal sealed class LowRankWeights : IFindingRule
{
    const double Share = 0.1;
    const int FewestUnits = 32;

    public IEnumerable<Finding> Examine(ReportContext context)
    {
        if (context.Details is not { } details)
            return [];
        return LayerFindings.Merge(Verdict.Symmetric, context.Layers.Take(context.HiddenLayers).Select((layer, index) => (Layer: layer, Index: index, Most: Math.Min(layer.Inputs, layer.Outputs), details.Layers[index].Spectrum.EffectiveRank))
            .Where(item => item.Most >= FewestUnits && item.EffectiveRank < Share * item.Most)
            .Select(item => new LayerFindings.Candidate(item.Index, Severity.Note, item.Most / item.EffectiveRank,
                $"{item.Layer.Layer}'s weights have an effective rank of {NumberText.Format(item.EffectiveRank)} of {item.Most}: its units look in few directions", [Remedy.InitFor(item.Layer.Activation), Remedy.Auto])));
    }
}
