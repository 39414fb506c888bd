using Microsoft.ML.Data;

namespace MLNet.WeightInit;

/// <summary>A column that a network with several outputs adds: one value for each of them.</summary>
/// <param name="Name">Column name, which is also ML.NET's name for what its values are.</param>
/// <param name="ItemType">Single or Boolean.</param>
/// <param name="MakeGetter">Makes the getter of one cursor.</param>
/// <param name="IsNormalized">True for probabilities.</param>
internal sealed record VectorOutputColumn(string Name, PrimitiveDataViewType ItemType, Func<RowScores, Delegate> MakeGetter, bool IsNormalized = false)
{
    /// <summary>One value in all, not one an output.</summary>
    public bool IsScalar { get; init; }
}
