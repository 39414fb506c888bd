using System.Text.RegularExpressions;

namespace MLNet.WeightInit.Engine.Tests.Architecture;

/// <summary>docs/initializers.md and the registry name the same initializers, aliases and arguments.</summary>
public partial class InitializersPageTests
{
    static readonly InitializerRegistry s_registry = InitializerRegistry.CreateDefault();

    [Test]
    public void The_page_has_every_registered_name_and_no_other()
        => Assert.That(Rows().SelectMany(row => row.Names), Is.EquivalentTo(s_registry.Names));

    [TestCaseSource(nameof(Rows))]
    public void An_alias_gives_the_same_initializer(Row row)
    {
        string arguments = row.Example.Contains('(') ? row.Example[row.Example.IndexOf('(')..] : "";
        string expected = s_registry.Parse(row.Example).Specification;
        Assert.That(row.Names.Select(name => s_registry.Parse(name + arguments).Specification), Is.All.EqualTo(expected));
    }

    /// <summary>A specification leaves arguments out that have their default, so with all of them at it the two texts are equal.</summary>
    [TestCaseSource(nameof(Rows))]
    public void Arguments_stand_with_their_defaults(Row row)
        => Assert.That(s_registry.Parse(row.Example).Specification, Is.EqualTo(s_registry.Parse(row.OnlyRequired).Specification));

    /// <summary>The error about an argument that isn't there names those that are.</summary>
    [TestCaseSource(nameof(Rows))]
    public void No_argument_is_missing(Row row)
    {
        string error = Assert.Throws<ArgumentOutOfRangeException>(() => s_registry.Parse(With(row.OnlyRequired, "surplus=1"))).Message;
        string[] known = [.. KnownArguments().Match(error).Groups["names"].Value.Split(", ", StringSplitOptions.RemoveEmptyEntries)];
        Assert.That(known.Length > 0 || error.Contains("takes no arguments", StringComparison.Ordinal), error);
        Assert.That(known.Where(argument => !Regex.IsMatch(row.Line, $@"\b{argument}\b")), Is.Empty, row.Line);
    }

    static string With(string specification, string argument)
        => specification.EndsWith(')') ? $"{specification[..^1]}, {argument})" : $"{specification}({argument})";

    static IEnumerable<Row> Rows()
        => TableRow().Matches(Repository.Read("docs/initializers.md")).Select(match => new Row(
            match.Value, [.. InQuotes().Matches(match.Groups["names"].Value).Select(name => name.Groups["text"].Value)], match.Groups["example"].Value));

    /// <param name="Line">The whole row.</param>
    /// <param name="Names">The name, then its aliases.</param>
    /// <param name="Marked">All arguments, those without a default marked with †.</param>
    public sealed record Row(string Line, string[] Names, string Marked)
    {
        public string Example => Marked.Replace("†", "");

        public string OnlyRequired
        {
            get
            {
                string[] required = [.. Argument().Matches(Marked).Where(match => match.Value.EndsWith('†')).Select(match => match.Value.TrimEnd('†'))];
                return required.Length == 0 ? Names[0] : $"{Names[0]}({string.Join(", ", required)})";
            }
        }

        public override string ToString() => Names[0];
    }

    [GeneratedRegex(@"^\| (?<names>`\w+` \|[^|]*)\|[^|]*\| `(?<example>[^`]+)` \|$", RegexOptions.Multiline)]
    private static partial Regex TableRow();

    [GeneratedRegex("`(?<text>[^`]+)`")]
    private static partial Regex InQuotes();

    [GeneratedRegex(@"\w+=[^,)]+")]
    private static partial Regex Argument();

    [GeneratedRegex(@"It takes (?<names>[\w, ]+)\.")]
    private static partial Regex KnownArguments();
}
