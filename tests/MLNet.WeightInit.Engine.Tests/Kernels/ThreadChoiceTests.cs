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

    /// <summary>The middle one of three blocks of each way counts, not the slowest and not the fastest.</summary>
    [TestCase(5_000, 600, 600, 800, 800, 800, ExpectedResult = false)]
    [TestCase(600, 5_000, 5_000, 800, 800, 800, ExpectedResult = true)]
    [TestCase(800, 800, 800, 600, 5_000, 600, ExpectedResult = true)]
    [TestCase(800, 800, 800, 5_000, 600, 5_000, ExpectedResult = false)]
    public bool The_median_of_the_blocks_decides(long together1, long together2, long together3, long alone1, long alone2, long alone3)
    {
        var choice = new ThreadChoice(Second);
        choice.Done(4_000);                                    // the threads wake up
        foreach (long block in new[] { together1, alone1, together2, alone2, together3, alone3 })
            choice.Done(block);
        return choice.IsAlone;
    }

    /// <summary>Sleeping threads begin on their caller's processor, and are moved by the system within milliseconds: to find that they pay by now, they must be given these.</summary>
    [Test]
    public void Threads_that_are_slow_for_three_milliseconds_after_a_sleep_get_their_time()
    {
        const long Slow = 5 * Second, Asleep = 2_000, Settled = 3_000;
        var choice = new ThreadChoice(Second);
        long all = 0, alone = 0, together = 0, lateAlone = 0;
        while (all < 60 * Second)
        {
            bool isAlone = choice.IsAlone;
            long ticks = isAlone ? 100 : all < Slow ? 150 : together < Settled ? 200 : 50;
            choice.Done(ticks);
            all += ticks;
            alone = isAlone ? alone + ticks : 0;
            together = alone >= Asleep ? 0 : together + (isAlone ? 0 : ticks);
            lateAlone += isAlone && all > 20 * Second ? ticks : 0;
        }
        Assert.That(lateAlone / (40.0 * Second), Is.LessThan(0.1));
    }

    static long Step(ref ThreadChoice choice, long together, long alone)
    {
        long ticks = choice.IsAlone ? alone : together;
        choice.Done(ticks);
        return ticks;
    }

    static double ShareOfTimeAlone(Func<long, long> together, Func<long, long> alone, long total)
    {
        var choice = new ThreadChoice(Second);
        long all = 0, byCaller = 0;
        while (all < total)
        {
            bool isAlone = choice.IsAlone;
            long ticks = isAlone ? alone(all) : together(all);
            choice.Done(ticks);
            all += ticks;
            byCaller += isAlone ? ticks : 0;
        }
        return (double)byCaller / all;
    }
}
