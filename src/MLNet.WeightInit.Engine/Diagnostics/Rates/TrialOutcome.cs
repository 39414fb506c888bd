namespace MLNet.WeightInit.Engine.Diagnostics.Rates;

/// <summary>What some steps made of the loss.</summary>
/// <param name="Start">Mean loss of the last quarter's batches without any step.</param>
/// <param name="End">Mean loss of these batches, each before its step; infinite where a loss on the way wasn't finite.</param>
internal readonly record struct TrialOutcome(int Steps, double Start, double End)
{
    /// <summary>Less than this share of the loss is noise, or what a dead network gains by its biases.</summary>
    const double LeastGain = 0.02;

    /// <summary>More than this share of the loss is no noise of batches.</summary>
    const double LeastRise = 0.05;

    /// <summary>Whether the loss ended below the start's, and below that of the best constant, which a network that has died still finds by its biases.</summary>
    /// <param name="prior">Loss of the best constant; NaN where unknown.</param>
    public bool HasLearned(double prior) => Gain(prior) > LeastGain;

    /// <summary>How far the loss ended below the start's, or the best constant's, as a share of that.</summary>
    /// <inheritdoc cref="HasLearned"/>
    public double Gain(double prior)
    {
        double reference = prior < Start - 0.1 * Math.Abs(Start) ? prior : Start;        // where the two are close, the start's is of the very same rows; losses of counts may be negative
        return (reference - End) / Math.Abs(reference);
    }

    /// <summary>Whether the loss ended above both.</summary>
    public bool HasRisen(double prior)
    {
        double reference = prior > Start ? prior : Start;
        return !(End <= reference + LeastRise * Math.Abs(reference));
    }
}
