using Microsoft.ML;
using Microsoft.ML.Data;

namespace MLNet.WeightInit;

/// <summary>Compares vectors of predicted labels with those of true ones.</summary>
internal static class MultilabelEvaluator
{
    const string Advice = "For one label a row use mlContext.BinaryClassification.Evaluate or mlContext.MulticlassClassification.Evaluate.";

    /// <exception cref="ArgumentOutOfRangeException">A column is missing or of the wrong type.</exception>
    /// <exception cref="InvalidOperationException">There is no row, or none with a score.</exception>
    public static MultilabelClassificationMetrics Evaluate(IDataView data, string labelColumnName, string predictedLabelColumnName)
    {
        var columns = new VectorColumns<bool>(data, labelColumnName, predictedLabelColumnName, BooleanDataViewType.Instance, Advice);
        var both = new long[columns.Size];
        var onlyPredicted = new long[columns.Size];
        var onlyTrue = new long[columns.Size];
        long rows = 0, exact = 0;
        foreach ((bool[] label, bool[] predicted) in columns.Rows())
        {
            rows++;
            exact += label.AsSpan().SequenceEqual(predicted) ? 1 : 0;
            for (int slot = 0; slot < label.Length; slot++)
            {
                both[slot] += label[slot] && predicted[slot] ? 1 : 0;
                onlyPredicted[slot] += !label[slot] && predicted[slot] ? 1 : 0;
                onlyTrue[slot] += label[slot] && !predicted[slot] ? 1 : 0;
            }
        }
        if (rows == 0)
            throw new InvalidOperationException(columns.SkippedRows > 0
                ? $"Metrics need at least 1 row with a score, and none of the {columns.SkippedRows} rows has one: a feature is missing or infinite in each. Filter such rows out, or train with MissingValues = MeanWithIndicator."
                : "Metrics need at least 1 row, and the data has none. Check the filter or split that made it.");
        return new MultilabelClassificationMetrics(
            [.. columns.Names.Select((name, slot) => new LabelMetrics(name, both[slot], onlyPredicted[slot], onlyTrue[slot], rows - both[slot] - onlyPredicted[slot] - onlyTrue[slot]))], rows, exact, columns.SkippedRows);
    }
}
