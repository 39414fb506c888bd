using MLNet.WeightInit.Engine.Training;
using MLNet.WeightInit.Engine.Training.Schedules;

namespace MLNet.WeightInit.Engine.Diagnostics.Rates;

/// <summary>The rates of a training's schedule, for a trial of a few steps that shall meet the highest of them.</summary>
internal sealed class TrialCourse
{
    /// <summary>Places of a schedule that are looked at for its highest rate.</summary>
    const int Samples = 512;

    readonly RateCourse _course;
    readonly long _peak;

    /// <param name="trainingRows">Rows of an epoch.</param>
    public TrialCourse(TrainingOptions options, long trainingRows)
    {
        int batches = TrainingBudget.UpdatesAnEpoch(trainingRows, options), patience = TrainingBudget.Patience(trainingRows, options);
        int? epochs = options.NumberOfEpochs is 0 ? null : options.NumberOfEpochs;         // nothing is trained now, but a report judges the training that would be
        long steps = Steps = Math.Min((long)TrainingBudget.Epochs(trainingRows, options, epochs) * batches, options.MaximumSteps ?? long.MaxValue);
        _course = Begin(options, new TrainingSpan(options.LearningRate, steps, batches, patience, options.EarlyStopping));
        double lowest = _course.Rate(0), sum = lowest;
        int samples = (int)Math.Max(1, Math.Min(Samples, steps));
        for (int sample = 1; sample < samples; sample++)
        {
            long step = samples == steps ? sample : (long)((double)(steps - 1) * sample / (samples - 1));       // the last one included
            lowest = Math.Min(lowest, _course.Rate(step));
            sum += _course.Rate(step);
            if (_course.Rate(step) > _course.Rate(_peak) * (1 + 1e-6))
                _peak = step;
        }
        MeanShare = options.LearningRate > 0 ? sum / samples / options.LearningRate : 1;
        IsConstant = lowest >= Highest * (1 - 1e-6);
    }

    /// <summary>Of the whole training.</summary>
    public long Steps { get; }

    /// <summary>Of the rates over the options' one: so much of its steps a training at that rate would need to move as far.</summary>
    public double MeanShare { get; }

    /// <summary>Whether the schedule is one rate throughout.</summary>
    public bool IsConstant { get; }

    /// <summary>Share of the highest rate at each step of a trial: the schedule, pressed into so many steps where the training has more.</summary>
    public Func<int, double> Shape(int steps) => step => _course.Rate(Steps <= steps ? step : (long)(step * (double)Steps / steps)) / Highest;

    /// <summary>The highest.</summary>
    public double Highest => _course.Rate(_peak);

    /// <summary>Rates of a trial of so many steps: the schedule's own, or, where its rise takes longer than half of the trial, that rise pressed into the half.</summary>
    public Func<int, double> Rates(int steps)
    {
        int rise = steps / 2;
        return _peak <= rise
            ? step => _course.Rate(step)
            : step => _course.Rate(step < rise ? _peak * step / rise : _peak);
    }

    /// <summary>A schedule may not fit the number of epochs, which training then says; where none is trained, it isn't known.</summary>
    static RateCourse Begin(TrainingOptions options, in TrainingSpan span)
    {
        try
        {
            return Schedules.Begin(options.Schedule, span);
        }
        catch (ArgumentOutOfRangeException)
        {
            return Schedules.Begin(new ConstantSchedule(), span);
        }
    }
}
