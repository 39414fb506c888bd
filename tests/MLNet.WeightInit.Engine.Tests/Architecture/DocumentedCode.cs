using System.Text.RegularExpressions;

namespace MLNet.WeightInit.Engine.Tests.Architecture;

/// <summary>Code blocks of Markdown pages, and the regions of compiled files that they show.</summary>
/// <remarks>A block stands under <c>&lt;!-- region: path#name --&gt;</c>; a region between <c>// README: name</c> and <c>// README: end</c>.</remarks>
static partial class DocumentedCode
{
    public sealed record Block(string Page, string? Source, string Code);

    public static IEnumerable<Block> Blocks(string page)
        => CodeBlock().Matches(Repository.Read(page))
            .Select(match => new Block(page, match.Groups["source"] is { Success: true } source ? source.Value : null, match.Groups["code"].Value));

    /// <summary>Regions of a file as <c>path#name</c> with their code, indented as little as their least indented line allows.</summary>
    public static IEnumerable<(string Source, string Code)> Regions(string file)
        => Region().Matches(Repository.Read(file)).Select(match => ($"{file}#{match.Groups["name"].Value}", Unindent(match.Groups["code"].Value)));

    static string Unindent(string code)
    {
        string[] lines = code.Split('\n');
        int indent = lines.Where(line => line.Length > 0).Min(line => line.Length - line.TrimStart().Length);
        return string.Join('\n', lines.Select(line => line.Length > 0 ? line[indent..] : line));
    }

    [GeneratedRegex(@"(<!-- region: (?<source>\S+) -->\n)?```csharp\n(?<code>.*?)```", RegexOptions.Singleline)]
    private static partial Regex CodeBlock();

    [GeneratedRegex(@"^ *// README: (?!end)(?<name>\S+)\n(?<code>.*?)^ *// README: end$", RegexOptions.Singleline | RegexOptions.Multiline)]
    private static partial Regex Region();
}
