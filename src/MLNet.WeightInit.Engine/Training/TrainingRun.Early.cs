namespace MLNet.WeightInit.Engine.Training;

/// <summary>The first steps, for the report.</summary>
internal sealed partial class TrainingRun
{
    /// <param name="step">Steps taken so far.</param>
    bool BeginEarly(long step)
    {
        bool isRecorded = _early?.Begin(step) == true;
        if (isRecorded || step == EarlySteps.Most)
            _step.WatchGradient(isRecorded);
        return isRecorded;
    }

    void EndEarly(double loss, ReadOnlySpan<int> rows)
        => _early!.End(_step.MeanLoss(loss, TotalWeight(_rows.Gatherer, rows), rows.Length), double.IsFinite(loss) ? _step.RawGradientNorm() : double.NaN);
}
