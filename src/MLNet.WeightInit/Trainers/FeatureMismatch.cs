using Microsoft.ML;
using Microsoft.ML.Data;

namespace MLNet.WeightInit;

/// <summary>The error for a feature column of the wrong type: worded as ML.NET's trainers word it, with the line of code that makes it right.</summary>
internal static class FeatureMismatch
{
    /// <summary>Null where the column can be features.</summary>
    public static ArgumentOutOfRangeException? Describe(SchemaShape.Column features)
        => features is { Kind: SchemaShape.Column.VectorKind.Vector, IsKey: false } && features.ItemType == NumberDataViewType.Single
            ? null
            : new("inputSchema", $"Schema mismatch for feature column '{features.Name}': expected Vector<Single>, got {features.GetTypeString()}. {Advise(features)}");

    static string Advise(SchemaShape.Column features)
    {
        string name = $"\"{features.Name}\"", transforms = "mlContext.Transforms";
        if (features.IsKey)
            return $"Make it one column a key first: {transforms}.Conversion.MapKeyToVector({name}).";
        if (features.ItemType is TextDataViewType)
            return $"For categories: {transforms}.Categorical.OneHotEncoding({name}). For sentences: {transforms}.Text.FeaturizeText({name}).";
        if (features.Kind == SchemaShape.Column.VectorKind.VariableVector)
            return "Every row must have the same number of features, and the column's type must say how many: write [VectorType(3)] with your number on the property, give LoadColumn a range, "
                + $"or make the vector from columns: {transforms}.Concatenate({name}, …).";
        string concatenate = $"{transforms}.Concatenate(\"Features\", {name})";
        if (features.ItemType == NumberDataViewType.Single)
            return $"Make a vector of it and what else is known of a row: {concatenate[..^1]}, …).";
        if (features.ItemType is NumberDataViewType or BooleanDataViewType)
            return $"Convert it first: {transforms}.Conversion.ConvertType({name}, outputKind: DataKind.Single)"
                + (features.Kind == SchemaShape.Column.VectorKind.Scalar ? $".Append({concatenate})." : ".");
        return $"Make a vector of numbers of it, for example with {transforms}.CustomMapping.";
    }
}
