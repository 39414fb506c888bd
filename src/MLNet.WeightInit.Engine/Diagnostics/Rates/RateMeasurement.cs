namespace MLNet.WeightInit.Engine.Diagnostics.Rates;

/// <summary>What was found out about the learning rate that was asked for.</summary>
/// <param name="Asked">A trial at the schedule's own rates.</param>
/// <param name="Highest">The highest rate of the schedule.</param>
/// <param name="DefaultRate">The optimizer's, for want of a better one.</param>
/// <param name="Advice">At <see cref="DiagnosticsLevel.Full"/>; else null.</param>
/// <param name="StepsAnEpoch">What a warm-up in steps is counted in.</param>
internal sealed record RateMeasurement(TrialOutcome Asked, double Highest, double DefaultRate, LearningRateAdvice? Advice, int StepsAnEpoch);
