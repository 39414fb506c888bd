namespace MLNet.WeightInit;

/// <summary>A model that remembers what the columns that it was trained on mean.</summary>
internal interface IKnowsColumns
{
    /// <summary>Empty where nothing had names, and in models of earlier releases.</summary>
    IReadOnlyList<ColumnMeaning> Columns { get; set; }
}
