using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Runtime;
using Microsoft.ML.Trainers;
using MLNet.WeightInit.Engine.Data;
using MLNet.WeightInit.Engine.Network;
using MLNet.WeightInit.Engine.Training.Losses;

namespace MLNet.WeightInit;

/// <summary>Reads the rows of a data view into memory, once, in order, and answers for those that can't be used.</summary>
internal sealed class RowReader(IHost host, IChannel channel, NeuralNetOptions options, Loss? loss, NetworkTask task, int outputs)
{
    /// <exception cref="InvalidOperationException">The rows can't train.</exception>
    public TrainingSet Read(RoleMappedData data)
    {
        TrainingSet rows = Read(data, "training");
        if (rows.Rows < 2)
            throw Refuse($"Training needs at least 2 rows, and the data has {rows.Rows} that can be used. Pass more rows.");
        CheckLabels(data, rows);
        CheckFeatures(rows);
        return rows;
    }

    /// <exception cref="ArgumentOutOfRangeException">The rows have another number of features than the training rows.</exception>
    /// <exception cref="InvalidOperationException">No row can be used.</exception>
    public TrainingSet ReadValidation(RoleMappedData data, int featureCount)
    {
        int found = FeaturesIn(data);
        if (found != featureCount)
            throw host.Process(new ArgumentOutOfRangeException("validationData", found,
                $"Column '{options.FeatureColumnName}' must have {featureCount} features in the validation data, as in the training data, and has {found}. Transform both with one fitted pipeline."));
        TrainingSet rows = Read(data, "validation");
        if (rows.Rows == 0)
            throw Refuse("The validation data has no rows. Pass at least 1, or call Fit without validation data.");
        return rows;
    }

    TrainingSet Read(RoleMappedData data, string purpose)
    {
        int featureCount = FeaturesIn(data);
        data.CheckOptFloatWeight();
        var targets = new float[options.IsAutoencoder ? 0 : task == NetworkTask.Multiclass ? 1 : outputs];
        var rows = new RowBuffer(data.Schema.Feature!.Value.Name, featureCount, targets.Length, weighted: data.Schema.Weight.HasValue, expectedRows: data.Data.GetRowCount());
        var audit = new RowAudit(data.Schema, featureCount, purpose, fillsMissing: options.MissingValues == MissingValues.MeanWithIndicator);
        // Bad rows are let through to be counted by kind and slot; ML.NET's own cursors only count them.
        var cursors = new FeatureFloatVectorCursor.Factory(data, (options.FeatureColumnName is null ? 0 : CursOpt.AllFeatures) | CursOpt.AllLabels | CursOpt.AllWeights);
        DataViewSchema.Column[] keyColumns = KeyColumns.Find(host, data.Schema.Schema, options);
        var keys = new KeyBuffer(keyColumns.Length);
        using (FeatureFloatVectorCursor cursor = cursors.Create(null, [.. keyColumns.Select(column => column.Index)]))
        {
            var keyReader = new KeyReader(cursor.Row, keyColumns);
            Predicate<float> isMissing = target => !IsLabel(target);
            TargetGetter getTargets = options.IsAutoencoder ? _ => { } : TargetGetters.Create(cursor.Row, data.Schema.Label!.Value);
            while (cursor.MoveNext())
            {
                host.CheckAlive();
                if (options.CancellationToken.IsCancellationRequested)
                    throw new OperationCanceledException("Training was cancelled while its rows were read: there is no model yet.", options.CancellationToken);
                if (cursor.Features.Length != featureCount)
                    throw Refuse(audit.DescribeLength(cursor.Features.Length));
                getTargets(targets);
                if (audit.Accepts(in cursor.Features, Array.FindIndex(targets, isMissing), cursor.Weight))
                {
                    for (int slot = 0; slot < targets.Length && loss is not null; slot++)
                        if (targets[slot] < loss.LowestLabelOf(slot))
                            throw Refuse(audit.DescribeLabelBelow(loss.LowestLabelOf(slot), targets[slot], loss.Name));
                    if (loss is not null && options.IsAutoencoder && AutoencoderChecks.FirstBelow(in cursor.Features, loss.LowestLabel) is { } tooLow)
                        throw Refuse(audit.DescribeLabelBelow(loss.LowestLabel, tooLow, loss.Name));
                    rows.Add(in cursor.Features, targets, cursor.Weight);
                    keys.Add(keyReader.Read());
                }
                else if (options.MissingValues == MissingValues.Throw)
                    throw Refuse(audit.DescribeLast());
            }
        }
        if (audit.MostAreBad)
            throw Refuse(audit.DescribeAll(skipped: false));
        if (audit.BadRows > 0)
            channel.Warning(audit.DescribeAll(skipped: true));
        return keys.AddTo(rows.ToTrainingSet());
    }

    /// <summary>0 where the network reads categorical columns only.</summary>
    int FeaturesIn(RoleMappedData data)
    {
        int count = 0;
        if (options.FeatureColumnName is not null)
            data.CheckFeatureFloatVector(out count);
        return count;
    }

    /// <summary>Keys arrive from 0, missing ones as NaN; a key column may hold values above its own count.</summary>
    bool IsLabel(float label) => task == NetworkTask.Multiclass ? label >= 0 && label < outputs : float.IsFinite(label);

    void CheckLabels(RoleMappedData data, TrainingSet rows)
    {
        if (options.IsAutoencoder)
        {
            foreach (string warning in AutoencoderChecks.Warnings(data.Schema.Feature!.Value, rows, options))
                channel.Warning(warning);
            return;
        }
        if (data.Schema.Label!.Value.Type is VectorDataViewType)
        {
            var checks = new VectorLabelChecks(data.Schema.Label.Value, rows);
            if (checks.Refusal(task) is { } refusal)
                throw Refuse(refusal);
            foreach (string warning in checks.Warnings(task))
                channel.Warning(warning);
            return;
        }
        string column = data.Schema.Label!.Value.Name;
        var labels = rows.Targets.AsSpan(0, rows.Rows);
        bool constant = labels.IndexOfAnyExcept(labels[0]) < 0;
        if (constant && !task.IsOfValues())
            throw Refuse($"Classification needs rows of at least 2 classes, and all {rows.Rows} usable rows have the same value in column '{column}'. Check the filter or split that made this data.");
        if (constant)
            channel.Warning($"Column '{column}' has the same value in all {rows.Rows} usable rows: there is nothing to learn but that value. Check the filter or split that made this data.");
        if (task.IsOfValues() && !constant && labels.IndexOfAnyExcept(0f, 1f) < 0)
            channel.Warning(
                $"Column '{column}' holds only 0 and 1, and is trained as regression because its type is Single. For classification convert it first: "
                + $"mlContext.Transforms.Conversion.ConvertType(\"{column}\", outputKind: DataKind.Boolean).");
    }

    void CheckFeatures(TrainingSet rows)
    {
        for (int row = 1; row < rows.Rows; row++)
            if (!rows.HaveSameFeatures(row, 0) || !rows.KeysOf(row).SequenceEqual(rows.KeysOf(0)))
                return;
        channel.Warning($"{(options.FeatureColumnName is { } column ? $"Column '{column}' has" : "The categorical columns have")} the same values in all {rows.Rows} usable rows: nothing tells them apart, and the model can only learn the label's average. Check how this data was read.");
    }

    Exception Refuse(string message) => host.Process(new InvalidOperationException(message));
}
