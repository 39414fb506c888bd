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
    static readonly int[] s_depths = [1, 3, 5, 10, 30], s_branches = [1, 2, 5, 15];
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
        PrintHeader(s_depths);
        foreach (GridProblem problem in GridProblem.All)
            foreach ((string activation, string textbook) in Rules(activations))
                PrintRow(s_depths, problem, activation, textbook, (depth, optimizer, seed) => (Loss(problem, activation, new(textbook, "prior"), depth, optimizer, seed), Loss(problem, activation, new(candidate, candidate == "auto" ? null : "prior"), depth, optimizer, seed)));
    }

    public static void PrintBlocks(string[] activations)
    {
        Console.WriteLine($"""
            ## `auto` against the textbook in residual networks

            The same for networks of {string.Join(", ", s_branches)} residual branches of two layers without normalization; the textbook's rule is in all of their weights.

            """);
        PrintHeader(s_branches);
        foreach (GridProblem problem in GridProblem.All)
            foreach ((string activation, string textbook) in Rules(activations))
                PrintRow(s_branches, problem, activation, textbook, (branches, optimizer, seed) => (Loss(problem, activation, new(textbook, "prior", HasBlocks: true), branches, optimizer, seed), Loss(problem, activation, new("auto", null, HasBlocks: true), branches, optimizer, seed)));
    }

    /// <summary>From how many features on a start near 0 pays: on functions that nobody chose.</summary>
    public static void PrintFunctions()
    {
        const int SeedsOfFunction = 5;
        const double T4 = 2.776;
        (string Activation, int Depth)[] networks = [("ReLU", 1), ("ReLU", 3), ("ReLU", 5), ("ReLU", 10), ("ReLU", 30), ("GELU", 1), ("GELU", 3)];
        int[] features = [1, 2, 3, 4, 5, 6, 7, 8, 10, 20];
        Console.WriteLine($"""
            ## From how many features on values start near 0

            What `small_logits` over one and three layers, and mirrored layers with it over more, save of He's loss under Adam, by the number of features: on functions drawn at random (benchmarks/Initializers/RandomFunctions.cs), twelve for each number: 300 and 1,500 rows; linear parts of 0, 50 and 90 % of the
            variance; two draws. Trained as above, {SeedsOfFunction} seeds. A cell is the mean saving in percent, and of how many functions the 95 % interval begins below −1; `auto` departs from the textbook from {MirroredFeatures} on.

            """);
        Console.WriteLine($"| features | {string.Join(" | ", networks.Select(network => $"{network.Activation}, {network.Depth}"))} |");
        Console.WriteLine($"|---|{string.Concat(networks.Select(_ => "---|"))}");
        foreach (int count in features)
            Console.WriteLine($"| {count} |{string.Concat(networks.Select(network => Cell(network.Activation, network.Depth, count)))}");

        static string Cell(string activation, int depth, int count)
        {
            double sum = 0;
            int functions = 0, open = 0;
            foreach (int rows in (int[])[300, 1500])
                foreach (double share in (double[])[0, 0.5, 0.9])
                    for (int draw = 1; draw <= 2; draw++)
                    {
                        GridProblem problem = RandomFunctions.Draw(count, rows, share, draw);
                        double[] savings = [.. Enumerable.Range(1, SeedsOfFunction).Select(seed => Saving(problem, activation, depth, seed))];
                        double mean = savings.Average(), error = Math.Sqrt(savings.Sum(saving => (saving - mean) * (saving - mean)) / (SeedsOfFunction - 1) / SeedsOfFunction);
                        sum += mean;
                        functions++;
                        if (mean - T4 * error < -1)
                            open++;
                    }
            return FormattableString.Invariant($" {sum / functions:F0}; {open} |");
        }

        static double Saving(GridProblem problem, string activation, int depth, int seed)
        {
            double book = Loss(problem, activation, new("he", "prior"), depth, s_optimizers[1], seed);
            string gain = FormattableString.Invariant($"{Math.Pow(depth, -1.0 / (2 * Math.Max(1, depth - 1))):R}");
            double own = Loss(problem, activation, new(depth <= 3 ? "he" : $"looks_linear(gain={gain})", "prior", "small_logits"), depth, s_optimizers[1], seed);
            return 100 * (book - own) / book;
        }
    }

    /// <summary>As Auto has it.</summary>
    const int MirroredFeatures = 8;

    sealed record Start(string Init, string? Biases, string? Output = null, bool HasBlocks = false);

    public static void PrintPrior(string[] activations)
    {
        Console.WriteLine($"""
            ## What the prior saves

            The same trainings: the textbook's weights with the label's prior in the output's bias, against the same weights with biases of 0. The figure is the loss that the prior saves. Classes are about equally frequent in digits, 37 to 63 in breast cancer; standardized labels have a
            prior of 0. The rarer a class, the more it saves at first (docs/diagnostics.md: 1 % of positives start at a loss of 0.06 instead of 0.69); here {Epochs} epochs are enough to learn it.

            """);
        PrintHeader(s_depths);
        foreach (GridProblem problem in GridProblem.All.Where(problem => problem.IsOfClasses))
            foreach ((string activation, string textbook) in Rules(activations))
                PrintRow(s_depths, problem, activation, textbook, (depth, optimizer, seed) => (Loss(problem, activation, new(textbook, null), depth, optimizer, seed), Loss(problem, activation, new(textbook, "prior"), depth, optimizer, seed)));
    }

    static IEnumerable<(string Activation, string Textbook)> Rules(string[] activations) => s_rules.Where(rule => activations.Length == 0 || activations.Contains(rule.Activation));

    static void PrintHeader(int[] depths)
    {
        string[] columns = [.. depths.SelectMany(depth => s_optimizers.Select(optimizer => $"{depth}, {optimizer.Name}"))];
        Console.WriteLine($"| data, activation, textbook | {string.Join(" | ", columns)} |");
        Console.WriteLine($"|---|{string.Concat(columns.Select(_ => "---|"))}");
    }

    static void PrintRow(int[] depths, GridProblem problem, string activation, string textbook, Func<int, (string Name, float Rate), int, (double Book, double Own)> losses)
        => Console.WriteLine($"| {problem.Name}, {activation}, `{textbook}` |{string.Concat(depths.SelectMany(depth => s_optimizers.Select(optimizer => Cell([.. Enumerable.Range(1, Seeds).Select(seed => losses(depth, optimizer, seed))]))))}");

    static string Cell((double Book, double Own)[] losses)
    {
        if (losses.Any(pair => !double.IsFinite(pair.Book + pair.Own)))
            return $" diverged: {losses.Count(pair => !double.IsFinite(pair.Own))}, textbook {losses.Count(pair => !double.IsFinite(pair.Book))} |";
        double[] savings = [.. losses.Select(pair => 100 * (pair.Book - pair.Own) / pair.Book)];
        double mean = savings.Average(), error = Math.Sqrt(savings.Sum(saving => (saving - mean) * (saving - mean)) / (Seeds - 1) / Seeds);
        return savings.All(saving => saving == 0) ? " 0 |" : FormattableString.Invariant($" {mean:F1} ({mean - T * error:F1} … {mean + T * error:F1}) |");
    }

    static double Loss(GridProblem problem, string activation, Start start, int depth, (string Name, float Rate) optimizer, int seed)
    {
        var context = new MLContext(seed);
        var split = context.Data.TrainTestSplit(problem.Load(context), testFraction: 0.2, seed: seed);
        var options = new NeuralNetOptions
        {
            HiddenLayers = start.HasBlocks ? new ResidualBlocks(2).Layers(depth, 64) : [.. Enumerable.Repeat(64, depth)],
            Residual = start.HasBlocks ? new ResidualBlocks(2) : null,
            Activation = activation,
            Init = start.Init,
            OutputInit = start.Output,
            BiasInit = start.Biases,
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
