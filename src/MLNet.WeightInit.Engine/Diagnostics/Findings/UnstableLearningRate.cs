using System.Globalization;
using MLNet.WeightInit.Engine.Diagnostics.Rates;

namespace MLNet.WeightInit.Engine.Diagnostics.Findings;

/// <summary>The learning rate is larger than this start allows: the loss rises in a trial of the first steps at the schedule's highest rates.</summary>
/// <remarks>
/// An error where the loss stops being finite or ends above ten times the start's, else a warning. Where the curvature was measured: a rate above bound / curvature whose trial still learns is a catapult (Lewkowycz et al. 2020), up to twice
/// the bound by theory, and a note. Where a smaller rate learned and this one didn't, it is a warning, even if the loss doesn't rise: a network that has died keeps the loss of the best constant.
/// </remarks>
internal sealed class UnstableLearningRate : IFindingRule
{
    const double ErrorRatio = 10;

    /// <summary>Multiple of the best constant's loss from which the start, and not the rate, may be to blame.</summary>
    const double LargestStart = 4;

    public IEnumerable<Finding> Examine(ReportContext context)
    {
        if (context.Rates is not { } rates)
            yield break;
        (TrialOutcome asked, LearningRateAdvice? advice) = (rates.Asked, rates.Advice);
        int last = context.Layers.Count - 1;
        string rate = Text(rates.Highest), trial = $"a trial of {asked.Steps} steps with {context.Training.Name} at a learning rate of {rate}";
        if (asked.HasRisen(context.PriorLoss))
        {
            bool isGrave = !(asked.End <= ErrorRatio * Math.Abs(asked.Start));
            string end = double.IsFinite(asked.End) ? $"takes the loss from {NumberText.Format(asked.Start)} to {NumberText.Format(asked.End)}" : "takes the loss to infinity";
            yield return new Finding(Verdict.LrUnstable, isGrave ? Severity.Error : Severity.Warning, 0, last, $"{trial} {end}{Limit(advice)}", [.. Cause(context), .. Remedies(rates), Remedy.Auto]);
        }
        else if (advice is { } && rates.Highest > advice.LargestStableRate && !asked.HasLearned(context.PriorLoss))
            yield return new Finding(Verdict.LrUnstable, Severity.Warning, 0, last, $"{trial} leaves the loss at {NumberText.Format(asked.End)}, from {NumberText.Format(asked.Start)}, and smaller rates lower it{Limit(advice)}", [.. Cause(context), .. Remedies(rates), Remedy.Auto]);
        else if (advice is { QuadraticRate: > 0 and < double.PositiveInfinity } && rates.Highest > advice.QuadraticRate)
            yield return new Finding(Verdict.LrUnstable, Severity.Note, 0, last,
                $"a curvature of {NumberText.Format(advice.Curvature)} allows rates up to {NumberText.Format(advice.QuadraticRate)} where the loss is quadratic, and the learning rate of {rate} is above; {trial} {(asked.HasLearned(context.PriorLoss) ? "still lowers the loss, to" : "leaves the loss at")} {NumberText.Format(asked.End)}{Limit(advice)}",
                advice.ProposedRate >= rates.Highest ? [] : Remedies(rates));
    }

    /// <summary>What makes any rate too high: features as they come, and outputs that start far beyond the labels.</summary>
    static string[] Cause(ReportContext context)
        => [.. context.IsStandardized ? [] : (string[])[Remedy.Standardize], .. context.Probe.Loss > context.PriorLoss + (LargestStart - 1) * Math.Abs(context.PriorLoss) && !context.HasZeroHead ? (string[])[Remedy.ZeroHead] : []];

    static string Limit(LearningRateAdvice? advice) => advice is { LargestStableRate: > 0 } ? $"; rates up to {NumberText.Format(advice.LargestStableRate)} lower it" : "";

    static string[] Remedies(RateMeasurement rates)
    {
        if (rates.Advice is not { ProposedRate: > 0 } advice)
            return [Remedy.Rate(rates.DefaultRate < rates.Highest / 2 ? rates.DefaultRate : rates.Highest / 10)];
        return advice.ProposedWarmUpSteps == 0
            ? [Remedy.Rate(advice.ProposedRate)]
            : [$"{Remedy.Rate(advice.ProposedRate)}, Schedule = \"Constant(warmup={Text(advice.ProposedWarmUpSteps / (double)rates.StepsAnEpoch)})\""];
    }

    static string Text(double rate) => ((float)rate).ToString("G3", CultureInfo.InvariantCulture);
}
