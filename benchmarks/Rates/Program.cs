// Prints docs/benchmarks/rates.md: the learning rate at which a report says that training diverges, beside the one at which it does, and what following its proposal gains.
//
//     dotnet run -c Release --project benchmarks/Rates > docs/benchmarks/rates.md      # about half an hour
//     dotnet run -c Release --project benchmarks/Rates -- cells 50 10 >> cells          # rows of 10 cells, from number 50 on: the edges
//     dotnet run -c Release --project benchmarks/Rates -- losses 50 10 >> losses        # the same cells: what following the proposal gains
//     dotnet run -c Release --project benchmarks/Rates -- join cells losses             # the page of them
//     dotnet run -c Release --project benchmarks/Rates -- overhead                     # what the levels of diagnostics cost, on this machine
using System.Globalization;
using Rates;

CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
switch (args)
{
    case ["overhead"]:
        Overhead.Print();
        break;
    case ["cells", var first, var count]:
        foreach (Cell cell in Cell.Of(int.Parse(first), int.Parse(count)))
            Console.WriteLine(CellResult.Of(cell).Row);
        break;
    case ["losses", var first, var count]:
        foreach (Cell cell in Cell.Of(int.Parse(first), int.Parse(count)))
            Console.WriteLine(CellResult.Follow(cell));
        break;
    case ["join", var cells, var losses]:                                 // what was printed in parts, on standard output as the whole page
        Dictionary<int, string> lines = File.ReadLines(losses).ToDictionary(line => int.Parse(line.Split(';')[0]));
        CellResult.Print([.. File.ReadLines(cells).Select(CellResult.Parse).Select(row => lines.TryGetValue(row.Number, out string? line) ? row.With(line) : row)]);
        break;
    default:
        CellResult.Print([.. Cell.Of(0, Cell.Count).Select(cell => CellResult.Of(cell).With(CellResult.Follow(cell)))]);
        break;
}
