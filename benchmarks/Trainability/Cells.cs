using System.Globalization;
using MLNet.WeightInit;
using MLNet.WeightInit.Engine.Diagnostics.Trainability;

namespace Trainability;

/// <summary>Trains cells and writes a line of figures and outcomes for each.</summary>
static class Cells
{
    public const int Seeds = 3;

    public static void Write(int first, int count, string? data = null)
    {
        Console.WriteLine($"{Cell.Header},prior,initial,verdict,{string.Join(',', Enumerable.Range(1, Seeds).Select(seed => $"loss{seed}"))},{string.Join(',', StartFigures.Names.Select(name => "f_" + name.Replace(' ', '_')))}");
        Cell[] cells = [.. Enumerable.Range(first, count).Select(Cell.Draw).Where(cell => data is null || cell.Data.Name == data)];
        var lines = new string[cells.Length];
        int written = 0;
        Parallel.For(0, cells.Length, new ParallelOptions { MaxDegreeOfParallelism = Environment.ProcessorCount }, index =>
        {
            Cell cell = cells[index];
            string line = Line(cell);
            lock (lines)
            {
                lines[index] = line;
                for (; written < lines.Length && lines[written] is { } next; written++)
                    if (next.Length > 0)
                        Console.WriteLine(next);
            }
        });
    }

    /// <summary>The figures alone, after a change of what they are.</summary>
    public static void WriteFigures(int first, int count)
    {
        Console.WriteLine($"cell,verdict,{string.Join(',', StartFigures.Names.Select(name => "f_" + name.Replace(' ', '_')))}");
        foreach (Cell cell in Enumerable.Range(first, count).Select(Cell.Draw))
            try
            {
                InitializationReport report = cell.Start(1);
                Console.WriteLine($"{cell.Index},{report.Verdict},{string.Join(',', report.StartFigures.Select(figure => figure.ToString("G6", CultureInfo.InvariantCulture)))}");
            }
            catch (InvalidOperationException)
            {
            }
    }

    /// <summary>Empty where the initializer has no answer for the activation, as the edge of chaos for softplus.</summary>
    static string Line(Cell cell)
    {
        try
        {
            Outcome[] outcomes = [.. Enumerable.Range(1, Seeds).Select(cell.Train)];
            InitializationReport report = outcomes[0].Report;
            return $"{cell},{report.PriorLoss:G6},{report.InitialLoss:G6},{report.Verdict},{string.Join(',', outcomes.Select(outcome => outcome.Loss.ToString("G6", CultureInfo.InvariantCulture)))},{string.Join(',', report.StartFigures.Select(figure => figure.ToString("G6", CultureInfo.InvariantCulture)))}";
        }
        catch (InvalidOperationException)
        {
            return "";
        }
    }
}
