// Several values at once: one network predicts weight, waist and pulse from three exercises (20 men, M. Tenenhaus 1998).
// Several labels at once: one network says of an image of a digit whether the digit is even, prime, and drawn with a loop.
using Microsoft.ML;
using Microsoft.ML.Data;
using MLNet.WeightInit;

var mlContext = new MLContext(seed: 1);

// README: values
IDataView men = mlContext.Data.LoadFromTextFile<Man>(
    Path.Combine(AppContext.BaseDirectory, "linnerud.csv"), separatorChar: ',', hasHeader: true);
var label = mlContext.Transforms.Concatenate("Label", nameof(Man.Weight), nameof(Man.Waist), nameof(Man.Pulse));
var pipeline = label.Append(mlContext.Transforms.NeuralNet(hiddenLayers: [8], activation: "Tanh"));
// README: end

// 20 rows are few: every man is scored by a network that did not see him, and all are measured together.
var scored = new List<ScoredMan>();
foreach (var fold in mlContext.Data.CrossValidationSplit(men, numberOfFolds: 10, seed: 1))
    scored.AddRange(mlContext.Data.CreateEnumerable<ScoredMan>(pipeline.Fit(fold.TrainSet).Transform(fold.TestSet), reuseRowObject: false));
IDataView scoredMen = mlContext.Data.LoadFromEnumerable(scored);

Console.WriteLine("Weight, waist and pulse of a man by a network that has not seen him (an R² of 0 is as good as the average of all):");
Console.WriteLine();
// README: measure
MultiOutputRegressionMetrics metrics = mlContext.Regression.EvaluateMultiOutput(label.Fit(scoredMen).Transform(scoredMen));
Console.WriteLine(metrics);
// README: end
Console.WriteLine();
Console.WriteLine("With 20 men to learn from, chin-ups, sit-ups and jumps say hardly more of a man than the average does.");
Console.WriteLine();
Console.WriteLine("Is a digit even, is it prime, is it drawn with a loop? One network answers all three, on images it has not seen:");
Console.WriteLine();

// README: labels
IDataView images = mlContext.Data.LoadFromTextFile<Digit>(
    Path.Combine(AppContext.BaseDirectory, "digits.csv"), separatorChar: ',', hasHeader: true);
IEnumerable<TaggedDigit> tagged = mlContext.Data.CreateEnumerable<Digit>(images, reuseRowObject: false).Select(digit => new TaggedDigit
{
    Number = digit.Number,
    Features = digit.Features,
    Even = digit.Number % 2 == 0,
    Prime = digit.Number is 2 or 3 or 5 or 7,
    Loop = digit.Number is 0 or 6 or 8 or 9,
});
var split = mlContext.Data.TrainTestSplit(mlContext.Data.LoadFromEnumerable(tagged.ToArray()), testFraction: 0.2, seed: 1);
var tagger = mlContext.Transforms.Concatenate("Label", nameof(TaggedDigit.Even), nameof(TaggedDigit.Prime), nameof(TaggedDigit.Loop))
    .Append(mlContext.Transforms.NeuralNet());
var model = tagger.Fit(split.TrainSet);
Console.WriteLine(mlContext.MultilabelClassification.Evaluate(model.Transform(split.TestSet)));
// README: end

string modelFile = Path.Combine(Path.GetTempPath(), "multilabel-model.zip");
mlContext.Model.Save(model, split.TrainSet.Schema, modelFile);
using var engine = mlContext.Model.CreatePredictionEngine<TaggedDigit, Tags>(new MLContext().Model.Load(modelFile, out _));
TaggedDigit image = mlContext.Data.CreateEnumerable<TaggedDigit>(split.TestSet, reuseRowObject: false).First();
Tags tags = engine.Predict(image);
Console.WriteLine();
Console.WriteLine($"Saved, loaded again and asked about one image of a {image.Number}: even {tags.Probability[0]:P0}, prime {tags.Probability[1]:P0}, drawn with a loop {tags.Probability[2]:P0}.");

class Man
{
    [LoadColumn(0)]
    public float Weight { get; set; }

    [LoadColumn(1)]
    public float Waist { get; set; }

    [LoadColumn(2)]
    public float Pulse { get; set; }

    /// <summary>Chin-ups, sit-ups, jumps.</summary>
    [LoadColumn(3, 5), VectorType(3)]
    public float[] Features { get; set; } = [];
}

sealed class ScoredMan : Man
{
    [VectorType(3)]
    public float[] Score { get; set; } = [];
}

class Digit
{
    [LoadColumn(0)]
    public float Number { get; set; }

    [LoadColumn(1, 64), VectorType(64)]
    public float[] Features { get; set; } = [];
}

sealed class TaggedDigit : Digit
{
    public bool Even { get; set; }
    public bool Prime { get; set; }
    public bool Loop { get; set; }
}

sealed class Tags
{
    public bool[] PredictedLabel { get; set; } = [];
    public float[] Probability { get; set; } = [];
}
