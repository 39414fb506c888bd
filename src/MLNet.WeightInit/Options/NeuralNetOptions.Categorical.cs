using System.Globalization;
namespace MLNet.WeightInit;

public sealed partial class NeuralNetOptions
{
    const int MostDimensions = 1_000_000;

    /// <summary>Key columns that the network reads beside the features: each category gets a vector of its own, its embedding, which is learnt with the weights. <c>["Color", new("Shape", dimensions: 3)]</c>.</summary>
    /// <remarks>
    /// <para>Guo and Berkhahn 2016. A one-hot column of n categories takes n inputs and n weights a unit; an embedding takes as many inputs as it has dimensions, and what one unit learns of a category serves all of them. Without
    /// <see cref="CategoricalColumn.Dimensions"/> there are min(600, round(1.6 n^0.56)), fastai's rule for tables: 2 for 2 keys, 6 for 10, 21 for 100, 77 for 1,000.</para>
    /// <para>A column must be a key of UInt32, one a row, as <c>MapValueToKey</c> makes it. A key that is missing (0, a value that the mapping doesn't know, or one above the column's count) has a vector too: learnt where training rows have such
    /// keys, else 0, as that of every category that no training row has. Rows to score must have the columns under the same names and with the same number of keys: transform them by the pipeline that was fitted.</para>
    /// <para>The vectors count among the weights: decay and L1 act on them, and their updates are of the whole table, as those of PyTorch's <c>nn.Embedding</c> are. <see cref="FeedForwardNetwork.Embeddings"/> has them.</para>
    /// </remarks>
    /// <value>Default: empty, none.</value>
    public IReadOnlyList<CategoricalColumn> CategoricalColumns { get; set; } = [];

    /// <summary>How the vectors of <see cref="CategoricalColumns"/> start: an initializer, or its name. <c>"pytorch_default"</c> and <c>"keras_default"</c> start them as these do: N(0, 1) and U(−0.05, 0.05).</summary>
    /// <value>Default: null, which is <c>"Auto"</c>: normal with variance 1 / dimensions, so that a column weighs as much as a standardized feature.</value>
    public WeightInitializer? EmbeddingInit { get; set; }

    /// <exception cref="ArgumentNullException">The list or a column in it is null.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A column can't be embedded.</exception>
    internal void CheckCategorical()
    {
        ArgumentNullException.ThrowIfNull(CategoricalColumns);
        var names = new HashSet<string>();
        for (int i = 0; i < CategoricalColumns.Count; i++)
        {
            string place = $"{nameof(CategoricalColumns)}[{i}]";
            ArgumentNullException.ThrowIfNull(CategoricalColumns[i], place);
            ArgumentNullException.ThrowIfNull(CategoricalColumns[i].Name, place);
            string name = CategoricalColumns[i].Name;
            OptionChecks.Require(name.Length > 0, place, "''", "A column name must not be empty.");
            OptionChecks.Require(names.Add(name), place, name, "A column can be embedded once only. Name it once, with more dimensions where it needs them.");
            OptionChecks.Require(Heads is null ? name != LabelColumnName : Heads.All(head => head?.LabelColumnName != name), place, name, "The label must not be among what the network predicts it from. Leave it out of the categorical columns.");
            OptionChecks.Require(CategoricalColumns[i].Dimensions is null or (>= 1 and <= MostDimensions), place, CategoricalColumns[i].Dimensions,
                string.Create(CultureInfo.InvariantCulture, $"The dimensions of an embedding must be from 1 to {MostDimensions:N0}. null chooses them by the number of keys."));
        }
        OptionChecks.Require(EmbeddingInit is null || CategoricalColumns.Count > 0, nameof(EmbeddingInit), EmbeddingInit, $"Only {nameof(CategoricalColumns)} are embedded, and there are none. Name them, or leave it null.");
    }
}
