using System.Globalization;
using System.Text.RegularExpressions;
using MLNet.WeightInit.Engine.Tests.Architecture;

namespace MLNet.WeightInit.Engine.Tests.Kernels;

/// <summary>docs/kernels.md and the XML docs state the errors that the tests assert, no others.</summary>
[TestFixture]
internal sealed partial class StatedErrorsPageTests
{
    const string Folder = "src/MLNet.WeightInit.Engine/Kernels";

    [Test]
    public void The_page_has_every_function_with_its_errors()
        => Assert.That(Rows(columns: 2), Is.EqualTo(StatedErrors.Functions.Select(function => Row($"{function.Of}", function.Units, function.UnfusedUnits))));

    [Test]
    public void The_page_has_every_activation_with_its_errors()
        => Assert.That(Rows(columns: 4), Is.EqualTo(StatedErrors.Activations.Select(activation
            => Row(activation.Name, activation.Value, activation.Slope, activation.UnfusedValue, activation.UnfusedSlope))));

    [TestCase("Exp", "Exp")]
    [TestCase("ExpMinusOne", "ExpMinusOne")]
    [TestCase("Log", "Log")]
    [TestCase("LogOnePlus", "LogOnePlus")]
    [TestCase("Sigmoid", "Sigmoid")]
    [TestCase("Softplus", "Softplus")]
    [TestCase("Tanh", "Tanh")]
    [TestCase("Erf", "Erf")]
    [TestCase("Normal", "Normal")]
    [TestCase("NormalDensity", "Normal")]
    [TestCase("Sin", "Sin")]
    [TestCase("Cos", "Cos")]
    public void The_source_states_the_error_above_the_function(string function, string method)
    {
        string source = string.Concat(Repository.Files(Folder, "VectorMath*.cs").Select(Repository.Read));
        Match declaration = Regex.Match(source, $@"(?<docs>(?:    ///[^\n]*\n)+)    \[[^\n]*\n    public static TVector {method}\(");
        string[] stated = [.. WithinUnits().Matches(declaration.Groups["docs"].Value).Select(match => match.Groups["units"].Value)];
        double expected = StatedErrors.Functions.Single(row => $"{row.Of}" == function).Units;
        Assert.That(stated.ElementAtOrDefault(function == "NormalDensity" ? 1 : 0), Is.EqualTo(Text(expected)));
    }

    /// <summary>The rows of the page whose first cell is a name and whose other cells are all errors.</summary>
    static IEnumerable<string> Rows(int columns)
        => TableRow().Matches(Repository.Read("docs/kernels.md")).Select(match => match.Value).Where(row => row.Count(c => c == '|') == columns + 2);

    static string Row(string name, params double[] errors) => $"| `{name}` | {string.Join(" | ", errors.Select(Text))} |";

    static string Text(double error) => double.IsNaN(error) ? "—" : error.ToString(error is 0 or > 10 ? "0" : "0.0", CultureInfo.InvariantCulture);

    [GeneratedRegex(@"^\| `\w+` (\| ([0-9.]+|—) )+\|$", RegexOptions.Multiline)]
    private static partial Regex TableRow();

    [GeneratedRegex(@"within (?<units>[0-9.]+) ulp")]
    private static partial Regex WithinUnits();
}
