// Trains on images of handwritten digits, watches other images meanwhile and stops when these get no better; says how far it is, stops at Ctrl+C with the best model so far,
// and writes the learning curve. Writes digits-history.csv and digits-history.json in the current folder.
using Microsoft.ML;
using Microsoft.ML.Data;
using MLNet.WeightInit;

var mlContext = new MLContext(seed: 1);
IDataView digits = mlContext.Data.LoadFromTextFile<Digit>(
    Path.Combine(AppContext.BaseDirectory, "digits.csv"), separatorChar: ',', hasHeader: true);
var held = mlContext.Data.TrainTestSplit(digits, testFraction: 0.2, seed: 1);
var parts = mlContext.Data.TrainTestSplit(held.TrainSet, testFraction: 0.2, seed: 1);
(IDataView train, IDataView validation, IDataView test) = (parts.TrainSet, parts.TestSet, held.TestSet);

// README: cancel
using var stop = new CancellationTokenSource();
Console.CancelKeyPress += (_, pressed) => { pressed.Cancel = true; stop.Cancel(); };
// README: end

// README: options
var options = new NeuralNetOptions
{
    NumberOfEpochs = 500,                                // at most
    Metric = "Accuracy",                                 // what decides; without it the validation loss does
    Patience = 20,
    MinimumImprovement = 0.001,
    MaximumDuration = TimeSpan.FromMinutes(10),
    Progress = new ConsoleProgress(),
    CancellationToken = stop.Token,                      // the best model so far; OnCancel = CancelledTraining.Throw gives none
};
// README: end

// README: log
mlContext.Log += (_, message) =>
{
    if (message.Kind >= Microsoft.ML.Runtime.ChannelMessageKind.Warning)
        Console.WriteLine($"{message.Kind}: {message.RawMessage}");
};
// README: end

// README: chain
var preparation = mlContext.Transforms.Conversion.MapValueToKey("Label").Fit(train);
var network = mlContext.MulticlassClassification.Trainers.NeuralNet(options)
    .Fit(preparation.Transform(train), preparation.Transform(validation));
var names = mlContext.Transforms.Conversion.MapKeyToValue("PredictedLabel").Fit(network.Transform(preparation.Transform(train)));
ITransformer model = preparation.Append(network).Append(names);
// README: end

// README: history
TrainingHistory history = network.Model.History;
Console.WriteLine(history.StopReason);
EpochRecord best = history.Epochs[history.BestEpoch - 1];
Console.WriteLine($"best epoch {best.Epoch}: validation loss {best.ValidationLoss:F3}, {history.Metric} {best.ValidationMetric:P1}");
File.WriteAllText("digits-history.csv", history.ToCsv(timings: true));
File.WriteAllText("digits-history.json", history.ToJson());
// README: end
Console.WriteLine($"accuracy on {test.GetColumn<float>("Label").Count()} images that neither training nor stopping saw: {mlContext.MulticlassClassification.Evaluate(model.Transform(test)).MicroAccuracy:P1}");

// README: progress
sealed class ConsoleProgress : IProgress<EpochProgress>
{
    public void Report(EpochProgress value)
    {
        if (!value.IsEpochEnd)
            Console.WriteLine($"epoch {value.Epoch}, batch {value.Batch} of {value.Batches}: loss {value.TrainingLoss:F3}, {value.RowsPerSecond:N0} rows a second");
        else if (value.Epoch % 10 == 0)
            Console.WriteLine($"epoch {value.Epoch} of at most {value.Epochs}: loss {value.TrainingLoss:F3}, held out {value.ValidationLoss:F3}, {value.ValidationMetric:P1}; at most {value.TimeLeft:m\\:ss} left");
    }
}
// README: end

sealed class Digit
{
    [LoadColumn(0)]
    public float Label { get; set; }

    [LoadColumn(1, 64), VectorType(64)]
    public float[] Features { get; set; } = [];
}
