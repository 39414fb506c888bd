namespace MLNet.WeightInit.Engine.Diagnostics.Findings;

/// <summary>Makes one finding of what several layers share, so that a deep network gives a sentence and not a list.</summary>
internal static class LayerFindings
{
    /// <summary>One layer's part.</summary>
    /// <param name="Amount">How bad: the worst layer's evidence speaks for all.</param>
    public readonly record struct Candidate(int Layer, Severity Severity, double Amount, string Evidence, IReadOnlyList<string> Remedies);

    /// <summary>One finding for each severity, from the first to the last layer that has it.</summary>
    public static IEnumerable<Finding> Merge(Verdict verdict, IEnumerable<Candidate> candidates)
    {
        foreach (IGrouping<Severity, Candidate> group in candidates.GroupBy(candidate => candidate.Severity))
        {
            Candidate[] layers = [.. group];
            Candidate worst = layers.MaxBy(candidate => candidate.Amount);
            string evidence = layers.Length == 1 ? worst.Evidence : $"{worst.Evidence}; the same or less in {layers.Length - 1} more {(layers.Length == 2 ? "layer" : "layers")}";
            yield return new Finding(verdict, group.Key, layers[0].Layer, layers[^1].Layer, evidence, worst.Remedies);
        }
    }
}
