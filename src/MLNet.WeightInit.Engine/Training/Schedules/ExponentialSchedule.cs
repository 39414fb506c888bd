using System.Globalization;
using MLNet.WeightInit.Engine.Kernels;

namespace MLNet.WeightInit.Engine.Training.Schedules;

/// <summary>Multiplies the rate by γ after every epoch: <c>η γ^epoch</c>.</summary>
/// <remarks>PyTorch's <c>ExponentialLR</c>, with epochs from 0.</remarks>
internal sealed class ExponentialSchedule : Schedule
{
    /// <summary>What is left of the rate after the last epoch where γ is left open: two orders of magnitude, as after the two falls of the usual step schedule.</summary>
    const double Remainder = 0.01;

    /// <summary>Two falls by it take six orders of magnitude: what comes after them is no training, and a smaller number is a slip of the pen.</summary>
    internal const double LowestGamma = 0.001;

    readonly double? _gamma;

    /// <param name="gamma">Factor an epoch; from 0.001 to 1. Null: such that training ends at a hundredth of the first rate.</param>
    public ExponentialSchedule(double? gamma = null) => _gamma = gamma is { } given ? CheckedGamma(given, "exponential") : null;

    public override string Name => "Exponential";

    public override RateCourse Begin(in TrainingSpan span)
        => new Course(span.LearningRate, span.StepsAnEpoch, _gamma is { } gamma ? ScalarMath.Log(gamma) : ScalarMath.Log(Remainder) / span.Epochs);

    internal static double CheckedGamma(double gamma, string schedule)
        => gamma is >= LowestGamma and <= 1
            ? gamma
            : throw new ArgumentOutOfRangeException(nameof(gamma), gamma, string.Create(CultureInfo.InvariantCulture,
                $"The {schedule} schedule's gamma must be at least {LowestGamma} and at most 1, for example 0.9: what one fall leaves of the learning rate. With less it would be as good as 0 at once."));

    sealed class Course(double first, int stepsAnEpoch, double logGamma) : RateCourse
    {
        public override double Rate(long step) => first * ScalarMath.Exp(step / stepsAnEpoch * logGamma);
    }
}
