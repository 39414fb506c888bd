using MLNet.WeightInit.Engine.Diagnostics.Details;
using MLNet.WeightInit.Engine.Kernels;
using MLNet.WeightInit.Engine.Network;

namespace MLNet.WeightInit.Engine.Diagnostics.Findings;

/// <summary>A layer's largest singular value lies above where independent weights end: they have a mean, or directions that many units share. Only at <see cref="DiagnosticsLevel.Full"/>.</summary>
/// <remarks>The limit is where chance takes one layer of 100,000, so that healthy networks have no such note. Below the edge lie orthogonal weights, which is nothing to say.</remarks>
internal sealed class SpectrumEdge : IFindingRule
{
    public IEnumerable<Finding> Examine(ReportContext context)
    {
        if (context.Details is not { } details)
            return [];
        return LayerFindings.Merge(Verdict.Drifting, details.Layers.Select((layer, index) => (layer.Spectrum, Layer: context.Probe.Layers[index], Index: index)).Where(item => IsBeyond(item.Spectrum, item.Layer))
            .Select(item => new LayerFindings.Candidate(item.Index, Severity.Note, item.Spectrum.LargestSingularValue / item.Spectrum.HighestLargest,
                $"{item.Layer.Name}'s weights have a singular value of {NumberText.Format(item.Spectrum.LargestSingularValue)}, where independent weights of their size end at {NumberText.Format(item.Spectrum.HighestLargest)}: they have a mean, or a direction that many units share", [])));
    }

    static bool IsBeyond(LayerSpectrum spectrum, LayerProbe layer)
    {
        double square = FixedOrderSums.SumAndSquares(layer.Weights).SquaredSum / layer.Weights.Length;
        return spectrum.LargestSingularValue * spectrum.LargestSingularValue > SpectrumMeasurement.Alarm(layer.Units, layer.Inputs) * square;
    }
}
