namespace MLNet.WeightInit.Engine.Kernels;

/// <summary>A few threads that share fixed chunks of work with their caller.</summary>
/// <remarks>
/// Chunks are claimed by compare-and-swap on one word that holds the job's number and the next chunk, so that a late worker can't claim a chunk of a newer job.
/// The caller works too: on a machine with no free core everything still gets done. Which thread runs a chunk decides nothing, since chunks own disjoint outputs.
/// Workers spin for some tens of microseconds after a job, then sleep. A job allocates nothing.
/// </remarks>
internal sealed class WorkerPool : IDisposable
{
    const int SpinsBeforeSleep = 2_000;                        // of about 20 ns each
    const int SpinsBeforeYield = 200;

    /// <summary>In the place of the next chunk: the job is being set up.</summary>
    const uint Closed = uint.MaxValue;

    readonly Thread[] _workers;
    readonly SemaphoreSlim _wake = new(0);
    Action<int>? _body;
    int _chunks;
    long _state;                                               // job number in the upper half, next chunk in the lower
    int _finished;
    int _asleep;
    bool _disposed;
    Exception? _failure;

    /// <param name="threads">Threads that work at once, the caller among them; at least 1.</param>
    public WorkerPool(int threads)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(threads, 1);
        Threads = threads;
        _workers = new Thread[threads - 1];
        for (int i = 0; i < _workers.Length; i++)
        {
            _workers[i] = new Thread(WorkUntilDisposed) { IsBackground = true, Name = $"MLNet.WeightInit worker {i + 1}" };
            _workers[i].Start();
        }
    }

    public int Threads { get; }

    /// <summary>Runs <paramref name="body"/> for every chunk and returns when all are done. An exception of a chunk is thrown here.</summary>
    /// <param name="body">Kept by the caller across calls, so that no delegate is allocated.</param>
    public void Run(int chunks, Action<int> body)
    {
        if (_workers.Length == 0 || chunks <= 1)
        {
            for (int chunk = 0; chunk < chunks; chunk++)
                body(chunk);
            return;
        }

        // The job's number goes first, closed: a late worker of the last job must not meet this job's body and count under the old number.
        int job = (int)(Volatile.Read(ref _state) >> 32) + 1;
        Interlocked.Exchange(ref _state, (long)job << 32 | Closed);
        _body = body;
        _chunks = chunks;
        _finished = 0;
        Interlocked.Exchange(ref _state, (long)job << 32);
        int asleep = Volatile.Read(ref _asleep);
        if (asleep > 0)
            _wake.Release(Math.Min(asleep, chunks - 1));
        Work(job, body, chunks);
        for (int spins = 0; Volatile.Read(ref _finished) < chunks; spins++)
        {
            if (spins < SpinsBeforeYield)
                Thread.SpinWait(4);
            else
                Thread.Yield();
        }
        _body = null;
        if (_failure is { } failure)
        {
            _failure = null;
            throw new AggregateException(failure);
        }
    }

    void Work(int job, Action<int> body, int chunks)
    {
        while (true)
        {
            long state = Volatile.Read(ref _state);
            int chunk = (int)(state & uint.MaxValue);
            if ((int)(state >> 32) != job || (uint)chunk >= (uint)chunks)
                return;
            if (Interlocked.CompareExchange(ref _state, state + 1, state) != state)
                continue;
            try
            {
                body(chunk);
            }
            catch (Exception exception)                        // carried to the caller: a worker thread has nobody to throw to
            {
                _failure = exception;
            }
            Interlocked.Increment(ref _finished);
        }
    }

    void WorkUntilDisposed()
    {
        int seen = 0;
        while (true)
        {
            int spins = 0;
            while (!HasNewerJob(seen))
            {
                if (Volatile.Read(ref _disposed))
                    return;
                if (++spins < SpinsBeforeSleep)
                {
                    Thread.SpinWait(1);
                    continue;
                }
                Interlocked.Increment(ref _asleep);
                if (!HasNewerJob(seen) && !Volatile.Read(ref _disposed))
                    _wake.Wait();
                Interlocked.Decrement(ref _asleep);
                spins = 0;
            }
            long state = Volatile.Read(ref _state);
            seen = (int)(state >> 32);
            // The body is read after the job's number; where another job has begun meanwhile, no claim under this number succeeds.
            Action<int>? body = _body;
            int chunks = _chunks;
            if (body is not null)
                Work(seen, body, chunks);
        }
    }

    bool HasNewerJob(int seen)
    {
        long state = Volatile.Read(ref _state);
        return (int)(state >> 32) != seen && (uint)state != Closed;
    }

    public void Dispose()
    {
        Volatile.Write(ref _disposed, true);
        if (_workers.Length > 0)
            _wake.Release(_workers.Length);
        foreach (Thread worker in _workers)
            worker.Join();
        _wake.Dispose();
    }
}
