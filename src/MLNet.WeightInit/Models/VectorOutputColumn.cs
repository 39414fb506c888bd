using Microsoft.ML;
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

    /// <summary>Of a column with a <see cref="Size"/> of its own: its slots' names.</summary>
    public string[]? SlotNames { get; init; }

    /// <summary>Values of a key column's keys.</summary>
    public KeyNames? Keys { get; init; }

    /// <summary>What its prediction is, as annotation <c>ScoreColumnKind</c>; null: as the transformer says.</summary>
    public string? ScoreKind { get; init; }

    /// <summary>What its values are, as annotation <c>ScoreValueKind</c>; null: as its name says.</summary>
    public string? ValueKind { get; init; }

    /// <summary>Which of the transformer's predictions it belongs to, from 0.</summary>
    public int Set { get; init; }

    /// <param name="outputs">Of the network.</param>
    public DataViewType TypeFor(int outputs) => Size == 0 ? ItemType : new VectorDataViewType(ItemType, Size ?? outputs);
}
