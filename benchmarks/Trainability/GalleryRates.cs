using System.Globalization;
using MLNet.WeightInit;
using MLNet.WeightInit.Engine.Training;
using MLNet.WeightInit.Engine.Training.Schedules;

namespace Trainability;

/// <summary>Does the rate that a report proposes beat the optimizer's usual one? On the networks of the gallery, at seeds that the report hasn't seen.</summary>
static class GalleryRates
{
    const int FirstSeed = 2, Seeds = 3;

    /// <summary>A row of the table for each of some exhibits.</summary>
    public static void Write(int first, int count)
    {
        foreach (Exhibit exhibit in Gallery.All.Skip(first).Take(count))
        {
            InitializationReport report = exhibit.Judge(DiagnosticsLevel.Full);
            LearningRateAdvice? advice = report.LearningRateAdvice;
            float usual = exhibit.Cell.Options(1).Optimizer.UsualLearningRate;
            double atUsual = Middle(exhibit, options => options with { LearningRate = usual }), own = exhibit.Cell.Rate == usual ? atUsual : Middle(exhibit, options => options);
            double followed = advice is { ProposedRate: > 0 } ? Middle(exhibit, options => Follow(advice, exhibit, options)) : double.NaN;
            Console.WriteLine($"| {exhibit.Name} | {report.Verdict} | {Format(usual)} | {Format(exhibit.Cell.Rate)} | {Format(advice?.ProposedRate ?? double.NaN)} | {advice?.ProposedWarmUpSteps ?? 0} | {Format(atUsual)} | {Format(own)} | {Format(followed)} |");
        }
    }

    /// <summary>The page, of rows that <see cref="Write"/> printed.</summary>
    public static void Join(string path)
    {
        string[] rows = [.. File.ReadLines(path)];
        double[][] losses = [.. rows.Select(row => row.Trim().Trim('|').Split(" | ")[^3..].Select(Parse).ToArray())];
        double[][] proposed = [.. losses.Where(row => !double.IsNaN(row[2]))], learnable = [.. proposed.Where(row => double.IsFinite(row[0]) && double.IsFinite(row[2]))];
        Console.WriteLine($"""
            # The proposed learning rate on the gallery

            Made by `dotnet run -c Release --project benchmarks/Trainability -- rates FIRST COUNT >> rows` in pieces, and `-- join-rates rows > docs/benchmarks/rates-gallery.md`.

            The gallery's networks, those that can't train among them. Held-out loss of a fifth of the rows at the end of the same epochs, the middle of {Seeds} seeds that the report hasn't seen: at the optimizer's **usual** rate, at the network's **own**
            and at the one that its report of `Full` **proposes**, with its warm-up; ∞ where training stopped being finite. Where no rate lowered the loss, nothing is proposed; losses are equal where the usual rate, or the network's own, is proposed.

            | networks | with a proposal | lower than at the usual rate | equal | higher | lower than at the network's own rate | equal | higher | median of loss proposed / usual |
            |---|---|---|---|---|---|---|---|---|
            | {rows.Length} | {proposed.Length} | {Share(proposed, row => row[2] < row[0])} | {Share(proposed, row => row[2] == row[0])} | {Share(proposed, row => row[2] > row[0])} | {Share(proposed, row => row[2] < row[1])} | {Share(proposed, row => row[2] == row[1])} | {Share(proposed, row => row[2] > row[1])} | {learnable.Select(row => row[2] / row[0]).Order().ElementAt(learnable.Length / 2):F2} |

            | network | verdict | usual rate | own rate | proposed | warm-up, steps | loss, usual | loss, own | loss, proposed |
            |---|---|---|---|---|---|---|---|---|
            """);
        foreach (string row in rows)
            Console.WriteLine(row);

        static double Parse(string cell) => cell.Trim() switch { "–" => double.NaN, "∞" => double.PositiveInfinity, var number => double.Parse(number, CultureInfo.InvariantCulture) };
        static string Share(double[][] rows, Func<double[], bool> has) => $"{rows.Count(has)} ({100.0 * rows.Count(has) / rows.Length:F0} %)";
    }

    static TrainingOptions Follow(LearningRateAdvice advice, Exhibit exhibit, TrainingOptions options)
    {
        options = options with { LearningRate = (float)advice.ProposedRate };
        double stepsAnEpoch = Math.Ceiling((double)exhibit.Cell.Data.Rows.Rows / options.BatchSize);
        return advice.ProposedWarmUpSteps == 0 ? options : options with { Schedule = Schedules.Parse(string.Create(CultureInfo.InvariantCulture, $"Constant(warmup={advice.ProposedWarmUpSteps / stepsAnEpoch:R})")) };
    }

    static double Middle(Exhibit exhibit, Func<TrainingOptions, TrainingOptions> change) => Enumerable.Range(FirstSeed, Seeds).Select(seed => exhibit.HeldOutLoss(seed, change)).Order().ElementAt(Seeds / 2);

    static string Format(double value) => double.IsNaN(value) ? "–" : double.IsInfinity(value) ? "∞" : value.ToString("G4", CultureInfo.InvariantCulture);
}
