using System.Text.RegularExpressions;
using MLNet.WeightInit.Engine.Training;

namespace MLNet.WeightInit.Engine.Tests.Architecture;

public partial class DocumentationTests
{
    static readonly Dictionary<string, string> s_regions = Repository.Sources("examples").SelectMany(DocumentedCode.Regions)
        .ToDictionary(region => region.Source, region => region.Code);

    [Test]
    public void Code_blocks_are_regions_of_compiled_examples()
    {
        var blocks = Pages().SelectMany(DocumentedCode.Blocks).ToList();
        Assert.That(blocks, Is.Not.Empty);
        Assert.Multiple(() =>
        {
            foreach (DocumentedCode.Block block in blocks)
                Assert.That(block.Code, Is.EqualTo(s_regions.GetValueOrDefault(block.Source ?? "")),
                    $"{block.Page}: a C# block must equal its region ({block.Source ?? "it names none"}).");
        });
    }

    [Test]
    public void Every_region_is_shown_somewhere()
        => Assert.That(s_regions.Keys, Is.SubsetOf(Pages().SelectMany(DocumentedCode.Blocks).Select(block => block.Source)));

    [TestCase("dotnet run -c Release --project examples/Quickstart")]
    [TestCase("dotnet test -c Release")]
    public void The_README_has_the_two_commands(string command)
        => Assert.That(Repository.Read("README.md").Split('\n'), Does.Contain(command));

    [TestCase(100)]
    [TestCase(10_000)]
    [TestCase(1_000_000)]
    public void The_README_says_how_long_a_default_training_is(int rows)
    {
        const int BatchSize = 64;                              // NeuralNetOptions.BatchSize
        int held = (int)(rows * TrainingBudget.ValidationFraction(rows, asked: null)), trained = rows - held;
        string search = held == 0 ? $"{EpochSearch.Folds}-fold cross-validation, then all rows train" : held * 10 == rows ? "a tenth of the rows, kept out" : $"{held:N0} rows, kept out";
        string row = $"| {rows:N0} | {(trained + BatchSize - 1) / BatchSize:N0} | {TrainingBudget.Epochs(trained, BatchSize, asked: null):N0} | {search} |";
        Assert.That(Repository.Read("README.md").Split('\n'), Does.Contain(row));
    }

    [Test]
    public void The_README_names_the_limits_of_the_search()
    {
        string readme = Repository.Read("README.md").ReplaceLineEndings(" ");
        Assert.That(readme, Does.Contain($"about {TrainingBudget.WantedUpdates:N0} updates, but at least {TrainingBudget.FewestEpochs} and at most {TrainingBudget.MostEpochs:N0} epochs"));
        Assert.That(readme, Does.Contain($"Below {TrainingBudget.RowsForValidation:N0} rows").And.Contain($"(at most {TrainingBudget.MostValidationRows:N0})"));
        Assert.That(TrainingBudget.MostParametersForSearch, Is.EqualTo(1_000_000));
        Assert.That(readme, Does.Contain($"more than a million parameters and tables of less than {TrainingBudget.RowsForSearch} rows"));
    }

    [Test]
    public void Paths_that_pages_link_or_name_exist()
    {
        var missing = Pages().SelectMany(page => LinksOf(page).Concat(NamedPaths().Matches(Repository.Read(page)).Select(match => match.Groups["path"].Value))
            .Where(path => !Path.Exists(Repository.PathOf(path)))
            .Select(path => $"{page}: {path}"));
        Assert.That(missing, Is.Empty);
    }

    static IEnumerable<string> LinksOf(string page)
    {
        string folder = Path.GetDirectoryName(Repository.PathOf(page))!;
        return LinkTargets().Matches(Repository.Read(page))
            .Select(match => match.Groups["target"].Value)
            .Where(target => !target.Contains("://", StringComparison.Ordinal))
            .Select(target => Path.GetRelativePath(Repository.Root, Path.Combine(folder, target)).Replace(Path.DirectorySeparatorChar, '/'));
    }

    static IEnumerable<string> Pages() => ["README.md", "CONTRIBUTING.md", "examples/data/README.md", "src/MLNet.WeightInit/README.md", "src/MLNet.WeightInit.Engine/README.md", .. Repository.Files("docs", "*.md")];

    [GeneratedRegex(@"\]\((?<target>[^)#\s]+)[^)]*\)")]
    private static partial Regex LinkTargets();

    /// <summary>`src/…`, `tests/…` and so on in back quotes, without a placeholder in the name.</summary>
    [GeneratedRegex(@"`(?<path>(src|tests|docs|examples|benchmarks|tools|\.ci)/[\w./-]*)`")]
    private static partial Regex NamedPaths();
}
