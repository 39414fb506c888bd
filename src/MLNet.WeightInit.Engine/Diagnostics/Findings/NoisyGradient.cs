namespace MLNet.WeightInit.Engine.Diagnostics.Findings;

/// <summary>A batch's gradient is chance: its squared mean is below a thousandth of its variance. Only at <see cref="DiagnosticsLevel.Full"/>.</summary>
/// <remarks>The probe's rows tell a share of some thousandths a row from nothing, so that the note says: these rows ask for no common step. Where it is 0 there is no gradient, and other rules say why.</remarks>
internal sealed class NoisyGradient : IFindingRule
{
    const double Limit = 1e-3;

    public IEnumerable<Finding> Examine(ReportContext context)
    {
        if (context.Details?.Noise is not { SignalToNoise: > 0 and < Limit } noise)
            yield break;
        yield return new Finding(Verdict.LrUnstable, Severity.Note, 0, context.HiddenLayers,
            $"a batch of {noise.BatchSize} rows has a gradient whose squared mean is {NumberText.Format(noise.SignalToNoise)} of its variance over rows: the first steps follow chance, and a large learning rate carries it far", [$"BatchSize = {4 * noise.BatchSize}"]);
    }
}
