using MLNet.WeightInit.Engine.Data;

namespace MLNet.WeightInit.Engine.Training;

/// <summary>What a comparison watches.</summary>
internal sealed partial class TrainingRun
{
    int[] _trialRows = [];

    /// <summary>Before the first step.</summary>
    void BeginTrial()
    {
        if (_options.Trial is not { } trial)
            return;
        int[] rows = ((ResidentRows)_rows).All;                // ascending yet
        int count = Math.Min(rows.Length, _validation!.Value.Rows.Length);
        _trialRows = [.. Enumerable.Range(0, count).Select(i => rows[(int)((long)i * rows.Length / count)])];
        MeasureTrial(trial, 0);
    }

    /// <summary>After a step, with the weights that a model would get then.</summary>
    /// <param name="rows">That passed forward and backward in it.</param>
    void NoteTrial(double rows)
    {
        if (_options.Trial is not { } trial)
            return;
        trial.TrainedRows += rows;
        if (!trial.IsDue(_lastStep))
            return;
        _average?.Place(averages: true);
        MeasureTrial(trial, _lastStep);
        _average?.Place(averages: false);
    }

    /// <summary>After the last step, which converged before the last one that was asked for, or not.</summary>
    void EndTrial()
    {
        if (_options.Trial is not { } trial)
            return;
        if (trial.Points[^1].Step != _lastStep)
            MeasureTrial(trial, _lastStep);
        trial.Complete(_step.Evaluate(_rows.Gatherer, _trialRows) / TotalWeight(_rows.Gatherer, _trialRows));
    }

    void MeasureTrial(TrainingTrial trial, long step)
    {
        if (TryValidate(_epoch, out double lossSum))
            trial.Add(step, lossSum / ValidationWeight, ValidationMetric);
    }
}
