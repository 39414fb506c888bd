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
        Console.WriteLine($"{Cell.Header},prior,initial,verdict,sagemaker,{string.Join(',', Enumerable.Range(1, Seeds).Select(seed => $"loss{seed}"))},{string.Join(',', StartFigures.Names.Select(name => "f_" + name.Replace(' ', '_')))}");
        Cell[] cells = [.. Enumerable.Range(first, count).Select(Cell.Draw).Where(cell => data is null || cell.Data.Name == data || cell.Initializer == data)];
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
        Console.WriteLine($"cell,verdict,sagemaker,{string.Join(',', StartFigures.Names.Select(name => "f_" + name.Replace(' ', '_')))}");
        var lines = new string[count];
        Parallel.For(0, count, new ParallelOptions { MaxDegreeOfParallelism = Environment.ProcessorCount }, index =>
        {
            Cell cell = Cell.Draw(first + index);
            try
            {
                InitializationReport report = cell.Start(1);
                lines[index] = $"{cell.Index},{report.Verdict},{SageMakerRules.Of(report)},{string.Join(',', report.StartFigures.Select(figure => figure.ToString("G6", CultureInfo.InvariantCulture)))}";
            }
            catch (InvalidOperationException)
            {
                lines[index] = "";
            }
        });
        foreach (string line in lines.Where(line => line.Length > 0))
            Console.WriteLine(line);
    }

    /// <summary>What a report says once the training of its first seed is over, of the data sets that nothing was fitted on.</summary>
    public static void WriteEnds(string cells)
    {
        Console.WriteLine("cell,verdict");
        int[] indices = [.. File.ReadLines(cells).Skip(1).Select(line => line.Split(',')).Where(fields => DataSet.All.Any(set => set.Name == fields[1] && set.IsUnseen)).Select(fields => int.Parse(fields[0], CultureInfo.InvariantCulture))];
        var lines = new string[indices.Length];
        Parallel.For(0, indices.Length, new ParallelOptions { MaxDegreeOfParallelism = Environment.ProcessorCount }, index => lines[index] = $"{indices[index]},{Cell.Draw(indices[index]).Train(1).Report.Verdict}");
        foreach (string line in lines)
            Console.WriteLine(line);
    }

    /// <summary>Cells with other figures, as <see cref="WriteFigures"/> wrote them, in the place of theirs.</summary>
    public static void Join(string cells, string figures)
    {
        Dictionary<string, string[]> changed = File.ReadLines(figures).Select(line => line.Split(',')).ToDictionary(fields => fields[0]);
        foreach (string[] fields in File.ReadLines(cells).Select(line => line.Split(',')))
        {
            int outcome = Array.IndexOf(changed["cell"], "sagemaker") + 1, losses = s_columns.IndexOf("loss1");
            if (changed.TryGetValue(fields[0], out string[]? now))
                Console.WriteLine(string.Join(',', [.. fields.AsSpan(0, losses - 2), now[1], now[2], .. fields.AsSpan(losses, Seeds), .. now.AsSpan(outcome)]));
        }
    }

    static readonly List<string> s_columns = [.. $"{Cell.Header},prior,initial,verdict,sagemaker,loss1".Split(',')];

    /// <summary>Empty where the initializer has no answer for the activation, as the edge of chaos for softplus.</summary>
    static string Line(Cell cell)
    {
        try
        {
            Outcome[] outcomes = [.. Enumerable.Range(1, cell.Seeds).Select(cell.Train)];
            InitializationReport report = outcomes[0].Report;
            return $"{cell},{report.PriorLoss:G6},{report.InitialLoss:G6},{report.Verdict},{SageMakerRules.Of(report)},{string.Join(',', Enumerable.Range(0, Seeds).Select(seed => seed < outcomes.Length ? outcomes[seed].Loss.ToString("G6", CultureInfo.InvariantCulture) : ""))},{string.Join(',', report.StartFigures.Select(figure => figure.ToString("G6", CultureInfo.InvariantCulture)))}";
        }
        catch (InvalidOperationException)
        {
            return "";
        }
    }
}
