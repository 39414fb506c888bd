// Says whether a network would start well on a table of yours, and which of five initializers trains it best. Without arguments it looks at 178 wines.
//   dotnet run -c Release --project examples/Diagnose -- houses.csv Price --layers 64,64,64 --activation Tanh --optimizer SGD --rate 0.05 --init Glorot --seeds 10 --steps 100
using System.Globalization;
using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Runtime;
using MLNet.WeightInit;
using Spectre.Console;

if (Arguments.Read(args) is not { } arguments)
    return 1;
if (Console.IsOutputRedirected)
    AnsiConsole.Profile.Width = 160;

try
{
    var mlContext = new MLContext(seed: 1);
    var said = new HashSet<string>();
    mlContext.Log += (_, entry) =>
    {
        // Rows that are left out; the verdict stands below.
        if (entry.Kind == ChannelMessageKind.Warning && entry.RawMessage.Contains("row", StringComparison.Ordinal) && said.Add(entry.RawMessage))
            AnsiConsole.WriteLine(entry.RawMessage);
    };
    IDataView table = Table.Load(mlContext, arguments.File, arguments.Label, out string description);
    AnsiConsole.MarkupLineInterpolated($"{description}");

    // README: diagnose
    var options = new NeuralNetOptions
    {
        HiddenLayers = arguments.Layers, Activation = arguments.Activation, Optimizer = arguments.Optimizer, LearningRate = arguments.Rate, Init = arguments.Init,
    };
    InitializationReport report = mlContext.WeightInit.Diagnose(table, options);
    // README: end

    Color verdictColor = report.Verdict == Verdict.Healthy ? Color.Green : report.Findings.Any(finding => finding.Severity == Severity.Error) ? Color.Red : Color.Yellow;
    AnsiConsole.WriteLine();
    AnsiConsole.Write(new Text(report.ToString().Split("\n\n")[0].ReplaceLineEndings(" "), new Style(verdictColor)));
    AnsiConsole.WriteLine();
    if (report.Findings.Count > 0)
    {
        var findings = new Spectre.Console.Table().Border(TableBorder.Rounded).AddColumns("Severity", "Verdict", "Layers", "Evidence", "Try");
        foreach (Finding finding in report.Findings)
        {
            Color color = finding.Severity switch { Severity.Error => Color.Red, Severity.Warning => Color.Yellow, _ => Color.Grey };
            findings.AddRow(new Text($"{finding.Severity}", new Style(color)), new Text($"{finding.Verdict}", new Style(color)), new Text($"{finding.FirstLayer} to {finding.LastLayer}"),
                new Text(finding.Evidence), new Text(string.Join("\n", finding.Remedies.Select(remedy => remedy.Effect is { } effect ? $"{remedy.Code} ({effect}{(effect.Helps ? "" : ": no help")})" : remedy.Code))));
        }
        AnsiConsole.Write(findings);
    }

    WeightInitializer[] candidates = ["Auto", "He", "Glorot", "Orthogonal", "Normal(deviation=0.01)"];
    var comparing = new ComparisonOptions { Seeds = arguments.Seeds, Steps = arguments.Steps };
    InitializationComparison comparison = null!;
    if (Console.IsOutputRedirected)
    {
        // README: compare
        comparison = mlContext.WeightInit.Compare(table, options, candidates, comparing);
        // README: end
    }
    else
    {
        AnsiConsole.Progress().Start(display =>
        {
            ProgressTask bar = display.AddTask("Comparing five initializers");
            comparing.Progress = new Inline(done => (bar.MaxValue, bar.Value, bar.Description) = (done.Trainings, done.Completed, $"Comparing: {Markup.Escape(done.Initializer)}, seed {done.Seed}"));
            comparison = mlContext.WeightInit.Compare(table, options, candidates, comparing);
        });
    }

    AnsiConsole.WriteLine();
    var league = new Spectre.Console.Table().Border(TableBorder.Rounded).AddColumns("Initializer", "Loss on rows kept out", $"less {comparison.Candidates[0].Initializer}'s", "p (Holm)", "Failed", "Steps to target", "Decades of rate", "Place by cost");
    foreach (CandidateResult candidate in comparison.Ranking)
    {
        // Colored where chance is an unlikely explanation.
        Color color = candidate.FailedShare > 0.5 ? Color.Red : candidate.AdjustedPValue > 0.05 || candidate.LossDifference is null ? Color.Default : candidate.LossDifference.Value < 0 ? Color.Green : Color.Yellow;
        string[] cells =
        [
            candidate.Initializer, Estimate(candidate.HeldOutLoss), Estimate(candidate.LossDifference), Number(candidate.AdjustedPValue), candidate.FailedShare.ToString("P0", CultureInfo.InvariantCulture),
            Estimate(candidate.StepsToTarget), Number(candidate.LearningRateDecades), $"{candidate.CostRank}",
        ];
        league.AddRow(cells.Select(cell => new Text(cell, new Style(color))));
    }
    AnsiConsole.Write(league);
    AnsiConsole.WriteLine(comparison.ToString().Split("\n\n")[0].ReplaceLineEndings(" "));
    AnsiConsole.WriteLine(comparison.Coverage);
    return 0;
}
catch (Exception exception) when (exception is ArgumentException or InvalidOperationException or FormatException or IOException)
{
    Console.Error.WriteLine(exception.Message);
    return 1;
}

static string Estimate(IntervalEstimate? estimate) => estimate is null ? "" : string.Create(CultureInfo.InvariantCulture, $"{estimate.Value:G3} ({estimate.Lower:G3} to {estimate.Upper:G3})");

static string Number(double? value) => value?.ToString("G2", CultureInfo.InvariantCulture) ?? "";

/// <summary>Progress on the thread that reports it, unlike System.Progress.</summary>
sealed class Inline(Action<ComparisonProgress> action) : IProgress<ComparisonProgress>
{
    public void Report(ComparisonProgress value) => action(value);
}
