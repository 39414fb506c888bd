// Prints docs/streaming.md's table: time a row and peak memory of a training in memory and of a streamed one, over the number of rows. Each figure is from a process of its own.
//
//     dotnet run -c Release --project benchmarks/Streaming                                  # all, about two minutes
//     dotnet run -c Release --project benchmarks/Streaming -- 1000000 streamed binary      # one
using System.Diagnostics;
using System.Globalization;
using Microsoft.ML;
using Microsoft.ML.Data;
using MLNet.WeightInit;

const int Features = 10, Epochs = 2;
const long Limit = 16_000_000;

if (args.Length == 3)
{
    Measure(int.Parse(args[0], CultureInfo.InvariantCulture), args[1] == "streamed", args[2] == "text");
    return;
}
Console.WriteLine("| rows | as rows in memory | source | training | µs a row and epoch | peak of the process |");
Console.WriteLine("|---|---|---|---|---|---|");
foreach (int rows in (int[])[100_000, 1_000_000, 10_000_000])
    foreach (string source in rows > 1_000_000 ? (string[])["binary"] : ["binary", "text"])
        foreach (string kind in (string[])["memory", "streamed"])
        {
            using Process process = Process.Start(new ProcessStartInfo(Environment.ProcessPath!, [rows.ToString(CultureInfo.InvariantCulture), kind, source]))!;
            process.WaitForExit();
        }

static void Measure(int rows, bool isStreamed, bool isText)
{
    var context = new MLContext(seed: 1);
    string file = Path.Combine(Path.GetTempPath(), string.Create(CultureInfo.InvariantCulture, $"streaming-benchmark-{rows}.{(isText ? "txt" : "idv")}"));
    if (!File.Exists(file))
    {
        using FileStream stream = File.Create(file);
        IDataView generated = context.Data.LoadFromEnumerable(Generate(rows));
        if (isText)
            context.Data.SaveAsText(generated, stream, ',', headerRow: false, schema: false, forceDense: true);
        else
            context.Data.SaveAsBinary(generated, stream);
    }
    IDataView data = isText
        ? context.Data.LoadFromTextFile(file, [new TextLoader.Column("Features", DataKind.Single, 0, Features - 1), new TextLoader.Column("Label", DataKind.Single, Features)], separatorChar: ',')
        : context.Data.LoadFromBinary(file);
    var times = new List<TimeSpan>();
    var options = new NeuralNetOptions
    {
        HiddenLayers = [32, 16],
        BatchSize = 128,
        NumberOfEpochs = Epochs,
        NumberOfThreads = 1,
        EarlyStopping = false,
        Streaming = isStreamed,
        MemoryLimit = isStreamed ? Limit : new NeuralNetOptions().MemoryLimit,
        Progress = new Immediate(progress => { if (progress.IsEpochEnd) times.Add(progress.Elapsed); }),
    };
    context.Regression.Trainers.NeuralNet(options).Fit(data);
    using Process self = Process.GetCurrentProcess();
    // The last epoch: the first one compiles code too.
    double microseconds = (times[^1] - times[^2]).TotalMicroseconds / rows;
    Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
        $"| {rows:N0} | {rows * 4L * (Features + 3) / 1e6:N0} MB | {(isText ? "text" : "binary")} | {(isStreamed ? "streamed" : "in memory")} | {microseconds:F2} | {self.PeakWorkingSet64 / 1e6:N0} MB |"));
}

static IEnumerable<Row> Generate(int rows)
{
    var random = new Random(1);
    var row = new Row();
    for (int i = 0; i < rows; i++)
    {
        for (int feature = 0; feature < Features; feature++)
            row.Features[feature] = random.NextSingle();
        row.Label = row.Features[0] * row.Features[1] + row.Features[2];
        yield return row;
    }
}

sealed class Row
{
    [VectorType(10)]
    public float[] Features { get; set; } = new float[10];

    public float Label { get; set; }
}

sealed class Immediate(Action<EpochProgress> action) : IProgress<EpochProgress>
{
    public void Report(EpochProgress value) => action(value);
}
