using System.Diagnostics;
using System.Runtime.ExceptionServices;

namespace MLNet.WeightInit.Engine.Kernels;

/// <summary>A few threads that share fixed chunks of work with their caller.</summary>
/// <remarks>
/// Chunks are claimed by compare-and-swap on one word that holds the job's number and the next chunk, so that a late worker can't claim a chunk of a newer job.
/// The caller works too: on a machine with no free core everything still gets done. Which thread runs a chunk decides nothing, since chunks own disjoint outputs.
/// Where other programs keep the processors busy, a worker may be put aside with a chunk in its hands while the caller waits: <see cref="LaggardBackoff"/> then lets the caller work alone for a while.
/// Workers spin for some tens of microseconds after a job, then sleep. A job allocates nothing.
/// </remarks>
internal sealed class WorkerPool : IDisposable
{
    const int SpinsBeforeSleep = 2_000;                        // of about 20 ns each
    const int SpinsBeforeYield = 200;

    /// <summary>In the place of the next chunk: the job is being set up.</summary>
    const uint Closed = uint.MaxValue;

    readonly Worker[] _workers;
    Action<int>? _body;
    int _chunks;
    long _state;                                               // job number in the upper half, next chunk in the lower
    int _finished;
    bool _disposed;
    LaggardBackoff _backoff = new(TicksPerSecond);
    Exception? _failure;

    /// <param name="threads">Threads that work at once, the caller among them; at least 1.</param>
    public WorkerPool(int threads)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(threads, 1);
        Threads = threads;
        _workers = new Worker[threads - 1];
        for (int i = 0; i < _workers.Length; i++)
            _workers[i] = new Worker(this, i + 1);
    }

    /// <summary>A pool of the calling thread alone; any number of callers may share it.</summary>
    public static WorkerPool CallerOnly { get; } = new(1);

    public int Threads { get; }

    /// <summary>Runs <paramref name="body"/> for every chunk and returns when all are done. An exception of a chunk is thrown here.</summary>
    /// <param name="body">Kept by the caller across calls, so that no delegate is allocated.</param>
    public void Run(int chunks, Action<int> body)
    {
        if (_workers.Length == 0 || chunks <= 1 || _backoff.RunsAlone())
        {
            for (int chunk = 0; chunk < chunks; chunk++)
                body(chunk);
            GC.KeepAlive(body);                                // what it belongs to owns the buffers
            return;
        }

        // The job's number goes first, closed: a late worker of the last job must not meet this job's body and count under the old number.
        int job = (int)(Volatile.Read(ref _state) >> 32) + 1;
        Interlocked.Exchange(ref _state, (long)job << 32 | Closed);
        _body = body;
        _chunks = chunks;
        _finished = 0;
        Interlocked.Exchange(ref _state, (long)job << 32);
        for (int i = 0; i < Math.Min(_workers.Length, chunks - 1); i++)
            _workers[i].Wake();
        long begun = Ticks();
        int own = Work(job, body, chunks);
        long waiting = Ticks();
        for (int spins = 0; Volatile.Read(ref _finished) < chunks; spins++)
        {
            if (spins < SpinsBeforeYield)
                Thread.SpinWait(4);
            else
                Thread.Yield();
        }
        _backoff.JobDone(own, waiting - begun, Ticks() - waiting);
        _body = null;
        GC.KeepAlive(body);
        if (_failure is { } failure)
        {
            _failure = null;
            ExceptionDispatchInfo.Throw(failure);
        }
    }

#pragma warning disable RS0030                                  // a clock decides here who works, and that decides no bit
    static long TicksPerSecond => Stopwatch.Frequency;

    static long Ticks() => Stopwatch.GetTimestamp();
#pragma warning restore RS0030

    /// <summary>Gives the number of chunks that this thread ran.</summary>
    int Work(int job, Action<int> body, int chunks)
    {
        for (int own = 0; ; own++)
        {
            int chunk = Claim(job, chunks);
            if (chunk < 0)
                return own;
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

    /// <summary>The job's next chunk, or −1 where there is none or the job is over.</summary>
    int Claim(int job, int chunks)
    {
        while (true)
        {
            long state = Volatile.Read(ref _state);
            int chunk = (int)(state & uint.MaxValue);
            if ((int)(state >> 32) != job || (uint)chunk >= (uint)chunks)
                return -1;
            if (Interlocked.CompareExchange(ref _state, state + 1, state) == state)
                return chunk;
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
        foreach (Worker worker in _workers)
            worker.Join();
    }

    /// <summary>A thread that waits for jobs: first spinning, then asleep on an event of its own (an event allocates nothing when it is set; a semaphore may).</summary>
    sealed class Worker
    {
        readonly WorkerPool _pool;
        readonly AutoResetEvent _wake = new(false);
        readonly Thread _thread;
        int _asleep;

        public Worker(WorkerPool pool, int number)
        {
            _pool = pool;
            _thread = new Thread(WorkUntilDisposed) { IsBackground = true, Name = $"MLNet.WeightInit worker {number}" };
            _thread.Start();
        }

        /// <summary>Whoever takes the flag down sets the event: once for each sleep.</summary>
        public void Wake()
        {
            if (Volatile.Read(ref _asleep) == 1 && Interlocked.Exchange(ref _asleep, 0) == 1)
                _wake.Set();
        }

        public void Join()
        {
            Wake();
            _thread.Join();
            _wake.Dispose();
        }

        void WorkUntilDisposed()
        {
            int seen = 0;
            while (WaitForJob(seen))
            {
                long state = Volatile.Read(ref _pool._state);
                // The job that was waited for may be over by now and the next one half set up: its body may be there while the number of chunks is still the old one.
                if ((uint)state == Closed)
                    continue;
                seen = (int)(state >> 32);
                // The body is read after the job's number, of a job that is set up; where another has begun meanwhile, no claim under this number succeeds.
                Action<int>? body = _pool._body;
                int chunks = _pool._chunks;
                if (body is not null)
                    _pool.Work(seen, body, chunks);
            }
        }

        /// <summary>False where the pool is disposed of.</summary>
        bool WaitForJob(int seen)
        {
            for (int spins = 0; !_pool.HasNewerJob(seen); spins++)
            {
                if (Volatile.Read(ref _pool._disposed))
                    return false;
                if (spins < SpinsBeforeSleep)
                {
                    Thread.SpinWait(1);
                    continue;
                }
                spins = 0;
                Interlocked.Exchange(ref _asleep, 1);
                bool stayAwake = _pool.HasNewerJob(seen) || Volatile.Read(ref _pool._disposed);
                // Staying awake takes the flag down again; where a caller did that first, its event is on the way and has to be taken.
                if (!stayAwake || Interlocked.Exchange(ref _asleep, 0) == 0)
                    _wake.WaitOne();
            }
            return true;
        }
    }
}
