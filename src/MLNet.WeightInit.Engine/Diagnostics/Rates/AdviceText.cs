using System.Globalization;

namespace MLNet.WeightInit.Engine.Diagnostics.Rates;

/// <summary>Puts what a study found into an advice, with its reasons.</summary>
internal static class AdviceText
{
    /// <summary>Share of the largest stable rate to begin with where no rates were compared: the loss grows sharper while it is trained (Cohen et al. 2021), and batches differ.</summary>
    const double Share = 0.125;

    public static LearningRateAdvice Write(in RateEdge edge, int tried, double curvature, string curvatureReason, in StabilityBound bound, in RateBudget budget, int batchSize, int warmUpSteps, in ComparedRate compared, double asked)
    {
        bool isCompared = !double.IsNaN(compared.Rate), learns = !double.IsNaN(edge.Stable);
        double proposed = !isCompared ? Digits(Share * edge.Stable, 2) : compared.Rate == asked ? Written((float)asked) : Digits(compared.Rate, 3);
        int steps = budget.Steps;
        string trial = string.Create(CultureInfo.InvariantCulture, $"{tried} rates tried over {steps} steps, batches of {batchSize}{(budget.Draws > 1 ? $", in {budget.Draws} orders of the rows" : "")}");
        return new LearningRateAdvice
        {
            Curvature = SignificantDigits.Round(curvature),
            CurvatureReason = curvatureReason,
            StabilityBound = SignificantDigits.Round(bound.Bound),
            LargestStableRate = SignificantDigits.Round(edge.Stable),
            DivergenceRate = SignificantDigits.Round(edge.Diverged),
            LargestStableReason = learns
                ? $"The largest rate {(budget.Draws > 1 ? "that trained, as all smaller ones," : "whose loss fell")} in {trial}{(double.IsNaN(edge.Diverged) ? "; no rate that was tried is too large" : "")}."
                : double.IsNaN(edge.Diverged) ? $"No rate brought the loss clearly below the start's and the best constant's, in {trial}: what keeps it up is not the rate alone."
                : $"None trained from every one of {budget.Draws} starts, in {trial}; at {NumberText.Format(edge.Diverged)} half of them do.",
            TrialSteps = steps,
            ComparedSteps = isCompared ? budget.ComparedSteps : 0,
            ProposedRate = proposed,
            ProposedRateReason = isCompared ? Choice(compared, asked, budget.ComparedSteps)
                : learns ? "An eighth of the largest stable rate: the loss grows sharper while it is trained, and batches differ."
                : "There is none to propose.",
            ProposedLoss = SignificantDigits.Round(compared.Loss),
            AskedLoss = SignificantDigits.Round(compared.Asked),
            ProposedWarmUpSteps = warmUpSteps,
            ProposedWarmUpReason = !learns && !isCompared ? "No rate trains."
                : !isCompared ? warmUpSteps > 0
                    ? $"Behind a rise over {warmUpSteps} steps twice the largest stable rate trains too: the first steps are the sharpest."
                    : "A rise of the rate over the first steps allows no larger one."
                : warmUpSteps > 0
                    ? $"Behind a rise over {warmUpSteps} steps the loss held out is {NumberText.Format(compared.Loss)}, and {NumberText.Format(compared.Unwarmed)} without one."
                    : "A rise of the rate over the first steps lowers the loss held out by less than three hundredths, or the schedule has its own.",
        };
    }

    static string Choice(in ComparedRate compared, double asked, int steps)
    {
        string rates = $"{compared.Rates} rates, the options' {NumberText.Format(asked)} doubled and halved,", held = $"on rows held out, after {steps} steps{(compared.Folds == 1 ? "" : $", over {compared.Folds} parts of the rows")}";
        if (compared.Rate == asked)
            return $"The options' own: of {rates} each judged with its double and fourfold, none gave a loss lower by {NumberText.Percent(RateComparison.LeastGain(compared.Folds))} {held}.";
        string choice = compared.LeadsAway ? "the best one, the options' being next to the edge or beyond," : "the nearest to the options' that is within a twentieth of the best one's loss,";
        return $"Of {rates} each judged with its double and fourfold, {choice} {held}: {NumberText.Format(compared.Loss)}; the options' gave {NumberText.Format(compared.Asked)}.";
    }

    /// <summary>As people write it; measured rates are no more exact, and compared ones no longer.</summary>
    static double Digits(double rate, int digits) => double.IsFinite(rate) ? double.Parse(rate.ToString($"E{digits - 1}", CultureInfo.InvariantCulture), CultureInfo.InvariantCulture) : double.NaN;

    /// <summary>The shortest number that is this rate.</summary>
    static double Written(float rate) => double.Parse(rate.ToString("R", CultureInfo.InvariantCulture), CultureInfo.InvariantCulture);
}
