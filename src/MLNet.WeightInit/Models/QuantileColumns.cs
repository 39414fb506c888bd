using System.Globalization;

namespace MLNet.WeightInit;

/// <summary>The columns of several quantiles, and how their slots are named.</summary>
internal static class QuantileColumns
{
    public const string Median = "Median";

    const string SlotPrefix = "q";

    /// <summary><c>q0.9</c>.</summary>
    public static string SlotName(double level) => SlotPrefix + level.ToString("R", CultureInfo.InvariantCulture);

    /// <summary>The level that a slot's name says; null where it says none.</summary>
    public static double? LevelOf(string slotName)
        => slotName.StartsWith(SlotPrefix, StringComparison.Ordinal) && double.TryParse(slotName.AsSpan(SlotPrefix.Length), NumberStyles.Float, CultureInfo.InvariantCulture, out double level) ? level : null;

    /// <summary>Place of the level ½; −1 where it isn't among them.</summary>
    public static int MedianOf(IReadOnlyList<double> levels) => levels.ToList().IndexOf(0.5);
}
