using MLNet.WeightInit.Engine.Network;
using MLNet.WeightInit.Engine.Training.Optimizers;

namespace MLNet.WeightInit.Engine.Diagnostics.Findings;

/// <summary>Everything that a rule on a training may look at.</summary>
internal sealed class TrainedContext
{
    /// <summary>Less than this share of the loss is noise, or what a dead network gains by its biases.</summary>
    const double LeastGain = 0.02;

    /// <summary>Without findings.</summary>
    public required EarlyTraining Training { get; init; }

    /// <summary>From the first hidden layer to the output.</summary>
    public required IReadOnlyList<LayerLayout> Layers { get; init; }

    /// <summary>Whether a layer's update ratios mean something: not where it starts at 0, so that every step is large beside it, where the plan keeps it as it is, and where a sparse batch moves few of its weights.</summary>
    public required IReadOnlyList<bool> IsJudged { get; init; }

    public required Optimizer Optimizer { get; init; }

    public required float LearningRate { get; init; }

    /// <summary>NaN where unknown.</summary>
    public required double PriorLoss { get; init; }

    /// <summary>Of the training rows in the last epoch; NaN where training failed.</summary>
    public required double FinalLoss { get; init; }

    /// <summary>Whether training started from another model, which may have had little left to learn.</summary>
    public required bool IsContinued { get; init; }

    /// <summary>The gravest thing that was seen to be wrong with the start; null where all that is known is that it stalls, and where it was healthy.</summary>
    public Finding? Cause { get; init; }

    /// <summary>Whether the loss ended where the best constant's is, or the first batch's where that is unknown, or above.</summary>
    public bool HasFailed
    {
        get
        {
            double reference = double.IsNaN(PriorLoss) ? Training.Steps[0].Loss : PriorLoss;
            return !(FinalLoss < reference - LeastGain * Math.Abs(reference));
        }
    }

    /// <summary>A line with so many times the rate; none for L-BFGS, which has no rate.</summary>
    public IReadOnlyList<string> RateTimes(double factor) => Optimizer.IsFullBatch ? [] : [Remedy.Rate(LearningRate * factor)];
}
