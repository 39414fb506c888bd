using System.Globalization;

namespace MLNet.WeightInit.Engine.Diagnostics;

/// <summary>The advice on the learning rate as sentences.</summary>
internal static class ReportLearningRate
{
    /// <summary>Empty where there is no advice.</summary>
    public static string Write(InitializationReport report)
    {
        if (report.LearningRateAdvice is not { } advice)
            return "";
        string curvature = advice.QuadraticRate is > 0 and < double.PositiveInfinity
            ? $" Its curvature of {NumberText.Format(advice.Curvature)} allows up to {NumberText.Format(advice.QuadraticRate)} where the loss is quadratic."
            : "";
        string range = !double.IsNaN(advice.LargestStableRate) ? $"up to {NumberText.Format(advice.LargestStableRate)} lowers the loss in {advice.TrialSteps} steps"
            : double.IsNaN(advice.DivergenceRate) ? $"none that was tried brings the loss clearly below the start's and the best constant's in {advice.TrialSteps} steps"
            : $"none lowers the loss from every start in {advice.TrialSteps} steps; {NumberText.Format(advice.DivergenceRate)} does from half of them";
        string warmUp = advice.ProposedWarmUpSteps > 0 ? string.Create(CultureInfo.InvariantCulture, $", behind a warm-up over {advice.ProposedWarmUpSteps} steps") : "";
        string measured = advice.ComparedSteps == 0 ? "" : string.Create(CultureInfo.InvariantCulture, $", by the loss of rows held out after {advice.ComparedSteps:#,0} steps{(advice.ProposedLoss >= report.PriorLoss ? $", though its {NumberText.Format(advice.ProposedLoss)} is not below the best constant's {NumberText.Format(report.PriorLoss)}" : "")}");
        string proposal = double.IsNaN(advice.ProposedRate) ? "" : $" Proposed: {advice.ProposedRate.ToString("R", CultureInfo.InvariantCulture)}{warmUp}{measured}.";
        return $"Learning rate: {range}.{curvature}{proposal}";
    }
}
