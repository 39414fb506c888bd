namespace MLNet.WeightInit.Engine.Diagnostics.Findings;

/// <summary>Rows look so alike to the last hidden layer that an optimizer in single precision doesn't tell them apart.</summary>
/// <remarks>
/// Judged is what is left of the rows' distance, (1 − c) of the last hidden layer over that of the first, and not the cosine c: that of a healthy He network is 0.974 at 30 layers, and data without negative values start high. Measured
/// (docs/benchmarks/mean-field.md): of networks that keep less than 1e-4 none reaches half of what shallow ones do under Adam, and from 1.2e-4 on some do; SGD fails from 3e-4 on. Far below theory, by a factor of 20, it is chance in narrow
/// layers that made rows one: 60 He layers of 64 keep 3e-4 where theory keeps 1e-2, and don't learn. Below a gradient that vanishes it is a note to SGD, which has its warning already.
/// </remarks>
internal sealed class RankCollapse : IFindingRule
{
    const double AdaptiveLimit = 1e-4, ProportionalLimit = 2.5e-4, FarBelow = 1.0 / 20, NarrowLimit = 1e-3, VanishingGradient = 1e-3;

    public IEnumerable<Finding> Examine(ReportContext context)
    {
        if (context.Theory is not { } theory || context.HiddenLayers < 2 || theory.Layers.Count != context.Layers.Count || context.Layers.Take(context.HiddenLayers).Any(IsALine))
            yield break;
        double kept = Kept(theory, context.HiddenLayers), predicted = (1 - theory.Layers[^2].PredictedSimilarity) / (1 - theory.Layers[0].PredictedSimilarity);
        bool isBelowResolution = kept < (context.Training.DividesBySize ? AdaptiveLimit : ProportionalLimit), isFarBelow = kept < NarrowLimit && kept < FarBelow * predicted;
        if (!isBelowResolution && !isFarBelow)
            yield break;
        bool isToldAlready = !context.Training.DividesBySize && GradientProfile.Of(context).Ratio < VanishingGradient;
        yield return new Finding(Verdict.RankCollapse, isToldAlready ? Severity.Note : Severity.Warning, 0, context.HiddenLayers - 1,
            $"of the rows' distance {NumberText.Format(kept)} is left in {context.Layers[^2].Layer} ({(double.IsNaN(predicted) ? "" : $"theory {NumberText.Format(predicted)}; ")}two rows' cosine {NumberText.Format(theory.Layers[0].Similarity)} becomes {(theory.Layers[^2].Similarity == 1 ? "1" : $"1 - {NumberText.Format(1 - theory.Layers[^2].Similarity)}")}"
            + $"{(double.IsNaN(theory.EffectiveRank) ? "" : $", effective rank {NumberText.Format(theory.EffectiveRank)}")}): to the output layer all rows are one",
            isBelowResolution && !isFarBelow
                ? [Remedy.EdgeOfChaos, Remedy.LayerNormalization, Remedy.FewerLayers]
                : [Remedy.Auto, Remedy.LayerNormalization, Remedy.FewerLayers]);
    }

    /// <summary>In one direction rows are told apart by their lengths, and their cosines are 1 or −1 from there on, whatever is learned. Twins have a finding of their own.</summary>
    static bool IsALine(LayerStatistics layer) => layer.Outputs == 1 || layer.IdenticalFraction == 1 || layer.ParallelFraction == 1;

    /// <summary>What is left of the rows' distance: (1 − c) of the last hidden layer over that of the first.</summary>
    public static double Kept(NetworkTheory theory, int hidden) => (1 - theory.Layers[hidden - 1].Similarity) / (1 - theory.Layers[0].Similarity);
}
