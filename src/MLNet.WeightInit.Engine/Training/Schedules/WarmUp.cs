using System.Globalization;

namespace MLNet.WeightInit.Engine.Training.Schedules;

/// <summary>Lets the rate rise evenly, step by step, to where another schedule begins, which is then laid out over the rest of the training.</summary>
/// <remarks>Goyal et al. 2017, section 2.2 (gradual warm-up). Of W steps the k-th, from 1, has k / (W + 1) of the rate: none of them stands still, and the one after them is the first with all of it.</remarks>
internal sealed class WarmUp : Schedule
{
    readonly Schedule _then;
    readonly double _epochs;

    /// <param name="then">What follows.</param>
    /// <param name="epochs">Length of the rise, parts of an epoch too; above 0.</param>
    public WarmUp(Schedule then, double epochs)
    {
        if (!(epochs > 0))
            throw new ArgumentOutOfRangeException("warmup", epochs, "A schedule's warmup must be at least 0 epochs, for example 5.");
        _then = then;
        _epochs = epochs;
    }

    public override string Name => _then.Name;

    public override RateCourse Begin(in TrainingSpan span)
    {
        double steps = Math.Max(1, Math.Round(_epochs * span.StepsAnEpoch));
        if (steps >= span.Steps)
            throw Impossible(string.Create(CultureInfo.InvariantCulture, $"A schedule's warmup must be shorter than the training, but it is {_epochs} of {span.Epochs} epochs. Lower it, or set NumberOfEpochs to more."));
        return new Course(_then.Begin(span with { Steps = span.Steps - (long)steps }), (long)steps, span.StepsAnEpoch);
    }

    sealed class Course(RateCourse then, long steps, int stepsAnEpoch) : RateCourse
    {
        readonly double _full = then.Rate(0);
        long _stepsDone;

        public override double Rate(long step) => step < steps ? _full * (step + 1) / (steps + 1) : then.Rate(step - steps);

        /// <summary>How the loss goes while the rate still rises says nothing of a plateau.</summary>
        public override void EpochEnded(double loss)
        {
            _stepsDone += stepsAnEpoch;
            if (_stepsDone > steps)
                then.EpochEnded(loss);
        }
    }
}
