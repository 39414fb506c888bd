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
            return AdviseVector(label);
        if (label.ItemType is TextDataViewType)
            return $"Make the text a key first: mlContext.Transforms.Conversion.MapValueToKey(\"{label.Name}\").";
        if (label.IsKey && label.ItemType != NumberDataViewType.UInt32)
            return $"Make it a key of UInt32: mlContext.Transforms.Conversion.MapValueToKey(\"{label.Name}\").";
        if (expected == BooleanDataViewType.Instance.ToString())
            return $"If it holds only 0 and 1, convert it first: mlContext.Transforms.Conversion.ConvertType(\"{label.Name}\", outputKind: DataKind.Boolean). Other values are predicted by mlContext.Regression.Trainers.NeuralNet(\"{label.Name}\").";
        if (expected.StartsWith("Vector", StringComparison.Ordinal))
            return $"Make a vector of the columns to predict, which must be Single: mlContext.Transforms.Concatenate(\"{label.Name}\", …). One value is trained by mlContext.Regression.Trainers.NeuralNet(\"{label.Name}\").";
        if (label.ItemType == NumberDataViewType.Single && !label.IsKey)
            return $"For classes: mlContext.Transforms.Conversion.MapValueToKey(\"{label.Name}\"). A value to predict is trained by mlContext.Regression.Trainers.NeuralNet(\"{label.Name}\").";
        if (label.ItemType is NumberDataViewType && !label.IsKey)
            return $"For classes: mlContext.Transforms.Conversion.MapValueToKey(\"{label.Name}\"). For a value to predict: mlContext.Transforms.Conversion.ConvertType(\"{label.Name}\", outputKind: DataKind.Single).";
        return "Use the trainer of the label's task: key → MulticlassClassification, Boolean → BinaryClassification, Single → Regression.";
    }

    static string AdviseVector(SchemaShape.Column label)
    {
        string name = $"\"{label.Name}\"", convert = "mlContext.Transforms.Conversion";
        string flags = $"{convert}.MapKeyToVector({name}, outputCountVector: true)", booleans = $".Append({convert}.ConvertType({name}, outputKind: DataKind.Boolean))";
        if (label.IsKey)
            return $"For several labels a row make it one Boolean a key value: {flags}{booleans}.";
        if (label.ItemType is TextDataViewType)
            return $"For several labels a row make it one Boolean a text: {convert}.MapValueToKey({name}).Append({flags}){booleans}.";
        if (label.Kind == SchemaShape.Column.VectorKind.VariableVector)
            return "A label of several values must have the same number in each row, and its type must say how many: write [VectorType(3)] with your number on the property, give LoadColumn a range, "
                + $"or make the vector from columns: mlContext.Transforms.Concatenate({name}, …).";
        if (label.ItemType == NumberDataViewType.Single || label.ItemType is BooleanDataViewType)
            return $"Several values at once are trained by mlContext.Transforms.NeuralNet({name}).";
        return $"For values to predict: {convert}.ConvertType({name}, outputKind: DataKind.Single). For labels that are true or false: outputKind: DataKind.Boolean.";
    }
}
