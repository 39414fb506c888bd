using System.Globalization;
using System.Text;

namespace MLNet.WeightInit;

/// <summary>How well several labels a row were predicted. <c>mlContext.MultilabelClassification.Evaluate</c>.</summary>
/// <remarks>
/// Micro figures count every label of every row once, so that frequent labels decide them; macro figures are the plain averages of the labels' own, so that rare ones count as much.
/// A share of nothing is 0, as in scikit-learn.
/// </remarks>
public sealed class MultilabelClassificationMetrics
{
    readonly LabelMetrics _all;

    internal MultilabelClassificationMetrics(IReadOnlyList<LabelMetrics> labels, long rows, long exactRows, long skippedRows)
    {
        SkippedRows = skippedRows;
        Labels = labels;
        Rows = rows;
        SubsetAccuracy = exactRows / (double)rows;
        _all = LabelMetrics.Sum(labels);
    }

    /// <summary>One for each label, in the order of the slots.</summary>
    public IReadOnlyList<LabelMetrics> Labels { get; }

    /// <summary>Rows that were compared.</summary>
    public long Rows { get; }

    /// <summary>Rows that were left out, since a missing or infinite feature leaves them without a score. 0 where the predictions come without their model's column of scores.</summary>
    public long SkippedRows { get; }

    /// <summary>Share of the rows in which every label was predicted right, 0 to 1.</summary>
    public double SubsetAccuracy { get; }

    /// <summary>Share of all answers, labels × rows, that are wrong, 0 to 1.</summary>
    public double HammingLoss => 1 - _all.Accuracy;

    /// <summary>Share of all labels given that are right, 0 to 1.</summary>
    public double MicroPrecision => _all.Precision;

    /// <summary>Share of all labels that rows have and were given, 0 to 1.</summary>
    public double MicroRecall => _all.Recall;

    /// <summary>Harmonic mean of <see cref="MicroPrecision"/> and <see cref="MicroRecall"/>, 0 to 1.</summary>
    public double MicroF1Score => _all.F1Score;

    /// <summary>Average of the labels' precisions, 0 to 1.</summary>
    public double MacroPrecision => Labels.Average(label => label.Precision);

    /// <summary>Average of the labels' recalls, 0 to 1.</summary>
    public double MacroRecall => Labels.Average(label => label.Recall);

    /// <summary>Average of the labels' F1 scores, 0 to 1.</summary>
    public double MacroF1Score => Labels.Average(label => label.F1Score);

    /// <summary>A table of all labels and their micro and macro averages.</summary>
    public override string ToString()
    {
        int width = Math.Max("micro average".Length, Labels.Max(label => label.Name.Length));
        var text = new StringBuilder();
        text.Append(' ', width).Append(" precision    recall        F1      rows");
        foreach (LabelMetrics label in Labels)
            AppendRow(label.Name, label.Precision, label.Recall, label.F1Score, label.Support);
        AppendRow("micro average", MicroPrecision, MicroRecall, MicroF1Score, _all.Support);
        AppendRow("macro average", MacroPrecision, MacroRecall, MacroF1Score, _all.Support);
        text.AppendLine().Append(CultureInfo.InvariantCulture, $"all labels right in {SubsetAccuracy:P1} of {Rows:N0} rows; {HammingLoss:P1} of all answers wrong{(SkippedRows > 0 ? string.Create(CultureInfo.InvariantCulture, $"; {SkippedRows:N0} without a score left out") : "")}");
        return text.ToString();

        void AppendRow(string name, double precision, double recall, double f1Score, long support)
            => text.AppendLine().Append(name.PadRight(width)).Append(CultureInfo.InvariantCulture, $" {precision,9:F3} {recall,9:F3} {f1Score,9:F3} {support,9:N0}");
    }
}
