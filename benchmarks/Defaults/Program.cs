// Prints docs/benchmarks/defaults.md's table: what the network reaches with no option set, beside ML.NET's linear trainers and trees.
//
//     dotnet run -c Release --project benchmarks/Defaults [-- problem…]
using Defaults;

const int Splits = 10;

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
    IReadOnlyDictionary<string, double[]> scores = problem.Run(Splits);
    double[] network = scores[Problem.Network];
    foreach ((string trainer, double[] values) in scores)
    {
        Interval own = Interval.Of(values);
        string comparison = trainer == Problem.Network ? " | " : Compare(network, values, problem.TestFraction);
        Console.WriteLine($"| {problem.Name} | {problem.Metric} | {trainer} | {own.Mean:F4} ± {own.HalfWidth:F4} | {comparison} |");
    }
}
return 0;

static string Compare(double[] network, double[] trainer, double testFraction)
{
    double[] differences = [.. network.Zip(trainer, (a, b) => a - b)];
    Interval plain = Interval.Of(differences), corrected = Interval.Corrected(differences, testFraction);
    string verdict = corrected.Low > 0 ? "better" : plain.High < 0 ? "**worse**" : "tie";
    return $"{Math.Round(plain.Mean, 4):+0.0000;−0.0000;0.0000} ± {plain.HalfWidth:F4} | {verdict}";
}
