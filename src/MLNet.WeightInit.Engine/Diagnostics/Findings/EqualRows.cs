using System.Globalization;
using MLNet.WeightInit.Engine.Data;

namespace MLNet.WeightInit.Engine.Diagnostics.Findings;

/// <summary>Features with the same value in all training rows: rows that differ in nothing can't be told apart by any network.</summary>
/// <remarks>
/// A few constant features among others do no harm: standardized they are 0, as the corners of an image are. It is a note where they are the greater part of the features, or, as they come, of the rows' squared length, in which case they make rows
/// alike and shift all pre-activations.
/// </remarks>
internal sealed class EqualRows : IFindingRule
{
    const double GreaterPart = 0.5;
    const int Listed = 5;

    public IEnumerable<Finding> Examine(ReportContext context)
    {
        if (context.Constants is not { Slots.Length: > 0 } constants || context.HasOtherInputs && constants.AreAll)
            yield break;
        if (AreAllAlike(context))
        {
            int last = context.Layers.Count - 1;
            yield return new Finding(Verdict.RankCollapse, Severity.Error, 0, last,
                string.Create(CultureInfo.InvariantCulture, $"each of the {constants.Features:#,0} features has the same value in all {constants.Rows:#,0} training rows: nothing tells one row from another, and no training gets below the best constant's loss"), []);
            yield break;
        }
        double share = context.IsStandardized ? 0 : constants.Values.Where(float.IsFinite).Sum(value => (double)value * value) / context.RowSquare;
        if (share > GreaterPart)
            yield return new Finding(Verdict.RankCollapse, Severity.Note, 0, 0, $"{Text(constants)}, and {NumberText.Percent(share)} of the rows' squared length is theirs: to the first layer rows look alike", [Remedy.Standardize]);
        else if (context.Probe.SparseInputs is null && constants.Slots.Length > GreaterPart * constants.Features)
            yield return new Finding(Verdict.RankCollapse, Severity.Note, 0, 0, $"{Text(constants)}: their weights learn nothing that tells rows apart", []);
    }

    /// <summary>Of one row, seen many times, units are all on or all off and signals have no deviation: what other rules find of it is the rows' doing.</summary>
    public static IEnumerable<Finding> AsCause(IEnumerable<Finding> findings, ReportContext context)
        => AreAllAlike(context) ? findings.Select(finding => finding.Verdict is Verdict.RankCollapse or Verdict.NonFinite || finding.Severity < Severity.Warning ? finding : finding.WithSeverity(Severity.Note, finding.Evidence)) : findings;

    static bool AreAllAlike(ReportContext context) => context is { Constants: { AreAll: true, Slots.Length: > 0 }, HasOtherInputs: false };

    /// <summary><c>3 of 12 features (0, 4 and 7, counted from 0) have the same value in all 400 training rows</c>.</summary>
    public static string Text(ConstantFeatures constants)
    {
        string[] slots = [.. constants.Slots.Take(Listed).Select(slot => slot.ToString(CultureInfo.InvariantCulture))];
        int more = constants.Slots.Length - slots.Length;
        string list = more > 0 ? string.Create(CultureInfo.InvariantCulture, $"{string.Join(", ", slots)} and {more:#,0} more") : slots.Length == 1 ? slots[0] : $"{string.Join(", ", slots[..^1])} and {slots[^1]}";
        return string.Create(CultureInfo.InvariantCulture, $"{constants.Slots.Length:#,0} of {constants.Features:#,0} features ({list}, counted from 0) {(constants.Slots.Length == 1 ? "has" : "have")} the same value in all {constants.Rows:#,0} training rows");
    }
}
