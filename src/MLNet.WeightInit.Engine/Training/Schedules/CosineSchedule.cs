using System.Globalization;
using MLNet.WeightInit.Engine.Kernels;

namespace MLNet.WeightInit.Engine.Training.Schedules;

/// <summary>Half a cosine from the first rate down to <c>eta_min</c>, step by step, then again from the top after each restart: <c>η_min + (η − η_min) (1 + cos(π T_cur / T_i)) / 2</c>.</summary>
/// <remarks>Loshchilov and Hutter 2017 (SGDR), eq. 5, with T_cur in steps; PyTorch's <c>CosineAnnealingLR</c> and <c>CosineAnnealingWarmRestarts</c>.</remarks>
internal sealed class CosineSchedule : Schedule
{
    readonly int _restarts;
    readonly double? _firstPeriod;
    readonly double _periodFactor, _lowest;

    /// <param name="restarts">Restarts that the training is divided by; at least 0. Not together with <paramref name="firstPeriod"/>.</param>
    /// <param name="firstPeriod">T_0, epochs before the first restart; above 0. Then there is a restart whenever a period ends.</param>
    /// <param name="periodFactor">T_mult, how much longer each period is than the one before; at least 1. Default: 1.</param>
    /// <param name="lowest">η_min, where each period ends; at least 0 and below the learning rate. Default: 0.</param>
    public CosineSchedule(double restarts = 0, double? firstPeriod = null, double periodFactor = 1, double lowest = 0)
    {
        if (!(restarts is >= 0 and <= 1_000_000 && Math.Floor(restarts) == restarts))
            throw new ArgumentOutOfRangeException(nameof(restarts), restarts, "The cosine schedule's restarts must be a whole number from 0 to 1,000,000.");
        if (firstPeriod is { } period && !(period > 0))
            throw new ArgumentOutOfRangeException("t_0", firstPeriod, "The cosine schedule's t_0 must be above 0 epochs, for example 10: the learning rate would be at its lowest at once.");
        if (firstPeriod is not null && restarts > 0)
            throw new ArgumentOutOfRangeException(nameof(restarts), restarts, "The cosine schedule takes either restarts, which divide the training, or t_0, the epochs before the first restart. Leave one of them out.");
        if (!(periodFactor >= 1))
            throw new ArgumentOutOfRangeException("t_mult", periodFactor, "The cosine schedule's t_mult must be at least 1: periods grow longer or stay as long.");
        _restarts = (int)restarts;
        _firstPeriod = firstPeriod;
        _periodFactor = periodFactor;
        _lowest = CheckedLowest(lowest, "cosine", "eta_min");
    }

    public override string Name => "Cosine";

    public override RateCourse Begin(in TrainingSpan span)
    {
        RequireBelow(_lowest, span, "cosine", "eta_min");
        double periods = 0, length = 1;
        for (int i = 0; i <= _restarts && periods <= span.Steps; i++, length *= _periodFactor)
            periods += length;
        double first = _firstPeriod is { } epochs ? epochs * span.StepsAnEpoch : span.Steps / periods;
        if (first < 1)
            throw Impossible(string.Create(CultureInfo.InvariantCulture, $"Each period of the cosine schedule must have at least 1 step, but the first of them would have {first:G3} of the training's {span.Steps:N0} steps. ")
                + "Ask for fewer restarts, a longer t_0, or more epochs.");
        return new Course(span.LearningRate, _lowest, first, _periodFactor, _firstPeriod is null ? _restarts : int.MaxValue);
    }

    internal static double CheckedLowest(double lowest, string schedule, string argument)
        => lowest >= 0 ? lowest : throw new ArgumentOutOfRangeException(argument, lowest, $"The {schedule} schedule's {argument} must be at least 0.");

    internal static void RequireBelow(double lowest, in TrainingSpan span, string schedule, string argument)
    {
        if (lowest >= span.LearningRate)
            throw Impossible(string.Create(CultureInfo.InvariantCulture, $"The {schedule} schedule's {argument} must be below the learning rate, but it is {lowest} and the learning rate {span.LearningRate}. Lower the one or raise the other."));
    }

    sealed class Course(double highest, double lowest, double firstPeriod, double periodFactor, int restarts) : RateCourse
    {
        public override double Rate(long step)
        {
            double begin = 0, length = firstPeriod;
            if (periodFactor == 1)
                begin = Math.Min(Math.Floor(step / length), restarts) * length;
            else
            {
                for (int i = 0; i < restarts && step >= begin + length; i++, length *= periodFactor)
                    begin += length;
            }
            return lowest + (highest - lowest) * (1 + ScalarMath.Cos(Math.PI * Math.Min(1, (step - begin) / length))) / 2;       // a trial may take more steps than the training
        }
    }
}
