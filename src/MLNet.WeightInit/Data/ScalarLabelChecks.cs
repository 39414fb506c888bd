using MLNet.WeightInit.Engine.Data;

namespace MLNet.WeightInit;

/// <summary>What is said of a label of one value or class before it is trained.</summary>
/// <param name="facts">Of its one column.</param>
internal sealed class ScalarLabelChecks(string column, LabelFacts facts)
{
    bool IsConstant => facts.ConstantColumns.Length > 0;

    /// <summary>Why these labels can't be trained, or null.</summary>
    public string? Refusal(NetworkTask task) => IsConstant && !task.IsOfValues()
        ? $"Classification needs rows of at least 2 classes, and all {facts.Rows} usable rows have the same value in column '{column}'. Check the filter or split that made this data."
        : null;

    /// <summary>What is odd and can be trained all the same, or null.</summary>
    public string? Warning(NetworkTask task)
    {
        if (IsConstant)
            return $"Column '{column}' has the same value in all {facts.Rows} usable rows: there is nothing to learn but that value. Check the filter or split that made this data.";
        return task.IsOfValues() && facts.IsZeroOrOne
            ? $"Column '{column}' holds only 0 and 1, and is trained as regression because its type is Single. For classification convert it first: "
                + $"mlContext.Transforms.Conversion.ConvertType(\"{column}\", outputKind: DataKind.Boolean)."
            : null;
    }
}
