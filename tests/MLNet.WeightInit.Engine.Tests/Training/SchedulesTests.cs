using MLNet.WeightInit.Engine.Data;
using MLNet.WeightInit.Engine.Network;
using MLNet.WeightInit.Engine.Training;
using MLNet.WeightInit.Engine.Training.Schedules;

namespace MLNet.WeightInit.Engine.Tests.Training;

/// <summary>Schedules against PyTorch's algorithms as its documentation states them, step by step in double precision.</summary>
[TestFixture]
internal sealed class SchedulesTests
{
    const double HighestRate = 0.05f;
    const int StepsAnEpoch = 7, Epochs = 12;
    const int Steps = StepsAnEpoch * Epochs;

    /// <summary>Each rate is a few products and one function with an error below 4e-16; logarithms times up to 12 epochs lose a factor of 12 · |ln γ|, at most 28, more.</summary>
    const double Tolerance = 28 * 4e-16 * 4;

    static readonly TrainingSpan s_span = new((float)HighestRate, Steps, StepsAnEpoch, Patience: 20, StopsEarly: false);

    static IEnumerable<TestCaseData> Formulas()
    {
        yield return Case("constant", step => HighestRate);
        yield return Case("step(step_size=5, gamma=0.3)", step => HighestRate * Math.Pow(0.3, step / StepsAnEpoch / 5));
        yield return Case("step", step => HighestRate * Math.Pow(0.1, step / StepsAnEpoch / 4));                    // a third of 12 epochs
        yield return Case("exponential(gamma=0.8)", step => HighestRate * Math.Pow(0.8, step / StepsAnEpoch));
        yield return Case("exponential", step => HighestRate * Math.Pow(0.01, step / StepsAnEpoch / (double)Epochs));
        yield return Case("cosine", step => HalfCosine(HighestRate, 0, step / (double)Steps));
        yield return Case("cosine(eta_min=0.01)", step => HalfCosine(HighestRate, 0.01, step / (double)Steps));
        yield return Case("cosine(restarts=2)", step => HalfCosine(HighestRate, 0, step % 28 / 28.0));
        yield return Case("cosine(restarts=2, t_mult=2)", step => WarmRestarts(step, 12, 2));                     // 12 + 24 + 48 = 84 steps
        yield return Case("cosine(t_0=2, t_mult=1.5)", step => WarmRestarts(step, 14, 1.5));
        yield return Case("cosine(t_0=20)", step => HalfCosine(HighestRate, 0, step / 140.0));                    // longer than the training
        yield return Case("one_cycle", step => OneCycle(step, 0.3, 25, 1e4));
        yield return Case("one_cycle(pct_start=0.5, div_factor=10, final_div_factor=2)", step => OneCycle(step, 0.5, 10, 2));
        yield return Case("one_cycle(pct_start=1)", step => HalfCosine(HighestRate / 25, HighestRate, step / (Steps - 1.0)));
        yield return Case("constant(warmup=2)", step => step < 14 ? HighestRate * (step + 1) / 15.0 : HighestRate);
        yield return Case("constant(warmup=0.5)", step => step < 4 ? HighestRate * (step + 1) / 5.0 : HighestRate); // 3.5 steps, to even: 4
        yield return Case("cosine(warmup=5, restarts=1)", step => step < 35 ? HighestRate * (step + 1) / 36.0 : HalfCosine(HighestRate, 0, (step - 35) % 24.5 / 24.5));
        yield return Case("step(warmup=1, step_size=3)", step => step < 7 ? HighestRate * (step + 1) / 8.0 : HighestRate * Math.Pow(0.1, (step - 7) / 21));

        static TestCaseData Case(string schedule, Func<int, double> expected) => new TestCaseData(schedule, expected).SetArgDisplayNames(schedule);
    }

    [TestCaseSource(nameof(Formulas))]
    public void Every_step_has_the_rate_of_the_published_formula(string specification, Func<int, double> expected)
    {
        RateCourse course = Schedules.Parse(specification).Begin(s_span);
        for (int step = 0; step < Steps; step++)
            Assert.That(course.Rate(step), Is.EqualTo(expected(step)).Within(Tolerance * HighestRate), $"step {step}");
    }

    /// <summary>Trials of a start may go on for longer than a short training.</summary>
    [TestCase("one_cycle", 1)]
    [TestCase("one_cycle(pct_start=0)", 1)]
    [TestCase("one_cycle(pct_start=1)", 5)]
    [TestCase("one_cycle", 5)]
    [TestCase("cosine", 1)]
    [TestCase("step(warmup=1)", 20)]
    [TestCase("exponential", 1)]
    public void Steps_after_the_last_have_a_rate_too(string specification, int steps)
    {
        RateCourse course = Schedules.Parse(specification).Begin(s_span with { Steps = steps });
        for (int step = 0; step < steps + 40; step++)
            Assert.That(course.Rate(step), Is.InRange(0, HighestRate), $"step {step}");
        if (specification.StartsWith("one_cycle", StringComparison.Ordinal))
            Assert.That(course.Rate(steps + 3), Is.EqualTo(course.Rate(steps - 1)), "it stays where it ended");
    }

    [TestCase("plateau(factor=0.5, patience=2)", 2, 0, 0)]
    [TestCase("plateau(factor=0.5, patience=0, cooldown=3)", 0, 3, 0)]
    [TestCase("plateau(factor=0.5, patience=1, min_lr=0.01)", 1, 0, 0.01)]
    [TestCase("plateau(factor=0.5)", 9, 0, 0)]                  // half of early stopping's 20, less 1
    public void A_plateau_lowers_the_rate_where_PyTorch_does(string specification, int patience, int cooldown, double lowest)
    {
        RateCourse course = Schedules.Parse(specification).Begin(s_span);
        double[] losses = [.. Enumerable.Range(0, 60).Select(epoch => epoch % 17 < 5 ? 1.0 / (epoch + 1) : 1.0 / (epoch / 17 + 1) * (1 - 5e-5))];
        double rate = HighestRate, best = double.PositiveInfinity;
        int bad = 0, cooling = 0;
        foreach (double loss in losses)
        {
            Assert.That(course.Rate(0), Is.EqualTo(rate));
            course.EpochEnded(loss);
            if (loss < best * (1 - 1e-4))
                (best, bad) = (loss, 0);
            else
                bad++;
            if (cooling > 0)
                (cooling, bad) = (cooling - 1, 0);
            if (bad > patience)
                (rate, cooling, bad) = (Math.Max(rate * 0.5, lowest), cooldown, 0);
        }
        Assert.That(rate, Is.LessThan(HighestRate), "the losses have a plateau");
    }

    [Test]
    public void A_plateau_begins_after_the_warm_up()
    {
        RateCourse course = Schedules.Parse("plateau(patience=0, warmup=3)").Begin(s_span);
        for (int epoch = 1; epoch <= 3; epoch++)
            course.EpochEnded(1);
        Assert.That(course.Rate(3 * StepsAnEpoch), Is.EqualTo(HighestRate));
        course.EpochEnded(2);                                   // the first that counts
        course.EpochEnded(2);
        Assert.That(course.Rate(5 * StepsAnEpoch), Is.EqualTo(HighestRate * 0.1).Within(Tolerance * HighestRate));
    }

    [Test]
    public void A_plateau_of_negative_losses_sees_them_fall()
    {
        RateCourse course = Schedules.Parse("plateau(patience=0)").Begin(s_span);
        foreach (double loss in (double[])[1, -1, -2, -3])
            course.EpochEnded(loss);
        Assert.That(course.Rate(0), Is.EqualTo(HighestRate));
    }

    [Test]
    public void A_course_of_one_step_has_the_whole_rate([Values("constant", "step", "exponential", "cosine", "one_cycle", "plateau")] string specification)
        => Assert.That(Schedules.Begin(Schedules.Parse(specification), new TrainingSpan((float)HighestRate, 1, 1, 5, false)).Rate(0), Is.EqualTo(HighestRate));

    [TestCase("exponential(gamma=0)", "0 at once")]
    [TestCase("exponential(gamma=1.1)", "at most 1")]
    [TestCase("exponential(gamma=1e-30)", "at least 0.001 and at most 1")]
    [TestCase("exponential(gamma=0.0009)", "at least 0.001")]
    [TestCase("step(gamma=0)", "0 at once")]
    [TestCase("step(gamma=1e-30)", "at least 0.001")]
    [TestCase("step(step_size=0)", "at least 1")]
    [TestCase("step(step_size=1.5)", "whole number")]
    [TestCase("cosine(t_0=0)", "at once")]
    [TestCase("cosine(t_0=3, restarts=2)", "Leave one of them out")]
    [TestCase("cosine(restarts=-1)", "from 0")]
    [TestCase("cosine(t_mult=0.5)", "at least 1")]
    [TestCase("cosine(eta_min=-1)", "at least 0")]
    [TestCase("one_cycle(pct_start=2)", "from 0 to 1")]
    [TestCase("one_cycle(div_factor=0)", "at least 1")]
    [TestCase("plateau(factor=1)", "below 1")]
    [TestCase("plateau(factor=0)", "above 0")]
    [TestCase("plateau(patience=-1)", "at least 0")]
    [TestCase("plateau(threshold=1)", "below 1")]
    [TestCase("plateau(warmup=-1)", "at least 0")]
    [TestCase("cosin", "Cosine")]
    [TestCase("cosine(tmax=3)", "restarts, t_0, t_mult, eta_min, warmup")]
    public void A_wrong_specification_says_what_is_right(string text, string expected)
        => Assert.That(() => Schedules.Parse(text), Throws.InstanceOf<ArgumentOutOfRangeException>().With.Message.Contains(expected));

    [TestCase("cosine(restarts=100)", "at least 1 step")]
    [TestCase("cosine(restarts=80, t_mult=3)", "at least 1 step")]
    [TestCase("cosine(t_0=0.1)", "at least 1 step")]
    [TestCase("cosine(eta_min=0.06)", "below the learning rate")]
    [TestCase("plateau(min_lr=1)", "below the learning rate")]
    [TestCase("constant(warmup=12)", "shorter than the training")]
    [TestCase("step(warmup=1e300)", "shorter than the training")]
    [TestCase("one_cycle(div_factor=1e60)", "0 at once, in epoch 1")]
    public void A_schedule_that_the_training_cannot_have_is_an_error(string text, string expected)
        => Assert.That(() => Schedules.Begin(Schedules.Parse(text), s_span), Throws.InstanceOf<ArgumentOutOfRangeException>().With.Message.Contains(expected));

    /// <summary>1e-44 is a number of 32 bits, a thousandth of it is none.</summary>
    [Test]
    public void A_rate_that_is_0_after_an_epoch_is_an_error()
        => Assert.That(() => Schedules.Begin(Schedules.Parse("exponential(gamma=0.001)"), s_span with { LearningRate = 1e-44f }), Throws.InstanceOf<ArgumentOutOfRangeException>().With.Message.Contains("0 at once, in epoch 2"));

    [Test]
    public void A_plateau_that_early_stopping_forestalls_is_an_error()
    {
        TrainingSpan stopping = s_span with { Patience = 5, StopsEarly = true };
        Assert.That(() => Schedules.Parse("plateau(patience=4)").Begin(stopping), Throws.InstanceOf<ArgumentOutOfRangeException>().With.Message.Contains("early stopping"));
        Assert.That(Schedules.Parse("plateau(patience=3)").Begin(stopping).Rate(0), Is.EqualTo(HighestRate));
        Assert.That(Schedules.Parse("plateau").Begin(stopping with { Patience = 1 }).Rate(0), Is.EqualTo(HighestRate), "the default always fits");
    }

    [Test]
    public void The_history_has_the_rate_of_each_epochs_last_step()
    {
        TrainingOptions options = Trainings.Options(NetworkTask.Multiclass, 3, epochs: 4) with { Schedule = Schedules.Parse("cosine"), LearningRate = 0.01f };
        TrainingHistory history = NetworkTrainer.Train(Trainings.Rings(100), options).History;        // 4 steps of at most 32 rows an epoch
        Assert.That(history.Epochs.Select(epoch => epoch.LearningRate), Is.EqualTo(Enumerable.Range(1, 4).Select(epoch => (float)HalfCosine(0.01f, 0, (4 * epoch - 1) / 16.0))).Within(1).Ulps);
    }

    [Test]
    public void The_optimizer_takes_each_step_at_the_rate_of_the_schedule()
    {
        // Two steps, at a half and at one, said in two ways: only the product of learning rate and schedule may count.
        TrainingOptions options = Trainings.Options(NetworkTask.Multiclass, 3, optimizer: "SGD", epochs: 2, batchSize: 100);
        TrainingSet data = Trainings.Rings(100);
        byte[] warmed = Trainings.Bytes(NetworkTrainer.Train(data, options with { LearningRate = 1, Schedule = Schedules.Parse("constant(warmup=1)") }).Network);
        Assert.That(warmed, Is.EqualTo(Trainings.Bytes(NetworkTrainer.Train(data, options with { LearningRate = 0.5f, Schedule = new Doubling() }).Network)));
        Assert.That(warmed, Is.Not.EqualTo(Trainings.Bytes(NetworkTrainer.Train(data, options with { LearningRate = 1 }).Network)));
    }

    [Test]
    public void A_plateau_in_training_follows_the_validation_loss()
    {
        TrainingOptions options = Trainings.Options(NetworkTask.Multiclass, 3, hidden: [64], epochs: 60, learningRate: 0.02f) with { ValidationFraction = 0.3f, EarlyStopping = false, Schedule = Schedules.Parse("plateau(patience=3, factor=0.5)") };
        TrainingHistory history = NetworkTrainer.Train(Trainings.Rings(120), options).History;
        RateCourse course = Schedules.Parse("plateau(patience=3, factor=0.5)").Begin(s_span with { LearningRate = 0.02f });
        foreach (EpochRecord epoch in history.Epochs)
        {
            Assert.That(epoch.LearningRate, Is.EqualTo((float)course.Rate(0)), $"epoch {epoch.Epoch}");
            course.EpochEnded(epoch.ValidationLoss!.Value);
        }
        Assert.That(history.Epochs[^1].LearningRate, Is.LessThan(0.02f), "60 epochs on 84 rows overfit");
    }

    /// <summary>A trial may take more steps than the training: it stays where that ends.</summary>
    [TestCase("Cosine")]
    [TestCase("Cosine(eta_min=0.01)")]
    [TestCase("Cosine(restarts=1)")]
    [TestCase("OneCycle")]
    public void Past_its_end_a_rate_does_not_rise_again(string schedule)
    {
        RateCourse course = Schedules.Begin(Schedules.Parse(schedule), new TrainingSpan(0.1f, 20, 5, 10, StopsEarly: false));
        for (long step = 20; step < 60; step++)
            Assert.That(course.Rate(step), Is.LessThanOrEqualTo(course.Rate(19)));
    }

    static double HalfCosine(double highest, double lowest, double share) => lowest + (highest - lowest) * (1 + Math.Cos(Math.PI * share)) / 2;

    static double WarmRestarts(int step, double period, double factor)
    {
        double at = step;
        while (at >= period)
            (at, period) = (at - period, period * factor);
        return HalfCosine(HighestRate, 0, at / period);
    }

    static double OneCycle(int step, double rise, double divisor, double finalDivisor)
    {
        double top = rise * Steps - 1, first = HighestRate / divisor;
        return step <= top ? HalfCosine(first, HighestRate, step / top) : HalfCosine(HighestRate, first / finalDivisor, (step - top) / (Steps - 1 - top));
    }

    sealed class Doubling : Schedule
    {
        public override string Name => "Doubling";

        public override RateCourse Begin(in TrainingSpan span) => new Course(span.LearningRate);

        sealed class Course(double rate) : RateCourse
        {
            public override double Rate(long step) => rate * (step + 1);
        }
    }
}
