using Microsoft.ML;
using Microsoft.ML.Data;
using MLNet.WeightInit.Tests.Support;

namespace MLNet.WeightInit.Tests;

/// <summary>How far ahead rows are read hangs on how wide they are: a block holds no more than 1 MB of features.</summary>
[TestFixture]
public sealed class ReadAheadMemoryTests
{
    /// <summary>2¹⁸ floats are 1 MB: 8 rows of 2¹⁵, and 2 rows of 2¹⁷, which are too few to be worth it.</summary>
    [TestCase(1 << 15, 8, 16)]
    [TestCase(1 << 17, 1, 2)]
    public void Wide_rows_are_read_ahead_in_smaller_blocks_or_not_at_all(int features, int atFirst, int afterTheNextBlock)
    {
        var context = new MLContext(seed: 1);
        int read = 0;
        var schema = SchemaDefinition.Create(typeof(WideRow));
        schema[nameof(WideRow.Features)].ColumnType = new VectorDataViewType(NumberDataViewType.Single, features);
        IDataView View(int count) => context.Data.LoadFromEnumerable(Rows(count), schema);
        IEnumerable<WideRow> Rows(int count)
        {
            for (int row = 0; row < count; row++)
            {
                read++;
                var values = new float[features];
                values[row] = 1;
                yield return new WideRow { Features = values, Label = row };
            }
        }

        NeuralNetOptions options = Samples.Quick(epochs: 0);
        options.HiddenLayers = [];
        ITransformer model = context.Transforms.NeuralNet(options).Fit(View(4));
        IDataView scored = model.Transform(View(20));
        read = 0;
        using DataViewRowCursor cursor = scored.GetRowCursorSet([scored.Schema["Score"]], 1)[0];
        cursor.MoveNext();
        Assert.That(read, Is.EqualTo(atFirst));
        for (int row = 0; row < atFirst; row++)
            cursor.MoveNext();
        Assert.That(read, Is.EqualTo(afterTheNextBlock));
    }

    sealed class WideRow
    {
        public float[] Features { get; set; } = [];

        public float Label { get; set; }
    }
}
