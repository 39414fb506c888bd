using System.Globalization;
using MLNet.WeightInit;

namespace Rates;

/// <summary>What was predicted of a cell and what was measured.</summary>
/// <param name="Quadratic">Bound over curvature.</param>
/// <param name="DefaultLoss">Held-out loss at the end, at the optimizer's usual rate; infinite where it diverged.</param>
/// <param name="ProposedLoss">The same at the proposed rate and warm-up.</param>
sealed record CellResult(string Optimizer, string Name, double Curvature, double Quadratic, double Predicted, double Measured, double Proposed, int WarmUp, double DefaultLoss, double ProposedLoss)
{
    const double Resolution = 1.1, Coarse = 4, LeastGain = 0.02;

    double Ratio => Predicted / Measured;

    bool IsClose => Ratio is > 1 / 1.5 and < 1.5;

    public string Row => string.Join(" | ", $"| {Name}", Optimizer, Format(Curvature), Format(Quadratic), Format(Predicted), Format(Measured), Format(Ratio), Format(Proposed), WarmUp, Format(DefaultLoss), Format(ProposedLoss)) + " |";

    public static CellResult Of(Cell cell)
    {
        InitializationReport report = cell.Problem.Diagnose(cell.Options(cell.DefaultRate, DiagnosticsLevel.Full));
        LearningRateAdvice advice = report.LearningRateAdvice!;
        double reference = report.PriorLoss < 0.9 * report.InitialLoss ? report.PriorLoss : report.InitialLoss;
        NeuralNetOptions proposed = cell.Options(advice.ProposedRate > 0 ? advice.ProposedRate : cell.DefaultRate, DiagnosticsLevel.Off);
        if (advice.ProposedWarmUpSteps > 0)
            proposed.Schedule = string.Create(CultureInfo.InvariantCulture, $"Constant(warmup={advice.ProposedWarmUpSteps / Math.Ceiling(cell.Problem.TrainingRows / 32.0):R})");
        return new CellResult(cell.Optimizer, $"{cell.Problem.Name}, {cell.Depth} × {cell.Width} {cell.Activation}, `{cell.Init}`", advice.Curvature, advice.QuadraticRate, Math.Sqrt(advice.LargestStableRate * advice.DivergenceRate),
            Measure(cell, reference), advice.ProposedRate, advice.ProposedWarmUpSteps, HeldOut(cell, cell.Options(cell.DefaultRate, DiagnosticsLevel.Off)), HeldOut(cell, proposed));
    }

    public static CellResult Parse(string row)
    {
        string[] parts = [.. row.Trim().Trim('|').Split(" | ").Select(part => part.Trim())];
        double Number(int i) => parts[i] is "–" ? double.NaN : parts[i] is "∞" ? double.PositiveInfinity : double.Parse(parts[i], CultureInfo.InvariantCulture);
        return new CellResult(parts[1], parts[0], Number(2), Number(3), Number(4), Number(5), Number(7), (int)Number(8), Number(9), Number(10));
    }

    public static void Print(IReadOnlyList<CellResult> results)
    {
        Console.WriteLine($"""
            # The learning rate from the start of a training

            Made by `dotnet run -c Release --project benchmarks/Rates > docs/benchmarks/rates.md`.

            **Predicted**: what `mlContext.WeightInit.Diagnose` says before training, the middle (on the logarithm) of `LargestStableRate` and `DivergenceRate`, from trials of the first 128 steps. **Measured**: trainings of some 250 steps of 32 rows,
            bisected to a factor of {Resolution}; a rate counts as diverged where the last epoch's mean loss isn't 2 % below the start's, or below the best constant's where that is much lower, or isn't finite. Both go through `Fit` and `Diagnose` with
            the same seed, so from the same weights. **Quadratic**: the optimizer's bound over the curvature, what a quadratic loss would allow. **Losses**: held-out, at the end of the same epochs, at the optimizer's usual rate (SGD 0.05, Momentum
            0.01, Adam 0.001) and at the proposed one with its warm-up. {results.Count} cells: each of ten starts with optimizers in turn, problems, depths and widths drawn.

            | optimizer | cells | predicted within 1.5 of measured | median of predicted / measured | quadratic within 1.5 | proposed beats the usual rate |
            |---|---|---|---|---|---|
            """);
        foreach (IGrouping<string, CellResult> group in results.GroupBy(result => result.Optimizer).Append(results.GroupBy(_ => "all").Single()))
        {
            CellResult[] cells = [.. group];
            double[] ratios = [.. cells.Select(cell => cell.Ratio).Where(double.IsFinite).Order()];
            Console.WriteLine($"| {group.Key} | {cells.Length} | {Share(cells, cell => cell.IsClose)} | {ratios[ratios.Length / 2]:F2} | {Share(cells, cell => cell.Quadratic / cell.Measured is > 1 / 1.5 and < 1.5)} | {Share(cells, cell => cell.ProposedLoss < cell.DefaultLoss)} |");
        }
        Console.WriteLine("\n| network | optimizer | curvature | quadratic | predicted | measured | predicted / measured | proposed rate | warm-up, steps | loss, usual rate | loss, proposed |\n|---|---|---|---|---|---|---|---|---|---|---|");
        foreach (CellResult result in results)
            Console.WriteLine(result.Row);
    }

    static string Share(CellResult[] cells, Func<CellResult, bool> has) => $"{cells.Count(has)} ({100.0 * cells.Count(has) / cells.Length:F0} %)";

    static double Measure(Cell cell, double reference)
    {
        double stable = double.NaN, diverged = double.NaN, rate = 1;
        for (int i = 0; i < 12 && (double.IsNaN(stable) || double.IsNaN(diverged)); i++)
        {
            if (Trains(rate))
                (stable, rate) = (rate, rate * Coarse);
            else
                (diverged, rate) = (rate, rate / Coarse);
        }
        while (diverged / stable > Resolution)
            if (Math.Sqrt(stable * diverged) is var middle && Trains(middle))
                stable = middle;
            else
                diverged = middle;
        return Math.Sqrt(stable * diverged);

        bool Trains(double rate) => cell.Problem.Train(cell.Options(rate, DiagnosticsLevel.Off)) is { } history && history.Epochs[^1].TrainingLoss < reference - LeastGain * Math.Abs(reference);
    }

    static double HeldOut(Cell cell, NeuralNetOptions options) => cell.Problem.Train(options)?.Epochs[^1].ValidationLoss ?? double.PositiveInfinity;

    static string Format(double value) => double.IsNaN(value) ? "–" : double.IsInfinity(value) ? "∞" : value.ToString("G3");
}
