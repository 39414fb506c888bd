using MLNet.WeightInit.Engine.Kernels;

namespace MLNet.WeightInit.Engine.Training.Schedules;

/// <summary>Multiplies the rate by γ after every <c>step_size</c> epochs: <c>η γ^⌊epoch / step_size⌋</c>.</summary>
/// <remarks>PyTorch's <c>StepLR</c>, with epochs from 0. Without a step size it is a third of the training, as in He et al. 2016, section 4.2, and its followers.</remarks>
internal sealed class StepSchedule : Schedule
{
    readonly double? _stepSize;
    readonly double _gamma;

    /// <param name="stepSize">Whole epochs between two falls, at least 1; null: a third of the training, rounded up.</param>
    /// <param name="gamma">Factor of each fall; above 0, at most 1. Default: 0.1.</param>
    public StepSchedule(double? stepSize = null, double gamma = 0.1)
    {
        if (stepSize is { } size && !(size >= 1 && Math.Floor(size) == size))
            throw new ArgumentOutOfRangeException("step_size", stepSize, "The step schedule's step_size must be a whole number of epochs, at least 1, for example 30.");
        _stepSize = stepSize;
        _gamma = ExponentialSchedule.CheckedGamma(gamma, "step");
    }

    public override string Name => "Step";

    public override RateCourse Begin(in TrainingSpan span)
        => new Course(span.LearningRate, (_stepSize ?? Math.Ceiling(span.Epochs / 3)) * span.StepsAnEpoch, ScalarMath.Log(_gamma));

    sealed class Course(double first, double stepsBetweenFalls, double logGamma) : RateCourse
    {
        public override double Rate(long step) => first * ScalarMath.Exp(Math.Floor(step / stepsBetweenFalls) * logGamma);
    }
}
