// Tells from a dictionary's definition of a noun whether it is an animal, a food, a part of the body …: text as sparse features.
// 1,600 definitions from WordNet; FeaturizeText makes some 18,000 features of them, of which a definition has fewer than 1 %.
using Microsoft.ML;
using Microsoft.ML.Data;
using MLNet.WeightInit;

// README: pipeline
var mlContext = new MLContext(seed: 1);
IDataView glosses = mlContext.Data.LoadFromTextFile<Gloss>(Path.Combine(AppContext.BaseDirectory, "glosses.tsv"), hasHeader: true);
var split = mlContext.Data.TrainTestSplit(glosses, testFraction: 0.2, seed: 1);
var text = mlContext.Transforms.Text.FeaturizeText("Features", nameof(Gloss.Definition))
    .Append(mlContext.Transforms.Conversion.MapValueToKey("Label", nameof(Gloss.Field)));
var model = text
    .Append(mlContext.Transforms.NeuralNet())
    .Append(mlContext.Transforms.Conversion.MapKeyToValue("PredictedLabel"))
    .Fit(split.TrainSet);
MulticlassClassificationMetrics metrics = mlContext.MulticlassClassification.Evaluate(model.Transform(split.TestSet));
// README: end

var linear = text.Append(mlContext.MulticlassClassification.Trainers.SdcaMaximumEntropy()).Fit(split.TrainSet);
MulticlassClassificationMetrics linearMetrics = mlContext.MulticlassClassification.Evaluate(linear.Transform(split.TestSet));
var trained = model.OfType<ISingleFeaturePredictionTransformer<INeuralNetModel>>().Single();
Console.WriteLine($"""
    Definitions of {split.TrainSet.GetColumn<string>(nameof(Gloss.Field)).Distinct().Count()} fields, {trained.Model.Network.Inputs:N0} features of a text; on definitions that weren't trained on:
      network       accuracy {metrics.MicroAccuracy:P1}, log-loss {metrics.LogLoss:F3}
      linear model  accuracy {linearMetrics.MicroAccuracy:P1}, log-loss {linearMetrics.LogLoss:F3}
    {trained.Model.History.StopReason}
    """);

// README: verdict
InitializationReport report = mlContext.WeightInit.ReportOf(model)!;
Console.WriteLine($"How the weights started: {report.Verdict}.");
foreach (Finding finding in report.Findings)
    Console.WriteLine($"  {finding.Evidence}");
// README: end

// README: file
string file = Path.Combine(Path.GetTempPath(), "glosses.zip");
mlContext.Model.Save(model, glosses.Schema, file);
ITransformer loaded = mlContext.Model.Load(file, out _);
var engine = mlContext.Model.CreatePredictionEngine<Gloss, Answer>(loaded);
foreach (string definition in (string[])["small brown bird that sings at night", "a sweet cake with nuts and honey", "someone who mends shoes"])
    Console.WriteLine($"{definition}: {engine.Predict(new Gloss { Definition = definition }).PredictedLabel}");
// README: end

sealed class Gloss
{
    [LoadColumn(0)]
    public string Field { get; set; } = "";

    [LoadColumn(1)]
    public string Definition { get; set; } = "";
}

sealed class Answer
{
    public string PredictedLabel { get; set; } = "";
}
