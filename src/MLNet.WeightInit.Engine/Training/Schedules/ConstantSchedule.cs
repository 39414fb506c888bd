namespace MLNet.WeightInit.Engine.Training.Schedules;

/// <summary>One learning rate for all steps.</summary>
internal sealed class ConstantSchedule : Schedule
{
    public override string Name => "Constant";

    public override RateCourse Begin(in TrainingSpan span) => new Course(span.LearningRate);

    sealed class Course(double rate) : RateCourse
    {
        public override double Rate(long step) => rate;
    }
}
