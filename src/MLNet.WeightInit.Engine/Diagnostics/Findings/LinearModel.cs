namespace MLNet.WeightInit.Engine.Diagnostics.Findings;

/// <summary>A network without hidden layers, where the label hangs on the features in no linear way: no start and no rate helps it.</summary>
/// <remarks>Judged by what the nearest rows tell of the label and a linear model doesn't, each row by the others (<see cref="Trainability.LabelRelation"/>). Parity is the textbook's case (Minsky and Papert 1969). An error, since no training makes a line a
/// curve. Where neighbours tell little, as among many features, nothing is said.</remarks>
internal sealed class LinearModel : IFindingRule
{
    /// <summary>Of what the loss asks for, by neighbours: below it a row's neighbours say too little to compare with.</summary>
    const double LeastNear = 0.25;

    /// <summary>Part of that which a linear model tells at most.</summary>
    const double MostLinear = 0.25;

    public IEnumerable<Finding> Examine(ReportContext context)
    {
        (double linear, double near) = (LabelShares.Linear(context), LabelShares.Near(context));
        if (context.HiddenLayers == 0 && !context.HasOtherInputs && near >= LeastNear && linear <= MostLinear * near)
            yield return new Finding(Verdict.Stalling, Severity.Error, 0, 0,
                $"without hidden layers the network is a linear model, which tells {NumberText.Percent(Math.Max(0, linear))} of the label from its features where the nearest rows tell {NumberText.Percent(near)}: it takes hidden layers to learn the rest", [Remedy.HiddenLayers]);
    }
}
