using Microsoft.ML.Data;

namespace MLNet.WeightInit;

/// <summary>What a training's columns are called and mean, for a checkpoint.</summary>
internal static class DataColumns
{
    /// <returns>By name, as a difference is told.</returns>
    public static IReadOnlyList<(string Name, string Value)> Describe(RoleMappedSchema schema, NeuralNetOptions options)
    {
        List<(string, string)> described = [("label column", string.Join(", ", ColumnMeaning.Labels(schema, options).Select(column => column.Name)))];
        if (options.FeatureColumnName is { } features)
            described.Add(("feature column", features));
        described.AddRange(ColumnMeaning.Of(schema, options).Select(meaning => (meaning.Column, meaning.Names)));
        if (options.ExampleWeightColumnName is { } weight)
            described.Add(("example weight column", weight));
        return described;
    }
}
