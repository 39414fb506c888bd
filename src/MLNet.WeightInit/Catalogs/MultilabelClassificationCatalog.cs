using Microsoft.ML;

namespace MLNet.WeightInit;

/// <summary>What there is for classification with several labels a row: <c>mlContext.MultilabelClassification</c>. A network for it is <c>mlContext.Transforms.NeuralNet</c> with a label that is a
/// vector of Boolean.</summary>
public sealed class MultilabelClassificationCatalog
{
    MultilabelClassificationCatalog()
    {
    }

    internal static MultilabelClassificationCatalog Instance { get; } = new();

    /// <summary>Compares predicted labels with the true ones: micro and macro F1, precision and recall, subset accuracy, Hamming loss, and each label for itself. Rows that the model could not score, a feature being missing or infinite, are left out and counted: <see cref="MultilabelClassificationMetrics.SkippedRows"/>.</summary>
    /// <param name="data">Scored rows: <c>model.Transform(data)</c>.</param>
    /// <param name="labelColumnName">The true labels: a vector of Boolean of known size.</param>
    /// <param name="predictedLabelColumnName">The predicted ones: a vector of Boolean of the same size.</param>
    /// <exception cref="ArgumentNullException">An argument is null.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A column is missing or of the wrong type, or the sizes differ.</exception>
    /// <exception cref="InvalidOperationException">The data has no rows, or none with a score.</exception>
    public MultilabelClassificationMetrics Evaluate(IDataView data, string labelColumnName = NeuralNetDefaults.LabelColumnName, string predictedLabelColumnName = "PredictedLabel")
    {
        ArgumentNullException.ThrowIfNull(data);
        return MultilabelEvaluator.Evaluate(data, labelColumnName, predictedLabelColumnName);
    }
}
