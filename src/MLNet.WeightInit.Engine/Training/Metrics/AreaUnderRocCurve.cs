namespace MLNet.WeightInit.Engine.Training.Metrics;

/// <summary>Probability that a positive row's logit is above a negative row's; equal ones count half.</summary>
/// <remarks>Hanley and McNeil 1982; with weights, pairs count with the product of theirs. ML.NET's <c>AreaUnderRocCurve</c>.</remarks>
internal sealed class AreaUnderRocCurve : RankingMetric
{
    public override string Name => "AUC";

    public override double Measure(IEnumerable<(double Positive, double Negative)> groups, double positive, double negative)
    {
        double pairs = 0, negativesAbove = 0;
        foreach ((double groupPositive, double groupNegative) in groups)
        {
            pairs += groupPositive * (negative - negativesAbove - groupNegative / 2);
            negativesAbove += groupNegative;
        }
        return pairs / (positive * negative);
    }
}
