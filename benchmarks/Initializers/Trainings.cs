using Microsoft.ML;
using Microsoft.ML.Data;
using MLNet.WeightInit;

namespace Initializers;

/// <summary>How poor is an initializer that is poor with ReLU? Trainings on digits by depth and optimizer.</summary>
static class Trainings
{
    const int Epochs = 20, Seeds = 3;

    static readonly string[] s_initializers = ["auto", "he", "looks_linear", "orthogonal(gain=1.4142135)", "glorot", "lecun", "pytorch_default", "normal(deviation=0.05)", "normal(deviation=0.01)"];
    static readonly int[] s_depths = [2, 10, 30];
    static readonly (string Optimizer, float Rate)[] s_optimizers = [("SGD", 0.05f), ("Momentum", 0.01f), ("Adam", 0.001f)];

    public static void Print()
    {
        Console.WriteLine($"""
            ## What it means for ReLU

            Digits (8 × 8 pixels, ten classes, a fifth of the rows for the test), hidden layers of 64 ReLU units, batches of 32, {Epochs} epochs without early stopping: accuracy on the test rows in percent, the mean of {Seeds} seeds and, where they
            differ by more than 5, the range. 7 % is what one class for all rows gets.

            """);
        string[] columns = [.. s_depths.SelectMany(depth => s_optimizers.Select(optimizer => $"{depth} layers, {optimizer.Optimizer} {optimizer.Rate}"))];
        Console.WriteLine($"| initializer | {string.Join(" | ", columns)} |");
        Console.WriteLine($"|---|{string.Concat(columns.Select(_ => "---|"))}");
        var context = new MLContext(seed: 1);
        IDataView digits = context.Data.LoadFromTextFile(Path.Combine(AppContext.BaseDirectory, "data", "digits.csv"),
            [new TextLoader.Column("Number", DataKind.Single, 0), new TextLoader.Column("Features", DataKind.Single, 1, 64)], separatorChar: ',', hasHeader: true);
        IDataView rows = context.Data.Cache(context.Transforms.Conversion.MapValueToKey("Label", "Number").Fit(digits).Transform(digits));
        var split = context.Data.TrainTestSplit(rows, testFraction: 0.2, seed: 1);
        foreach (string initializer in s_initializers)
            Console.WriteLine($"| `{initializer}` |{string.Concat(s_depths.SelectMany(depth => s_optimizers.Select(optimizer => Cell(split, initializer, depth, optimizer.Optimizer, optimizer.Rate))))}");
    }

    static string Cell(DataOperationsCatalog.TrainTestData split, string initializer, int depth, string optimizer, float rate)
    {
        double[] accuracies = [.. Enumerable.Range(1, Seeds).Select(seed => 100 * Accuracy(split, initializer, depth, optimizer, rate, seed))];
        return accuracies.Max() - accuracies.Min() > 5 ? $" {accuracies.Average():F1} ({accuracies.Min():F0}–{accuracies.Max():F0}) |" : $" {accuracies.Average():F1} |";
    }

    static double Accuracy(DataOperationsCatalog.TrainTestData split, string initializer, int depth, string optimizer, float rate, int seed)
    {
        var context = new MLContext(seed);
        var options = new NeuralNetOptions
        {
            HiddenLayers = [.. Enumerable.Repeat(64, depth)],
            Activation = "ReLU",
            Init = initializer,
            Optimizer = optimizer,
            LearningRate = rate,
            NumberOfEpochs = Epochs,
            EarlyStopping = false,
            BatchSize = 32,
        };
        try
        {
            ITransformer model = context.MulticlassClassification.Trainers.NeuralNet(options).Fit(split.TrainSet);
            return context.MulticlassClassification.Evaluate(model.Transform(split.TestSet)).MicroAccuracy;
        }
        catch (NonFiniteTrainingException)
        {
            return 0.1;                                                     // diverged: no better than chance
        }
    }
}
