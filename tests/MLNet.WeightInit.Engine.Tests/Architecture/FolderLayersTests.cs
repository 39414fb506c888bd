using System.Text.RegularExpressions;

namespace MLNet.WeightInit.Engine.Tests.Architecture;

public class FolderLayersTests
{
    const string Engine = "src/MLNet.WeightInit.Engine";

    [TestCaseSource(nameof(Folders))]
    public void A_folder_uses_only_what_its_layer_may(string folder)
    {
        var forbidden = Repository.Sources($"{Engine}/{folder}")
            .SelectMany(file => FolderLayers.ForbiddenUses(folder, Repository.Read(file)).Select(use => $"{file}:{use}"));
        Assert.That(forbidden, Is.Empty, $"{folder} may use: System {string.Join(' ', FolderLayers.Allowed[folder])}.");
    }

    static IEnumerable<string> Folders() => FolderLayers.Allowed.Keys.Where(folder => Directory.Exists(Repository.PathOf($"{Engine}/{folder}")));

    [Test]
    public void Every_folder_of_the_engine_has_a_layer()
    {
        var folders = Repository.Sources(Engine)
            .Select(file => file[(Engine.Length + 1)..].Split('/'))
            .Where(parts => parts.Length > 1)
            .Select(parts => parts[0])
            .Distinct();
        Assert.That(folders, Is.SubsetOf(FolderLayers.Allowed.Keys));
    }

    [Test]
    public void The_layers_have_no_cycle()
        => Assert.That(FolderLayers.Allowed.Keys.Where(folder => Reaches(folder, folder)), Is.Empty);

    static bool Reaches(string from, string target)
        => FolderLayers.Allowed[from].Any(next => next == target || Reaches(next, target));

    [TestCase("Kernels", "using MLNet.WeightInit.Engine.Training;")]
    [TestCase("Kernels", "using MathNet.Numerics;")]
    [TestCase("Randomness", "using static MLNet.WeightInit.Engine.Network.Panels;")]
    [TestCase("Network", "using Losses = MLNet.WeightInit.Engine.Training.Losses;")]
    [TestCase("Network", "    => new Engine.Training.Losses.Squared();")]
    [TestCase("Data", "global using MLNet.WeightInit.Engine.Network;")]
    [TestCase("Training", "var report = MLNet.WeightInit.Engine.Diagnostics.ReportBuilder.Build(plan);")]
    public void A_forbidden_arrow_is_found(string folder, string line)
        => Assert.That(FolderLayers.ForbiddenUses(folder, $"using System;\n{line}\n"), Is.EqualTo(new[] { $"2: {line.Trim()}" }));

    [TestCase("Kernels", "using System.Runtime.Intrinsics;")]
    [TestCase("Kernels", "using MLNet.WeightInit.Engine.Kernels.Activations;")]
    [TestCase("Network", "using (Stream stream = File.OpenRead(path))")]
    [TestCase("Network", "namespace MLNet.WeightInit.Engine.Network;")]
    [TestCase("Persistence", "using MLNet.WeightInit.Engine.Training;")]
    [TestCase("Kernels", "/// <see cref=\"MLNet.WeightInit.Engine.Training.NetworkTrainer\"/>")]
    public void An_allowed_line_is_not(string folder, string line)
        => Assert.That(FolderLayers.ForbiddenUses(folder, line), Is.Empty);

    [Test]
    public void The_architecture_page_has_the_same_table()
    {
        var rows = Regex.Matches(Repository.Read("docs/architecture.md"), @"^\| `(?<folder>\w+)/` \|[^|]*\| (?<uses>[^|]*) \|$", RegexOptions.Multiline)
            .ToDictionary(row => row.Groups["folder"].Value, row => row.Groups["uses"].Value);
        var expected = FolderLayers.Allowed.ToDictionary(layer => layer.Key, layer => layer.Value is [] ? "System only" : string.Join(", ", layer.Value));
        Assert.That(rows, Is.EquivalentTo(expected));
    }
}
