using MLNet.WeightInit.Engine.Kernels;

namespace MLNet.WeightInit.Engine.Tests.Kernels;

[TestFixture]
[Category("Kernels")]
internal sealed class WorkerPoolTests
{
    [Test]
    public void Every_chunk_runs_exactly_once([Values(1, 2, 3, 8)] int threads)
    {
        using var pool = new WorkerPool(threads);
        var runs = new int[37];
        Action<int> body = chunk => Interlocked.Increment(ref runs[chunk]);
        const int Jobs = 2_000;
        for (int job = 0; job < Jobs; job++)
            pool.Run(1 + job % runs.Length, body);
        // Chunk c runs in each job that has more than c chunks.
        for (int chunk = 0; chunk < runs.Length; chunk++)
            Assert.That(runs[chunk], Is.EqualTo(Enumerable.Range(0, Jobs).Count(job => 1 + job % runs.Length > chunk)), $"chunk {chunk}");
    }

    [Test]
    public void A_late_worker_never_claims_a_chunk_of_the_next_job([Values(2, 4)] int threads)
    {
        using var pool = new WorkerPool(threads);
        int running = 0, ran = 0;
        Action<int> body = _ =>
        {
            Interlocked.Increment(ref running);
            Interlocked.Increment(ref ran);
            Interlocked.Decrement(ref running);
        };
        for (int job = 0; job < 50_000; job++)
        {
            int chunks = job % 2 == 0 ? 2 : 40;                // few, then many: the old number with the new count would let a chunk run early
            ran = 0;
            pool.Run(chunks, body);
            Assert.That((Volatile.Read(ref ran), Volatile.Read(ref running)), Is.EqualTo((chunks, 0)), $"job {job}");
        }
    }

    [Test]
    public void An_exception_in_a_chunk_reaches_the_caller_and_the_pool_lives_on()
    {
        using var pool = new WorkerPool(2);
        Assert.That(() => pool.Run(8, chunk => { if (chunk == 5) throw new InvalidDataException("five"); }), Throws.TypeOf<InvalidDataException>().With.Message.EqualTo("five"));
        int done = 0;
        pool.Run(8, _ => Interlocked.Increment(ref done));
        Assert.That(done, Is.EqualTo(8));
    }

    [Test]
    public void A_job_allocates_nothing()
    {
        using var pool = new WorkerPool(2);
        Action<int> body = static _ => { };
        pool.Run(8, body);
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int job = 0; job < 100; job++)
            pool.Run(8, body);
        Assert.That(GC.GetAllocatedBytesForCurrentThread() - before, Is.Zero);
    }
}
