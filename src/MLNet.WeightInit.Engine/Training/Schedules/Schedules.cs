using System.Globalization;
using MLNet.WeightInit.Engine.Text;

namespace MLNet.WeightInit.Engine.Training.Schedules;

/// <summary>The list of schedules: a new one is one file and one line here.</summary>
internal static class Schedules
{
    static readonly SpecificationList<Schedule> s_list = new("schedule", "schedules",
        Entry("Constant", [], _ => new ConstantSchedule()),
        Entry("Step", ["step_size", "gamma"], text => new StepSchedule(Optional(text, "step_size"), text.ReadDouble("gamma", 0.1))),
        Entry("Exponential", ["gamma"], text => new ExponentialSchedule(Optional(text, "gamma"))),
        Entry("Cosine", ["restarts", "t_0", "t_mult", "eta_min"],
            text => new CosineSchedule(text.ReadDouble("restarts", 0), Optional(text, "t_0"), text.ReadDouble("t_mult", 1), text.ReadDouble("eta_min", 0))),
        Entry("OneCycle", ["pct_start", "div_factor", "final_div_factor"],
            text => new OneCycleSchedule(text.ReadDouble("pct_start", 0.3), text.ReadDouble("div_factor", 25), text.ReadDouble("final_div_factor", 1e4))),
        Entry("Plateau", ["factor", "patience", "threshold", "cooldown", "min_lr"],
            text => new PlateauSchedule(text.ReadDouble("factor", 0.1), Optional(text, "patience"), text.ReadDouble("threshold", 1e-4), text.ReadDouble("cooldown", 0), text.ReadDouble("min_lr", 0))));

    /// <summary>Canonical names, in the order of the documentation.</summary>
    public static IReadOnlyList<string> All => s_list.Names;

    /// <summary>Reads <c>Cosine</c>, <c>step(step_size=30, gamma=0.1)</c>, <c>exponential(warmup=5)</c>, …</summary>
    /// <inheritdoc cref="SpecificationList{T}.Parse" path="/exception"/>
    public static Schedule Parse(string specification) => s_list.Parse(specification);

    /// <summary>Begins a course, and fails on one that stands still at once.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The schedule doesn't fit the training.</exception>
    public static RateCourse Begin(Schedule schedule, in TrainingSpan span)
    {
        RateCourse course = schedule.Begin(span);
        for (int epoch = 1; epoch <= 2; epoch++)
        {
            long step = (epoch - 1) * (long)span.StepsAnEpoch;
            if (step < span.Steps && (float)course.Rate(step) == 0)
                throw new ArgumentOutOfRangeException("Schedule", schedule.Name, string.Create(CultureInfo.InvariantCulture,
                    $"A schedule must leave the learning rate above 0 at first, but {schedule.Name} takes it from {span.LearningRate} to 0 at once, in epoch {epoch} of {span.Epochs}. Change its arguments, or raise the learning rate."));
        }
        return course;
    }

    /// <summary>Every schedule may begin with a warm-up.</summary>
    static SpecificationList<Schedule>.Entry Entry(string name, string[] arguments, Func<SpecificationText, Schedule> create)
        => new(name, text => text.ReadDouble("warmup", 0) is var epochs && epochs == 0 ? create(text) : new WarmUp(create(text), epochs)) { Arguments = [.. arguments, "warmup"] };

    static double? Optional(SpecificationText text, string argument) => text.Find(argument) is null ? null : text.ReadDouble(argument, 0);
}
