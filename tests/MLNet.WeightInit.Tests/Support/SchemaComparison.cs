using Microsoft.ML;
using Microsoft.ML.Data;

namespace MLNet.WeightInit.Tests.Support;

/// <summary>Schemas and values compared as ML.NET's own estimator tests compare them.</summary>
internal static class SchemaComparison
{
    /// <summary>Promised and delivered columns are compatible in both directions, annotations included.</summary>
    public static void AssertSameShape(SchemaShape promised, SchemaShape delivered)
    {
        var promisedColumns = promised.OrderBy(column => column.Name).ToArray();
        var deliveredColumns = delivered.OrderBy(column => column.Name).ToArray();
        Assert.That(deliveredColumns.Select(column => column.Name), Is.EqualTo(promisedColumns.Select(column => column.Name)));
        foreach (var (promisedColumn, deliveredColumn) in promisedColumns.Zip(deliveredColumns))
        {
            Assert.That(promisedColumn.IsCompatibleWith(deliveredColumn), Is.True, $"'{promisedColumn.Name}': delivered lacks something that was promised.");
            Assert.That(deliveredColumn.IsCompatibleWith(promisedColumn), Is.True, $"'{promisedColumn.Name}': delivered has something that was not promised.");
        }
    }

    /// <summary>Names, types, visibility and annotations are equal, column by column.</summary>
    public static void AssertSameSchema(DataViewSchema expected, DataViewSchema found)
    {
        Assert.That(Describe(found), Is.EqualTo(Describe(expected)));
    }

    /// <summary>Every cell is equal, bit for bit.</summary>
    public static void AssertSameValues(IDataView expected, IDataView found)
    {
        foreach (DataViewSchema.Column column in expected.Schema.Where(column => !column.IsHidden))
            Assert.That(Cells(found, column.Name), Is.EqualTo(Cells(expected, column.Name)), $"Column '{column.Name}'");
    }

    public static string[] Cells(IDataView view, string columnName)
    {
        DataViewSchema.Column column = view.Schema[columnName];
        var cells = new List<string>();
        using DataViewRowCursor cursor = view.GetRowCursor([column]);
        var read = (Func<string>)typeof(SchemaComparison)
            .GetMethod(nameof(Reader), System.Reflection.BindingFlags.NonPublic | System.Reflection.BindingFlags.Static)!
            .MakeGenericMethod(column.Type.RawType)
            .Invoke(null, [cursor, column])!;
        while (cursor.MoveNext())
            cells.Add(read());
        return [.. cells];
    }

    static Func<string> Reader<T>(DataViewRowCursor cursor, DataViewSchema.Column column)
    {
        ValueGetter<T> getter = cursor.GetGetter<T>(column);
        T value = default!;
        return () =>
        {
            getter(ref value);
            return value switch
            {
                VBuffer<float> vector => string.Join(' ', vector.DenseValues().Select(BitConverter.SingleToInt32Bits)),
                VBuffer<bool> vector => string.Join(' ', vector.DenseValues()),
                float number => BitConverter.SingleToInt32Bits(number).ToString(),
                _ => value?.ToString() ?? "",
            };
        };
    }

    static string[] Describe(DataViewSchema schema) =>
        [.. schema.Select(column => $"{column.Name}: {column.Type}, hidden {column.IsHidden}, annotations {string.Join(", ", column.Annotations.Schema.Select(annotation => $"{annotation.Name}: {annotation.Type}"))}")];
}
