using Microsoft.ML;

namespace MLNet.WeightInit.Tests.Support;

/// <summary>Small tables, the same in every run.</summary>
internal static class Samples
{
    /// <summary>Rows whose category shifts one of the features by 2, which noise of deviation 0.5 rarely hides.</summary>
    public static List<SampleRow> Rows(int count = 200, long seed = 11)
    {
        var random = new RandomSource(seed, "samples");
        var noise = new float[count * SampleRow.FeatureCount];
        random.FillNormal(noise, 0.5f);
        var rows = new List<SampleRow>(count);
        for (int i = 0; i < count; i++)
        {
            int category = i % 3;
            float[] features = noise.AsSpan(i * SampleRow.FeatureCount, SampleRow.FeatureCount).ToArray();
            features[category] += 2;
            rows.Add(new SampleRow
            {
                Features = features,
                Category = "abc"[category].ToString(),
                Flag = category == 0,
                Value = 3 * features[0] - 2 * features[1] + 0.5f * features[2] + 7,
                Values = [features[0] - features[1], 100 * features[2] + 500, 0.01f * (features[0] + features[2])],
                Flags = [category == 0, category != 1, features[0] > features[1], features[2] > 1],
                Weight = 1 + i % 2,
            });
        }
        return rows;
    }

    /// <summary>The rows as a data view, with the category as key column <c>Label</c>.</summary>
    public static IDataView View(MLContext context, IEnumerable<SampleRow> rows)
    {
        IDataView view = context.Data.LoadFromEnumerable(rows.ToArray());
        return context.Transforms.Conversion.MapValueToKey("Label", nameof(SampleRow.Category)).Fit(view).Transform(view);
    }

    public static IDataView View(MLContext context, int count = 200) => View(context, Rows(count));

    /// <summary>Options that train in milliseconds.</summary>
    public static NeuralNetOptions Quick(string label = "Label", int epochs = 5) => new()
    {
        LabelColumnName = label,
        HiddenLayers = [8],
        NumberOfEpochs = epochs,
        NumberOfThreads = 1,
    };
}
