using System.Globalization;
using MLNet.WeightInit.Engine.Training;

namespace MLNet.WeightInit.Engine.Diagnostics.Findings;

/// <summary>Steps that are very small or very large beside the weights that they move, at step 20: the first ones say little, since Adam's have the learning rate's length and a layer may start small.</summary>
/// <remarks>
/// About 10⁻³ is usual (Karpathy's rule), 10⁻⁴ to 10⁻² fine. Above 10⁻¹ the weights are others after ten steps, and below 10⁻⁵ a thousand steps change them by a hundredth. A rate that rises slowly makes small steps at first, and a
/// model that is trained further may have little to learn: so a layer is frozen only if training moved it by less than a thousandth in all, and did not begin with another model. Both are notes, and warnings where the loss shows it.
/// </remarks>
internal sealed class UpdateSize : ITrainingRule
{
    const double Unstable = 0.1, Frozen = 1e-5, LeastMovement = 1e-3;

    public IEnumerable<Finding> Examine(TrainedContext context)
    {
        if (context.Training.Steps.Count < EarlySteps.Most || context.Optimizer.IsFullBatch)
            return [];
        int[] judged = [.. Enumerable.Range(0, context.Layers.Count).Where(layer => context.IsJudged[layer])];
        int[] frozen = context.IsContinued ? [] : [.. judged.Where(layer => Ratio(context, layer) < Frozen && context.Training.Layers[layer].Movement < LeastMovement)];
        return LayerFindings.Merge(Verdict.LrUnstable, judged.Where(layer => Ratio(context, layer) > Unstable).Select(layer => TooLarge(context, layer)))
            .Concat(LayerFindings.Merge(Verdict.Stalling, frozen.Select(layer => TooSmall(context, layer, isWhole: frozen.Length == judged.Length))));
    }

    static double Ratio(TrainedContext context, int layer) => context.Training.Layers[layer].UpdateRatios[^1];

    static LayerFindings.Candidate TooLarge(TrainedContext context, int layer)
    {
        double ratio = Ratio(context, layer);
        string loss = context.HasFailed ? "; the loss did not fall below that of the best constant" : "";
        return new LayerFindings.Candidate(layer, context.HasFailed ? Severity.Warning : Severity.Note, ratio,
            $"step {EarlySteps.Most} changed the weights of {context.Training.Layers[layer].Layer} by {NumberText.Percent(ratio)} of their size (usual: 0.01 % to 1 %){loss}", context.RateTimes(0.1));
    }

    static LayerFindings.Candidate TooSmall(TrainedContext context, int layer, bool isWhole)
    {
        LayerChange change = context.Training.Layers[layer];
        bool isSmallRate = isWhole && context.LearningRate < context.Optimizer.UsualLearningRate / 2;
        return new LayerFindings.Candidate(layer, isWhole && context.HasFailed ? Severity.Warning : Severity.Note, -Ratio(context, layer), string.Create(CultureInfo.InvariantCulture,
            $"step {EarlySteps.Most} changed the weights of {change.Layer} by {NumberText.Format(Ratio(context, layer))} of their size, and the whole training by {NumberText.Format(change.Movement)}"),
            isSmallRate ? [Remedy.Rate(context.Optimizer.UsualLearningRate)] : isWhole ? context.RateTimes(10) : [Remedy.Auto]);
    }
}
