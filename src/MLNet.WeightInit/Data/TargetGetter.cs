using System.Globalization;
using Microsoft.ML;
using Microsoft.ML.Data;

namespace MLNet.WeightInit;

/// <summary>Writes the label of a cursor's current row as the network's targets; NaN where one is missing.</summary>
internal delegate void TargetGetter(Span<float> targets);

/// <summary>Makes the getter that fits a label's type: one value, or a vector of Single or Boolean.</summary>
internal static class TargetGetters
{
    public static TargetGetter Create(DataViewRow row, DataViewSchema.Column label) => label.Type switch
    {
        VectorDataViewType { ItemType: BooleanDataViewType } => Flags(row, label),
        VectorDataViewType => Values(row, label),
        _ => Scalar(RowCursorUtils.GetLabelGetter(row, label.Index)),
    };

    static TargetGetter Scalar(ValueGetter<float> getter) => targets => getter(ref targets[0]);

    static TargetGetter Values(DataViewRow row, DataViewSchema.Column label)
    {
        ValueGetter<VBuffer<float>> getter = row.GetGetter<VBuffer<float>>(label);
        VBuffer<float> values = default;
        return targets =>
        {
            getter(ref values);
            CheckLength(row, label, values.Length, targets.Length);
            values.CopyTo(targets);
        };
    }

    static TargetGetter Flags(DataViewRow row, DataViewSchema.Column label)
    {
        ValueGetter<VBuffer<bool>> getter = row.GetGetter<VBuffer<bool>>(label);
        VBuffer<bool> flags = default;
        return targets =>
        {
            getter(ref flags);
            CheckLength(row, label, flags.Length, targets.Length);
            targets.Clear();
            ReadOnlySpan<bool> values = flags.GetValues();
            for (int i = 0; i < values.Length; i++)
                targets[flags.IsDense ? i : flags.GetIndices()[i]] = values[i] ? 1 : 0;
        };
    }

    /// <summary>A source may deliver other lengths than its column's type promises.</summary>
    static void CheckLength(DataViewRow row, DataViewSchema.Column label, int found, int expected)
    {
        if (found != expected)
            throw new LabelLengthException(string.Create(CultureInfo.InvariantCulture,
                $"Column '{label.Name}' must have {expected} values in every row, as its type {label.Type} says, and has {found} in row {row.Position:N0} (counted from 0). Fill missing values with NaN, or filter such rows out."));
    }
}

/// <summary>A row whose label has another length than its column's type says: told apart from what the data view itself throws.</summary>
internal sealed class LabelLengthException(string message) : Exception(message);
