using System.Globalization;

namespace MLNet.WeightInit.Engine.Diagnostics.Rates;

/// <summary>Puts what a study found into an advice, with its reasons.</summary>
internal static class AdviceText
{
    /// <summary>Share of the largest stable rate to begin with where no rates were compared: the loss grows sharper while it is trained (Cohen et al. 2021), and batches differ.</summary>
    const double Share = 0.125;

    public static LearningRateAdvice Write(in RateSearch search, double curvature, string curvatureReason, in StabilityBound bound, int steps, int batchSize, int warmUpSteps, double compared)
    {
        double stable = search.Stable, proposed = TwoDigits(double.IsNaN(compared) ? Share * stable : compared);
        bool learns = !double.IsNaN(stable);
        string trial = string.Create(CultureInfo.InvariantCulture, $"{search.Trials} trials of the first {steps} steps, batches of {batchSize}");
        return new LearningRateAdvice
        {
            Curvature = SignificantDigits.Round(curvature),
            CurvatureReason = curvatureReason,
            StabilityBound = SignificantDigits.Round(bound.Bound),
            LargestStableRate = SignificantDigits.Round(stable),
            DivergenceRate = SignificantDigits.Round(search.Diverged),
            LargestStableReason = learns
                ? $"The largest rate whose loss fell, in {trial}{(double.IsNaN(search.Diverged) ? "; no rate that was tried is too large" : "")}."
                : $"No rate lowered the loss, in {trial}: what keeps it up is not the rate.",
            TrialSteps = steps,
            ProposedRate = proposed,
            ProposedRateReason = learns
                ? double.IsNaN(compared)
                    ? "An eighth of the largest stable rate: the loss grows sharper while it is trained, and batches differ."
                    : $"Of the largest stable rate's halves down to a 64th the smallest that takes the loss nearly as low in {steps} steps as the best of them."
                : "There is none to propose.",
            ProposedWarmUpSteps = warmUpSteps,
            ProposedWarmUpReason = warmUpSteps > 0
                ? $"Behind a rise over {warmUpSteps} steps twice the largest stable rate trains too: the first steps are the sharpest."
                : learns ? "A rise of the rate over the first steps allows no larger one." : "No rate trains.",
        };
    }

    /// <summary>A rate as people write it; measured ones are no more exact.</summary>
    static double TwoDigits(double rate) => double.IsFinite(rate) ? double.Parse(rate.ToString("E1", CultureInfo.InvariantCulture), CultureInfo.InvariantCulture) : double.NaN;
}
