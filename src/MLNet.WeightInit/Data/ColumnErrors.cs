using Microsoft.ML;

namespace MLNet.WeightInit;

/// <summary>What is said of columns that aren't there.</summary>
internal static class ColumnErrors
{
    /// <param name="parameter">What the caller's caller knows the name as.</param>
    public static ArgumentOutOfRangeException Missing(DataViewSchema schema, string name, string parameter)
        => new(parameter, name, $"The data has no column '{name}'; it has {string.Join(", ", schema.Where(other => !other.IsHidden).Select(other => $"'{other.Name}'"))}.");

    /// <param name="role">Label or feature.</param>
    /// <param name="advice">A sentence.</param>
    public static ArgumentOutOfRangeException Missing(SchemaShape schema, string role, string name, string advice)
        => new("inputSchema", name, $"Could not find {role} column '{name}'; the data has {string.Join(", ", schema.Select(other => $"'{other.Name}'").Distinct())}. {advice}");
}
