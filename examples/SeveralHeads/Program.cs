// Three labels of three kinds in one Fit: from the sepals of an iris one network predicts its species (a key), the length of its petals (a number) and whether they are broad (yes or no).
using Microsoft.ML;
using Microsoft.ML.Data;
using MLNet.WeightInit;

var mlContext = new MLContext(seed: 1);
IDataView irises = mlContext.Data.LoadFromTextFile<Iris>(
    Path.Combine(AppContext.BaseDirectory, "iris.csv"), separatorChar: ',', hasHeader: true);
var flowers = mlContext.Data.CreateEnumerable<Iris>(irises, reuseRowObject: false)
    .Select(iris => new Flower { Species = iris.Species, Sepals = [iris.SepalLength, iris.SepalWidth], PetalLength = iris.PetalLength, HasBroadPetals = iris.PetalWidth > 1.5f });
var split = mlContext.Data.TrainTestSplit(mlContext.Data.LoadFromEnumerable(flowers.ToArray()), testFraction: 0.3, seed: 1);

// README: heads
var pipeline = mlContext.Transforms.Conversion.MapValueToKey("Species")
    .Append(mlContext.Transforms.NeuralNet(new NeuralNetOptions
    {
        FeatureColumnName = "Sepals",
        Heads = ["Species", new NeuralNetHead("PetalLength") { Loss = "Huber", LossWeight = 2 }, "HasBroadPetals"],
        HiddenLayers = [32],
    }))
    .Append(mlContext.Transforms.Conversion.MapKeyToValue("PredictedSpecies", "Species.PredictedLabel"));
var model = pipeline.Fit(split.TrainSet);
// README: end

// README: history
TrainingHistory history = model.OfType<IPredictionTransformer<INeuralNetModel>>().Single().Model.History;
foreach (HeadRecord head in history.Epochs[history.BestEpoch - 1].Heads)
    Console.WriteLine($"{head.LabelColumnName}: loss {head.ValidationLoss:F2}, {head.Metric} {head.ValidationMetric:F2} on rows that were left out");
// README: end

// README: evaluate
IDataView scored = model.Transform(split.TestSet);
var species = mlContext.MulticlassClassification.Evaluate(scored, "Species", "Species.Score", "Species.PredictedLabel");
var length = mlContext.Regression.Evaluate(scored, "PetalLength", "PetalLength.Score");
var broad = mlContext.BinaryClassification.Evaluate(scored, "HasBroadPetals", "HasBroadPetals.Score", "HasBroadPetals.Probability", "HasBroadPetals.PredictedLabel");
Console.WriteLine($"species right in {species.MicroAccuracy:P0}, length of petals off by {length.MeanAbsoluteError:F2} cm, broad or not right in {broad.Accuracy:P0} of flowers that were not trained on");
// README: end

string modelFile = Path.Combine(Path.GetTempPath(), "heads-model.zip");
mlContext.Model.Save(model, split.TrainSet.Schema, modelFile);
using var engine = mlContext.Model.CreatePredictionEngine<Flower, Prediction>(new MLContext().Model.Load(modelFile, out _));
Prediction prediction = engine.Predict(new Flower { Sepals = [6.3f, 3.3f] });
Console.WriteLine($"Saved, loaded again and asked about sepals of 6.3 × 3.3 cm: {prediction.Species}, petals of {prediction.PetalLength:F1} cm, broad with a chance of {prediction.BroadPetals:P0}.");

sealed class Iris
{
    [LoadColumn(0)]
    public string Species { get; set; } = "";

    [LoadColumn(1)]
    public float SepalLength { get; set; }

    [LoadColumn(2)]
    public float SepalWidth { get; set; }

    [LoadColumn(3)]
    public float PetalLength { get; set; }

    [LoadColumn(4)]
    public float PetalWidth { get; set; }
}

sealed class Flower
{
    public string Species { get; set; } = "";

    /// <summary>Length and width, in cm.</summary>
    [VectorType(2)]
    public float[] Sepals { get; set; } = [];
    public float PetalLength { get; set; }
    public bool HasBroadPetals { get; set; }
}

// README: prediction
sealed class Prediction
{
    [ColumnName("PredictedSpecies")]
    public string Species { get; set; } = "";

    [ColumnName("PetalLength.Score")]
    public float PetalLength { get; set; }

    [ColumnName("HasBroadPetals.Probability")]
    public float BroadPetals { get; set; }
}
// README: end
