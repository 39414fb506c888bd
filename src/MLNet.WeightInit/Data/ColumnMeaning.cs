using System.Globalization;
using System.Text;
using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Runtime;
using MLNet.WeightInit.Engine.Kernels;

namespace MLNet.WeightInit;

/// <summary>What the keys or slots of a column stand for: rows of other columns can be as wide and have as many classes, and are other data.</summary>
/// <param name="Column">Whose, as a difference is told: <c>classes of 'Species'</c>, <c>features' names</c>.</param>
/// <param name="Names">The first of them and a checksum of all, where they are many.</param>
/// <param name="AreKeys">Whether a network tells them apart by their place, as classes and categories; names of slots may be changed for nicer ones.</param>
internal sealed record ColumnMeaning(string Column, string Names, bool AreKeys)
{
    const int MostNames = 20;

    /// <summary>Of all columns that a training reads, where they have names.</summary>
    public static IReadOnlyList<ColumnMeaning> Of(RoleMappedSchema schema, NeuralNetOptions options)
    {
        var meanings = new List<ColumnMeaning?>();
        foreach (DataViewSchema.Column label in Labels(schema, options))
        {
            meanings.Add(Of($"classes of '{label.Name}'", label, AnnotationUtils.Kinds.KeyValues));
            if (label.Name != options.FeatureColumnName)
                meanings.Add(Of($"slots of '{label.Name}'", label, AnnotationUtils.Kinds.SlotNames));
        }
        if (options.FeatureColumnName is { } features)
            meanings.Add(Of("features' names", schema.Schema[features], AnnotationUtils.Kinds.SlotNames));
        foreach (CategoricalColumn categorical in options.CategoricalColumns)
            meanings.Add(Of($"categories of '{categorical.Name}'", schema.Schema[categorical.Name], AnnotationUtils.Kinds.KeyValues));
        return [.. meanings.OfType<ColumnMeaning>()];
    }

    public static DataViewSchema.Column[] Labels(RoleMappedSchema schema, NeuralNetOptions options)
        => options.Heads is { } heads ? [.. heads.Select(head => schema.Schema[head.LabelColumnName])] : schema.Label is { } label ? [label] : [];

    /// <summary>A training that goes on must find under each key what was there; of features with other names it warns.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Keys mean something else.</exception>
    public static void Compare(IHost host, IChannel channel, IReadOnlyList<ColumnMeaning> ofModel, IReadOnlyList<ColumnMeaning> here)
    {
        foreach (ColumnMeaning meaning in ofModel)
        {
            if (here.FirstOrDefault(other => other.Column == meaning.Column) is not { } found || found.Names == meaning.Names)
                continue;
            string difference = $"{meaning.Column}: {meaning.Names} in the model, {found.Names} here";
            if (meaning.AreKeys)
                throw host.Process(new ArgumentOutOfRangeException("modelParameters", difference,
                    "A training can only go on with keys that mean what they meant, and these don't. Transform the data by the pipeline that was fitted for the model; one that is fitted anew numbers the values anew."));
            channel.Warning("The columns have other names than those that the model was trained on: {0}. If they stand in another order, the model takes one for another.", difference);
        }
    }

    static ColumnMeaning? Of(string name, DataViewSchema.Column column, string kind)
    {
        if (AnnotationTexts.Of(column, kind) is not { } texts)
            return null;
        string first = string.Join(", ", texts.Take(MostNames));
        if (texts.Length > MostNames)
        {
            var checksum = new Checksum();
            checksum.Add(Encoding.UTF8.GetBytes(string.Join('\n', texts)));
            first += string.Create(CultureInfo.InvariantCulture, $" and {texts.Length - MostNames} more of checksum {checksum.Value:x8}");
        }
        return new ColumnMeaning(name, first, kind == AnnotationUtils.Kinds.KeyValues);
    }
}
