using System.Globalization;
using MLNet.WeightInit;
using MLNet.WeightInit.Engine;
using MLNet.WeightInit.Engine.Data;
using MLNet.WeightInit.Engine.Training;

namespace MeanField;

/// <summary>What theory says of networks, beside what their training does: where the limits of the rules come from.</summary>
static class Judgements
{
    const int Width = 64, Rows = 4000, TestRows = 1000, Features = 64, Epochs = 7, Seeds = 3;

    static readonly (string Activation, string Init, string Bias, int[] Depths)[] s_networks =
    [
        ("ReLU", "he", "zeros", [10, 30, 60]),
        ("ReLU", "glorot", "zeros", [5, 10, 15, 20, 30]),
        ("ReLU", "he", "normal(deviation=0.3)", [5, 10, 20, 30]),
        ("Tanh", "glorot", "zeros", [10, 40]),
        ("Tanh", "orthogonal", "zeros", [40, 100]),
        ("Tanh", "variance_scaling(scale=0.5)", "normal(deviation=0.2236)", [3, 5, 7, 10, 15, 20]),
        ("Tanh", "variance_scaling(scale=1)", "normal(deviation=0.2236)", [10, 20, 25, 30, 40]),
        ("Tanh", "variance_scaling(scale=1.3)", "normal(deviation=0.2236)", [20, 40, 60, 80]),
        ("Tanh", "variance_scaling(scale=1.761)", "normal(deviation=0.2236)", [40, 80]),
        ("Tanh", "variance_scaling(scale=2.5)", "normal(deviation=0.2236)", [20, 40, 60, 80]),
        ("Tanh", "variance_scaling(scale=4)", "zeros", [10, 20, 30, 40]),
        ("Tanh", "variance_scaling(scale=2.778)", "zeros", [30, 60]),
        ("Sigmoid", "glorot", "zeros", [2, 3, 4, 5, 6, 8, 10]),
        ("Sigmoid", "variance_scaling(scale=16)", "zeros", [3, 5, 10, 20]),
        ("Softplus", "he", "zeros", [3, 5, 10, 20]),
        ("SELU", "lecun", "zeros", [30, 60]),
        ("GELU", "he", "zeros", [10, 30]),
        ("GELU", "variance_scaling(scale=2.351714)", "zeros", [10, 30]),
        ("SiLU", "variance_scaling(scale=2.810759)", "zeros", [10, 20, 30]),
        ("Mish", "variance_scaling(scale=2.210715)", "zeros", [30]),
        ("SiLU", "he", "zeros", [10, 30]),
        ("ELU", "he", "zeros", [30]),
    ];

    static readonly (string Name, float Rate)[] s_optimizers = [("SGD", 0.05f), ("Adam", 0.001f)];

    public static void Print()
    {
        Console.WriteLine($"""
            ## What theory says, and what trainings do

            Networks of {Width} units on {Rows:N0} rows of ten classes (three Gaussian prototypes each, {Features} features), {Epochs} epochs in batches of 64: accuracy on {TestRows:N0} other rows, the median of {Seeds} seeds; chance is 0.10, and 0.00 a
            training that stopped being finite. Distance kept is (1 − c) of the last hidden layer over that of the first, with c the rows' mean cosine, measured and by theory; rank is the centred effective rank of the last hidden layer; the depth share
            is L / (6 min(ξ_c, ξ_∇)); drift is L ln(slope). All of the first seed, before the first step.

            | activation | weights | biases | layers | depth share | ξ_c | distance kept | theory | rank | drift | SGD 0.05 | Adam 0.001 |
            |---|---|---|---|---|---|---|---|---|---|---|---|
            """);
        TrainingSet data = Networks.Prototypes(Rows, Features, seed: 3), test = Networks.Prototypes(TestRows, Features, seed: 4);
        foreach ((string activation, string init, string bias, int[] depths) in s_networks)
            foreach (int depth in depths)
                Console.WriteLine(Row(data, test, activation, init, bias, depth));
        Console.WriteLine();
    }

    static string Row(TrainingSet data, TrainingSet test, string activation, string init, string bias, int depth)
    {
        InitializationReport report = Networks.Train(data, Networks.Options(activation, depth, Width, init, bias, 1)).Initialization;
        NetworkTheory theory = report.Theory!;
        LayerTheory first = theory.Layers[0], last = theory.Layers[depth - 1];
        string figures = string.Create(CultureInfo.InvariantCulture,
            $"| {activation} | `{init}` | `{bias}` | {depth} | {theory.DepthShare:F2} | {theory.SimilarityDepth:F1} | {(1 - last.Similarity) / (1 - first.Similarity):0.0e0} | {(1 - last.PredictedSimilarity) / (1 - first.PredictedSimilarity):0.0e0} | {theory.EffectiveRank:F1} | {depth * Math.Log(theory.StabilitySlope):F1} |");
        return figures + string.Concat(s_optimizers.Select(optimizer => Cell(data, test, activation, init, bias, depth, optimizer.Name, optimizer.Rate)));
    }

    static string Cell(TrainingSet data, TrainingSet test, string activation, string init, string bias, int depth, string optimizer, float rate)
    {
        var accuracies = new double[Seeds];
        Parallel.For(0, Seeds, new ParallelOptions { MaxDegreeOfParallelism = 2 }, seed =>
        {
            TrainingOptions options = Networks.Options(activation, depth, Width, init, bias, seed + 1, optimizer, rate, Epochs);
            try
            {
                TrainingResult result = Networks.Train(data, options);
                accuracies[seed] = TrainableDepth.Accuracy(result.Network, test);
            }
            catch (NonFiniteTrainingException)
            {
                accuracies[seed] = 0;
            }
        });
        Array.Sort(accuracies);
        return string.Create(CultureInfo.InvariantCulture, $" {accuracies[Seeds / 2]:F2} |");
    }
}
