using MLNet.WeightInit.Engine.Kernels;

namespace MLNet.WeightInit.Engine.Training.Schedules;

/// <summary>Up from a 25th of the rate to the rate over the first 30 % of the steps, then down to almost nothing, along half cosines.</summary>
/// <remarks>Smith and Topin 2019; PyTorch's <c>OneCycleLR</c> with its defaults, step by step, whose momentum it leaves alone. The options' learning rate is the highest, <c>max_lr</c>.</remarks>
internal sealed class OneCycleSchedule : Schedule
{
    readonly double _rise, _divisor, _finalDivisor;

    /// <param name="rise">pct_start, share of the steps on the way up; from 0 to 1. Default: 0.3.</param>
    /// <param name="divisor">div_factor: the first rate is the highest divided by it; at least 1. Default: 25.</param>
    /// <param name="finalDivisor">final_div_factor: the last rate is the first divided by it; at least 1. Default: 10,000.</param>
    public OneCycleSchedule(double rise = 0.3, double divisor = 25, double finalDivisor = 1e4)
    {
        if (!(rise is >= 0 and <= 1))
            throw new ArgumentOutOfRangeException("pct_start", rise, "The one-cycle schedule's pct_start must be from 0 to 1, for example 0.3.");
        _rise = rise;
        _divisor = CheckedDivisor(divisor, "div_factor");
        _finalDivisor = CheckedDivisor(finalDivisor, "final_div_factor");
    }

    public override string Name => "OneCycle";

    public override RateCourse Begin(in TrainingSpan span)
        => new Course(span.LearningRate, span.LearningRate / _divisor, span.LearningRate / _divisor / _finalDivisor, Math.Max(0, _rise * span.Steps - 1), span.Steps - 1);

    static double CheckedDivisor(double divisor, string argument)
        => divisor >= 1 ? divisor : throw new ArgumentOutOfRangeException(argument, divisor, $"The one-cycle schedule's {argument} must be at least 1.");

    sealed class Course(double highest, double first, double last, double top, double end) : RateCourse
    {
        public override double Rate(long step)
            => step < top ? Between(first, highest, step / top)
            : step <= top || top == end ? highest
            : Between(highest, last, Math.Min(1, (step - top) / (end - top)));          // a trial may take more steps than the training

        static double Between(double from, double to, double share) => to + (from - to) * (1 + ScalarMath.Cos(Math.PI * share)) / 2;
    }
}
