using MLNet.WeightInit;

namespace Microsoft.ML;

/// <summary>Metrics for several quantiles a row.</summary>
public static class QuantileRegressionExtensions
{
    /// <summary>Compares the quantiles that a model predicts with the label: pinball loss and coverage of each level, coverage and width of the interval between the outermost.</summary>
    /// <remarks>Rows with a missing label are left out and counted. A score that is NaN, as of a row with missing features, makes its level's figures NaN: filter such rows out first
    /// if they shall not count.</remarks>
    /// <param name="catalog"><c>mlContext.Regression</c>.</param>
    /// <param name="data">Scored rows: <c>model.Transform(data)</c>.</param>
    /// <param name="labelColumnName">The true values: a column of Single.</param>
    /// <param name="scoreColumnName">The predicted quantiles: a vector of Single of known size.</param>
    /// <param name="levels">The level of each score, above 0 and below 1, ascending; null: the slot names say them, as they do in what a model gives (<c>q0.1</c>).</param>
    /// <exception cref="ArgumentNullException">An argument is null.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A column is missing or of the wrong type, or the levels are not known or don't fit.</exception>
    /// <exception cref="InvalidOperationException">No row has a label.</exception>
    public static QuantileRegressionMetrics EvaluateQuantiles(
        this RegressionCatalog catalog,
        IDataView data,
        string labelColumnName = NeuralNetDefaults.LabelColumnName,
        string scoreColumnName = "Score",
        IReadOnlyList<double>? levels = null)
    {
        ArgumentNullException.ThrowIfNull(catalog);
        ArgumentNullException.ThrowIfNull(data);
        return QuantileEvaluator.Evaluate(data, labelColumnName, scoreColumnName, levels);
    }
}
