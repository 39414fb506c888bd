using MLNet.WeightInit.Engine.Diagnostics.Findings;

namespace MLNet.WeightInit;

/// <summary>What a remedy does to the network that a finding is about: the same rows and seed, one option changed, before any training.</summary>
public sealed record RemedyEffect
{
    internal RemedyEffect(string figure, double before, double after, Verdict verdict, bool helps)
    {
        Figure = figure;
        Before = before;
        After = after;
        Verdict = verdict;
        Helps = helps;
    }

    /// <summary>The name of the figure that the finding judged: <see cref="JudgedFigure.Name"/>.</summary>
    public string Figure { get; }

    /// <summary>The figure as the network is.</summary>
    public double Before { get; }

    /// <summary>The figure with the remedy; <see cref="double.NaN"/> where it isn't defined then.</summary>
    public double After { get; }

    /// <summary>The report's verdict with the remedy.</summary>
    public Verdict Verdict { get; }

    /// <summary>Whether the figure comes clearly nearer to what it should be, or a warning or an error goes, and leaves no graver one and the figure no worse. False for a warning or an error where the remedy's own training, tried out as a whole, fails all the same. What doesn't help is named all the same: it needn't be tried again.</summary>
    public bool Helps { get; }

    /// <summary><c>gradient ratio 4.0e-5 -> 0.901</c>; shares and chances in percent.</summary>
    public override string ToString() => $"{Figure} {JudgedFigures.Text(Figure, Before)} -> {JudgedFigures.Text(Figure, After)}";
}
