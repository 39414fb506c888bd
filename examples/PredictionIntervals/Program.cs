// A prediction with an interval: one network gives the median and the bounds between which eight patients of ten are to lie
// (progression of diabetes within a year, 442 patients, Efron et al. 2004).
using Microsoft.ML;
using Microsoft.ML.Data;
using MLNet.WeightInit;

var mlContext = new MLContext(seed: 1);
IDataView patients = mlContext.Data.LoadFromTextFile<Patient>(
    Path.Combine(AppContext.BaseDirectory, "diabetes.csv"), separatorChar: ',', hasHeader: true);

// README: quantiles
var trainer = mlContext.Transforms.NeuralNet(new NeuralNetOptions
{
    Loss = LossFunction.Quantiles(0.1, 0.5, 0.9),
    HiddenLayers = [32],
});
// README: end

// Every patient is scored by a network that did not see him, and all are measured together.
var scored = new List<ScoredPatient>();
foreach (var fold in mlContext.Data.CrossValidationSplit(patients, numberOfFolds: 5, seed: 1))
    scored.AddRange(mlContext.Data.CreateEnumerable<ScoredPatient>(trainer.Fit(fold.TrainSet).Transform(fold.TestSet), reuseRowObject: false));

Console.WriteLine("Progression of diabetes, predicted for patients that the network has not seen:");
Console.WriteLine();
// README: evaluate
IDataView all = mlContext.Data.LoadFromEnumerable(scored);
QuantileRegressionMetrics metrics = mlContext.Regression.EvaluateQuantiles(all, levels: [0.1, 0.5, 0.9]);
RegressionMetrics ofMedian = mlContext.Regression.Evaluate(all, scoreColumnName: "Median");
Console.WriteLine(metrics);
Console.WriteLine($"mean absolute error of the median: {ofMedian.MeanAbsoluteError:F1}");
// README: end

string modelFile = Path.Combine(Path.GetTempPath(), "interval-model.zip");
mlContext.Model.Save(trainer.Fit(patients), patients.Schema, modelFile);
using var engine = mlContext.Model.CreatePredictionEngine<Patient, Interval>(new MLContext().Model.Load(modelFile, out _));
Patient patient = mlContext.Data.CreateEnumerable<Patient>(patients, reuseRowObject: false).First();
Interval interval = engine.Predict(patient);
Console.WriteLine();
Console.WriteLine($"Saved, loaded again and asked about one patient: {interval.Median:F0}, and with a chance of eight in ten between {interval.Score[0]:F0} and {interval.Score[2]:F0}.");

class Patient
{
    [LoadColumn(0)]
    public float Label { get; set; }

    [LoadColumn(1, 10), VectorType(10)]
    public float[] Features { get; set; } = [];
}

sealed class ScoredPatient : Patient
{
    [VectorType(3)]
    public float[] Score { get; set; } = [];
    public float Median { get; set; }
}

sealed class Interval
{
    public float[] Score { get; set; } = [];
    public float Median { get; set; }
}
