using MLNet.WeightInit.Engine.Kernels;

namespace MLNet.WeightInit.Engine.Tests.Kernels;

[TestFixture, Category("Kernels")]
public class LaggardBackoffTests
{
    const long Second = 1_000_000;                             // ticks: microseconds

    [Test]
    public void Good_jobs_never_leave_the_workers_out()
    {
        var backoff = new LaggardBackoff(Second);
        for (int job = 0; job < 1000; job++)
        {
            Assert.That(backoff.RunsAlone(), Is.False);
            backoff.JobDone(chunks: 4, worked: 400, waited: 400);           // a worker's chunk took four times as long as the caller's: slow memory, not a busy machine
        }
    }

    [Test]
    public void A_wait_far_beyond_a_chunk_makes_the_caller_work_alone_for_a_while()
    {
        var backoff = new LaggardBackoff(Second);
        backoff.JobDone(chunks: 4, worked: 400, waited: 4_000);
        Assert.That(JobsAlone(ref backoff), Is.EqualTo(LaggardBackoff.FirstJobsAlone));
    }

    [Test]
    public void Long_chunks_may_be_waited_for_longer()
    {
        var backoff = new LaggardBackoff(Second);
        backoff.JobDone(chunks: 2, worked: 4_000, waited: 4_000);
        Assert.That(backoff.RunsAlone(), Is.False);
    }

    [Test]
    public void A_caller_that_ran_no_chunk_is_no_division_by_zero()
    {
        var backoff = new LaggardBackoff(Second);
        backoff.JobDone(chunks: 0, worked: 1, waited: 50);
        Assert.That(backoff.RunsAlone(), Is.False);
    }

    [Test]
    public void Waits_in_a_row_make_the_time_alone_longer_up_to_a_limit_and_good_jobs_shorter()
    {
        var backoff = new LaggardBackoff(Second);
        int longest = 0;
        for (int wait = 0; wait < 10; wait++)
        {
            backoff.JobDone(chunks: 4, worked: 400, waited: 4_000);
            int alone = JobsAlone(ref backoff);
            Assert.That(alone, Is.EqualTo(Math.Max(LaggardBackoff.FirstJobsAlone, Math.Min(4 * longest, LaggardBackoff.MostJobsAlone))));
            longest = alone;
        }
        Assert.That(longest, Is.EqualTo(LaggardBackoff.MostJobsAlone));
        for (int job = 0; job < 1000; job++)
            backoff.JobDone(chunks: 4, worked: 400, waited: 10);
        backoff.JobDone(chunks: 4, worked: 400, waited: 4_000);
        Assert.That(JobsAlone(ref backoff), Is.EqualTo(LaggardBackoff.FirstJobsAlone));
    }

    static int JobsAlone(ref LaggardBackoff backoff)
    {
        int jobs = 0;
        while (backoff.RunsAlone())
            jobs++;
        return jobs;
    }
}
