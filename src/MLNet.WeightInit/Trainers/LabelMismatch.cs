using Microsoft.ML;
using Microsoft.ML.Data;

namespace MLNet.WeightInit;

/// <summary>The error for a label column of the wrong type: worded as ML.NET's trainers word it, with the line of code that makes it right.</summary>
internal static class LabelMismatch
{
    public static ArgumentOutOfRangeException Describe(SchemaShape.Column label, string expected)
        => new("inputSchema", $"Schema mismatch for label column '{label.Name}': expected {expected}, got {label.GetTypeString()}. {Advise(label, expected)}");

    static string Advise(SchemaShape.Column label, string expected)
    {
        if (label.Kind != SchemaShape.Column.VectorKind.Scalar)
            return "A label of several values can't be trained by this version: train one network for each value.";
        if (label.ItemType is TextDataViewType)
            return $"Make the text a key first: mlContext.Transforms.Conversion.MapValueToKey(\"{label.Name}\").";
        if (label.IsKey && label.ItemType != NumberDataViewType.UInt32)
            return $"Make it a key of UInt32: mlContext.Transforms.Conversion.MapValueToKey(\"{label.Name}\").";
        if (expected == BooleanDataViewType.Instance.ToString())
            return $"Convert it first: mlContext.Transforms.Conversion.ConvertType(\"{label.Name}\", outputKind: DataKind.Boolean).";
        if (label.ItemType is NumberDataViewType && !label.IsKey)
            return $"For classes: mlContext.Transforms.Conversion.MapValueToKey(\"{label.Name}\"). For a value to predict: mlContext.Transforms.Conversion.ConvertType(\"{label.Name}\", outputKind: DataKind.Single).";
        return "Use the trainer of the label's task: key → MulticlassClassification, Boolean → BinaryClassification, Single → Regression.";
    }
}
