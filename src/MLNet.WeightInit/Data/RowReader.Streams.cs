using System.Globalization;
using Microsoft.ML.Data;
using Microsoft.ML.Runtime;
using MLNet.WeightInit.Engine.Data;
using MLNet.WeightInit.Engine.Training;
using MLNet.WeightInit.Engine.Training.Losses;
using MLNet.WeightInit.Engine.Training.Optimizers;

namespace MLNet.WeightInit;

internal sealed partial class RowReader
{
    /// <summary>Share of the label's variance that lies between pools from which on rows count as sorted, beside what mixed rows have: 1 / (rows of the pool).</summary>
    const double ShareThatIsSorted = 0.1;

    /// <summary>Batches that a pool should hold: with fewer, rows that lie side by side stay so.</summary>
    const int FewestBatchesAPool = 20;

    /// <summary>Keys take as much as features do.</summary>
    long BytesARow(int featureCount) => RowMemory.BytesARow(featureCount + options.CategoricalColumns.Count, _labelColumns);

    int MostRows(int featureCount) => RowMemory.MostRows(options.MemoryLimit, featureCount + options.CategoricalColumns.Count, _labelColumns);

    readonly bool _isFullBatch = Optimizers.Parse(options.Optimizer).IsFullBatch;

    /// <summary>Whether rows that don't fit into memory fit into a pool, which must hold a batch.</summary>
    bool MayStream(RoleMappedData data, int featureCount)
        => options.Streaming != false && !_isFullBatch && MostRows(featureCount) >= Math.Min(options.BatchSize, data.Data.GetRowCount() ?? options.BatchSize);

    TrainingRows Stream(RoleMappedData data, int featureCount, bool hasValidationSet)
    {
        int poolRows = MostRows(featureCount);
        if (poolRows == 0)
            throw Refuse(TooSmall(poolRows, featureCount));
        if (_isFullBatch)
            throw Refuse($"The optimizer {options.Optimizer} takes each step over all rows, which must be in memory then. Leave Streaming null, or choose an optimizer that takes batches, such as Adam.");
        AnnounceReading(data, featureCount);
        var stream = new DataViewStream(channel, options, _labelColumns, (token, describe) => Open(data, "training", token, describe));
        try
        {
            var survey = new StreamSurvey(stream, Plan(poolRows, validates: !hasValidationSet && (options.EarlyStopping || options.ValidationFraction is not null)));
            CheckCount(survey.Rows);
            if (poolRows < Math.Min(options.BatchSize, survey.TrainingRows))
                throw Refuse(TooSmall(poolRows, featureCount));
            CheckLabels(data, columns => LabelFacts.Of(survey.Targets, columns));
            if (options.CategoricalColumns.Count == 0 && Enumerable.Range(0, featureCount).All(survey.Features.IsConstant))
                WarnOfEqualFeatures(survey.TrainingRows);
            Announce(survey, featureCount);
            Warn(data, survey);
            return new TrainingRows(survey.Sample, survey);
        }
        catch
        {
            stream.Dispose();
            throw;
        }
    }

    /// <summary>Of validation rows that take more memory than they may: as many as fit, each as likely as any other.</summary>
    TrainingSet SampleValidation(RoleMappedData data, int featureCount)
    {
        using var stream = new DataViewStream(channel, options, _labelColumns, (token, describe) => Open(data, "validation", token, describe));
        var survey = new StreamSurvey(stream, Plan(Math.Max(1, MostRows(featureCount)), validates: false) with { Reading = "the reading of the validation data" });
        channel.Warning(Text($"The {survey.Rows:N0} validation rows take more memory than MemoryLimit allows, {RowMemory.Text(options.MemoryLimit)}: {survey.Sample.Rows:N0} of them, drawn by the seed, validate."));
        return survey.Sample;
    }

    SurveyPlan Plan(int poolRows, bool validates) => new()
    {
        Task = task,
        Outputs = outputs,
        Seed = seed,
        PoolRows = poolRows,
        ValidationFraction = validates ? options.ValidationFraction : 0,
        MostValidationRows = TrainingBudget.MostValidationRows,
        FewestRowsForValidation = TrainingBudget.RowsForValidation,
        Heads = loss is HeadsLoss heads ? [.. heads.Heads.Select((head, i) => (heads.ColumnOf(i), head.Classes))] : [],
    };

    void AnnounceReading(RoleMappedData data, int featureCount)
    {
        string cause = options.Streaming == true ? "as Streaming asks for" : data.Data.GetRowCount() is { } rows
            ? Text($"since {rows:N0} rows × {featureCount:N0} features would take {RowMemory.Text((double)rows * BytesARow(featureCount))} in memory and MemoryLimit is {RowMemory.Text(options.MemoryLimit)}")
            : Text($"since rows × {featureCount:N0} features take more than MemoryLimit, {RowMemory.Text(options.MemoryLimit)}");
        channel.Info("{0}", $"Streaming the rows, {cause}. The first reading finds the scale of the features and how many rows there are.");
    }

    void Announce(StreamSurvey survey, int featureCount)
    {
        string validation = survey.Validation is { } held ? Text($" {held.Rows:N0} of them validate and stay in memory{(survey.ValidationIsCut ? ", as many as an eighth of the limit holds" : "")}.") : "";
        channel.Info("{0}", Text($"Streamed: {survey.Rows:N0} rows × {featureCount:N0} features would take {RowMemory.Text((double)survey.Rows * BytesARow(featureCount))} in memory, and MemoryLimit is {RowMemory.Text(options.MemoryLimit)}.{validation} ")
            + Text($"Each epoch reads the data view again, and shuffles {Math.Min(survey.Pool.Capacity, survey.TrainingRows):N0} rows at a time. Where that reads text or computes, save what comes out once with mlContext.Data.SaveAsBinary, and train on mlContext.Data.LoadFromBinary: ")
            + "reading then costs a copy. MaximumSteps and MaximumDuration end training within an epoch.");
    }

    void Warn(RoleMappedData data, StreamSurvey survey)
    {
        if (_sparseIsTooLarge)
            channel.Warning(Text($"Column '{data.Schema.Feature!.Value.Name}' comes sparse, and its values other than 0 take more than MemoryLimit, {RowMemory.Text(options.MemoryLimit)}: so its rows are streamed, which takes time and memory for all {survey.Features.Minimum.Length:N0} features of a row, and centres them. ")
                + $"Raise MemoryLimit where there is memory for {RowMemory.SparseValue} bytes a value other than 0: rows in memory stay sparse.");
        if (survey.TrainingRows <= survey.Pool.Capacity)
            return;
        int batches = survey.Pool.Capacity / options.BatchSize;
        if (batches < FewestBatchesAPool)
            channel.Warning(Text($"The pool that shuffles streamed rows holds {survey.Pool.Capacity:N0} of {survey.TrainingRows:N0} rows, {(batches == 1 ? "1 batch" : $"{batches} batches")}: rows that lie side by side are trained side by side. Raise MemoryLimit, {RowMemory.Text(options.MemoryLimit)}, to {RowMemory.Text((double)options.MemoryLimit * FewestBatchesAPool / batches)} or more, or see to it that the source is in random order."));
        if (survey.LabelVarianceBetweenPools >= ShareThatIsSorted + 1.0 / survey.Pool.Capacity && !options.IsAutoencoder)
            channel.Warning(Text($"The rows are sorted by column '{data.Schema.Label!.Value.Name}', or nearly so: {100 * survey.LabelVarianceBetweenPools:N0} % of its variance lies between stretches of {survey.Pool.Capacity:N0} rows, as many as MemoryLimit lets the pool shuffle, and random order has {100.0 / survey.Pool.Capacity:0.##} %. Training forgets one stretch while it sees the next. ")
            + "Shuffle the rows where they are stored, for example the lines of the file or by ORDER BY in the query (mlContext.Data.ShuffleRows has a pool of its own, and can't either), or raise MemoryLimit.");
    }

    string TooSmall(int poolRows, int featureCount)
        => Text($"The pool that shuffles streamed rows must hold at least one batch, and MemoryLimit, {options.MemoryLimit:N0} bytes, holds {poolRows:N0} rows of {featureCount:N0} features, where BatchSize is {options.BatchSize:N0}. Set MemoryLimit to at least {options.BatchSize * BytesARow(featureCount):N0}, or lower BatchSize.");

    static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
