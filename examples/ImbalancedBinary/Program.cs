// One person-year in eighteen has 10 visits to a doctor or more (RAND Health Insurance Experiment). Finds them with and without class weights,
// shows what the weights change and what they don't, and stores a threshold in the model. To miss one is to cost as much as 10 false alarms.
using Microsoft.ML;
using Microsoft.ML.Data;
using MLNet.WeightInit;

var mlContext = new MLContext(seed: 1);
IDataView data = mlContext.Data.LoadFromTextFile<PersonYear>(Path.Combine(AppContext.BaseDirectory, "randhie.csv"), separatorChar: ',', hasHeader: true);
var labelled = mlContext.Transforms.Expression("Label", "visits => visits >= 10", "Visits").Fit(data).Transform(data);

// Half to train, a quarter to choose the threshold on, a quarter that nothing is chosen on.
var split = mlContext.Data.TrainTestSplit(labelled, testFraction: 0.25, seed: 1);
var inner = mlContext.Data.TrainTestSplit(split.TrainSet, testFraction: 1 / 3.0, seed: 2);
(IDataView train, IDataView validation, IDataView test) = (inner.TrainSet, inner.TestSet, split.TestSet);
bool[] trainLabels = [.. train.GetColumn<bool>("Label")];
double positives = trainLabels.Count(label => label), negatives = trainLabels.Length - positives;
Console.WriteLine($"{trainLabels.Length:N0} person-years to train on, of which {positives / trainLabels.Length:P1} have 10 visits or more. A model that knows nothing has an AUPRC of that share.");
Console.WriteLine();
Console.WriteLine("class weights   AUPRC   AUC     mean probability   actual share   cost at probability 0.5   cost at the chosen threshold");

ITransformer? chosen = null;
float chosenThreshold = 0;
foreach (ClassWeights? weights in new[] { null, ClassWeights.Balanced })
{
    // README: weights
    var options = new NeuralNetOptions { HiddenLayers = [32, 16], ClassWeights = weights };
    var model = mlContext.BinaryClassification.Trainers.NeuralNet(options).Fit(train, validation);
    // README: end

    // README: threshold
    float threshold = BestThreshold(model.Transform(validation));
    var withThreshold = mlContext.BinaryClassification.ChangeModelThreshold(model, threshold);
    // README: end

    IDataView scored = model.Transform(test);
    var metrics = mlContext.BinaryClassification.Evaluate(scored);
    double predicted = scored.GetColumn<float>("Probability").Average(), actual = scored.GetColumn<bool>("Label").Average(label => label ? 1 : 0);
    Console.WriteLine($"{weights?.ToString() ?? "none",-13}   {metrics.AreaUnderPrecisionRecallCurve:F3}   {metrics.AreaUnderRocCurve:F3}   {predicted,16:P1}   {actual,12:P1}   {Cost(scored),23}   {Cost(withThreshold.Transform(test)),28}");
    if (weights is null)
    {
        (chosen, chosenThreshold) = (withThreshold, threshold);
        continue;
    }

    // README: calibration
    double shift = Math.Log(negatives / positives);            // ln(weight of true / weight of false), for balanced weights
    double unweighted = scored.GetColumn<float>("Score").Average(score => 1 / (1 + Math.Exp(shift - score)));
    // README: end
    Console.WriteLine();
    Console.WriteLine($"""
        Costs are in false alarms per 1,000 person-years, with their standard error; never saying yes costs 10 a positive.

        The areas look at the order of the rows only, and weights change that little. What they change is the probabilities: with balanced weights the model
        answers for a population of which half are positive. Taking ln(weight of true / weight of false) = {shift:F2} off its scores gives a mean of {unweighted:P1} back.
        At probability 0.5 the plain model finds almost nobody. A threshold that was chosen on validation data mends that as the weights do, fits what a miss costs,
        and leaves the probabilities alone.
        """);
}

// README: store
string file = Path.Combine(Path.GetTempPath(), "imbalanced-model.zip");
mlContext.Model.Save(chosen, labelled.Schema, file);
ITransformer loaded = new MLContext().Model.Load(file, out _);
// README: end
string before = Cost(chosen!.Transform(test)), after = Cost(loaded.Transform(test));
Console.WriteLine();
Console.WriteLine($"The threshold is saved with the model: cost {before} before, {after} after loading, where scores above {chosenThreshold:F2} mean yes.");

// The score above which the answer is yes, such that false alarms + 10 × misses is lowest.
static float BestThreshold(IDataView scored)
{
    float[] scores = [.. scored.GetColumn<float>("Score")];
    bool[] labels = [.. scored.GetColumn<bool>("Label")];
    Array.Sort(scores, labels);
    int misses = labels.Count(label => label), alarms = 0;
    (double best, float threshold) = (10 * misses, float.MaxValue);
    for (int i = scores.Length - 1; i > 0; i--)
    {
        (misses, alarms) = labels[i] ? (misses - 1, alarms) : (misses, alarms + 1);
        if (alarms + 10 * misses < best && scores[i] > scores[i - 1])
            (best, threshold) = (alarms + 10 * misses, (scores[i] + scores[i - 1]) / 2);
    }
    return threshold;
}

// Of the predicted labels: the metrics of ML.NET's Evaluate cut the scores at 0, whatever the model's threshold is.
static string Cost(IDataView scored)
{
    double[] costs = [.. scored.GetColumn<bool>("PredictedLabel").Zip(scored.GetColumn<bool>("Label"), (answer, label) => answer == label ? 0.0 : label ? 10 : 1)];
    double mean = costs.Average(), error = Math.Sqrt(costs.Average(cost => (cost - mean) * (cost - mean)) / costs.Length);
    return $"{1_000 * mean:F0} ± {1_000 * error:F0}";
}

sealed class PersonYear
{
    [LoadColumn(0)]
    public float Visits { get; set; }

    [LoadColumn(1, 9), VectorType(9)]
    public float[] Features { get; set; } = [];
}
