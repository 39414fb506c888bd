using System.Globalization;
using MLNet.WeightInit.Engine.Training;

namespace MLNet.WeightInit;

/// <summary>How the loss went while the learning rate grew: the data of the usual plot, and the rate that it suggests.</summary>
/// <remarks>Smith 2017, section 3.3. Plot <see cref="LearningRatePoint.SmoothedLoss"/> over the logarithm of <see cref="LearningRatePoint.LearningRate"/>: a good rate lies where the loss falls steeply, well before its lowest point.</remarks>
public sealed class LearningRateSearch
{
    /// <param name="points">One a step.</param>
    /// <param name="lowestAt">As <see cref="RangeTest.LowestAt"/>.</param>
    /// <param name="lowest">First rate of the range.</param>
    internal LearningRateSearch(IReadOnlyList<LearningRatePoint> points, float? lowestAt, float lowest)
    {
        Points = points;
        Suggestion = lowestAt is { } rate ? Math.Max(lowest, rate / 10) : null;
    }

    /// <summary>One record a step, rates rising; it ends early where the loss exploded.</summary>
    public IReadOnlyList<LearningRatePoint> Points { get; }

    /// <summary>A tenth of the rate at which the loss lay farthest below that of the first weights on the same rows (a mean in which each step keeps 0.9), but never below the range; null where it never lay below, and no rate of the range trains.</summary>
    /// <remarks>At the lowest point itself the loss is about to rise (fastai's rule of thumb).</remarks>
    public float? Suggestion { get; }

    /// <summary>The suggestion, and what was tried, in a sentence.</summary>
    public override string ToString() => Points.Count == 0 ? "No learning rate was tried." : string.Create(CultureInfo.InvariantCulture,
        $"{(Suggestion is { } rate ? $"Suggested learning rate: {rate.ToString("G3", CultureInfo.InvariantCulture)}" : "No learning rate of the range trains")} ({Points.Count:#,0} steps from {Points[0].LearningRate:G3} to {Points[^1].LearningRate:G3}).");
}
