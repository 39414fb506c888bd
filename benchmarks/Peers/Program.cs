// Prints how this library's kernels, training, scoring and pipelines stand against the best peers and against the machine's own limits;
// exits with 1 where a row is below its gate.
//
//     dotnet run -c Release --project benchmarks/Peers [-- group…]        groups: training, products, scoring, pipeline, initializers, own
//     dotnet run -c Release --project benchmarks/Peers -- growth [folder] how time and memory grow with width, depth, batch and rows; plots go to the folder
using System.Globalization;
using Peers.Growth;
using Peers.LibTorch;
using Peers.Measuring;
using Peers.OpenBlas;
using Peers.Rows;

CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
(string Name, Func<IEnumerable<Row>> Measure)[] groups =
[
    ("training", TrainingRows.Measure),
    ("products", ProductRows.Measure),
    ("scoring", ScoringRows.Measure),
    ("pipeline", PipelineRows.Measure),
    ("initializers", InitializerRows.Measure),
    ("own", OwnRows.Measure),
];
if (args is [ProductRows.ShareArgument])
{
    Console.WriteLine(ProductRows.Share());
    return 0;
}
if (args is ["growth"] or ["growth", _])
{
    Console.WriteLine($"{Machine.Describe()}.");
    return GrowthTables.Print(folder: args.ElementAtOrDefault(1)) > 0 ? 1 : 0;
}
if (args.Except(groups.Select(group => group.Name)).Any())
{
    Console.Error.WriteLine($"Groups are: {string.Join(", ", groups.Select(group => group.Name))}.");
    return 2;
}

Console.WriteLine($"{Machine.Describe()}.");
Console.WriteLine($"Medians of {Race.Rounds} rounds in turn; processor time of one thread, wall time where there are two.");
Console.WriteLine(TorchLibrary.Note);
Console.WriteLine(OpenBlasLibrary.Note);
Console.WriteLine();
Console.WriteLine("| work | against | figure | goal | never below | | |");
Console.WriteLine("|---|---|---|---|---|---|---|");
int below = 0;
foreach ((string name, Func<IEnumerable<Row>> measure) in groups.Where(group => args.Length == 0 || args.Contains(group.Name)))
    foreach (Row row in measure())
    {
        Console.WriteLine(row);
        below += row.FallsShort ? 1 : 0;
    }
Console.WriteLine();
Console.WriteLine($"{below} below the gate. Load at the end: {Machine.Load()}.");
return below > 0 ? 1 : 0;
