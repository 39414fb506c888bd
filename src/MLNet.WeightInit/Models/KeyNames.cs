using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Data.IO;
using Microsoft.ML.Runtime;

namespace MLNet.WeightInit;

/// <summary>The values that a label's keys stand for, of whatever type: a model keeps them for its predicted keys.</summary>
internal abstract class KeyNames
{
    /// <summary>Of the values.</summary>
    public abstract VectorDataViewType Type { get; }

    /// <summary>The values as texts; null where they are of another type.</summary>
    public abstract string[]? Texts { get; }

    /// <summary>Null where the column's keys have no values.</summary>
    public static KeyNames? Of(DataViewSchema.Column label)
        => label.Annotations.Schema.GetColumnOrNull(AnnotationUtils.Kinds.KeyValues)?.Type is VectorDataViewType { Size: > 0 } type ? OfItems(Of<int>, label, type) : null;

    public static KeyNames Load(IHost host, ModelLoadContext context)
    {
        bool known = new BinarySaver(host, new BinarySaver.Arguments()).TryLoadTypeAndValue(context.Reader.BaseStream, out DataViewType type, out object value);
        host.CheckDecode(known && type is VectorDataViewType, "The model has key values of a type that ML.NET does not know: the file is damaged.");
        return OfItems(Wrap<int>, value, (VectorDataViewType)type);
    }

    public abstract void Save(IHost host, ModelSaveContext context);

    /// <summary>As ML.NET's transforms annotate a key.</summary>
    public abstract void Annotate(DataViewSchema.Annotations.Builder builder);

    /// <summary>Calls a method for the values' own type in the place of int.</summary>
    static KeyNames OfItems<TSource>(Func<TSource, VectorDataViewType, KeyNames> method, TSource source, VectorDataViewType type)
        => (KeyNames)method.Method.GetGenericMethodDefinition().MakeGenericMethod(type.ItemType.RawType).Invoke(null, [source, type])!;

    static KeyNames Of<T>(DataViewSchema.Column label, VectorDataViewType type)
    {
        VBuffer<T> values = default;
        label.GetKeyValues(ref values);
        return new KeyNames<T>(type, values);
    }

    static KeyNames Wrap<T>(object values, VectorDataViewType type) => new KeyNames<T>(type, (VBuffer<T>)values);
}

internal sealed class KeyNames<T>(VectorDataViewType type, VBuffer<T> values) : KeyNames
{
    VBuffer<T> _values = values;

    public override VectorDataViewType Type => type;

    public override string[]? Texts => type.ItemType is TextDataViewType ? [.. _values.DenseValues().Select(value => value!.ToString()!)] : null;

    public override void Save(IHost host, ModelSaveContext context)
    {
        if (!new BinarySaver(host, new BinarySaver.Arguments()).TryWriteTypeAndValue(context.Writer.BaseStream, type, ref _values, out _))
            throw host.Except($"ML.NET can't save key values of type {type.ItemType}. Make the label a key of text or of a number.");
    }

    public override void Annotate(DataViewSchema.Annotations.Builder builder)
        => builder.Add(AnnotationUtils.Kinds.KeyValues, type, (ref VBuffer<T> destination) => _values.CopyTo(ref destination));
}
