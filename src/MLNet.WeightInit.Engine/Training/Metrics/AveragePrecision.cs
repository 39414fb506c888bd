namespace MLNet.WeightInit.Engine.Training.Metrics;

/// <summary>Area under the curve of precision over recall, as the sum of precision · step of recall over the distinct logits.</summary>
/// <remarks>scikit-learn's <c>average_precision_score</c>, without interpolation, which would be too optimistic (Davis and Goadrich 2006). The measure for rare positives.</remarks>
internal sealed class AveragePrecision : RankingMetric
{
    public override string Name => "AUPRC";

    public override double Measure(IEnumerable<(double Positive, double Negative)> groups, double positive, double negative)
    {
        double area = 0, positivesAbove = 0, above = 0;
        foreach ((double groupPositive, double groupNegative) in groups)
        {
            positivesAbove += groupPositive;
            above += groupPositive + groupNegative;
            area += groupPositive / positive * (positivesAbove / above);
        }
        return area;
    }
}
