namespace MLNet.WeightInit.Engine.Training;

/// <summary>Rows a second and time left, by the clock that the caller passes. Only progress and the duration that was asked for see it: no stored number does.</summary>
internal sealed class TrainingPace
{
    readonly Func<TimeSpan>? _clock;
    readonly TimeSpan _interval, _began;
    readonly TimeSpan? _maximum;
    readonly double _plannedRows;
    TimeSpan _lastReport;

    /// <param name="plannedRows">Rows to be trained from now on, over all epochs.</param>
    public TrainingPace(TrainingOptions options, double plannedRows)
    {
        _clock = options.Clock;
        _interval = options.ProgressInterval;
        _maximum = options.MaximumDuration;
        _plannedRows = plannedRows;
        _began = _lastReport = Now;
    }

    /// <summary>Since training began; zero without a clock.</summary>
    public TimeSpan Now => _clock?.Invoke() ?? TimeSpan.Zero;

    /// <summary>Whether the last report is as long ago as reports within an epoch shall be apart.</summary>
    public bool IsReportDue => _interval > TimeSpan.Zero && _clock is not null && _clock() - _lastReport >= _interval;

    /// <summary>The report with what the clock says.</summary>
    /// <param name="rows">Rows trained since this began.</param>
    public EpochProgress Measure(EpochProgress report, double rows)
    {
        if (_clock is null)
            return report;
        TimeSpan now = _lastReport = _clock();
        double seconds = (now - _began).TotalSeconds;
        if (seconds <= 0 || rows <= 0)
            return report with { Elapsed = now };
        double secondsLeft = Math.Min(Math.Max(0, _plannedRows - rows) * (seconds / rows), TimeSpan.MaxValue.TotalSeconds / 2);
        TimeSpan left = TimeSpan.FromSeconds(secondsLeft);
        if (_maximum is { } maximum && maximum - now < left)
            left = maximum > now ? maximum - now : TimeSpan.Zero;
        return report with { Elapsed = now, RowsPerSecond = rows / seconds, TimeLeft = left };
    }
}
