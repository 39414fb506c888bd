using Microsoft.ML.Data;
using MLNet.WeightInit;

namespace Peers.Rows;

/// <summary>A row to score.</summary>
sealed class FeatureRow
{
    public const int Features = 30;

    public float Label { get; set; }

    [VectorType(Features), ColumnName("Features")]
    public float[] Values { get; set; } = [];

    /// <summary>Standard normal features and labels that have nothing to do with each other.</summary>
    public static FeatureRow[] Noise(int rows)
    {
        var random = new RandomSource(1, "rows");
        var result = new FeatureRow[rows];
        for (int row = 0; row < rows; row++)
        {
            var values = new float[Features + 1];
            random.FillNormal(values, 1);
            result[row] = new FeatureRow { Label = values[^1], Values = values[..^1] };
        }
        return result;
    }
}
