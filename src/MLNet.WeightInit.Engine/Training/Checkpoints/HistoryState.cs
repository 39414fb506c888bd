namespace MLNet.WeightInit.Engine.Training.Checkpoints;

/// <summary>The history so far in a checkpoint: one series a column.</summary>
internal static class HistoryState
{
    /// <exception cref="InvalidDataException">The columns have different lengths.</exception>
    public static void Exchange(StateExchange state, List<EpochRecord> epochs)
    {
        List<double> trainingLosses = [.. epochs.Select(record => record.TrainingLoss)];
        List<double> validationLosses = [.. epochs.Select(record => record.ValidationLoss).OfType<double>()];    // every epoch has one, or none has
        List<double> learningRates = [.. epochs.Select(record => (double)record.LearningRate)];
        state.Series("history/training loss", trainingLosses);
        state.Series("history/validation loss", validationLosses);
        state.Series("history/learning rate", learningRates);
        if (!state.Restores)
            return;
        if (learningRates.Count != trainingLosses.Count || validationLosses.Count != 0 && validationLosses.Count != trainingLosses.Count)
            throw new InvalidDataException($"The checkpoint's history has {trainingLosses.Count} training losses, {validationLosses.Count} validation losses and {learningRates.Count} learning rates: the file is damaged.");
        epochs.Clear();
        for (int i = 0; i < trainingLosses.Count; i++)
            epochs.Add(new EpochRecord(i + 1, trainingLosses[i], validationLosses.Count == 0 ? null : validationLosses[i], (float)learningRates[i]));
    }
}
