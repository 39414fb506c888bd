using System.Text.RegularExpressions;

namespace MLNet.WeightInit.Engine.Tests.Architecture;

public partial class SourceLayoutTests
{
    const int LongestFile = 400;

    /// <summary>Namespaces that a file may have wherever it lies: what users meet, ML.NET's own for its catalogs, and the runtime's for the attribute that it looks up by name.</summary>
    static readonly string[] s_anywhere = ["MLNet.WeightInit", "Microsoft.ML", "System.Runtime.CompilerServices"];

    [Test]
    public void Every_file_is_in_the_namespace_of_its_folder()
    {
        var misplaced = Repository.Sources("src").SelectMany(file => NamespaceLine().Matches(Repository.Read(file))
            .Select(match => match.Groups["name"].Value)
            .Where(declared => declared != NamespaceOf(file) && !s_anywhere.Contains(declared))
            .Select(declared => $"{file}: {declared} instead of {NamespaceOf(file)}"));
        Assert.That(misplaced, Is.Empty);
    }

    [Test]
    public void Every_file_is_short_enough_to_say_one_thing()
    {
        var lengths = Repository.Sources("src").Select(file => (File: file, Lines: Repository.Read(file).Split('\n').Length - 1));
        Assert.That(lengths.Where(entry => entry.Lines > LongestFile), Is.Empty);
    }

    /// <summary>The analyzer for it, IDE0040, would forbid <c>internal</c> on types too.</summary>
    [Test]
    public void Private_is_written_only_where_the_language_asks_for_it()
    {
        var written = SourceFolders().SelectMany(Repository.Sources).SelectMany(file => NeedlessPrivate().Matches(Repository.Read(file)).Select(match => $"{file}: {match.Value.Trim()}"));
        Assert.That(written, Is.Empty);
    }

    static string[] SourceFolders() => ["src", "tests", "examples", "benchmarks", "tools"];

    static string NamespaceOf(string file) => string.Join('.', file.Split('/')[1..^1]);

    [GeneratedRegex(@"^ +private (?!protected |static (unsafe )?partial ).*$", RegexOptions.Multiline)]
    private static partial Regex NeedlessPrivate();

    [GeneratedRegex(@"^namespace\s+(?<name>[\w.]+)", RegexOptions.Multiline)]
    private static partial Regex NamespaceLine();
}
