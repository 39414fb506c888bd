using System.Globalization;
using MLNet.WeightInit.Engine.Training;

namespace MLNet.WeightInit.Engine.Diagnostics.Findings;

/// <summary>The loss ended where the best constant's is: the network says the same of every row, whatever its start looked like.</summary>
/// <remarks>Told where no other rule warns of the training, since each of those says why. Not of fewer steps than are recorded, which are too few to expect anything of, nor of a model that was trained further.</remarks>
internal sealed class NothingLearned : ITrainingRule
{
    /// <summary>A half decade: the next rate that one would try.</summary>
    const double HalfDecade = 3;

    /// <summary>What a mean over the last epoch's batches lies below the best constant's loss by the steps' noise alone. Half a percent of slow learning is learning.</summary>
    const double LeastGain = 0.005;

    public IEnumerable<Finding> Examine(TrainedContext context)
        => context.IsContinued || context.Training.Steps.Count < EarlySteps.Most || double.IsNaN(context.PriorLoss) || !double.IsFinite(context.FinalLoss)
            || context.FinalLoss < context.PriorLoss - (LeastGain * Math.Abs(context.PriorLoss)) ? []
            : [new Finding(Verdict.Stalling, Severity.Warning, 0, context.Layers.Count - 1, string.Create(CultureInfo.InvariantCulture,
                $"the loss on the training rows ended at {NumberText.Format(context.FinalLoss)}, and the best constant's is {NumberText.Format(context.PriorLoss)}: nothing of the features was learnt, or they don't tell the label"), [.. context.RateTimes(HalfDecade)])];
}
