using System.Text.RegularExpressions;
using MLNet.WeightInit.Engine.Diagnostics.Findings;
using MLNet.WeightInit.Engine.Tests.Diagnostics;

namespace MLNet.WeightInit.Engine.Tests.Architecture;

/// <summary>docs/diagnostics.md has every verdict, every rule and every column.</summary>
public partial class DiagnosticsPageTests
{
    [Test]
    public void Verdicts_stand_in_order_of_gravity()
        => Assert.That(FirstColumn("## Verdicts"), Is.EqualTo(Enum.GetNames<Verdict>()));

    [Test]
    public void Every_rule_has_its_row()
    {
        var rules = typeof(IFindingRule).Assembly.GetTypes().Where(type => type.IsClass && type.IsAssignableTo(typeof(IFindingRule))).Select(type => type.Name);
        Assert.That(FirstColumn("## The rules"), Is.EquivalentTo(rules));
    }

    [Test]
    public void Every_rule_on_training_has_its_row()
    {
        var rules = typeof(ITrainingRule).Assembly.GetTypes().Where(type => type.IsClass && type.IsAssignableTo(typeof(ITrainingRule))).Select(type => type.Name);
        Assert.That(FirstColumn("## What training did"), Is.SupersetOf(rules));
    }

    [Test]
    public void A_verdict_has_a_row_among_the_rules()
    {
        string[] given = [.. InQuotes().Matches(Section("## The rules")).Select(match => match.Groups["text"].Value)];
        Assert.That(Enum.GetNames<Verdict>().Except(given), Is.EqualTo([nameof(Verdict.Healthy)]));
    }

    [Test]
    public void Every_judged_figure_has_its_row()
        => Assert.That(Section("## What remedies do, measured").Split('\n').Where(line => line.StartsWith('|')).Skip(2).Select(line => line.Split('|')[2].Split(':')[0].Trim()), Is.EqualTo(JudgedFigures.Names));

    [Test]
    public void Columns_stand_as_in_the_table()
    {
        string header = Reports.Create(hidden: 2).ToMarkdown().Split('\n').First(line => line.StartsWith('|'));
        Assert.That(FirstColumnText("## Columns").SelectMany(cell => cell.Split(", ")), Is.EqualTo(header.Trim('|', ' ').Split(" | ")));
    }

    static IEnumerable<string> FirstColumn(string heading)
        => FirstColumnText(heading).Where(cell => cell.StartsWith('`')).Select(cell => cell.Trim('`'));

    static IEnumerable<string> FirstColumnText(string heading)
        => Section(heading).Split('\n').Where(line => line.StartsWith('|')).Skip(2).Select(line => line.Split('|')[1].Trim());

    /// <summary>From a heading to the next of its level or above.</summary>
    static string Section(string heading)
    {
        string page = Repository.Read("docs/diagnostics.md");
        int begin = page.IndexOf($"\n{heading}", StringComparison.Ordinal) + 1;
        int end = page.IndexOf("\n#", begin, StringComparison.Ordinal);
        return end < 0 ? page[begin..] : page[begin..end];
    }

    [GeneratedRegex("`(?<text>[A-Z][A-Za-z]+)`")]
    private static partial Regex InQuotes();
}
