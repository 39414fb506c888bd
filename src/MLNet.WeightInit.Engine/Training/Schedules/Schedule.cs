namespace MLNet.WeightInit.Engine.Training.Schedules;

/// <summary>How the learning rate changes while training goes on. Holds arguments only: every training begins a course of its own.</summary>
internal abstract class Schedule
{
    /// <summary>Canonical name, as options spell it: <c>Constant</c>, <c>Step</c>, <c>Exponential</c>, <c>Cosine</c>, <c>OneCycle</c>, <c>Plateau</c>.</summary>
    public abstract string Name { get; }

    /// <summary>The course of one training.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The arguments don't fit the training's length or learning rate.</exception>
    public abstract RateCourse Begin(in TrainingSpan span);

    /// <summary>The error for arguments that this training can't have.</summary>
    /// <param name="mustHold">The rule and what was found, as a sentence.</param>
    protected static ArgumentOutOfRangeException Impossible(string mustHold) => new("Schedule", mustHold);
}

/// <summary>The learning rate of each step of one training.</summary>
/// <remarks>A function of the step, and of the losses that were reported so far: a resumed training that reports the history's losses again goes on as if it had never stopped.</remarks>
internal abstract class RateCourse
{
    /// <param name="step">Steps done before this one, from 0, over the whole training.</param>
    public abstract double Rate(long step);

    /// <summary>Tells how an epoch went; only the plateau schedule listens.</summary>
    /// <param name="loss">Validation loss where there is one, else training loss.</param>
    public virtual void EpochEnded(double loss)
    {
    }
}

/// <summary>What a schedule is laid out over.</summary>
/// <param name="LearningRate">What the options ask for; the highest rate of every schedule.</param>
/// <param name="Steps">Steps of the whole training, at least 1; early stopping may end before.</param>
/// <param name="StepsAnEpoch">At least 1.</param>
/// <param name="Patience">Epochs that early stopping waits, or would wait, for a better loss; at least 1.</param>
/// <param name="StopsEarly">Whether it does.</param>
internal readonly record struct TrainingSpan(float LearningRate, long Steps, int StepsAnEpoch, int Patience, bool StopsEarly)
{
    /// <summary>Not a whole number where a warm-up took a part of one.</summary>
    public double Epochs => (double)Steps / StepsAnEpoch;
}
