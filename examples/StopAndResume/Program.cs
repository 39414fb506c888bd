// Trains a network that may be stopped at any time, by Ctrl+C or a power cut: run the program again, and it goes on where it was.
// Then trains the finished model further on rows that came later. Writes digits.checkpoint and digits.zip in the current folder.
using Microsoft.ML;
using Microsoft.ML.Data;
using MLNet.WeightInit;

var mlContext = new MLContext(seed: 1);
IDataView digits = mlContext.Data.LoadFromTextFile<Digit>(
    Path.Combine(AppContext.BaseDirectory, "digits.csv"), separatorChar: ',', hasHeader: true);
IDataView rows = mlContext.Transforms.Conversion.MapValueToKey("Label").Fit(digits).Transform(digits);
var held = mlContext.Data.TrainTestSplit(rows, testFraction: 0.2, seed: 1);
var parts = mlContext.Data.TrainTestSplit(held.TrainSet, testFraction: 0.7, seed: 1);
(IDataView early, IDataView late, IDataView test) = (parts.TrainSet, parts.TestSet, held.TestSet);

// README: checkpoint
using var stop = new CancellationTokenSource();
Console.CancelKeyPress += (_, pressed) => { pressed.Cancel = true; stop.Cancel(); };
var options = new NeuralNetOptions
{
    NumberOfEpochs = 100,
    CheckpointPath = "digits.checkpoint",
    CancellationToken = stop.Token,
    OnCancel = CancelledTraining.Throw,
    Progress = new Announcement(),
};
MulticlassPredictionTransformer<NeuralNetMulticlassModelParameters> model;
try
{
    model = mlContext.MulticlassClassification.Trainers.NeuralNet(options).Fit(early);
}
catch (OperationCanceledException)
{
    Console.WriteLine("Stopped. Run the program again to go on.");
    return;
}
mlContext.Model.Save(model, early.Schema, "digits.zip");
File.Delete("digits.checkpoint");                        // else the next run would find the finished training and give its model again
// README: end

// README: continue
var loaded = (ISingleFeaturePredictionTransformer<INeuralNetModel>)mlContext.Model.Load("digits.zip", out _);
var further = mlContext.Transforms.NeuralNet(numberOfEpochs: 20).Fit(late, loaded.Model);
// README: end

Console.WriteLine($"""
    accuracy on {Count(test)} images that neither training saw:
      after the first {Count(early),4} images  {mlContext.MulticlassClassification.Evaluate(model.Transform(test)).MicroAccuracy:P1}
      and {Count(late),4} more            {mlContext.MulticlassClassification.Evaluate(further.Transform(test)).MicroAccuracy:P1}
    """);

static int Count(IDataView rows) => rows.GetColumn<uint>("Label").Count();

sealed class Announcement : IProgress<EpochProgress>
{
    public void Report(EpochProgress value)
    {
        if (value.Epoch % 10 == 0)
            Console.WriteLine($"epoch {value.Epoch,3} of {value.Epochs}: loss {value.TrainingLoss:F4}");
    }
}

sealed class Digit
{
    [LoadColumn(0)]
    public float Label { get; set; }

    [LoadColumn(1, 64), VectorType(64)]
    public float[] Features { get; set; } = [];
}
