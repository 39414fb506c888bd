// Prints docs/benchmarks/rates.md: the learning rate at which a report says that training diverges, beside the one at which it does, and what following its proposal gains.
//
//     dotnet run -c Release --project benchmarks/Rates > docs/benchmarks/rates.md      # about twenty minutes
//     dotnet run -c Release --project benchmarks/Rates -- cells 50 10                  # rows of 10 cells, from number 50 on
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
        foreach (Cell cell in Cell.All.Skip(int.Parse(first)).Take(int.Parse(count)))
            Console.WriteLine(CellResult.Of(cell).Row);
        break;
    case ["join", var path]:                                               // rows that were printed in parts, on standard output as the whole page
        CellResult.Print([.. File.ReadLines(path).Select(CellResult.Parse)]);
        break;
    default:
        CellResult.Print([.. Cell.All.Select(CellResult.Of)]);
        break;
}
