using System.Diagnostics;
using Microsoft.ML;
using Microsoft.ML.Data;
using MLNet.WeightInit;

namespace Rates;

/// <summary>What the levels cost: the same training at each, side by side, so that a slow minute of the machine hits all.</summary>
static class Overhead
{
    public static void Print()
    {
        Console.WriteLine("| training | Off, ms | Summary adds, ms | in percent | Full adds, ms |\n|---|---|---|---|---|");
        var context = new MLContext(seed: 1);
        IDataView digits = context.Data.LoadFromTextFile(Path.Combine(AppContext.BaseDirectory, "data", "digits.csv"),
            [new TextLoader.Column("Label", DataKind.Single, 0), new TextLoader.Column("Features", DataKind.Single, 1, 64)], separatorChar: ',', hasHeader: true);
        digits = context.Data.Cache(context.Transforms.Conversion.MapValueToKey("Label").Fit(digits).Transform(digits));
        Row("digits, 20 epochs, 128-64", context, digits, [128, 64], epochs: 20, repeats: 15);
        Row("60,000 × 784, 1 epoch, 128-64 (a twentieth of 20)", context, Images(context), [128, 64], epochs: 1, repeats: 3);
        Row("digits, no epoch, 100 layers of 256", context, digits, [.. Enumerable.Repeat(256, 100)], epochs: 0, repeats: 1);
    }

    static void Row(string name, MLContext context, IDataView rows, int[] layers, int epochs, int repeats)
    {
        Fit(context, rows, layers, epochs, DiagnosticsLevel.Summary);       // warm
        List<double> off = [], summary = [], full = [];
        for (int i = 0; i < repeats; i++)
        {
            off.Add(Fit(context, rows, layers, epochs, DiagnosticsLevel.Off));
            summary.Add(Fit(context, rows, layers, epochs, DiagnosticsLevel.Summary));
            full.Add(Fit(context, rows, layers, epochs, DiagnosticsLevel.Full));
        }
        double added = Median([.. summary.Zip(off, (a, b) => a - b)]), whole = Median([.. off]);
        Console.WriteLine($"| {name} | {whole:F0} | {added:F1} | {100 * added / whole:F1} | {Median([.. full.Zip(off, (a, b) => a - b)]):F0} |");
    }

    static double Fit(MLContext context, IDataView rows, int[] layers, int epochs, DiagnosticsLevel level)
    {
        var options = new NeuralNetOptions { HiddenLayers = layers, NumberOfEpochs = epochs, EarlyStopping = false, Diagnostics = level };
        long start = Stopwatch.GetTimestamp();
        context.MulticlassClassification.Trainers.NeuralNet(options).Fit(rows);
        return Stopwatch.GetElapsedTime(start).TotalMilliseconds;
    }

    static double Median(double[] values)
    {
        Array.Sort(values);
        return values[values.Length / 2];
    }

    /// <summary>Of Fashion-MNIST's shape: ten normal prototypes with noise.</summary>
    static IDataView Images(MLContext context)
    {
        const int Rows = 60_000, Features = 784;
        var random = new RandomSource(1, "images");
        var centers = new float[10 * Features];
        random.FillNormal(centers, 1);
        var rows = new Image[Rows];
        for (int row = 0; row < Rows; row++)
        {
            var features = new float[Features];
            random.FillNormal(features, 3);
            for (int i = 0; i < Features; i++)
                features[i] += centers[row % 10 * Features + i];
            rows[row] = new Image { Label = (uint)(row % 10 + 1), Features = features };
        }
        var schema = SchemaDefinition.Create(typeof(Image));
        schema[nameof(Image.Features)].ColumnType = new VectorDataViewType(NumberDataViewType.Single, Features);
        return context.Data.LoadFromEnumerable(rows, schema);
    }

    sealed class Image
    {
        [KeyType(10)]
        public uint Label { get; set; }
        public float[] Features { get; set; } = [];
    }
}
