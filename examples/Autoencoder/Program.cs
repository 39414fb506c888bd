// A network draws images of digits again from 12 numbers each, and those numbers tell the digits apart.
// Another has only seen benign tumours, and knows the malignant ones by what it can't reconstruct.
using System.Globalization;
using Microsoft.ML;
using Microsoft.ML.Data;
using MLNet.WeightInit;

var mlContext = new MLContext(seed: 1);

// README: reconstruct
IDataView images = mlContext.Data.LoadFromTextFile<Digit>(
    Path.Combine(AppContext.BaseDirectory, "digits.csv"), separatorChar: ',', hasHeader: true);
var split = mlContext.Data.TrainTestSplit(images, testFraction: 0.2, seed: 1);
var autoencoder = mlContext.Transforms.NeuralNet(new NeuralNetOptions
{
    LabelColumnName = "Features",
    FeatureColumnName = "Features",
    HiddenLayers = [64, 12, 64],
    Activation = "SiLU",
});
IDataView redrawn = autoencoder.Fit(split.TrainSet).Transform(split.TestSet);
float error = redrawn.GetColumn<float>("ReconstructionError").Average();
// README: end
Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"64 pixels of images that the network has not seen, drawn again from 12 numbers: mean squared error {error:F2} of a pixel's variance."));
Console.WriteLine();
Redrawn first = mlContext.Data.CreateEnumerable<Redrawn>(redrawn, reuseRowObject: false).First();
for (int line = 0; line < 8; line++)
    Console.WriteLine($"  {Ink(first.Features, line)}    {Ink(first.Score, line)}");
Console.WriteLine();

// README: embedding
var classifier = mlContext.Transforms.Conversion.MapValueToKey("Label", nameof(Digit.Number))
    .Append(autoencoder)
    .Append(mlContext.MulticlassClassification.Trainers.LbfgsMaximumEntropy(featureColumnName: "Embedding"));
var classified = mlContext.MulticlassClassification.Evaluate(classifier.Fit(split.TrainSet).Transform(split.TestSet));
// README: end
Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"A linear classifier on these 12 numbers knows {classified.MicroAccuracy:P1} of the digits."));
Console.WriteLine();

// README: anomalies
IDataView tumours = mlContext.Data.LoadFromTextFile<Tumour>(
    Path.Combine(AppContext.BaseDirectory, "breast_cancer.csv"), separatorChar: ',', hasHeader: true);
var cases = mlContext.Data.TrainTestSplit(tumours, testFraction: 0.3, seed: 1);
IDataView benign = mlContext.Data.FilterRowsByColumn(cases.TrainSet, nameof(Tumour.Malignant), upperBound: 1);    // malignant is 1
var detector = mlContext.Transforms.NeuralNet(new NeuralNetOptions
{
    LabelColumnName = "Features",
    HiddenLayers = [6],
    Activation = "Tanh",
    TiedWeights = true,
}).Fit(benign);

// One benign case in twenty is to be alarming.
float[] usual = [.. detector.Transform(benign).GetColumn<float>("ReconstructionError").Order()];
string limit = usual[usual.Length * 19 / 20].ToString(CultureInfo.InvariantCulture);
IDataView judged = detector.Append(mlContext.Transforms.Expression("PredictedLabel", $"error => error > {limit}f", "ReconstructionError").Fit(detector.Transform(benign)))
    .Transform(cases.TestSet);
AnomalyDetectionMetrics found = mlContext.AnomalyDetection.Evaluate(judged, nameof(Tumour.Malignant), "ReconstructionError", falsePositiveCount: 5);
// README: end
Console.WriteLine("An autoencoder of benign tumours only, asked about others: the larger the reconstruction error, the more alarming.");
Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"  Area under the ROC curve  {found.AreaUnderRocCurve:F3}"));
Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"  Malignant cases that are more alarming than all but five benign ones: {found.DetectionRateAtFalsePositiveCount:P0}"));
foreach (bool malignant in (bool[])[true, false])
{
    bool[] alarms = [.. mlContext.Data.CreateEnumerable<Judged>(judged, reuseRowObject: false).Where(judgement => judgement.Malignant == (malignant ? 1 : 0)).Select(judgement => judgement.PredictedLabel)];
    Console.WriteLine($"  {(malignant ? "Malignant" : "Benign")}: an alarm in {alarms.Count(alarm => alarm)} of {alarms.Length} cases");
}

/// <summary>One line of an image, with more ink where more is.</summary>
static string Ink(float[] pixels, int line) => string.Concat(pixels.AsSpan(8 * line, 8).ToArray().Select(ink => " .:-=+*#%@"[(int)Math.Clamp(ink / 16 * 9, 0, 9)]).SelectMany(ink => new[] { ink, ink }));

class Digit
{
    [LoadColumn(0)]
    public float Number { get; set; }

    [LoadColumn(1, 64), VectorType(64)]
    public float[] Features { get; set; } = [];
}

sealed class Redrawn : Digit
{
    [VectorType(64)]
    public float[] Score { get; set; } = [];
}

class Tumour
{
    [LoadColumn(0)]
    public float Malignant { get; set; }

    [LoadColumn(1, 30), VectorType(30)]
    public float[] Features { get; set; } = [];
}

sealed class Judged : Tumour
{
    public bool PredictedLabel { get; set; }
}
