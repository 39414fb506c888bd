namespace MLNet.WeightInit;

/// <summary>A figure over seeds with its interval, kept to six significant digits.</summary>
/// <remarks>An interval of a figure that has an end (a loss that can't be negative, a share, a number of steps) is cut off there, which takes nothing from what it covers.</remarks>
public sealed record IntervalEstimate
{
    internal IntervalEstimate(double value, double lower, double upper)
    {
        Value = value;
        Lower = lower;
        Upper = upper;
    }

    /// <summary>The mean over seeds, the mean of paired differences, or the deviation.</summary>
    public double Value { get; }

    /// <summary>Lower end of the interval, at the comparison's confidence.</summary>
    public double Lower { get; }

    /// <summary>Upper end of the interval.</summary>
    public double Upper { get; }
}
