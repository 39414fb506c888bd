using MLNet.WeightInit.Engine.Diagnostics.Trainability;
using MLNet.WeightInit.Engine.Training;

namespace MLNet.WeightInit.Engine.Diagnostics.Findings;

/// <summary>Where a training ended, or a trial of it.</summary>
/// <param name="Loss">On the probe's rows; not finite where the training failed.</param>
/// <param name="EpochLoss">Mean over the batches of the last epoch: rows that the probe has none of may be what the training gets wrong.</param>
/// <param name="BestConstantLoss">On the same rows; NaN where unknown.</param>
/// <param name="Steps">Of the whole training; 0 where some are left, so that it hasn't failed yet.</param>
/// <param name="Text"><c>this training brought the loss to 0.16 (best constant 1.09)</c>.</param>
internal sealed record TrainingEnd(double Loss, double EpochLoss, double BestConstantLoss, long Steps, string Text)
{
    public static TrainingEnd Of(StartTrial trial) => new(trial.Loss, trial.EpochLoss, trial.BestConstantLoss, trial.IsWhole ? trial.Steps : 0, $"{trial.Text}{trial.End}");

    /// <param name="steps">As <see cref="Steps"/>.</param>
    public static TrainingEnd Of(double loss, double epochLoss, double bestConstantLoss, long steps)
        => new(loss, epochLoss, bestConstantLoss, steps, double.IsFinite(loss) ? $"this training brought the loss to {StartTrial.LossText(loss, bestConstantLoss)}" : "this training ended in a loss or weights that are no finite numbers");

    /// <summary>Features may tell more than lines and neighbours see, and labels that tell less are taken for these.</summary>
    const double LeastShare = 0.1;

    /// <summary>Of the best constant's loss: what a training must gain to be trusted to have learned, where the features seem to tell little.</summary>
    const double LeastGain = 0.25;

    /// <summary>Of what the features tell: a training that gains as much has learned, and one that gains as much as they tell, where that is less than half of the loss.</summary>
    const double MostPart = 0.75, Half = 0.5;

    /// <summary>Of what the features tell: a training that ends with less has failed. Of a short one less is expected, and of a few steps nothing.</summary>
    const double FailingPart = 0.25;

    /// <inheritdoc cref="FailingPart"/>
    double LeastPart => Steps >= TrainabilityForecast.FewestSteps ? FailingPart : Steps >= EarlySteps.Most ? 0.1 : double.NegativeInfinity;

    /// <summary>Whether it has learned, by how much of what the features tell of the label: three quarters are learned, less than one at the end is failed. Null between them, and where the end is yet to come.</summary>
    /// <param name="labelShare">As <see cref="StartFigures.LabelShare"/> has it.</param>
    public bool? HasLearned(double labelShare)
    {
        if (!double.IsFinite(Loss))
            return false;
        if (!(BestConstantLoss > 0) || !double.IsFinite(BestConstantLoss))
            return null;
        double gain = (BestConstantLoss - Loss) / BestConstantLoss, gap = Math.Clamp(labelShare, LeastShare, 1);
        double overEpoch = (BestConstantLoss - EpochLoss) / BestConstantLoss, goal = Math.Max(LeastGain, Math.Min(gap, Math.Max(Half, MostPart * gap)));
        return gain >= goal && overEpoch >= gap * FailingPart ? true : gain < gap * LeastPart ? false : null;
    }
}
