namespace MLNet.WeightInit;

/// <summary>One thing about an initialization that is wrong or worth knowing.</summary>
/// <param name="Verdict">What was found.</param>
/// <param name="Severity">How much it matters to this training: a <see cref="MLNet.WeightInit.Severity.Note"/> leaves the report's verdict as it is.</param>
/// <param name="FirstLayer">The first dense layer concerned: an index into <see cref="InitializationReport.Layers"/>, from 0.</param>
/// <param name="LastLayer">The last dense layer concerned, inclusive; at least <paramref name="FirstLayer"/>.</param>
/// <param name="Evidence">One sentence with the numbers that were measured.</param>
/// <param name="Remedies">Lines of code to use instead, the most promising first; may be empty.</param>
public sealed record Finding(Verdict Verdict, Severity Severity, int FirstLayer, int LastLayer, string Evidence, IReadOnlyList<string> Remedies);
