using MLNet.WeightInit;

namespace Microsoft.ML;

/// <summary>Metrics for several values a row.</summary>
public static class MultiOutputRegressionExtensions
{
    /// <summary>Compares the scores of a model that predicts several values with the label: per output, and on average.</summary>
    /// <remarks>Rows with a missing label value are left out and counted. A score that is NaN, as of a row with missing features, makes its output's figures NaN: filter such rows out first
    /// if they shall not count.</remarks>
    /// <param name="catalog"><c>mlContext.Regression</c>.</param>
    /// <param name="data">Scored rows: <c>model.Transform(data)</c>.</param>
    /// <param name="labelColumnName">The true values: a vector of Single of known size.</param>
    /// <param name="scoreColumnName">The predicted ones: a vector of Single of the same size.</param>
    /// <exception cref="ArgumentNullException">An argument is null.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A column is missing or of the wrong type, or the sizes differ.</exception>
    /// <exception cref="InvalidOperationException">No row has all values of the label.</exception>
    public static MultiOutputRegressionMetrics EvaluateMultiOutput(
        this RegressionCatalog catalog,
        IDataView data,
        string labelColumnName = NeuralNetDefaults.LabelColumnName,
        string scoreColumnName = "Score")
    {
        ArgumentNullException.ThrowIfNull(catalog);
        ArgumentNullException.ThrowIfNull(data);
        return MultiOutputEvaluator.Evaluate(data, labelColumnName, scoreColumnName);
    }
}
