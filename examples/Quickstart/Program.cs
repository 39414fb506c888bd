// Trains a network on images of handwritten digits (8 × 8 grey levels), asks it whether its weights started well,
// shows what happens when they don't, and saves, loads and uses the model. Writes quickstart-report.md in the current folder.
using Microsoft.ML;
using Microsoft.ML.Data;
using MLNet.WeightInit;

// README: data
var mlContext = new MLContext(seed: 1);
IDataView digits = mlContext.Data.LoadFromTextFile<Digit>(
    Path.Combine(AppContext.BaseDirectory, "digits.csv"), separatorChar: ',', hasHeader: true);
var split = mlContext.Data.TrainTestSplit(digits, testFraction: 0.2, seed: 1);
// README: end

// README: pipeline
var pipeline = mlContext.Transforms.Conversion.MapValueToKey("Label")
    .Append(mlContext.Transforms.NeuralNet())
    .Append(mlContext.Transforms.Conversion.MapKeyToValue("PredictedLabel"));
var model = pipeline.Fit(split.TrainSet);
var metrics = mlContext.MulticlassClassification.Evaluate(model.Transform(split.TestSet));
// README: end

float[] trainLabels = [.. split.TrainSet.GetColumn<float>("Label")];
float[] testLabels = [.. split.TestSet.GetColumn<float>("Label")];
float majority = trainLabels.CountBy(label => label).MaxBy(entry => entry.Value).Key;
double baseline = testLabels.Count(label => label == majority) / (double)testLabels.Length;
Console.WriteLine($"Trained on {trainLabels.Length:N0} images, tested on {testLabels.Length:N0} others:");
Console.WriteLine($"  accuracy  {metrics.MicroAccuracy:P1}   (always saying {majority}: {baseline:P1})");
Console.WriteLine($"  log-loss  {metrics.LogLoss:F3}");

// README: report
InitializationReport report = mlContext.WeightInit.ReportOf(model)!;
Console.WriteLine(report);
// README: end

// README: history
TrainingHistory history = model.OfType<ISingleFeaturePredictionTransformer<INeuralNetModel>>().Single().Model.History;
int stride = Math.Max(1, history.Epochs.Count / 10);
foreach (EpochRecord epoch in history.Epochs.Where(epoch => (epoch.Epoch - 1) % stride == 0))
    Console.WriteLine($"epoch {epoch.Epoch,4}   loss {epoch.TrainingLoss,8:F4}   {Bar(epoch.TrainingLoss / history.Epochs[0].TrainingLoss)}");
Console.WriteLine(history.StopReason);
// README: end

// A good start matters most where there are many layers between the input and the loss.
Console.WriteLine();
Console.WriteLine("30 hidden ReLU layers of 64 units, SGD, 20 epochs. Only the initialization differs:");
var comparison = new List<string>();
foreach (string init in new[] { "He", "Glorot", "Normal(deviation=0.01)" })
{
    var options = new NeuralNetOptions
    {
        Init = init, HiddenLayers = Enumerable.Repeat(64, 30).ToArray(), Optimizer = "SGD", LearningRate = 0.02f, NumberOfEpochs = 20,
    };
    var deep = mlContext.Transforms.Conversion.MapValueToKey("Label").Append(mlContext.Transforms.NeuralNet(options)).Fit(split.TrainSet);
    double accuracy = mlContext.MulticlassClassification.Evaluate(deep.Transform(split.TestSet)).MicroAccuracy;
    Verdict verdict = deep.LastTransformer.Model.Initialization.Verdict;
    Console.WriteLine($"  {init,-22} accuracy {accuracy,6:P1}   verdict before the first step: {verdict}");
    comparison.Add($"| `{init}` | {accuracy:P1} | {verdict} |");
}

// README: save
string modelFile = Path.Combine(Path.GetTempPath(), "quickstart-model.zip");
mlContext.Model.Save(model, digits.Schema, modelFile);
ITransformer loaded = new MLContext().Model.Load(modelFile, out _);
var engine = mlContext.Model.CreatePredictionEngine<Digit, Prediction>(loaded);
// README: end
Digit image = mlContext.Data.CreateEnumerable<Digit>(split.TestSet, reuseRowObject: false).First();
Prediction prediction = engine.Predict(image);
Console.WriteLine();
Console.WriteLine($"Saved, loaded, and asked about one image: it is a {image.Label}, the model says {prediction.PredictedLabel} with probability {prediction.Score.Max():F3}.");

string reportFile = Path.GetFullPath("quickstart-report.md");
File.WriteAllText(reportFile, $"""
    # Quickstart

    Accuracy {metrics.MicroAccuracy:P1} on {testLabels.Length:N0} held-out images; always saying {majority} gives {baseline:P1}. {history.StopReason}

    {report.ToMarkdown()}

    ## Loss

    | epoch | training | validation |
    |---|---|---|
    {string.Join('\n', history.Epochs.Select(epoch => $"| {epoch.Epoch} | {epoch.TrainingLoss:F4} | {epoch.ValidationLoss:F4} |"))}

    ## 30 hidden layers, SGD

    | initialization | accuracy | verdict |
    |---|---|---|
    {string.Join('\n', comparison)}

    """);
Console.WriteLine($"Report: {reportFile}");

static string Bar(double share) => new('#', (int)Math.Ceiling(40 * Math.Clamp(share, 0, 1)));

sealed class Digit
{
    [LoadColumn(0)]
    public float Label { get; set; }

    [LoadColumn(1, 64), VectorType(64)]
    public float[] Features { get; set; } = [];
}

sealed class Prediction
{
    public float PredictedLabel { get; set; }
    public float[] Score { get; set; } = [];
}
