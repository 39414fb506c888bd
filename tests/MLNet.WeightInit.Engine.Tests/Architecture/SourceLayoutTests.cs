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

    static string NamespaceOf(string file) => string.Join('.', file.Split('/')[1..^1]);

    [GeneratedRegex(@"^namespace\s+(?<name>[\w.]+)", RegexOptions.Multiline)]
    private static partial Regex NamespaceLine();
}
