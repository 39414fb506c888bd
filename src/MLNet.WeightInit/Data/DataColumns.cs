using System.Globalization;
using System.Text;
using Microsoft.ML;
using Microsoft.ML.Data;
using MLNet.WeightInit.Engine.Kernels;

namespace MLNet.WeightInit;

/// <summary>What a training's columns are called and what their slots and keys mean: rows of other columns can be as wide and have as many classes, and are other data.</summary>
internal static class DataColumns
{
    /// <summary>Names of a long column are as good as told apart by the first of them and a checksum of all.</summary>
    const int MostNames = 20;

    /// <returns>By name, as a difference is told.</returns>
    public static IReadOnlyList<(string Name, string Value)> Describe(RoleMappedSchema schema, NeuralNetOptions options)
    {
        var described = new List<(string, string)>();
        DataViewSchema.Column[] labels = options.Heads is { } heads ? [.. heads.Select(head => schema.Schema[head.LabelColumnName])] : schema.Label is { } label ? [label] : [];
        described.Add(("label column", string.Join(", ", labels.Select(column => column.Name))));
        foreach (DataViewSchema.Column column in labels)
        {
            AddTexts(described, $"classes of '{column.Name}'", column, AnnotationUtils.Kinds.KeyValues);
            if (column.Name != options.FeatureColumnName)
                AddTexts(described, $"slots of '{column.Name}'", column, AnnotationUtils.Kinds.SlotNames);
        }
        if (options.FeatureColumnName is { } features)
        {
            described.Add(("feature column", features));
            AddTexts(described, "features' names", schema.Schema[features], AnnotationUtils.Kinds.SlotNames);
        }
        foreach (CategoricalColumn categorical in options.CategoricalColumns)
            AddTexts(described, $"categories of '{categorical.Name}'", schema.Schema[categorical.Name], AnnotationUtils.Kinds.KeyValues);
        if (options.ExampleWeightColumnName is { } weight)
            described.Add(("example weight column", weight));
        return described;
    }

    static void AddTexts(List<(string, string)> described, string name, DataViewSchema.Column column, string kind)
    {
        if (AnnotationTexts.Of(column, kind) is not { } texts)
            return;
        string first = string.Join(", ", texts.Take(MostNames));
        if (texts.Length > MostNames)
        {
            var checksum = new Checksum();
            checksum.Add(Encoding.UTF8.GetBytes(string.Join('\n', texts)));
            first += string.Create(CultureInfo.InvariantCulture, $" and {texts.Length - MostNames} more of checksum {checksum.Value:x8}");
        }
        described.Add((name, first));
    }
}
