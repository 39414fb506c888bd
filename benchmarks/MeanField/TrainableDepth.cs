using MLNet.WeightInit;
using MLNet.WeightInit.Engine;
using MLNet.WeightInit.Engine.Data;
using MLNet.WeightInit.Engine.Training;
using MLNet.WeightInit.Engine.Network;

namespace MeanField;

/// <summary>Does a network learn down to six of its depth scales and no deeper (Schoenholz et al. 2017, section 5)?</summary>
static class TrainableDepth
{
    const int Width = 64, Rows = 4000, TestRows = 1000, Features = 64, Steps = 400, Batch = 64, Seeds = 3;
    const double BiasVariance = 0.05;

    static readonly double[] s_weightVariances = [0.5, 1, 1.3, 1.761, 2.5];
    static readonly int[] s_depths = [5, 10, 20, 40, 80];

    public static void Print()
    {
        Console.WriteLine($"""
            ## Trainable depth

            tanh networks of {Width} units on {Rows:N0} rows of ten classes (three Gaussian prototypes each, {Features} features), biases of variance {BiasVariance}, SGD at 0.05, {Steps} steps of {Batch} rows: accuracy on {TestRows:N0} other rows, the
            median of {Seeds} seeds, and behind it the report's `DepthShare`, L / (6 min(ξ_c, ξ_∇)), and its verdict. Chance is 0.10.

            | σw² | χ₁ | ξ_c |{string.Concat(s_depths.Select(depth => $" {depth} layers |"))}
            |---|---|---|{string.Concat(s_depths.Select(_ => "---|"))}
            """);
        TrainingSet data = Networks.Prototypes(Rows, Features, seed: 3), test = Networks.Prototypes(TestRows, Features, seed: 4);
        foreach (double variance in s_weightVariances)
        {
            var cells = s_depths.Select(depth => Cell(data, test, variance, depth)).ToArray();
            NetworkTheory theory = cells[^1].Theory;
            Console.WriteLine($"| {variance} | {theory.GradientGrowth:F3} | {theory.SimilarityDepth:F1} |{string.Concat(cells.Select(cell => cell.Text))}");
        }
        Console.WriteLine();
    }

    static (string Text, NetworkTheory Theory) Cell(TrainingSet data, TrainingSet test, double variance, int depth)
    {
        var runs = Enumerable.Range(1, Seeds).Select(seed =>
        {
            TrainingOptions options = Networks.Options("Tanh", depth, Width, FormattableString.Invariant($"variance_scaling(scale={variance})"), FormattableString.Invariant($"normal(deviation={Math.Sqrt(BiasVariance):R})"), seed,
                epochs: (Steps * Batch + Rows - 1) / Rows);
            TrainingResult result = Networks.Train(data, options);
            return (Accuracy: Accuracy(result.Network, test), result.Initialization);
        }).OrderBy(run => run.Accuracy).ToArray();
        InitializationReport report = runs[Seeds / 2].Initialization;
        return ($" {runs[Seeds / 2].Accuracy:F2} ({report.Theory!.DepthShare:F2}, {report.Verdict}) |", report.Theory);
    }

    public static double Accuracy(FeedForwardNetwork network, TrainingSet test)
    {
        int right = 0;
        var scores = new float[10];
        for (int row = 0; row < test.Rows; row++)
        {
            network.Predict(test.Features.AsSpan(row * Features, Features), scores);
            right += Array.IndexOf(scores, scores.Max()) == (int)test.Targets[row] ? 1 : 0;
        }
        return (double)right / test.Rows;
    }
}
