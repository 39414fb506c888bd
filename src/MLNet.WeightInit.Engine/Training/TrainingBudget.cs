using MLNet.WeightInit.Engine.Data;
using MLNet.WeightInit.Engine.Network;
using MLNet.WeightInit.Engine.Training.Optimizers;

namespace MLNet.WeightInit.Engine.Training;

/// <summary>How long to train, on how many rows and with how much decay, where the options leave it open: one rule for small and large data.</summary>
/// <remarks>
/// Weights need a number of updates, not of epochs: enough epochs for <see cref="WantedUpdates"/> updates, at least <see cref="FewestEpochs"/> and at most <see cref="MostEpochs"/>.
/// That is the most. How many are best is measured: below <see cref="RowsForValidation"/> rows by cross-validation (<see cref="EpochSearch"/>), after which all rows train;
/// from there on a tenth of the rows (at most <see cref="MostValidationRows"/>) validates and stops training early.
/// </remarks>
internal static class TrainingBudget
{
    public const int WantedUpdates = 3_000;
    public const int FewestEpochs = 20;
    public const int MostEpochs = 1_000;

    /// <summary>Iterations over all rows, and those without improvement before training stops: what scikit-learn allows L-BFGS, and a tenth of it.</summary>
    public const int FullBatchIterations = 200, FullBatchPatience = 20;
    public const int RowsForSearch = 20;
    public const int RowsForValidation = 5_000;
    public const int MostValidationRows = 10_000;

    /// <summary>The search holds <see cref="EpochSearch.Folds"/> networks at once, each with gradient, averages and best weights: 100 MB at this many floats.</summary>
    public const long MostParametersForSearch = 1_000_000;

    /// <summary>True where the number of epochs is left open and is best found by cross-validation.</summary>
    public static bool SearchesEpochs(TrainingOptions options, long rows, NetworkLayout layout)
        => options is { NumberOfEpochs: null, EarlyStopping: true, ValidationFraction: null } && rows is >= RowsForSearch and < RowsForValidation && layout.ParameterLength <= MostParametersForSearch;

    public static double ValidationFraction(long rows, float? asked)
        => asked ?? (rows < RowsForValidation ? 0 : Math.Min(0.1, (double)MostValidationRows / rows));

    /// <summary>The same, and a tenth of few rows too where they are sparse and the search would hold too many parameters: a network so wide learns few rows by heart long before the budget is over.</summary>
    public static double ValidationFraction(TrainingSet data, TrainingOptions options)
        => data.IsSparse && options is { NumberOfEpochs: null, EarlyStopping: true, ValidationFraction: null } && data.Rows is >= RowsForSearch and < RowsForValidation
            && !SearchesEpochs(options, data.Rows, new NetworkLayout(data.FeatureCount, options.HiddenLayers, options.Activation.Specification, options.Outputs, options.Normalization, options.Residual?.BranchDepth ?? 0))
                ? 0.1
                : ValidationFraction(data.Rows, options.ValidationFraction);

    public static int Epochs(long rows, int batchSize, int? asked)
        => asked ?? Math.Clamp((WantedUpdates + UpdatesAnEpoch(rows, batchSize) - 1) / UpdatesAnEpoch(rows, batchSize), FewestEpochs, MostEpochs);

    /// <summary>The same, of which a bound on the steps may leave fewer; at least 1 unless 0 were asked for.</summary>
    /// <param name="asked">Epochs that were asked for; null: as many as the rows want.</param>
    public static int Epochs(long rows, TrainingOptions options, int? asked)
    {
        int epochs = options.Optimizer.IsFullBatch ? asked ?? FullBatchIterations : Epochs(rows, options.BatchSize, asked), updates = UpdatesAnEpoch(rows, options);
        return options.MaximumSteps is { } steps ? (int)Math.Min(epochs, (steps - 1) / updates + 1) : epochs;
    }

    /// <summary>Epochs without improvement before training stops: about 600 updates, at least 5.</summary>
    public static int Patience(long rows, int batchSize, int? asked)
        => asked ?? Math.Clamp(600 / UpdatesAnEpoch(rows, batchSize), 5, 300);

    /// <summary>Decay in the gradient (L2) is a normal prior of the weights, which counts the less the more rows there are: 2 / rows. Decoupled decay keeps its paper's 0.01.</summary>
    public static float WeightDecay(Optimizer optimizer, long rows, float? asked)
        => asked ?? (optimizer.HasDecoupledDecay ? 0.01f : 2f / rows);

    public static int Patience(long rows, TrainingOptions options)
        => options.Optimizer.IsFullBatch ? options.Patience ?? FullBatchPatience : Patience(rows, options.BatchSize, options.Patience);

    /// <summary>1 for an optimizer whose step is of all rows.</summary>
    public static int UpdatesAnEpoch(long rows, TrainingOptions options) => options.Optimizer.IsFullBatch ? 1 : UpdatesAnEpoch(rows, options.BatchSize);

    public static int UpdatesAnEpoch(long rows, int batchSize) => (int)Math.Clamp((rows + batchSize - 1) / batchSize, 1, int.MaxValue);
}
