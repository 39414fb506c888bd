using System.Globalization;

namespace MLNet.WeightInit.Engine.Diagnostics.Rates;

/// <summary>Puts what a study found into an advice, with its reasons.</summary>
internal static class AdviceText
{
    /// <summary>Share of the largest stable rate to begin with where no rates were compared: the loss grows sharper while it is trained (Cohen et al. 2021), and batches differ.</summary>
    const double Share = 0.125;

    public static LearningRateAdvice Write(in RateEdge edge, int tried, double curvature, string curvatureReason, in StabilityBound bound, in RateBudget budget, int batchSize, int warmUpSteps, in ComparedRate compared, double asked)
    {
        double stable = edge.Stable, proposed = TwoDigits(double.IsNaN(compared.Rate) ? Share * stable : compared.Rate);
        int steps = budget.Steps;
        bool learns = !double.IsNaN(stable);
        string trial = string.Create(CultureInfo.InvariantCulture, $"{tried} rates tried over {steps} steps, batches of {batchSize}{(budget.Draws > 1 ? $", in {budget.Draws} orders of the rows" : "")}");
        return new LearningRateAdvice
        {
            Curvature = SignificantDigits.Round(curvature),
            CurvatureReason = curvatureReason,
            StabilityBound = SignificantDigits.Round(bound.Bound),
            LargestStableRate = SignificantDigits.Round(stable),
            DivergenceRate = SignificantDigits.Round(edge.Diverged),
            LargestStableReason = learns
                ? $"The largest rate {(budget.Draws > 1 ? "that trained, as all smaller ones," : "whose loss fell")} in {trial}{(double.IsNaN(edge.Diverged) ? "; no rate that was tried is too large" : "")}."
                : $"No rate lowered the loss, in {trial}: what keeps it up is not the rate.",
            TrialSteps = steps,
            ProposedRate = proposed,
            ProposedRateReason = !learns ? "There is none to propose."
                : double.IsNaN(compared.Rate) ? "An eighth of the largest stable rate: the loss grows sharper while it is trained, and batches differ."
                : compared.Rate == asked ? $"The options' own: on rows held out none of {compared.Rates} rates from the largest stable one down gave a lower loss, after {steps} steps{Folds(compared.Folds)}."
                : string.Create(CultureInfo.InvariantCulture, $"Of {compared.Rates} rates from the largest stable one down, each half of the one before, and those between, the one with the lowest loss, smoothed over its neighbours, on rows held out, after {steps} steps{Folds(compared.Folds)}: {NumberText.Format(compared.Loss)}; the options' {NumberText.Format(asked)} gave {NumberText.Format(compared.Asked)}."),
            ProposedLoss = SignificantDigits.Round(compared.Loss),
            AskedLoss = SignificantDigits.Round(compared.Asked),
            ProposedWarmUpSteps = warmUpSteps,
            ProposedWarmUpReason = !learns ? "No rate trains."
                : double.IsNaN(compared.Rate) ? warmUpSteps > 0
                    ? $"Behind a rise over {warmUpSteps} steps twice the largest stable rate trains too: the first steps are the sharpest."
                    : "A rise of the rate over the first steps allows no larger one."
                : warmUpSteps > 0
                    ? $"Behind a rise over {warmUpSteps} steps the loss held out is {NumberText.Format(compared.Loss)}, and {NumberText.Format(compared.Unwarmed)} at the best rate without one."
                    : "A rise of the rate over the first steps lowers the loss held out by less than a hundredth, or the schedule has its own.",
        };
    }

    static string Folds(int folds) => folds == 1 ? "" : $", over {folds} parts of the rows";

    /// <summary>A rate as people write it; measured ones are no more exact.</summary>
    static double TwoDigits(double rate) => double.IsFinite(rate) ? double.Parse(rate.ToString("E1", CultureInfo.InvariantCulture), CultureInfo.InvariantCulture) : double.NaN;
}
