using MLNet.WeightInit.Engine.Diagnostics.Findings;

namespace MLNet.WeightInit.Engine.Diagnostics;

/// <summary>What a report's text says of remedies and what they did in memory.</summary>
internal static class RemedyText
{
    /// <summary><c>init: "He" (gradient ratio 4.0e-5 -> 0.901)</c>.</summary>
    public static string WithEffect(Remedy remedy) => remedy.Effect is { } effect ? $"{remedy.Code} ({effect})" : remedy.Code;

    /// <summary><c>Try init: "He" (gradient ratio 4.0e-5 -> 0.901) or …</c>, and what was tried in memory and doesn't help; empty without remedies.</summary>
    public static IEnumerable<string> Advice(IReadOnlyList<Remedy> remedies)
    {
        if (Helpful(remedies) is { Length: > 0 } helpful)
            yield return $"Try {string.Join("  or  ", helpful.Select(WithEffect))}";
        if (remedies.Except(Helpful(remedies)).ToArray() is { Length: > 0 } futile)
            yield return $"Tried in memory, without help: {string.Join(", ", futile.Select(WithEffect))}";
    }

    /// <summary>All but those that were tried out and don't help.</summary>
    public static Remedy[] Helpful(IReadOnlyList<Remedy> remedies) => [.. remedies.Where(remedy => remedy.Effect?.Helps != false)];
}
