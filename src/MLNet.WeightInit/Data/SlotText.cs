using Microsoft.ML;
using Microsoft.ML.Data;

namespace MLNet.WeightInit;

/// <summary>How messages name a slot of a vector column: by number, and by name where it has one.</summary>
internal static class SlotText
{
    /// <summary><c>slot 2</c>, or <c>slot 2 ('Waist')</c>.</summary>
    public static string Of(DataViewSchema.Column column, int slot) => SlotNames.Of(column) is { } names && names[slot].Length > 0 ? $"slot {slot} ('{names[slot]}')" : $"slot {slot}";
}
