namespace MLNet.WeightInit;

/// <summary>How the loss went while the learning rate grew: the data of the usual plot, and the rate that it suggests.</summary>
/// <remarks>Smith 2017, section 3.3. Plot <see cref="LearningRatePoint.SmoothedLoss"/> over the logarithm of <see cref="LearningRatePoint.LearningRate"/>: a good rate lies where the loss falls steeply, well before its lowest point.</remarks>
public sealed class LearningRateSearch
{
    internal LearningRateSearch(IReadOnlyList<LearningRatePoint> points)
    {
        Points = points;
        Suggestion = Suggest(points);
    }

    /// <summary>One record a step, rates rising; it ends early where the loss exploded.</summary>
    public IReadOnlyList<LearningRatePoint> Points { get; }

    /// <summary>A tenth of the rate at which the smoothed loss was lowest; null where it never fell, and no rate of the range trains.</summary>
    public float? Suggestion { get; }

    /// <summary>A tenth of the lowest point's rate: at the lowest point itself the loss is about to rise (fastai's rule of thumb).</summary>
    static float? Suggest(IReadOnlyList<LearningRatePoint> points)
    {
        int best = 0;
        for (int i = 1; i < points.Count; i++)
            if (points[i].SmoothedLoss < points[best].SmoothedLoss)
                best = i;
        return best == 0 ? null : points[best].LearningRate / 10;
    }
}
