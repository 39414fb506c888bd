using MLNet.WeightInit.Engine.Diagnostics.Trainability;

namespace MLNet.WeightInit.Engine.Diagnostics.Findings;

/// <summary>How much of what the loss asks for the features tell, by <see cref="LabelRelation"/>: from −1 to 1, NaN where nobody looked.</summary>
internal static class LabelShares
{
    static readonly int s_linear = Place("label by features"), s_near = Place("label by neighbours");

    /// <summary>By a linear model.</summary>
    public static double Linear(ReportContext context) => context.StartFigures.Count > s_linear ? context.StartFigures[s_linear] : double.NaN;

    /// <summary>By the nearest rows.</summary>
    public static double Near(ReportContext context) => context.StartFigures.Count > s_near ? context.StartFigures[s_near] : double.NaN;

    static int Place(string figure) => StartFigures.Names.TakeWhile(name => name != figure).Count();
}
