using Microsoft.ML;
using Microsoft.ML.Data;
using MLNet.WeightInit;

namespace Initializers;

/// <summary>Is <c>auto</c> as good as the textbook? Trainings of a grid, paired over seeds: each with its optimizer, from both starts. The output's bias is the label's prior in all of them.</summary>
static class Grid
{
    const int Seeds = 10, Epochs = 20;

    /// <summary>t of nine degrees of freedom: a one-sided bound of 97.5 %.</summary>
    const double T = 2.262;

    static readonly (string Activation, string Textbook)[] s_rules = [("ReLU", "he"), ("Tanh", "glorot"), ("GELU", "he"), ("SELU", "lecun")];
    static readonly int[] s_depths = [1, 3, 5, 10, 30];
    static readonly (string Name, float Rate)[] s_optimizers = [("Momentum", 0.01f), ("Adam", 0.001f)];

    public static void Print(string candidate, string[] activations)
    {
        Console.WriteLine($"""
            ## `{candidate}` against the textbook

            Held-out loss (logarithmic loss, or mean squared error) after {Epochs} epochs on four fifths of the rows, hidden layers of 64 units, batches of 32, {Seeds} seeds of split and weights. The textbook is the activation's rule for all weights, with
            `BiasInit = "prior"`: `auto` starts the output's bias at the label's prior, too, so that the weights alone are compared (`-- prior` prints what the prior saves). The figure is the loss that `{candidate}` saves, in
            percent of the textbook's, with its 95 % interval over the paired seeds; the interval's left end below −1 leaves it open whether `{candidate}` is worse by more than 1 %; 0 is the same start, bit for bit, and so the same loss.
            Where trainings diverged, their number of {Seeds} is given.

            """);
        PrintHeader();
        foreach (GridProblem problem in GridProblem.All)
            foreach ((string activation, string textbook) in Rules(activations))
                PrintRow(problem, activation, textbook, (depth, optimizer, seed) => (Loss(problem, activation, textbook, "prior", depth, optimizer, seed), Loss(problem, activation, candidate, candidate == "auto" ? null : "prior", depth, optimizer, seed)));
    }

    public static void PrintPrior(string[] activations)
    {
        Console.WriteLine($"""
            ## What the prior saves

            The same trainings: the textbook's weights with the label's prior in the output's bias, against the same weights with biases of 0. The figure is the loss that the prior saves. Classes are about equally frequent in digits, 37 to 63 in breast cancer; standardized labels have a
            prior of 0. The rarer a class, the more it saves at first (docs/diagnostics.md: 1 % of positives start at a loss of 0.06 instead of 0.69); here {Epochs} epochs are enough to learn it.

            """);
        PrintHeader();
        foreach (GridProblem problem in GridProblem.All.Where(problem => problem.IsOfClasses))
            foreach ((string activation, string textbook) in Rules(activations))
                PrintRow(problem, activation, textbook, (depth, optimizer, seed) => (Loss(problem, activation, textbook, null, depth, optimizer, seed), Loss(problem, activation, textbook, "prior", depth, optimizer, seed)));
    }

    static IEnumerable<(string Activation, string Textbook)> Rules(string[] activations) => s_rules.Where(rule => activations.Length == 0 || activations.Contains(rule.Activation));

    static void PrintHeader()
    {
        string[] columns = [.. s_depths.SelectMany(depth => s_optimizers.Select(optimizer => $"{depth}, {optimizer.Name}"))];
        Console.WriteLine($"| data, activation, textbook | {string.Join(" | ", columns)} |");
        Console.WriteLine($"|---|{string.Concat(columns.Select(_ => "---|"))}");
    }

    static void PrintRow(GridProblem problem, string activation, string textbook, Func<int, (string Name, float Rate), int, (double Book, double Own)> losses)
        => Console.WriteLine($"| {problem.Name}, {activation}, `{textbook}` |{string.Concat(s_depths.SelectMany(depth => s_optimizers.Select(optimizer => Cell([.. Enumerable.Range(1, Seeds).Select(seed => losses(depth, optimizer, seed))]))))}");

    static string Cell((double Book, double Own)[] losses)
    {
        if (losses.Any(pair => !double.IsFinite(pair.Book + pair.Own)))
            return $" diverged: {losses.Count(pair => !double.IsFinite(pair.Own))}, textbook {losses.Count(pair => !double.IsFinite(pair.Book))} |";
        double[] savings = [.. losses.Select(pair => 100 * (pair.Book - pair.Own) / pair.Book)];
        double mean = savings.Average(), error = Math.Sqrt(savings.Sum(saving => (saving - mean) * (saving - mean)) / (Seeds - 1) / Seeds);
        return savings.All(saving => saving == 0) ? " 0 |" : FormattableString.Invariant($" {mean:F1} ({mean - T * error:F1} … {mean + T * error:F1}) |");
    }

    static double Loss(GridProblem problem, string activation, string initializer, string? biases, int depth, (string Name, float Rate) optimizer, int seed)
    {
        var context = new MLContext(seed);
        var split = context.Data.TrainTestSplit(problem.Load(context), testFraction: 0.2, seed: seed);
        var options = new NeuralNetOptions
        {
            HiddenLayers = [.. Enumerable.Repeat(64, depth)],
            Activation = activation,
            Init = initializer,
            BiasInit = biases,
            Optimizer = optimizer.Name,
            LearningRate = optimizer.Rate,
            NumberOfEpochs = Epochs,
            EarlyStopping = false,
            BatchSize = 32,
        };
        try
        {
            return problem.Loss(context, split.TrainSet, split.TestSet, options);
        }
        catch (NonFiniteTrainingException)
        {
            return double.PositiveInfinity;
        }
    }
}
