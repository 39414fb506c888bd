namespace MLNet.WeightInit;

/// <summary>One thing about an initialization that is wrong or worth knowing.</summary>
public sealed record Finding
{
    internal Finding(Verdict verdict, Severity severity, int firstLayer, int lastLayer, string evidence, IReadOnlyList<string> remedies)
    {
        Verdict = verdict;
        Severity = severity;
        FirstLayer = firstLayer;
        LastLayer = lastLayer;
        Evidence = evidence;
        Remedies = [.. remedies.Select(code => new Remedy(code))];
    }

    Finding(Finding finding, Severity severity, string evidence)
    {
        (Verdict, Severity, FirstLayer, LastLayer, Evidence, Remedies) = (finding.Verdict, severity, finding.FirstLayer, finding.LastLayer, evidence, finding.Remedies);
        Judged = finding.Judged;
    }

    /// <summary>What was found; never <see cref="Verdict.Healthy"/>.</summary>
    public Verdict Verdict { get; }

    /// <summary>How much it matters to this training: a <see cref="Severity.Note"/> leaves the report's verdict as it is.</summary>
    public Severity Severity { get; }

    /// <summary>The first dense layer concerned: an index into <see cref="InitializationReport.Layers"/>, from 0.</summary>
    public int FirstLayer { get; }

    /// <summary>The last dense layer concerned, inclusive; at least <see cref="FirstLayer"/>.</summary>
    public int LastLayer { get; }

    /// <summary>One sentence with the numbers that were measured.</summary>
    public string Evidence { get; }

    /// <summary>The figure that was judged; null in a report that was saved before reports had it.</summary>
    public JudgedFigure? Judged { get; internal init; }

    /// <summary>Lines of code to use instead, the most promising first: by their measured effect, where it was measured. May be empty.</summary>
    public IReadOnlyList<Remedy> Remedies { get; internal init; }

    internal Finding WithSeverity(Severity severity, string evidence) => new(this, severity, evidence);
}
