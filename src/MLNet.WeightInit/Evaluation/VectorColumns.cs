using System.Globalization;
using System.Runtime.CompilerServices;
using Microsoft.ML;
using Microsoft.ML.Data;

namespace MLNet.WeightInit;

/// <summary>A label and what was predicted for it, read side by side: two vector columns of one type and size.</summary>
/// <typeparam name="TItem">Single or Boolean.</typeparam>
internal sealed class VectorColumns<TItem>
{
    readonly IDataView _data;
    readonly DataViewSchema.Column _label, _prediction;
    readonly DataViewSchema.Column? _scores;

    /// <param name="advice">What to do where a column is of another type.</param>
    /// <param name="predictionParameter">What the caller's own caller knows the prediction's column name as.</param>
    /// <exception cref="ArgumentOutOfRangeException">A column is missing or of another type, or the sizes differ.</exception>
    public VectorColumns(IDataView data, string labelColumnName, string predictionColumnName, PrimitiveDataViewType itemType, string advice,
        [CallerArgumentExpression(nameof(predictionColumnName))] string predictionParameter = "")
    {
        _data = data;
        _label = Find(data.Schema, labelColumnName, nameof(labelColumnName), itemType, advice);
        _prediction = Find(data.Schema, predictionColumnName, predictionParameter, itemType, advice);
        _scores = itemType is BooleanDataViewType ? ScoreColumn.Of(data.Schema, _prediction) : null;       // values that can't be scored are NaN themselves
        Size = ((VectorDataViewType)_label.Type).Size;
        int predicted = ((VectorDataViewType)_prediction.Type).Size;
        if (predicted != Size)
            throw new ArgumentOutOfRangeException(predictionParameter, predicted,
                $"Columns '{labelColumnName}' and '{predictionColumnName}' must have the same number of values, and have {Size} and {predicted}. Score data with the model that was trained on this label.");
        Names = SlotNames.Of(_prediction) ?? SlotNames.Of(_label) ?? new string[Size];
        for (int slot = 0; slot < Size; slot++)
            Names[slot] = string.IsNullOrEmpty(Names[slot]) ? slot.ToString(CultureInfo.InvariantCulture) : Names[slot];
    }

    public int Size { get; }

    /// <summary>One a slot: its name, or its number where it has none.</summary>
    public string[] Names { get; }

    /// <summary>Rows that <see cref="Rows"/> left out, for having no score.</summary>
    public long SkippedRows { get; private set; }

    /// <summary>Both vectors of every row that has a score; the arrays are the same for all rows.</summary>
    public IEnumerable<(TItem[] Label, TItem[] Prediction)> Rows()
    {
        SkippedRows = 0;
        using DataViewRowCursor cursor = _data.GetRowCursor(_scores is { } scores ? [_label, _prediction, scores] : [_label, _prediction]);
        ValueGetter<VBuffer<float>>? getScores = _scores is { } column ? cursor.GetGetter<VBuffer<float>>(column) : null;
        VBuffer<float> score = default;
        ValueGetter<VBuffer<TItem>> getLabel = cursor.GetGetter<VBuffer<TItem>>(_label), getPrediction = cursor.GetGetter<VBuffer<TItem>>(_prediction);
        TItem[] label = new TItem[Size], prediction = new TItem[Size];
        VBuffer<TItem> buffer = default;
        while (cursor.MoveNext())
        {
            getScores?.Invoke(ref score);
            if (HasNaN(score.GetValues()))
            {
                SkippedRows++;
                continue;
            }
            Read(getLabel, _label, label);
            Read(getPrediction, _prediction, prediction);
            yield return (label, prediction);
        }

        void Read(ValueGetter<VBuffer<TItem>> getter, DataViewSchema.Column source, TItem[] destination)
        {
            getter(ref buffer);
            if (buffer.Length != Size)
                throw new InvalidOperationException(string.Create(CultureInfo.InvariantCulture,
                    $"Column '{source.Name}' must have {Size} values in every row, as its type {source.Type} says, and has {buffer.Length} in row {cursor.Position:N0} (counted from 0). Filter such rows out."));
            buffer.CopyTo(destination);
        }
    }

    static bool HasNaN(ReadOnlySpan<float> scores)
    {
        foreach (float score in scores)
            if (float.IsNaN(score))
                return true;
        return false;
    }

    static DataViewSchema.Column Find(DataViewSchema schema, string name, string parameter, PrimitiveDataViewType itemType, string advice)
    {
        ArgumentNullException.ThrowIfNull(name, parameter);
        if (schema.GetColumnOrNull(name) is not { } column)
            throw ColumnErrors.Missing(schema, name, parameter);
        if (column.Type is not VectorDataViewType { Size: > 0 } vector || !vector.ItemType.Equals(itemType))
            throw new ArgumentOutOfRangeException(parameter, name, $"Column '{name}' must be a vector of {itemType} of known size, and is {column.Type}. {advice}");
        return column;
    }
}
