using Microsoft.ML;
using Microsoft.ML.Data;
using MLNet.WeightInit.Engine.Data;

namespace MLNet.WeightInit;

/// <summary>What is said of a label of several values before it is trained.</summary>
internal sealed class VectorLabelChecks(DataViewSchema.Column label, LabelFacts facts)
{
    const int SlotsNamed = 3;

    /// <summary>Why these labels can't be trained, or null.</summary>
    public string? Refusal(NetworkTask task) => task == NetworkTask.Multilabel && facts.ConstantColumns.Length == facts.Columns
        ? $"At least one label must be true in some rows and false in others, and all {facts.Rows} usable rows have the same values in column '{label.Name}'. Check the filter or split that made this data."
        : null;

    /// <summary>What is odd and can be trained all the same.</summary>
    public IEnumerable<string> Warnings(NetworkTask task)
    {
        if (facts.ConstantColumns.Length > 0)
            yield return $"Column '{label.Name}' has the same value in all {facts.Rows} usable rows in {DescribeConstant()}: there is nothing to learn there but that value. Check the filter or split that made this data.";
        if (task == NetworkTask.Regression && facts.ConstantColumns.Length < facts.Columns && facts.IsZeroOrOne)
            yield return $"Column '{label.Name}' holds only 0 and 1, and is trained as regression because its items are Single. For labels that are true or false convert it first: "
                + $"mlContext.Transforms.Conversion.ConvertType(\"{label.Name}\", outputKind: DataKind.Boolean).";
    }

    string DescribeConstant()
    {
        string named = string.Join(", ", facts.ConstantColumns.Take(SlotsNamed).Select(slot => SlotText.Of(label, slot)));
        return facts.ConstantColumns.Length > SlotsNamed ? $"{named} and {facts.ConstantColumns.Length - SlotsNamed} more" : named;
    }
}
