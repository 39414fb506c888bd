using System.Diagnostics;
using System.Runtime.ExceptionServices;

namespace MLNet.WeightInit.Engine.Kernels;

/// <summary>A few threads that share fixed chunks of work with their caller.</summary>
/// <remarks>
/// A job's chunks are dealt out in runs of neighbours, one run a thread: the same chunk of the same job goes to the same thread each time, in whose caches what it works on still lies. Whoever is
/// done with his own run takes from the end of another's. Chunks are claimed by compare-and-swap on a word that holds the job's number and what is left of a run, so that a late worker can't claim
/// a chunk of a newer job.
/// The caller works too: on a machine with no free core everything still gets done. Which thread runs a chunk decides nothing, since chunks own disjoint outputs.
/// Where other programs keep the processors busy, a worker may be put aside with a chunk in its hands while the caller waits: <see cref="LaggardBackoff"/> then lets the caller work alone for a while.
/// Workers spin for some tens of microseconds after a job, then sleep. A job allocates nothing.
/// </remarks>
internal sealed class WorkerPool : IDisposable
{
    const int SpinsBeforeSleep = 2_000;                        // of about 20 ns each
    const int SpinsBeforeYield = 200;

    /// <summary>Numbers from one thread's run to the next one's: 128 bytes, so that no line that one thread writes holds another's.</summary>
    const int RunStride = 16;

    readonly Worker[] _workers;

    /// <summary>What is left of each thread's run: the job's number in the upper half, then the end and the next unit, 16 bits each.</summary>
    readonly long[] _runs;

    Action<int>? _body;
    int _chunks, _chunksInUnit;
    int _job;
    int _finished;                                             // units that workers ran
    bool _disposed;
    bool _leavesWorkersOut;
    LaggardBackoff _backoff = new(TicksPerSecond);
    Exception? _failure;
    int _failedUnit;

    /// <param name="threads">Threads that work at once, the caller among them; at least 1.</param>
    public WorkerPool(int threads)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(threads, 1);
        Threads = threads;
        _runs = new long[(threads + 1) * RunStride];
        _workers = new Worker[threads - 1];
        for (int i = 0; i < _workers.Length; i++)
            _workers[i] = new Worker(this, i + 1);
    }

    /// <summary>A pool of the calling thread alone; any number of callers may share it.</summary>
    public static WorkerPool CallerOnly { get; } = new(1);

    public int Threads { get; }

    /// <summary>A piece of work, made of jobs, that is done again and again: with the workers or without them, as the choice says, which is told how long it took.</summary>
    /// <param name="choice">Of this piece.</param>
    public Repeated Repeat(ref ThreadChoice choice) => new(this, ref choice);

    /// <summary>Lasts as long as the piece. The default watches nothing.</summary>
    public readonly ref struct Repeated
    {
        readonly WorkerPool? _pool;
        readonly ref ThreadChoice _choice;
        readonly long _begun;

        internal Repeated(WorkerPool pool, ref ThreadChoice choice)
        {
            _pool = pool;
            _choice = ref choice;
            pool._leavesWorkersOut = choice.IsAlone;
            _begun = Ticks();
        }

        public void Dispose()
        {
            if (_pool is null)
                return;
            _choice.Done(Ticks() - _begun);
            _pool._leavesWorkersOut = false;
        }
    }

    /// <summary>Runs <paramref name="body"/> for every chunk and returns when all are done. An exception of a chunk is thrown here.</summary>
    /// <param name="body">Kept by the caller across calls, so that no delegate is allocated.</param>
    public void Run(int chunks, Action<int> body)
    {
        if (_workers.Length == 0 || chunks <= 1 || _leavesWorkersOut || _backoff.RunsAlone())
        {
            for (int chunk = 0; chunk < chunks; chunk++)
                body(chunk);
            GC.KeepAlive(body);                                // what it belongs to owns the buffers
            return;
        }

        // A late worker of the last job finds nothing to claim under its number, before its runs are dealt out anew and after: whichever body it has read, it doesn't run it.
        int job = _job + 1;
        _body = body;
        _chunks = chunks;
        _chunksInUnit = (chunks + ushort.MaxValue - 1) / ushort.MaxValue;
        _finished = 0;
        int units = (chunks + _chunksInUnit - 1) / _chunksInUnit;
        for (int thread = 0; thread < Threads; thread++)
            Volatile.Write(ref Run(thread), Word(job, next: (int)((long)units * thread / Threads), end: (int)((long)units * (thread + 1) / Threads)));
        Interlocked.Exchange(ref _job, job);
        for (int i = 0; i < Math.Min(_workers.Length, units - 1); i++)
            _workers[i].Wake();
        long begun = Ticks();
        int own = Work(job, thread: 0, body);
        long waiting = Ticks();
        for (int spins = 0; own + Volatile.Read(ref _finished) < units; spins++)
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

    ref long Run(int thread) => ref _runs[(thread + 1) * RunStride];

    static long Word(int job, int next, int end) => (long)job << 32 | (uint)end << 16 | (uint)next;

#pragma warning disable RS0030                                  // a clock decides here who works, and that decides no bit
    public static long TicksPerSecond => Stopwatch.Frequency;

    static long Ticks() => Stopwatch.GetTimestamp();
#pragma warning restore RS0030

    /// <summary>Own run first, from its beginning; then the ends of the others'. Gives the number of units that this thread ran.</summary>
    int Work(int job, int thread, Action<int> body)
    {
        int own = 0;
        for (int i = 0; i < Threads; i++)
        {
            int victim = (thread + i) % Threads;
            for (int unit; (unit = Claim(job, victim, fromEnd: i > 0)) >= 0; own++)
            {
                try
                {
                    int end = Math.Min(_chunks, (unit + 1) * _chunksInUnit);
                    for (int chunk = unit * _chunksInUnit; chunk < end; chunk++)
                        body(chunk);
                }
                catch (Exception exception)                    // carried to the caller: a worker thread has nobody to throw to
                {
                    Fail(unit, exception);
                }
            }
        }
        return own;
    }

    /// <summary>Of several the first unit's is thrown, as one thread alone would throw it.</summary>
    void Fail(int unit, Exception exception)
    {
        lock (_runs)
        {
            if (_failure is null || unit < _failedUnit)
                (_failure, _failedUnit) = (exception, unit);
        }
    }

    /// <summary>The next or last unit of a thread's run, or −1 where there is none left or the job is over.</summary>
    int Claim(int job, int thread, bool fromEnd)
    {
        ref long run = ref Run(thread);
        while (true)
        {
            long word = Volatile.Read(ref run);
            int next = (ushort)word, end = (ushort)(word >> 16);
            if ((int)(word >> 32) != job || next >= end)
                return -1;
            if (Interlocked.CompareExchange(ref run, fromEnd ? Word(job, next, end - 1) : Word(job, next + 1, end), word) == word)
                return fromEnd ? end - 1 : next;
        }
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
        readonly int _number;
        readonly AutoResetEvent _wake = new(false);
        readonly Thread _thread;
        int _asleep;

        public Worker(WorkerPool pool, int number)
        {
            _pool = pool;
            _number = number;
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

        bool HasNewerJob(int seen) => Volatile.Read(ref _pool._job) != seen;

        void WorkUntilDisposed()
        {
            int seen = 0;
            while (WaitForJob(seen))
            {
                seen = Volatile.Read(ref _pool._job);
                // The body is read after the job's number; where the job is over by now, there is none, or no claim under this number succeeds.
                Action<int>? body = _pool._body;
                if (body is not null && _pool.Work(seen, _number, body) is var units and > 0)
                    Interlocked.Add(ref _pool._finished, units);
            }
        }

        /// <summary>False where the pool is disposed of.</summary>
        bool WaitForJob(int seen)
        {
            for (int spins = 0; !HasNewerJob(seen); spins++)
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
                bool stayAwake = HasNewerJob(seen) || Volatile.Read(ref _pool._disposed);
                // Staying awake takes the flag down again; where a caller did that first, its event is on the way and has to be taken.
                if (!stayAwake || Interlocked.Exchange(ref _asleep, 0) == 0)
                    _wake.WaitOne();
            }
            return true;
        }
    }
}
