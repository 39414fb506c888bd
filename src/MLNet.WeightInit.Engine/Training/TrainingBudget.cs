namespace MLNet.WeightInit.Engine.Training;

/// <summary>How long to train, and on how many rows, where the options leave it open: one rule for small and large data.</summary>
/// <remarks>
/// Weights need a number of updates, not of epochs. So: enough epochs for <see cref="WantedUpdates"/> updates, at least <see cref="FewestEpochs"/> and at most <see cref="MostEpochs"/>;
/// and from <see cref="RowsForValidation"/> rows on a tenth of them (at most <see cref="MostValidationRows"/>) validates and stops training early.
/// With batches of 64: 100 rows are 2 updates an epoch and train 1,000 epochs; 10,000 rows are 141 and train at most 30; 1,000,000 rows are 15,470 and train at most 20, usually fewer.
/// </remarks>
internal static class TrainingBudget
{
    public const int WantedUpdates = 3_000;
    public const int FewestEpochs = 20;
    public const int MostEpochs = 1_000;
    public const int RowsForValidation = 5_000;
    public const int MostValidationRows = 10_000;

    public static double ValidationFraction(int rows, float? asked)
        => asked ?? (rows < RowsForValidation ? 0 : Math.Min(0.1, (double)MostValidationRows / rows));

    public static int Epochs(int rows, int batchSize, int? asked)
        => asked ?? Math.Clamp((WantedUpdates + UpdatesAnEpoch(rows, batchSize) - 1) / UpdatesAnEpoch(rows, batchSize), FewestEpochs, MostEpochs);

    /// <summary>Epochs without improvement before training stops: about 600 updates, at least 5.</summary>
    public static int Patience(int rows, int batchSize, int? asked)
        => asked ?? Math.Clamp(600 / UpdatesAnEpoch(rows, batchSize), 5, 50);

    static int UpdatesAnEpoch(int rows, int batchSize) => Math.Max(1, (int)(((long)rows + batchSize - 1) / batchSize));
}
