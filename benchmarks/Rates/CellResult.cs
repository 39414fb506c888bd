using System.Globalization;
using MLNet.WeightInit;

namespace Rates;

/// <summary>What was predicted of a cell and what was measured.</summary>
/// <param name="Quadratic">Bound over curvature.</param>
/// <param name="Measured">The middle of the seeds'.</param>
/// <param name="Spread">The largest of the seeds' measured rates over the smallest.</param>
/// <param name="Proposed">The middle of the splits', and their warm-up.</param>
/// <param name="DefaultLoss">Held-out loss at the end, at the optimizer's usual rate, the mean over splits of the rows; infinite where one diverged.</param>
/// <param name="ProposedLoss">The same at what the report of each split's training rows proposes.</param>
/// <param name="Better">Splits in which that is lower.</param>
/// <param name="Worse">In which it is higher; in the others the usual rate is proposed.</param>
sealed record CellResult(int Number, string Optimizer, string Name, double Curvature, double Quadratic, double Predicted, double Measured, double Spread, double Proposed, int WarmUp, double DefaultLoss, double ProposedLoss, int Better, int Worse)
{
    const double Step = 1.5, LeastGain = 0.1;
    /// <summary>A rung, and what a row rounds it by.</summary>
    const double LeastSpread = 1.51;
    const int MostRungs = 40, Splits = 5;

    double Ratio => Predicted / Measured;

    bool IsClose => Ratio is > 1 / 1.5 and < 1.5;

    public string Row => string.Join(" | ", $"| {Number}", Name, Optimizer, Format(Curvature), Format(Quadratic), Format(Predicted), Format(Measured), Format(Spread), Format(Ratio), Format(Proposed), WarmUp, Format(DefaultLoss), Format(ProposedLoss), double.IsNaN(DefaultLoss) ? "–" : $"{Better} / {Splits - Better - Worse} / {Worse}") + " |";

    public static CellResult Of(Cell cell)
    {
        InitializationReport report = cell.Problem.Diagnose(cell.Options(cell.DefaultRate, DiagnosticsLevel.Full, seed: 0));
        LearningRateAdvice advice = report.LearningRateAdvice!;
        (double measured, double spread) = Measure(cell);
        return new CellResult(cell.Number, cell.Optimizer, cell.Name, advice.Curvature, advice.QuadraticRate, advice.DivergenceRate, measured, spread, double.NaN, 0, double.NaN, double.NaN, 0, 0);
    }

    /// <summary>What following the proposal gains: a line. Each split of the rows has a report of its own, of the rows that are trained on.</summary>
    public static string Follow(Cell cell)
    {
        List<(double Rate, int WarmUp)> proposed = [];
        List<double> usual = [], followed = [];
        for (int split = 1; split <= Splits; split++)
        {
            Cell own = cell with { Problem = cell.Problem.Split(split) };
            LearningRateAdvice advice = own.Problem.Diagnose(own.Options(own.DefaultRate, DiagnosticsLevel.Full, seed: 0)).LearningRateAdvice!;
            proposed.Add((advice.ProposedRate, advice.ProposedWarmUpSteps));
            usual.Add(HeldOut(own, own.Options(own.DefaultRate, DiagnosticsLevel.Off, split)));
            followed.Add(HeldOut(own, Follow(advice, own, split)));
        }
        (double rate, int warmUp) = proposed.Order().ElementAt(Splits / 2);
        int better = usual.Zip(followed).Count(pair => pair.Second < pair.First), worse = usual.Zip(followed).Count(pair => pair.Second > pair.First);
        return $"{cell.Number};{Format(rate)};{warmUp};{usual.Average():G6};{followed.Average():G6};{better};{worse};{string.Join(' ', proposed.Select(one => $"{Format(one.Rate)}/{one.WarmUp}"))};{string.Join(' ', usual.Zip(followed, (a, b) => $"{a:G4}/{b:G4}"))}";
    }

    /// <summary>The row with what a line of <see cref="Follow(Cell)"/> says.</summary>
    public CellResult With(string line)
    {
        double[] fields = [.. line.Split(';').Take(7).Select(field => field is "–" ? double.NaN : double.Parse(field, CultureInfo.InvariantCulture))];
        return this with { Proposed = fields[1], WarmUp = (int)fields[2], DefaultLoss = fields[3], ProposedLoss = fields[4], Better = (int)fields[5], Worse = (int)fields[6] };
    }

    static NeuralNetOptions Follow(LearningRateAdvice advice, Cell cell, int seed)
    {
        NeuralNetOptions options = cell.Options(advice.ProposedRate > 0 ? advice.ProposedRate : cell.DefaultRate, DiagnosticsLevel.Off, seed);
        if (advice.ProposedWarmUpSteps > 0)
            options.Schedule = string.Create(CultureInfo.InvariantCulture, $"Constant(warmup={advice.ProposedWarmUpSteps / Math.Ceiling(cell.Problem.TrainingRows / 32.0):R})");
        return options;
    }

    public static CellResult Parse(string row)
    {
        string[] parts = [.. row.Trim().Trim('|').Split(" | ").Select(part => part.Trim())];
        double Number(int i) => parts[i] is "–" ? double.NaN : parts[i] is "∞" ? double.PositiveInfinity : double.Parse(parts[i], CultureInfo.InvariantCulture);
        return new CellResult((int)Number(0), parts[2], parts[1], Number(3), Number(4), Number(5), Number(6), Number(7), Number(9), (int)Number(10), Number(11), Number(12), 0, 0);
    }

    public static void Print(IReadOnlyList<CellResult> results)
    {
        Console.WriteLine($"""
            # The learning rate from the start of a training

            Made by `dotnet run -c Release --project benchmarks/Rates > docs/benchmarks/rates.md`, or in pieces: `-- cells FIRST COUNT >> cells`, `-- losses FIRST COUNT >> losses` and `-- join cells losses`.

            **Predicted**: the `DivergenceRate` of `mlContext.WeightInit.Diagnose`, before training. **Measured**: trainings of some 250 steps of 32 rows through `Fit`, with {Cell.Seeds} seeds, none of which is the report's (other weights, other orders of the rows),
            on rungs of a factor {Step} around where the first of them diverges, from two at which all train up to two in a row at which most diverge: the lowest rung × {Step} ^ (sum of the shares that train − 1/2), which is the rate at which half of the trainings diverge. A training has diverged where
            the mean loss of the last quarter of its epochs isn't a tenth below the start's, or below the best constant's where that is much lower, or isn't finite. **Spread**: the same of each seed alone, the largest over the smallest. **Quadratic**: the
            optimizer's bound over the curvature, what a quadratic loss would allow. **Losses**: of a fifth of the rows, held out, at the end of the same epochs, at the optimizer's usual rate (SGD 0.05, Momentum 0.01, Adam 0.001) and
            at the one that the report of the other rows proposes, with its warm-up: the mean over {Splits} splits of the rows, each with a report and a seed of its own, and in how many of them the proposed rate's is lower, equal (the usual rate is proposed) and higher;
            – where they weren't measured. {results.Count} cells: ten starts and three optimizers in turn, problems, depths and widths drawn. No cell of this table was looked at while the prediction was made: that was done on cells from {Cell.Tuning} on.

            | optimizer | cells | predicted within 1.5 of measured | median of predicted / measured | seeds apart by more than 1.5 | within 1.5 where they aren't | quadratic within 1.5 | losses measured | proposed lower | equal | higher | higher in all splits | median of loss proposed / usual |
            |---|---|---|---|---|---|---|---|---|---|---|---|---|
            """);
        foreach (IGrouping<string, CellResult> group in results.GroupBy(result => result.Optimizer).Append(results.GroupBy(_ => "all").Single()))
        {
            CellResult[] cells = [.. group], sharp = [.. group.Where(cell => cell.Spread < LeastSpread)];
            Console.WriteLine($"| {group.Key} | {cells.Length} | {Share(cells, cell => cell.IsClose)} | {Median(cells.Select(cell => cell.Ratio)):F2} | {Share(cells, cell => !(cell.Spread < LeastSpread))} | {Share(sharp, cell => cell.IsClose)} | "
                + $"{Share(cells, cell => cell.Quadratic / cell.Measured is > 1 / 1.5 and < 1.5)} | {Beats(cells)} |");
        }
        Console.WriteLine("\n| cell | network | optimizer | curvature | quadratic | predicted | measured | spread | predicted / measured | proposed rate | warm-up, steps | loss, usual rate | loss, proposed | lower / equal / higher |\n|---|---|---|---|---|---|---|---|---|---|---|---|---|---|");
        foreach (CellResult result in results)
            Console.WriteLine(result.Row);
    }

    /// <summary>Of cells whose losses were measured, too.</summary>
    static string Beats(CellResult[] cells)
    {
        cells = [.. cells.Where(cell => !double.IsNaN(cell.DefaultLoss))];
        return cells.Length == 0 ? "0 | – | – | – | – | –" : $"{cells.Length} | {Share(cells, cell => cell.ProposedLoss < cell.DefaultLoss)} | {Share(cells, cell => cell.ProposedLoss == cell.DefaultLoss)} | {Share(cells, cell => cell.ProposedLoss > cell.DefaultLoss)} | "
            + $"{Share(cells, cell => cell.Worse == Splits)} | {Median(cells.Select(cell => cell.ProposedLoss / cell.DefaultLoss)):F2}";
    }

    static double Median(IEnumerable<double> values)
    {
        double[] sorted = [.. values.Where(double.IsFinite).Order()];
        return sorted.Length == 0 ? double.NaN : sorted[sorted.Length / 2];
    }

    static string Share(CellResult[] cells, Func<CellResult, bool> has) => $"{cells.Count(has)} ({100.0 * cells.Count(has) / cells.Length:F0} %)";

    /// <summary>The edge by all seeds and by each alone, on rungs of <see cref="Step"/>, from two at which all train up to two in a row at which most diverge.</summary>
    static (double Edge, double Spread) Measure(Cell cell)
    {
        double[] references = [.. Enumerable.Range(1, Cell.Seeds).Select(seed =>
        {
            InitializationReport start = cell.Problem.Start(cell.Options(cell.DefaultRate, DiagnosticsLevel.Summary, seed));
            return start.PriorLoss < 0.9 * start.InitialLoss ? start.PriorLoss : start.InitialLoss;
        })];
        // One seed shows where to look: from the usual rate on doubled, or halved, until the outcome changes.
        int guess = 0;
        bool trains = Trains(cell.DefaultRate, 1);
        for (int i = 0; i < MostRungs && Trains(Rate(guess + (trains ? 2 : -2)), 1) == trains; i++)
            guess += trains ? 2 : -2;
        var rungs = new SortedDictionary<int, bool[]>();
        int lowest = guess, highest = guess;
        while (rungs.Count < MostRungs && (!All(lowest) || !All(lowest + 1)))
            lowest--;
        while (rungs.Count < MostRungs && (!MostFail(highest) || !MostFail(highest - 1)))
            highest++;
        double[] edges = [.. Enumerable.Range(0, Cell.Seeds).Select(seed => Edge(rungs.Values.Sum(trained => trained[seed] ? 1.0 : 0))).Order()];
        return (Edge(rungs.Values.Sum(trained => trained.Average(one => one ? 1.0 : 0))), edges[^1] / edges[0]);

        double Edge(double rungsThatTrain) => Rate(rungs.Keys.First() + rungsThatTrain - 0.5);

        double Rate(double rung) => cell.DefaultRate * Math.Pow(Step, rung);

        bool[] At(int rung)
        {
            if (!rungs.TryGetValue(rung, out bool[]? trained))
                rungs.Add(rung, trained = [.. Enumerable.Range(1, Cell.Seeds).Select(seed => Trains(Rate(rung), seed))]);
            return trained;
        }

        bool All(int rung) => At(rung).All(one => one);

        bool MostFail(int rung) => 2 * At(rung).Count(one => one) < Cell.Seeds;

        bool Trains(double rate, int seed) => cell.Problem.Train(cell.Options(rate, DiagnosticsLevel.Off, seed)) is { } history
            && history.Epochs.TakeLast((history.Epochs.Count + 3) / 4).Average(epoch => epoch.TrainingLoss) < references[seed - 1] - LeastGain * Math.Abs(references[seed - 1]);
    }

    static double HeldOut(Cell cell, NeuralNetOptions options) => cell.Problem.Train(options)?.Epochs[^1].ValidationLoss ?? double.PositiveInfinity;

    static string Format(double value) => double.IsNaN(value) ? "–" : double.IsInfinity(value) ? "∞" : value.ToString("G3");
}
