using Microsoft.ML;

namespace MLNet.WeightInit;

/// <summary>What is said of columns that aren't there.</summary>
internal static class ColumnErrors
{
    /// <param name="parameter">What the caller's caller knows the name as.</param>
    public static ArgumentOutOfRangeException Missing(DataViewSchema schema, string name, string parameter)
        => new(parameter, name, $"The data has no column '{name}'; it has {string.Join(", ", schema.Where(other => !other.IsHidden).Select(other => $"'{other.Name}'"))}.");
}
