using System.Globalization;
using System.Text;

namespace MLNet.WeightInit;

/// <summary>How well several values were predicted: each for itself, and on average. <c>mlContext.Regression.EvaluateMultiOutput</c>.</summary>
/// <remarks>Averages weigh all outputs the same, whatever their units; so the average of <see cref="RSquared"/>, which has none, is the one to compare models by.</remarks>
public sealed class MultiOutputRegressionMetrics
{
    internal MultiOutputRegressionMetrics(IReadOnlyList<OutputRegressionMetrics> outputs, long rows, long skippedRows)
    {
        Outputs = outputs;
        Rows = rows;
        SkippedRows = skippedRows;
    }

    /// <summary>One for each output, in the order of the slots.</summary>
    public IReadOnlyList<OutputRegressionMetrics> Outputs { get; }

    /// <summary>Rows that were compared.</summary>
    public long Rows { get; }

    /// <summary>Rows that were left out since a value of their label is missing.</summary>
    public long SkippedRows { get; }

    /// <summary>Average of the outputs' mean absolute errors.</summary>
    public double MeanAbsoluteError => Outputs.Average(output => output.MeanAbsoluteError);

    /// <summary>Average of the outputs' mean squared errors.</summary>
    public double MeanSquaredError => Outputs.Average(output => output.MeanSquaredError);

    /// <summary>Average of the outputs' root mean squared errors.</summary>
    public double RootMeanSquaredError => Outputs.Average(output => output.RootMeanSquaredError);

    /// <summary>Average of the outputs' R².</summary>
    public double RSquared => Outputs.Average(output => output.RSquared);

    /// <summary>A table of all outputs and their average.</summary>
    public override string ToString()
    {
        int width = Math.Max("average".Length, Outputs.Max(output => output.Name.Length));
        var text = new StringBuilder();
        text.Append(' ', width).Append("         MAE        RMSE      R²");
        foreach (OutputRegressionMetrics output in Outputs)
            AppendRow(output.Name, output.MeanAbsoluteError, output.RootMeanSquaredError, output.RSquared);
        AppendRow("average", MeanAbsoluteError, RootMeanSquaredError, RSquared);
        return text.ToString();

        void AppendRow(string name, double meanAbsoluteError, double rootMeanSquaredError, double rSquared)
            => text.AppendLine().Append(name.PadRight(width)).Append(CultureInfo.InvariantCulture, $" {meanAbsoluteError,11:G5} {rootMeanSquaredError,11:G5} {rSquared,7:F3}");
    }
}
