using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Runtime;
using Microsoft.ML.Trainers;
using MLNet.WeightInit.Engine.Data;
using MLNet.WeightInit.Engine.Network;
using MLNet.WeightInit.Engine.Training.Losses;

namespace MLNet.WeightInit;

/// <summary>Reads the rows of a data view into memory, once, in order, or finds that they are to be streamed; answers for those that can't be used.</summary>
/// <param name="seed">Of the choices among rows that are streamed.</param>
/// <param name="isContinued">Whether a model goes on: it has seen other rows, and one more, or those of one class, can be all that is new.</param>
internal sealed partial class RowReader(IHost host, IChannel channel, NeuralNetOptions options, Loss? loss, NetworkTask task, int outputs, long seed, bool isContinued = false)
{
    /// <summary>Values of the label that a row has; 0 for an autoencoder, whose features are held once.</summary>
    readonly int _labelColumns = options.IsAutoencoder ? 0 : task == NetworkTask.Multiclass ? 1 : outputs;

    /// <summary>Whether rows that were sparse took more memory than they may, and are streamed dense.</summary>
    bool _sparseIsTooLarge;

    /// <param name="hasValidationSet">Whether other rows than these validate.</param>
    /// <exception cref="InvalidOperationException">The rows can't train.</exception>
    public TrainingRows Read(RoleMappedData data, bool hasValidationSet)
    {
        int featureCount = FeaturesIn(data);
        TrainingSet? rows = options.Streaming == true ? null : TryRead(data, "training", featureCount, MayStream(data, featureCount));
        if (rows is null)
            return Stream(data, featureCount, hasValidationSet);
        CheckCount(rows.Rows);
        CheckLabels(data, columns => LabelFacts.Of(rows, columns));
        CheckFeatures(rows);
        return new TrainingRows(rows);
    }

    /// <exception cref="ArgumentOutOfRangeException">The rows have another number of features than the training rows.</exception>
    /// <exception cref="InvalidOperationException">No row can be used.</exception>
    public TrainingSet ReadValidation(RoleMappedData data, TrainingSet training)
    {
        int featureCount = training.FeatureCount, found = FeaturesIn(data);
        if (found != featureCount)
            throw host.Process(new ArgumentOutOfRangeException("validationData", found,
                $"Column '{options.FeatureColumnName}' must have {featureCount} features in the validation data, as in the training data, and has {found}. Transform both with one fitted pipeline."));
        TrainingSet rows = TryRead(data, "validation", featureCount, mayStream: options.Streaming != false, training.IsSparse) ?? SampleValidation(data, featureCount);
        if (rows.Rows == 0)
            throw Refuse("The validation data has no rows. Pass at least 1, or call Fit without validation data.");
        return rows;
    }

    /// <param name="isSparse">Whether features are kept sparse; null: they decide.</param>
    /// <returns>Null where the rows take more memory than they may, and may be streamed.</returns>
    TrainingSet? TryRead(RoleMappedData data, string purpose, int featureCount, bool mayStream, bool? isSparse = null)
    {
        bool? kept = NeedsDenseRows ? false : isSparse;
        long? expected = data.Data.GetRowCount();
        if (mayStream && expected > MostRows(FeatureBuffer.MayBeSparse(featureCount, kept) ? 0 : featureCount))
            return null;
        long read = 0;
        using UsableRows rows = Open(data, purpose, options.CancellationToken, exception => DataFailure.Describe(exception, $"while the {purpose} rows were read", read, "Mend the source; nothing was trained yet."));
        var buffer = new RowBuffer(data.Schema.Feature!.Value.Name, featureCount, _labelColumns, rows.IsWeighted, expected, options.MemoryLimit, kept, mayStream ? MostRows(featureCount) : null);
        var keys = new KeyBuffer(rows.KeyColumns);
        while (rows.MoveNext())
        {
            if (!buffer.TryAdd(in rows.Features, rows.Labels, rows.Weight))
                return TooLarge();
            keys.Add(rows.ReadKeys());
            read++;
        }
        if (buffer.ToTrainingSet() is not { } set)
            return TooLarge();
        if (rows.DescribeBadRows() is { } warning)
            channel.Warning(warning);
        return keys.AddTo(set);

        TrainingSet? TooLarge()
        {
            if (!mayStream)
                throw host.Process(buffer.TooLarge());
            _sparseIsTooLarge = buffer.IsSparse;
            return null;
        }
    }

    /// <summary>Rows are dense where means take the place of what is missing, where they are their own labels, and beside embeddings.</summary>
    bool NeedsDenseRows => options.MissingValues == MissingValues.MeanWithIndicator || options.IsAutoencoder || options.CategoricalColumns.Count > 0;

    /// <summary>0 where the network reads categorical columns only.</summary>
    int FeaturesIn(RoleMappedData data)
    {
        int count = 0;
        if (options.FeatureColumnName is not null)
            data.CheckFeatureFloatVector(out count);
        return count;
    }

    UsableRows Open(RoleMappedData data, string purpose, CancellationToken cancellationToken, Func<Exception, Exception> describe)
        => new(host, options, loss, task, outputs, _labelColumns, data, purpose, cancellationToken, describe);

    void CheckCount(long rows)
    {
        if (rows < (isContinued ? 1 : 2))
            throw Refuse($"Training needs at least {(isContinued ? "1 row" : "2 rows")}, and the data has {rows} that can be used. Pass more rows.");
    }

    /// <param name="factsOf">Some of the label's columns.</param>
    void CheckLabels(RoleMappedData data, Func<Range, LabelFacts> factsOf)
    {
        if (isContinued)
            return;
        if (loss is HeadsLoss heads)
        {
            var headChecks = new HeadLabelChecks(heads, data.Schema.Schema, factsOf);
            if (headChecks.Refusal() is { } reason)
                throw Refuse(reason);
            foreach (string warning in headChecks.Warnings())
                channel.Warning(warning);
            return;
        }
        LabelFacts labels = factsOf(..);
        if (options.IsAutoencoder)
        {
            foreach (string warning in AutoencoderChecks.Warnings(data.Schema.Feature!.Value, labels, options))
                channel.Warning(warning);
            return;
        }
        if (data.Schema.Label!.Value.Type is VectorDataViewType)
        {
            var checks = new VectorLabelChecks(data.Schema.Label.Value, labels);
            if (checks.Refusal(task) is { } refusal)
                throw Refuse(refusal);
            foreach (string warning in checks.Warnings(task))
                channel.Warning(warning);
            return;
        }
        var scalar = new ScalarLabelChecks(data.Schema.Label!.Value.Name, labels);
        if (scalar.Refusal(task) is { } cause)
            throw Refuse(cause);
        if (scalar.Warning(task) is { } odd)
            channel.Warning(odd);
    }

    void CheckFeatures(TrainingSet rows)
    {
        if (isContinued)
            return;
        for (int row = 1; row < rows.Rows; row++)
            if (!rows.HaveSameFeatures(row, 0) || !rows.KeysOf(row).SequenceEqual(rows.KeysOf(0)))
                return;
        WarnOfEqualFeatures(rows.Rows);
    }

    void WarnOfEqualFeatures(long rows)
        => channel.Warning($"{(options.FeatureColumnName is { } column ? $"Column '{column}' has" : "The categorical columns have")} the same values in all {rows} usable rows: nothing tells them apart, and the model can only learn the label's average. Check how this data was read.");

    Exception Refuse(string message) => host.Process(new InvalidOperationException(message));
}
