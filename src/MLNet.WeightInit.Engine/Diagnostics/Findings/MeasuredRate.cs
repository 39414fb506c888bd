using System.Globalization;

namespace MLNet.WeightInit.Engine.Diagnostics.Findings;

/// <summary>A learning rate that ended better than the options' own on rows held out.</summary>
/// <param name="Loss">Held out, after <paramref name="Steps"/>.</param>
/// <param name="AskedLoss">The same at the options' rate.</param>
internal sealed record MeasuredRate(double Rate, double Loss, double AskedLoss, int Steps)
{
    /// <summary>Null where no rates were compared, and where none is better.</summary>
    public static MeasuredRate? Of(LearningRateAdvice? advice, float asked)
        => advice is { ComparedSteps: > 0 } && (float)advice.ProposedRate != asked && advice.ProposedLoss < advice.AskedLoss ? new MeasuredRate(advice.ProposedRate, advice.ProposedLoss, advice.AskedLoss, advice.ComparedSteps) : null;

    /// <summary><c>a learning rate of 0.4 leaves a loss of 1.69 on rows held out after 120 steps, and the options' own 2.21</c>.</summary>
    public string Text => string.Create(CultureInfo.InvariantCulture, $"a learning rate of {Rate:G3} leaves a loss of {NumberText.Format(Loss)} on rows held out after {Steps:#,0} steps, and the options' own {NumberText.Format(AskedLoss)}");
}
