using Microsoft.ML;
using Microsoft.ML.Data;

namespace MLNet.WeightInit.Tests.Support;

/// <summary>A table with two categorical columns, the same in every run.</summary>
internal static class Towns
{
    static readonly string[] s_towns = ["Ulm", "Bonn", "Kiel", "Jena", "Trier", "Hof"];

    /// <summary>A label for each task.</summary>
    public static IReadOnlyList<string> Labels { get; } = ["Label", nameof(TownRow.Flag), nameof(TownRow.Value), nameof(TownRow.Values), nameof(TownRow.Flags)];

    /// <summary>Options that train in milliseconds, on both categories.</summary>
    public static NeuralNetOptions Options(string label = "Label", int epochs = 5)
    {
        NeuralNetOptions options = Samples.Quick(label, epochs);
        options.CategoricalColumns = ["Town", new("Size", dimensions: 2)];
        return options;
    }

    /// <summary>Features are noise; every label hangs on town and size alone. Some towns and sizes are missing.</summary>
    public static List<TownRow> Rows(int count = 240)
    {
        float[] noise = new float[count * 3];
        new RandomSource(5, "towns").FillNormal(noise, 1);
        return [.. Enumerable.Range(0, count).Select(i =>
        {
            int town = i * 7 % 6, size = i * 11 % 13 % 4;
            return new TownRow
            {
                Features = noise[(3 * i)..(3 * i + 3)],
                TownName = i % 17 == 3 ? null : s_towns[town],
                SizeName = i % 19 == 4 ? null : "SMLX"[size].ToString(),
                Category = "abc"[(town + size) % 3].ToString(),
                Flag = (town + size) % 2 == 0,
                Value = 10 * town - 3 * size,
                Values = [town, 100 * size],
                Flags = [town > 2, size > 1, town == size],
            };
        })];
    }

    /// <summary>What makes keys of the rows' texts; "Label" is the category.</summary>
    public static IEstimator<ITransformer> Mapping(MLContext context) => context.Transforms.Conversion.MapValueToKey("Town", nameof(TownRow.TownName))
        .Append(context.Transforms.Conversion.MapValueToKey("Size", nameof(TownRow.SizeName))).Append(context.Transforms.Conversion.MapValueToKey("Label", nameof(TownRow.Category)));

    public static IDataView View(MLContext context, IEnumerable<TownRow> rows) => context.Data.LoadFromEnumerable(rows.ToArray());

    /// <summary>The rows with keys, numbered as in all rows.</summary>
    public static IDataView Mapped(MLContext context, IEnumerable<TownRow>? rows = null)
    {
        IDataView all = View(context, Rows());
        return Mapping(context).Fit(all).Transform(rows is null ? all : View(context, rows));
    }

    /// <summary>All rows' scores, one after the other.</summary>
    public static float[] Scores(IDataView scored) => scored.Schema["Score"].Type is VectorDataViewType ? [.. scored.GetColumn<float[]>("Score").SelectMany(row => row)] : [.. scored.GetColumn<float>("Score")];
}
