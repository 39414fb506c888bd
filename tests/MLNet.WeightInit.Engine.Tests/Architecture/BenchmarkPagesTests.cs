using System.Globalization;
using System.Text.RegularExpressions;

namespace MLNet.WeightInit.Engine.Tests.Architecture;

/// <summary>The README's figures are those of docs/benchmarks.</summary>
public partial class BenchmarkPagesTests
{
    [Test]
    public void The_README_shows_the_network_the_best_linear_trainer_and_the_trees()
    {
        var expected = MeasuredRow().Matches(Repository.Read("docs/benchmarks/defaults.md"))
            .Select(row => (Problem: row.Groups["problem"].Value, Metric: row.Groups["metric"].Value, Trainer: row.Groups["trainer"].Value, Mean: double.Parse(row.Groups["mean"].Value, CultureInfo.InvariantCulture)))
            .GroupBy(row => (row.Problem, row.Metric))
            .Select(rows => string.Create(CultureInfo.InvariantCulture,
                $"| {rows.Key.Problem} | {rows.Key.Metric} | {Best(rows, name => name == "NeuralNet"):F4} | {Best(rows, name => name != "NeuralNet" && !IsTree(name)):F4} | {Best(rows, IsTree):F4} |"));
        Assert.That(ReadmeRow().Matches(Repository.Read("README.md")).Select(row => row.Value), Is.EqualTo(expected).And.Not.Empty);

        static bool IsTree(string trainer) => trainer.StartsWith("FastTree", StringComparison.Ordinal);
        static double Best(IEnumerable<(string Problem, string Metric, string Trainer, double Mean)> rows, Func<string, bool> isMeant) => rows.Where(row => isMeant(row.Trainer)).Max(row => row.Mean);
    }

    [GeneratedRegex(@"^\| (?<problem>\w+) \| (?<metric>[^|]+) \| (?<trainer>[^|]+) \| (?<mean>-?[\d.]+) ± ", RegexOptions.Multiline)]
    private static partial Regex MeasuredRow();

    [GeneratedRegex(@"^\| \w+ \| [^|]+ \| -?[\d.]+ \| -?[\d.]+ \| -?[\d.]+ \|$", RegexOptions.Multiline)]
    private static partial Regex ReadmeRow();
}
