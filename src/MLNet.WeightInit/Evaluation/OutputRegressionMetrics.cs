namespace MLNet.WeightInit;

/// <summary>How well one of several values was predicted.</summary>
public sealed class OutputRegressionMetrics
{
    internal OutputRegressionMetrics(string name, double meanAbsoluteError, double meanSquaredError, double rSquared)
    {
        Name = name;
        MeanAbsoluteError = meanAbsoluteError;
        MeanSquaredError = meanSquaredError;
        RSquared = rSquared;
    }

    /// <summary>Name of the slot, or its number, from 0, where it has none.</summary>
    public string Name { get; }

    /// <summary>Mean of |score − label|, in the label's unit; 0 is perfect.</summary>
    public double MeanAbsoluteError { get; }

    /// <summary>Mean of (score − label)², in the square of the label's unit; 0 is perfect.</summary>
    public double MeanSquaredError { get; }

    /// <summary>Square root of <see cref="MeanSquaredError"/>, in the label's unit.</summary>
    public double RootMeanSquaredError => Math.Sqrt(MeanSquaredError);

    /// <summary>1 − the squared error's share of the label's variance: 1 is perfect, 0 is as good as always predicting the mean, below 0 is worse.</summary>
    /// <value>For a label that is the same in all rows 1 where every score is that value, else 0, as in scikit-learn.</value>
    public double RSquared { get; }
}
