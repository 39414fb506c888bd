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
Console.WriteLine($"""
    Trained on {trainLabels.Length:N0} images of handwritten digits, tested on {testLabels.Length:N0} others:
      accuracy  {metrics.MicroAccuracy:P1}   (always answering {majority} would reach {baseline:P1})
      log-loss  {metrics.LogLoss:F3}

    How the weights started, measured before the first step:

    """);
// README: report
InitializationReport report = mlContext.WeightInit.ReportOf(model)!;
Console.WriteLine(report);
// README: end

Console.WriteLine();
Console.WriteLine("How the loss fell:");
// README: history
TrainingHistory history = model.OfType<ISingleFeaturePredictionTransformer<INeuralNetModel>>().Single().Model.History;
foreach (EpochRecord epoch in history.Epochs.Where(epoch => int.IsPow2(epoch.Epoch) || epoch.Epoch == history.Epochs.Count))
    Console.WriteLine($"  epoch {epoch.Epoch,3}   training {epoch.TrainingLoss:F3}   held out {epoch.ValidationLoss:F3}   {Bar(epoch.ValidationLoss)}");
Console.WriteLine(history.StopReason);
// README: end

// Few layers and Adam forgive a bad start. Many layers and plain gradient descent with momentum show what it costs.
Console.WriteLine();
Console.WriteLine("Why it matters: 30 hidden layers, in which only the initialization differs.");
var comparison = new List<string>();
foreach (string init in new[] { "He", "Glorot", "Normal(deviation=0.01)" })
{
    var options = new NeuralNetOptions
    {
        Init = init, HiddenLayers = Enumerable.Repeat(64, 30).ToArray(), Optimizer = "Momentum", LearningRate = 0.002f, NumberOfEpochs = 40,
    };
    var deep = mlContext.Transforms.Conversion.MapValueToKey("Label").Append(mlContext.Transforms.NeuralNet(options)).Fit(split.TrainSet);
    double accuracy = mlContext.MulticlassClassification.Evaluate(deep.Transform(split.TestSet)).MicroAccuracy;
    Verdict verdict = deep.LastTransformer.Model.Initialization.Verdict;
    Console.WriteLine($"  {init,-22}   accuracy {accuracy,6:P1}   its report: {verdict}");
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
Console.WriteLine($"Saved, loaded again and asked about one image of a {image.Label}: the model answers {prediction.PredictedLabel}, with a probability of {prediction.Score.Max():P0}.");

string reportFile = Path.GetFullPath("quickstart-report.md");
File.WriteAllText(reportFile, $"""
    # Quickstart

    Accuracy {metrics.MicroAccuracy:P1} on {testLabels.Length:N0} test images; always answering {majority} would reach {baseline:P1}. {history.StopReason}

    {report.ToMarkdown()}

    ## Loss

    | epoch | training | held out |
    |---|---|---|
    {string.Join('\n', history.Epochs.Select(epoch => $"| {epoch.Epoch} | {epoch.TrainingLoss:F4} | {epoch.ValidationLoss:F4} |"))}

    ## 30 hidden layers of 64 units, Momentum, 40 epochs

    | initialization | accuracy | verdict |
    |---|---|---|
    {string.Join('\n', comparison)}

    """);
Console.WriteLine($"All figures: {reportFile}");

static string Bar(double? loss) => new('#', (int)Math.Clamp(20 * loss ?? 0, 0, 60));

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
