using MLNet.WeightInit.Engine.Kernels;

namespace MLNet.WeightInit.Engine.Tests.Kernels;

/// <summary>Correct at any number of threads, more than there are cores too. Nothing here looks at a clock.</summary>
[TestFixture]
[Category("Kernels")]
internal sealed class WorkerPoolTests
{
    [Test]
    public void Every_chunk_runs_exactly_once([Values(1, 2, 3, 8, 64)] int threads)
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
    public void So_do_more_chunks_than_a_run_counts([Values(1, 2, 3)] int threads, [Values(65_535, 65_536, 200_003)] int chunks)
    {
        using var pool = new WorkerPool(threads);
        var runs = new int[chunks];
        pool.Run(chunks, chunk => Interlocked.Increment(ref runs[chunk]));
        Assert.That(runs, Is.All.EqualTo(1));
    }

    /// <summary>Each thread stays in its first chunk until all have come, so that none takes another's: the same thread begins with the same chunk in every job.</summary>
    [Test]
    public void Each_thread_begins_with_a_run_of_its_own([Values(2, 3, 8)] int threads)
    {
        const int ChunksOfThread = 5;
        using var pool = new WorkerPool(threads);
        using var together = new Barrier(threads);
        var first = new string?[threads];
        pool.Run(threads * ChunksOfThread, chunk =>
        {
            if (chunk % ChunksOfThread > 0)
                return;
            first[chunk / ChunksOfThread] = Thread.CurrentThread.Name;
            together.SignalAndWait();
        });
        Assert.That(first.Skip(1), Is.EqualTo(Enumerable.Range(1, threads - 1).Select(worker => $"MLNet.WeightInit worker {worker}")));
    }

    /// <summary>A worker that still looks for chunks of the last job finds those of the next one, whose body is another.</summary>
    [Test]
    public void No_chunk_is_run_by_another_jobs_body([Values(2, 3, 8)] int threads)
    {
        using var pool = new WorkerPool(threads);
        const int Chunks = 24, Jobs = 20_000;
        int[] even = new int[Chunks], odd = new int[Chunks];
        Action<int> countEven = chunk => Interlocked.Increment(ref even[chunk]), countOdd = chunk => Interlocked.Increment(ref odd[chunk]);
        for (int job = 0; job < Jobs; job++)
            pool.Run(Chunks, job % 2 == 0 ? countEven : countOdd);
        Assert.That(even.Concat(odd), Is.All.EqualTo(Jobs / 2));
    }

    [Test]
    public void A_late_worker_never_claims_a_chunk_of_another_job([Values(2, 4, 16)] int threads)
    {
        using var pool = new WorkerPool(threads);
        int running = 0, ran = 0, chunks = 0, beyond = 0;
        Action<int> body = chunk =>
        {
            Interlocked.Increment(ref running);
            Interlocked.Increment(ref ran);
            if (chunk >= Volatile.Read(ref chunks))
                Interlocked.Increment(ref beyond);
            Interlocked.Decrement(ref running);
        };
        for (int job = 0; job < 50_000; job++)
        {
            // Few, then many: the old number with the new count would let a chunk run early, the old count with the new number one that isn't there.
            Volatile.Write(ref chunks, job % 2 == 0 ? 2 : 40);
            ran = 0;
            pool.Run(chunks, body);
            Assert.That((Volatile.Read(ref ran), Volatile.Read(ref running), Volatile.Read(ref beyond)), Is.EqualTo((chunks, 0, 0)), $"job {job}");
        }
    }

    [Test]
    public void What_a_job_wrote_is_there_when_it_returns([Values(2, 8)] int threads)
    {
        using var pool = new WorkerPool(threads);
        var values = new long[24];
        long job = 0;
        Action<int> body = chunk => values[chunk] = values[chunk] * 3 + job + chunk;      // plain reads and writes, as the kernels'
        var expected = new long[values.Length];
        for (; job < 20_000; job++)
        {
            pool.Run(values.Length, body);
            for (int chunk = 0; chunk < expected.Length; chunk++)
                expected[chunk] = expected[chunk] * 3 + job + chunk;
            Assert.That(values.AsSpan().SequenceEqual(expected), Is.True, $"job {job}");
        }
    }

    [Test]
    public void No_more_threads_work_than_were_asked_for([Values(1, 2, 3, 8)] int threads)
    {
        using var pool = new WorkerPool(threads);
        var seen = new HashSet<int>();
        Action<int> body = _ =>
        {
            lock (seen)
                seen.Add(Environment.CurrentManagedThreadId);
            Thread.SpinWait(50);                               // time for the others to come in
        };
        for (int job = 0; job < 500; job++)
            pool.Run(20, body);
        Assert.That(seen, Has.Count.LessThanOrEqualTo(threads).And.Contains(Environment.CurrentManagedThreadId), "the caller is one of them");
    }

    [Test]
    public void All_threads_can_work_at_once([Values(2, 3, 8)] int threads)
    {
        using var pool = new WorkerPool(threads);
        using var together = new Barrier(threads);             // passed by none before all have come: the job would never end with fewer threads
        pool.Run(threads, _ => together.SignalAndWait());
        Assert.That(together.CurrentPhaseNumber, Is.EqualTo(1));
    }

    [Test]
    public void One_thread_is_the_callers()
    {
        using var pool = new WorkerPool(1);
        var seen = new List<int>();
        pool.Run(5, _ => seen.Add(Environment.CurrentManagedThreadId));
        Assert.That(seen, Is.EqualTo(Enumerable.Repeat(Environment.CurrentManagedThreadId, 5)));
    }

    [Test]
    public void Workers_keep_no_process_from_ending()
    {
        using var pool = new WorkerPool(2);
        using var together = new Barrier(2);
        var background = new bool[2];
        int caller = Environment.CurrentManagedThreadId;
        pool.Run(2, chunk =>
        {
            together.SignalAndWait();
            background[chunk] = Environment.CurrentManagedThreadId == caller || Thread.CurrentThread.IsBackground;
        });
        Assert.That(background, Is.All.True);
    }

    [Test]
    public void Disposing_ends_the_workers_awake_or_asleep([Values] bool asleep)
    {
        const int Threads = 4;
        var workers = new List<Thread>();
        var pool = new WorkerPool(Threads);
        using (var together = new Barrier(Threads))
        {
            pool.Run(Threads, _ =>
            {
                lock (workers)
                    workers.Add(Thread.CurrentThread);
                together.SignalAndWait();
            });
        }
        workers.Remove(Thread.CurrentThread);
        Assert.That(workers, Has.Count.EqualTo(Threads - 1));
        if (asleep)
            SpinWait.SpinUntil(() => workers.All(worker => worker.ThreadState.HasFlag(ThreadState.WaitSleepJoin)));
        pool.Dispose();
        Assert.That(workers.Select(worker => worker.IsAlive), Is.All.False);
    }

    [Test]
    public void A_pool_that_never_had_a_job_can_be_disposed_of()
        => Assert.That(() => new WorkerPool(8).Dispose(), Throws.Nothing);

    [Test]
    public void Many_pools_work_at_once()
    {
        const int Callers = 6, Jobs = 1_000, Chunks = 11;
        var totals = new long[Callers];
        Thread[] callers = [.. Enumerable.Range(0, Callers).Select(caller => new Thread(() =>
        {
            using var pool = new WorkerPool(3);
            Action<int> body = chunk => Interlocked.Add(ref totals[caller], chunk + caller);
            for (int job = 0; job < Jobs; job++)
                pool.Run(Chunks, body);
        }))];
        foreach (Thread caller in callers)
            caller.Start();
        foreach (Thread caller in callers)
            caller.Join();
        Assert.That(totals, Is.EqualTo(Enumerable.Range(0, Callers).Select(caller => (long)Jobs * (Chunks * (Chunks - 1) / 2 + Chunks * caller))));
    }

    [Test]
    public void The_pool_of_the_caller_alone_may_be_shared_by_any_number_of_threads()
    {
        const int Callers = 8, Chunks = 1_000;
        var strangers = new int[Callers];
        Thread[] callers = [.. Enumerable.Range(0, Callers).Select(caller => new Thread(() =>
        {
            int self = Environment.CurrentManagedThreadId;
            for (int job = 0; job < 20; job++)
                WorkerPool.CallerOnly.Run(Chunks, _ => strangers[caller] += Environment.CurrentManagedThreadId == self ? 0 : 1);
        }))];
        foreach (Thread caller in callers)
            caller.Start();
        foreach (Thread caller in callers)
            caller.Join();
        Assert.That(strangers, Is.All.Zero);
    }

    [Test]
    public void An_exception_in_a_chunk_reaches_the_caller_and_the_pool_lives_on([Values(1, 2, 8)] int threads)
    {
        using var pool = new WorkerPool(threads);
        for (int job = 0; job < 200; job++)
        {
            Assert.That(() => pool.Run(8, chunk => { if (chunk == 5) throw new InvalidDataException("five"); }), Throws.TypeOf<InvalidDataException>().With.Message.EqualTo("five"));
            int done = 0;
            pool.Run(8, _ => Interlocked.Increment(ref done));
            Assert.That(done, Is.EqualTo(8));
        }
    }

    /// <summary>Whichever thread is first or last: else the message of a training whose folds fail would hang on chance.</summary>
    [Test]
    public void Of_several_exceptions_the_first_chunks_is_thrown([Values(1, 2, 3, 8)] int threads)
    {
        using var pool = new WorkerPool(threads);
        for (int job = 0; job < 300; job++)
        {
            int late = job % 5;
            Assert.That(() => pool.Run(11, chunk =>
            {
                if (chunk < 3)
                    return;
                Thread.SpinWait(chunk == 3 + late ? 500 : 1);
                throw new InvalidDataException($"{chunk}");
            }), Throws.TypeOf<InvalidDataException>().With.Message.EqualTo("3"));
        }
    }

    [Test]
    public void No_chunk_runs_on_after_an_exception_has_reached_the_caller()
    {
        using var pool = new WorkerPool(4);
        int running = 0;
        for (int job = 0; job < 500; job++)
        {
            Assert.That(() => pool.Run(12, chunk =>
            {
                Interlocked.Increment(ref running);
                Thread.SpinWait(20);
                Interlocked.Decrement(ref running);
                throw new InvalidOperationException();
            }), Throws.InvalidOperationException);
            Assert.That(Volatile.Read(ref running), Is.Zero);
        }
    }

    [Test]
    public void No_chunks_are_no_work([Values(1, 3)] int threads)
    {
        using var pool = new WorkerPool(threads);
        Assert.That(() => pool.Run(0, _ => throw new InvalidOperationException()), Throws.Nothing);
    }

    [TestCase(0)]
    [TestCase(-1)]
    public void A_pool_needs_a_thread(int threads)
        => Assert.That(() => new WorkerPool(threads), Throws.InstanceOf<ArgumentOutOfRangeException>());

    [Test]
    public void A_job_allocates_nothing()
    {
        using var pool = new WorkerPool(2);
        Action<int> body = static _ => { };
        Allocations.AssertNone(() => pool.Run(8, body));
    }
}
