namespace MLNet.WeightInit.Engine.Training.Checkpoints;

/// <summary>The history so far in a checkpoint: one series a column.</summary>
internal static class HistoryState
{
    /// <param name="heads">What several labels and their metrics are called; empty for one label.</param>
    /// <param name="name">What the columns' names begin with.</param>
    /// <exception cref="InvalidDataException">The columns have different lengths.</exception>
    public static void Exchange(StateExchange state, List<EpochRecord> epochs, IReadOnlyList<(string Label, string? Metric)> heads, string name = "history")
    {
        List<double> trainingLosses = [.. epochs.Select(record => record.TrainingLoss)];
        List<double> learningRates = [.. epochs.Select(record => (double)record.LearningRate)];
        state.Series($"{name}/training loss", trainingLosses);
        state.Series($"{name}/learning rate", learningRates);
        List<double> validationLosses = Column(state, $"{name}/validation loss", epochs, record => record.ValidationLoss);
        List<double> trainingMetrics = Column(state, $"{name}/training metric", epochs, record => record.TrainingMetric);
        List<double> validationMetrics = Column(state, $"{name}/validation metric", epochs, record => record.ValidationMetric);
        List<double> gradientNorms = Column(state, $"{name}/gradient norm", epochs, record => record.GradientNorm);
        HeadColumns[] headColumns = [.. Enumerable.Range(0, heads.Count).Select(head => HeadColumns.Exchange(state, $"{name}/head {head}", epochs, head))];
        if (!state.Restores)
            return;
        int count = trainingLosses.Count;
        foreach (List<double> column in (List<double>[])[validationLosses, trainingMetrics, validationMetrics, gradientNorms, .. headColumns.SelectMany(columns => columns.All)])
            if (learningRates.Count != count || column.Count != 0 && column.Count != count)
                throw new InvalidDataException($"The checkpoint's {name} has {count} training losses, {learningRates.Count} learning rates, and a column of {column.Count} numbers: the file is damaged.");
        epochs.Clear();
        for (int i = 0; i < count; i++)
        {
            epochs.Add(new EpochRecord(i + 1, trainingLosses[i], At(validationLosses, i), (float)learningRates[i])
            {
                TrainingMetric = At(trainingMetrics, i),
                ValidationMetric = At(validationMetrics, i),
                GradientNorm = At(gradientNorms, i),
                Heads = heads.Count == 0 ? HeadRecordList.Empty : new([.. headColumns.Zip(heads, (columns, head) => columns.Record(head, i))]),
            });
        }
    }

    /// <summary>Every whole epoch has a number, or none has; and only whole epochs go into a checkpoint.</summary>
    static List<double> Column(StateExchange state, string name, List<EpochRecord> epochs, Func<EpochRecord, double?> choose)
    {
        List<double> values = [.. epochs.Select(choose).OfType<double>()];
        state.Series(name, values);
        return values;
    }

    static double? At(List<double> column, int epoch) => column.Count == 0 ? null : column[epoch];

    /// <summary>One label's columns.</summary>
    sealed record HeadColumns(List<double> TrainingLosses, List<double> ValidationLosses, List<double> TrainingMetrics, List<double> ValidationMetrics)
    {
        public List<double>[] All => [TrainingLosses, ValidationLosses, TrainingMetrics, ValidationMetrics];

        public static HeadColumns Exchange(StateExchange state, string name, List<EpochRecord> epochs, int head) => new(
            Column(state, $"{name}/training loss", epochs, record => record.Heads[head].TrainingLoss),
            Column(state, $"{name}/validation loss", epochs, record => record.Heads[head].ValidationLoss),
            Column(state, $"{name}/training metric", epochs, record => record.Heads[head].TrainingMetric),
            Column(state, $"{name}/validation metric", epochs, record => record.Heads[head].ValidationMetric));

        public HeadRecord Record((string Label, string? Metric) head, int epoch) => new(head.Label, head.Metric, At(TrainingLosses, epoch) ?? double.NaN, At(ValidationLosses, epoch))
        {
            TrainingMetric = At(TrainingMetrics, epoch),
            ValidationMetric = At(ValidationMetrics, epoch),
        };
    }
}
