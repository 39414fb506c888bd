// Trains on a file whose rows take more memory than they may: each epoch reads it again and shuffles a pool of rows at a time. The file is small enough for
// an example, and the limit smaller. Then saves what the transforms give once, so that the epochs need not parse text.
using System.Diagnostics;
using System.Globalization;
using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Runtime;
using MLNet.WeightInit;

string folder = Directory.CreateTempSubdirectory("larger-than-memory-").FullName;
string file = Path.Combine(folder, "rides.csv"), binaryFile = Path.Combine(folder, "rides.idv");
WriteRides(file, rows: 200_000);

var mlContext = new MLContext(seed: 1);
mlContext.Log += (_, message) =>
{
    if (message.Kind == ChannelMessageKind.Warning || message.Kind == ChannelMessageKind.Info && message.Source.StartsWith("NeuralNet"))
        Console.WriteLine($"  {message.RawMessage}");
};

// README: stream
IDataView rides = mlContext.Data.LoadFromTextFile<Ride>(file, separatorChar: ',');
var options = new NeuralNetOptions
{
    LabelColumnName = "Fare",
    MemoryLimit = 2_000_000,                             // bytes; 2 GiB without this line, which is all that a file of 300 GB needs
    NumberOfEpochs = 5,
};
var preparation = mlContext.Transforms.Categorical.OneHotEncoding("Zone")
    .Append(mlContext.Transforms.Concatenate("Features", "Distance", "Hour", "Zone")).Fit(rides);
var model = mlContext.Regression.Trainers.NeuralNet(options).Fit(preparation.Transform(rides));
// README: end
Console.WriteLine(model.Model.History.StopReason);

var clock = Stopwatch.StartNew();
mlContext.Regression.Trainers.NeuralNet(options).Fit(preparation.Transform(rides));
TimeSpan fromText = clock.Elapsed;

// README: binary
using (FileStream stream = File.Create(binaryFile))
    mlContext.Data.SaveAsBinary(preparation.Transform(rides), stream);
IDataView prepared = mlContext.Data.LoadFromBinary(binaryFile);
var same = mlContext.Regression.Trainers.NeuralNet(options).Fit(prepared);
// README: end

clock.Restart();
mlContext.Regression.Trainers.NeuralNet(options).Fit(prepared);
Console.WriteLine($"""
    The same training, from text and transforms: {fromText.TotalSeconds:F1} s; from what they gave, saved once: {clock.Elapsed.TotalSeconds:F1} s.
    R² of both models: {mlContext.Regression.Evaluate(model.Transform(prepared), "Fare").RSquared:F3} and {mlContext.Regression.Evaluate(same.Transform(prepared), "Fare").RSquared:F3}.
    """);
Directory.Delete(folder, recursive: true);

static void WriteRides(string path, int rows)
{
    var random = new Random(1);
    using StreamWriter writer = File.CreateText(path);
    for (int row = 0; row < rows; row++)
    {
        double distance = 30 * random.NextDouble();
        int hour = random.Next(24), zone = random.Next(12);
        double fare = 3 + (1.2 + (hour is > 6 and < 10 ? 0.6 : 0)) * distance + (zone == 3 ? 5 : 0) + random.NextDouble();
        writer.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{fare:F2},{distance:F2},{hour},zone {zone}"));
    }
}

sealed class Ride
{
    [LoadColumn(0)]
    public float Fare { get; set; }

    [LoadColumn(1)]
    public float Distance { get; set; }

    [LoadColumn(2)]
    public float Hour { get; set; }

    [LoadColumn(3)]
    public string Zone { get; set; } = "";
}
