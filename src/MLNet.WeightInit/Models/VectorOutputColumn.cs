using Microsoft.ML.Data;

namespace MLNet.WeightInit;

/// <summary>A column that a network with several outputs adds: one value for each of them, unless <see cref="Size"/> says otherwise.</summary>
/// <param name="Name">Column name, which is also ML.NET's name for what its values are.</param>
/// <param name="ItemType">Single or Boolean.</param>
/// <param name="MakeGetter">Makes the getter of one cursor.</param>
/// <param name="IsNormalized">True for probabilities.</param>
internal sealed record VectorOutputColumn(string Name, PrimitiveDataViewType ItemType, Func<RowScores, Delegate> MakeGetter, bool IsNormalized = false)
{
    /// <summary>Values a row, where they are not those of the outputs: then the label's slot names don't belong to them. 0: one value that is no vector. Null: one for each output.</summary>
    public int? Size { get; init; }

    /// <param name="outputs">Of the network.</param>
    public DataViewType TypeFor(int outputs) => Size == 0 ? ItemType : new VectorDataViewType(ItemType, Size ?? outputs);
}
