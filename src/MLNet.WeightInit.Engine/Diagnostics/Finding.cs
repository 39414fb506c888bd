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
        Remedies = remedies;
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

    /// <summary>Lines of code to use instead, the most promising first; may be empty.</summary>
    public IReadOnlyList<string> Remedies { get; internal init; }
}
