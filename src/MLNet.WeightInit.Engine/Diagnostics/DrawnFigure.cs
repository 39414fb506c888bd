namespace MLNet.WeightInit;

/// <summary>A judged figure over draws of the weights; those in which it isn't measured, as a chance where another rule is sure, are left out.</summary>
public sealed record DrawnFigure
{
    internal DrawnFigure(string name, double lowest, double median, double highest)
    {
        Name = name;
        Lowest = lowest;
        Median = median;
        Highest = highest;
    }

    /// <summary>As <see cref="JudgedFigure.Name"/>.</summary>
    public string Name { get; }

    /// <summary>The lowest of the draws.</summary>
    public double Lowest { get; }

    /// <summary>The middle one of the draws.</summary>
    public double Median { get; }

    /// <summary>The highest of the draws. From the lowest of n draws to the highest, another draw falls with a probability of (n − 1) / (n + 1), whatever the distribution: 67 % for 5.</summary>
    public double Highest { get; }
}
