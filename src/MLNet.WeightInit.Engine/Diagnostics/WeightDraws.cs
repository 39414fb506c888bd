namespace MLNet.WeightInit;

/// <summary>What other draws of the weights would have given: the same rows, options and plan, other numbers from the same distributions.</summary>
public sealed record WeightDraws
{
    internal WeightDraws(IReadOnlyList<Verdict> verdicts, IReadOnlyList<DrawnFigure> figures)
    {
        Verdicts = verdicts;
        Figures = figures;
    }

    /// <summary>The verdict of each draw; the first is the report's own.</summary>
    public IReadOnlyList<Verdict> Verdicts { get; }

    /// <summary>Draws in all, the report's own included.</summary>
    public int Count => Verdicts.Count;

    /// <summary>Share of the draws that give the report's verdict; from 1 / <see cref="Count"/> to 1.</summary>
    public double VerdictShare => (double)Verdicts.Count(verdict => verdict == Verdicts[0]) / Count;

    /// <summary>A row for each figure that the report's findings judged.</summary>
    public IReadOnlyList<DrawnFigure> Figures { get; }
}
