using System.Globalization;
using MLNet.WeightInit.Tests.Support;

namespace MLNet.WeightInit.Tests;

/// <summary>examples/Diagnose, as its user runs it: on its own table, on one that somebody else wrote, and on what isn't one.</summary>
[TestFixture]
internal sealed class DiagnoseExampleTests
{
    static readonly string[] s_quick = ["--layers", "8", "--seeds", "2", "--steps", "20"];

    string _folder = "";

    [OneTimeSetUp]
    public void CreateFolder() => _folder = Directory.CreateTempSubdirectory().FullName;

    [OneTimeTearDown]
    public void DeleteFolder() => Directory.Delete(_folder, recursive: true);

    [Test]
    public void It_judges_its_own_table_and_compares_five_initializers()
    {
        OtherProgram.Outcome outcome = OtherProgram.Run("Diagnose", s_quick);
        Assert.That((outcome.ExitCode, outcome.Errors), Is.EqualTo((0, "")));
        Assert.That(outcome.Lines[0], Is.EqualTo("wine.csv: 178 rows; Label (classes) from 13 numbers and 0 categories"));
        Assert.That(outcome.Lines.Any(line => Enum.GetNames<Verdict>().Any(verdict => line.StartsWith(verdict, StringComparison.Ordinal)) && line.Contains("signal", StringComparison.Ordinal)), "the verdict");
        foreach (string initializer in new[] { "auto", "he", "glorot", "orthogonal", "normal(deviation=0.01)" })
            Assert.That(outcome.Lines.Count(line => line.Contains($"│ {initializer} ", StringComparison.Ordinal)), Is.EqualTo(1), initializer);
        Assert.That(outcome.Lines, Has.Some.Contains("2 seeds, the same for every initializer"));
    }

    /// <summary>Numbers, a text of few values, one that differs in every row, quotes, and prices as the label.</summary>
    [Test]
    public void It_finds_out_what_columns_a_table_has()
    {
        var random = new Random(1);
        string table = Write("houses.csv", ["Size,Town,\"Address, full\",Price", .. Enumerable.Range(0, 120).Select(row =>
        {
            double size = 40 + 100 * random.NextDouble();
            int town = row % 3;
            return string.Create(CultureInfo.InvariantCulture, $"{size:F1},{(town == 0 ? "Ulm" : town == 1 ? "\"Rom, old\"" : "Bonn")},\"Street {row}, {town}\",{1000 * size + 20_000 * town:F0}");
        })]);
        OtherProgram.Outcome outcome = OtherProgram.Run("Diagnose", [table, "Price", .. s_quick]);
        Assert.That((outcome.ExitCode, outcome.Errors), Is.EqualTo((0, "")));
        Assert.That(outcome.Lines[0], Is.EqualTo("houses.csv: 120 rows; Price (regression) from 1 numbers and 1 categories; left out, of more than 50 different texts: Address, full"));
    }

    [TestCase("There is no file", "nothing.csv", "Price")]
    [TestCase("has no column 'Prize'; it has Size, Price", "small.csv", "Prize")]
    [TestCase("A table and the name of its label column are needed", "small.csv")]
    [TestCase("There is no option --depth", "small.csv", "Price", "--depth", "3")]
    [TestCase("--seeds takes whole numbers, and 'many' is none", "small.csv", "Price", "--seeds", "many")]
    [TestCase("xavier2", "small.csv", "Price", "--init", "xavier2")]
    [TestCase("empty.csv must have a line of column names", "empty.csv", "Price")]
    [TestCase("row", "one.csv", "Price")]
    public void It_ends_with_a_line_where_it_cannot_go_on(string message, string file, params string[] arguments)
    {
        Write("small.csv", ["Size,Price", .. Enumerable.Range(1, 40).Select(row => $"{row},{3 * row}")]);
        Write("empty.csv", []);
        Write("one.csv", ["Size,Price", "1,3"]);
        OtherProgram.Outcome outcome = OtherProgram.Run("Diagnose", [Path.Combine(_folder, file), .. arguments]);
        Assert.That(outcome.ExitCode, Is.EqualTo(1));
        Assert.That(outcome.Errors, Does.Contain(message).And.Not.Contain("   at "), "a message, and no stack");
    }

    string Write(string name, IEnumerable<string> lines)
    {
        string path = Path.Combine(_folder, name);
        File.WriteAllLines(path, lines);
        return path;
    }
}
