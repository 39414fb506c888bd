// Prints docs/benchmarks/defaults.md's table: what the network reaches with no option set, beside ML.NET's linear trainers and trees.
//
//     dotnet run -c Release --project benchmarks/Defaults [-- [--splits 10] [--first 1] problem…]
using Defaults;

// Other splits than the table's, to see whether its judgements hold: --splits 20 --first 1001.
int splits = TakeOption("--splits", 10), first = TakeOption("--first", 1);

var problems = Problems.All.Where(problem => args.Length == 0 || args.Contains(problem.Name)).ToList();
if (problems.Count < Math.Max(1, args.Length))
{
    Console.Error.WriteLine($"Problems are: {string.Join(", ", Problems.All.Select(problem => problem.Name))}.");
    return 1;
}

Console.WriteLine("| problem | metric | trainer | mean ± interval | network − trainer | |");
Console.WriteLine("|---|---|---|---|---|---|");
foreach (Problem problem in problems)
{
    IReadOnlyDictionary<string, double[]> scores = problem.Run(splits, first);
    double[] network = scores[Problem.Network];
    foreach ((string trainer, double[] values) in scores)
    {
        Interval own = Interval.Of(values);
        string comparison = trainer == Problem.Network ? " | " : Compare(network, values, problem.TestFraction);
        Console.WriteLine($"| {problem.Name} | {problem.Metric} | {trainer} | {own.Mean:F4} ± {own.HalfWidth:F4} | {comparison} |");
    }
}
return 0;

int TakeOption(string name, int whenAbsent)
{
    int at = Array.IndexOf(args, name);
    if (at < 0 || at + 1 == args.Length)
        return whenAbsent;
    int value = int.Parse(args[at + 1]);
    args = [.. args[..at], .. args[(at + 2)..]];
    return value;
}

static string Compare(double[] network, double[] trainer, double testFraction)
{
    double[] differences = [.. network.Zip(trainer, (a, b) => a - b)];
    Interval plain = Interval.Of(differences), corrected = Interval.Corrected(differences, testFraction);
    string verdict = corrected.Low > 0 ? "better" : plain.High < 0 ? "**worse**" : "tie";
    return $"{Math.Round(plain.Mean, 4):+0.0000;−0.0000;0.0000} ± {plain.HalfWidth:F4} | {verdict}";
}
