using System.Globalization;
using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Runtime;
using MLNet.WeightInit.Engine.Data;

namespace MLNet.WeightInit;

/// <summary>The key columns that a network reads beside its features: found in a schema, and checked.</summary>
internal static class KeyColumns
{
    const string Expected = "Key<UInt32>";

    /// <summary>Those that the options name, in their order.</summary>
    /// <exception cref="ArgumentOutOfRangeException">One is missing, or no key of UInt32.</exception>
    public static DataViewSchema.Column[] Find(IExceptionContext host, DataViewSchema schema, NeuralNetOptions options)
        => [.. options.CategoricalColumns.Select(column => Find(host, schema, column.Name))];

    /// <summary>Those that a network was trained with, in their order.</summary>
    /// <exception cref="ArgumentOutOfRangeException">One is missing, no key of UInt32, or of another number of keys.</exception>
    public static DataViewSchema.Column[] Find(IExceptionContext host, DataViewSchema schema, FeedForwardNetwork network) => [.. network.Embeddings.Select(embedding =>
    {
        DataViewSchema.Column column = Find(host, schema, embedding.Column);
        return CountOf(column) == (ulong)embedding.KeyCount ? column : throw host.Process(new ArgumentOutOfRangeException("inputSchema", string.Create(CultureInfo.InvariantCulture,
            $"Column '{column.Name}' must have the {embedding.KeyCount:N0} keys that the model was trained with, and has {CountOf(column):N0}. Transform the data by the pipeline that was fitted for the model.")));
    })];

    /// <summary>What the engine is to embed.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A column has more keys than a table can have rows.</exception>
    public static EmbeddingColumn[] Embedded(IExceptionContext host, DataViewSchema schema, NeuralNetOptions options) => [.. Find(host, schema, options).Select((column, i) =>
    {
        ulong keys = CountOf(column);
        if (keys > int.MaxValue - 1)
            throw host.Process(new ArgumentOutOfRangeException("inputSchema", string.Create(CultureInfo.InvariantCulture,
                $"Column '{column.Name}' has {keys:N0} keys, more than can be embedded. Map the values that there are with MapValueToKey, or hash them to fewer bits.")));
        return new EmbeddingColumn(column.Name, (int)keys, options.CategoricalColumns[i].Dimensions ?? EmbeddingColumn.DefaultDimensions((int)keys));
    })];

    /// <summary>What can be said before there are data.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A column is missing, or no key of UInt32.</exception>
    public static void Check(IExceptionContext host, SchemaShape schema, NeuralNetOptions options)
    {
        foreach (CategoricalColumn categorical in options.CategoricalColumns)
        {
            if (!schema.TryFindColumn(categorical.Name, out SchemaShape.Column column))
                throw host.ExceptSchemaMismatch("inputSchema", "categorical", categorical.Name);
            if (!column.IsKey || column.ItemType != NumberDataViewType.UInt32 || column.Kind != SchemaShape.Column.VectorKind.Scalar)
                throw host.Process(Mismatch(categorical.Name, column.GetTypeString(), column.Kind != SchemaShape.Column.VectorKind.Scalar));
        }
    }

    /// <summary>Whether the keys of validation data mean what those of the training data mean.</summary>
    /// <exception cref="ArgumentOutOfRangeException">They don't.</exception>
    public static void CheckValidation(IHost host, DataViewSchema training, DataViewSchema validation, NeuralNetOptions options)
    {
        foreach ((DataViewSchema.Column trained, DataViewSchema.Column validated) in Find(host, training, options).Zip(Find(host, validation, options)))
        {
            if (CountOf(trained) != CountOf(validated))
                throw host.Process(new ArgumentOutOfRangeException("validationData", string.Create(CultureInfo.InvariantCulture,
                    $"Column '{trained.Name}' must have {CountOf(trained):N0} keys in the validation data, as in the training data, and has {CountOf(validated):N0}. Transform both with one fitted pipeline.")));
            ValidationSchema.CheckKeys(host, trained, validated);
        }
    }

    static DataViewSchema.Column Find(IExceptionContext host, DataViewSchema schema, string name)
    {
        if (schema.GetColumnOrNull(name) is not { } column)
            throw host.ExceptSchemaMismatch("inputSchema", "categorical", name);
        return column.Type is KeyDataViewType { RawType: { } raw } && raw == typeof(uint) ? column : throw host.Process(Mismatch(name, column.Type.ToString()!, column.Type is VectorDataViewType));
    }

    static ulong CountOf(DataViewSchema.Column column) => ((KeyDataViewType)column.Type).Count;

    static ArgumentOutOfRangeException Mismatch(string name, string found, bool isVector) => new("inputSchema", $"Schema mismatch for categorical column '{name}': expected {Expected}, got {found}. "
        + (isVector ? "Only a column of one category a row can be embedded; make several values a vector of numbers and concatenate it with the features: " : "Make it a key first: ")
        + (isVector ? $"mlContext.Transforms.Conversion.MapKeyToVector(\"{name}\")." : $"mlContext.Transforms.Conversion.MapValueToKey(\"{name}\")."));
}
