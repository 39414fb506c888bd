using MLNet.WeightInit.Engine.Training.Losses;
using MLNet.WeightInit.Engine.Training.Metrics;

namespace MLNet.WeightInit.Engine.Training;

/// <summary>What an epoch of the search for their number was for each of several labels: losses of the rows that were left out are means over these rows, all else over the networks.</summary>
internal static class SearchedHeads
{
    /// <param name="sum">Of weight · loss over the rows that were left out.</param>
    /// <param name="weight">Of these rows.</param>
    public static double MeanLoss(TrainingOptions options, TrainingRun[] runs, double sum, double weight)
        => options.Loss is HeadsLoss { HasClassWeights: true } heads ? Merge(heads, runs).Mean(weight) : sum / weight;

    /// <returns>Empty for one label.</returns>
    public static HeadRecordList Records(TrainingOptions options, TrainingRun[] runs, double weight)
    {
        if (options.Loss is not HeadsLoss heads)
            return HeadRecordList.Empty;
        HeadRecordList[] records = Array.ConvertAll(runs, run => run.HeadRecords());
        HeadSums held = Merge(heads, runs);
        return new HeadRecordList([.. Enumerable.Range(0, heads.Heads.Count).Select(head => new HeadRecord(records[0][head].LabelColumnName, records[0][head].Metric,
            records.Average(record => record[head].TrainingLoss), held.Mean(head, weight))
        {
            TrainingMetric = Mean(records, record => record[head].TrainingMetric),
            ValidationMetric = Mean(records, record => record[head].ValidationMetric),
        })]);
    }

    static double? Mean(HeadRecordList[] records, Func<HeadRecordList, double?> choose)
        => choose(records[0]) is null ? null : EpochSearch.MeanOfDefined(Array.ConvertAll(records, record => choose(record)!.Value));

    static HeadSums Merge(HeadsLoss heads, TrainingRun[] runs)
    {
        var sums = new HeadSums(heads);
        foreach (TrainingRun run in runs)
            sums.Add(run.ValidationSums!);
        return sums;
    }
}
