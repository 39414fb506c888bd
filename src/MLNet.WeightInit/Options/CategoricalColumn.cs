using System.Diagnostics.CodeAnalysis;

namespace MLNet.WeightInit;

/// <summary>A key column whose categories are embedded: <see cref="NeuralNetOptions.CategoricalColumns"/>.</summary>
public sealed class CategoricalColumn
{
    /// <param name="name">The column: a key of UInt32, as <c>MapValueToKey</c> and <c>Hash</c> make it.</param>
    /// <param name="dimensions">Length of a category's vector, from 1 to 1,000,000; null: min(600, round(1.6 n^0.56)) for n keys.</param>
    /// <exception cref="ArgumentNullException">The name is null.</exception>
    public CategoricalColumn(string name, int? dimensions = null)
    {
        ArgumentNullException.ThrowIfNull(name);
        Name = name;
        Dimensions = dimensions;
    }

    /// <summary>The column.</summary>
    public string Name { get; }

    /// <summary>Length of a category's vector; null where the number of keys decides.</summary>
    public int? Dimensions { get; }

    /// <summary>A column whose number of keys decides how long its vectors are.</summary>
    /// <param name="name">Null gives null.</param>
    [return: NotNullIfNotNull(nameof(name))]
    public static implicit operator CategoricalColumn?(string? name) => name is null ? null : new CategoricalColumn(name);

    /// <summary>The name, and the dimensions where they are given.</summary>
    public override string ToString() => Dimensions is { } dimensions ? $"{Name} in {dimensions} dimensions" : Name;
}
