using System.Reflection;
using Microsoft.ML;
using Microsoft.ML.Data;

namespace MLNet.WeightInit;

/// <summary>What a column's annotation says of each slot or key, in the invariant culture.</summary>
internal static class AnnotationTexts
{
    static readonly MethodInfo s_read = typeof(AnnotationTexts).GetMethod(nameof(Read), BindingFlags.Static | BindingFlags.NonPublic)!;

    /// <param name="kind">Of an annotation with one item a slot or key.</param>
    /// <returns>Null where the column has none.</returns>
    public static string[]? Of(DataViewSchema.Column column, string kind)
        => column.Annotations.Schema.GetColumnOrNull(kind)?.Type is VectorDataViewType type ? (string[])s_read.MakeGenericMethod(type.ItemType.RawType).Invoke(null, [column, kind])! : null;

    static string[] Read<T>(DataViewSchema.Column column, string kind) where T : notnull
    {
        VBuffer<T> values = default;
        column.Annotations.GetValue(kind, ref values);
        return [.. values.DenseValues().Select(ClassWeights.NameOf)];
    }
}
