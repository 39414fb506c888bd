using MLNet.WeightInit.Engine.Kernels;

namespace MLNet.WeightInit.Engine.Tests.Kernels;

/// <summary>Fed with times, no clock is looked at.</summary>
[TestFixture, Category("Kernels")]
public class ThreadChoiceTests
{
    const long Second = 1_000_000;                             // ticks: microseconds

    static readonly long[] s_sizes = [3, 60, 2_000, 50_000];

    [Test]
    public void Work_that_threads_slow_down_is_left_to_the_caller([ValueSource(nameof(s_sizes))] long alone)
        => Assert.That(ShareOfTimeAlone(_ => 3 * alone / 2, _ => alone, total: 60 * Second), Is.GreaterThan(0.95));

    [Test]
    public void Work_that_threads_speed_up_is_shared([ValueSource(nameof(s_sizes))] long alone)
        => Assert.That(ShareOfTimeAlone(_ => 2 * alone / 3, _ => alone, total: 60 * Second), Is.LessThan(0.05));

    /// <summary>As on virtual processors that are moved: after the change the other way is found within the longest use, which is as long as the trainings that could mind.</summary>
    [Test]
    public void A_machine_that_changes_is_noticed([Values] bool firstAlone)
    {
        var choice = new ThreadChoice(Second);
        long before = 0, after = 0, alone = 0;
        while (before < 20 * Second)
            before += Step(ref choice, firstAlone ? 150 : 50, 100);
        while (after < 40 * Second)
        {
            bool isAlone = choice.IsAlone;
            long ticks = Step(ref choice, firstAlone ? 50 : 150, 100);
            after += ticks;
            alone += isAlone && after > 10 * Second ? ticks : 0;
        }
        Assert.That((double)alone / after, firstAlone ? Is.LessThan(0.05) : Is.GreaterThan(0.7));
    }

    /// <summary>A thread that was put aside once for milliseconds makes one block slow, not the median.</summary>
    [Test]
    public void One_slow_step_decides_nothing()
    {
        int steps = 0;
        Assert.That(ShareOfTimeAlone(_ => ++steps % 500 == 0 ? 10_000 : 50, _ => 100, total: 60 * Second), Is.LessThan(0.1));
    }

    /// <summary>Sleeping threads begin on their caller's processor, and are moved by the system within milliseconds.</summary>
    [Test]
    public void Threads_that_are_slow_for_three_milliseconds_get_their_time()
    {
        long together = 0;
        Assert.That(ShareOfTimeAlone(_ =>
        {
            long ticks = together < 3_000 ? 200 : 50;
            together += ticks;
            return ticks;
        }, _ =>
        {
            together = 0;                                      // they fall asleep
            return 100;
        }, total: 10 * Second, awake: true), Is.LessThan(0.1));
    }

    static long Step(ref ThreadChoice choice, long together, long alone)
    {
        long ticks = choice.IsAlone ? alone : together;
        choice.Done(ticks);
        return ticks;
    }

    /// <param name="awake">Whether threads stay awake through a block of the caller's: that takes less than they spin for.</param>
    static double ShareOfTimeAlone(Func<long, long> together, Func<long, long> alone, long total, bool awake = false)
    {
        var choice = new ThreadChoice(Second);
        long all = 0, byCaller = 0, run = 0;
        while (all < total)
        {
            bool isAlone = choice.IsAlone;
            run = isAlone ? run + 1 : 0;
            long ticks = isAlone ? awake && run < 20 ? 100 : alone(all) : together(all);
            choice.Done(ticks);
            all += ticks;
            byCaller += isAlone ? ticks : 0;
        }
        return (double)byCaller / all;
    }
}
