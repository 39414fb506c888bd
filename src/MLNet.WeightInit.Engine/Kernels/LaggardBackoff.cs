namespace MLNet.WeightInit.Engine.Kernels;

/// <summary>Tells a pool's caller when to work alone: after it had to wait for a worker far longer than a chunk takes, which is what happens where other programs want the processors.</summary>
/// <remarks>One such wait costs as much as hundreds of jobs gain by a second thread. So each one soon after the last makes the time alone four times as long, until a busy machine costs hardly more than
/// one thread does; good jobs shorten it bit by bit.</remarks>
/// <param name="ticksPerSecond">Of the clock that the times come from.</param>
internal struct LaggardBackoff(long ticksPerSecond)
{
    public const int FirstJobsAlone = 256;
    public const int MostJobsAlone = 16 * 1024;

    /// <summary>A worker that shares the machine's memory with its caller may well take as many times as long for a chunk.</summary>
    public const int SlowChunks = 4;

    /// <summary>Waking a sleeping worker and leaving one's own chunk takes some tens of microseconds at worst; being put aside takes milliseconds.</summary>
    readonly long _shortWait = ticksPerSecond / 10_000;

    int _jobsAlone, _remaining;

    /// <summary>Whether the caller should run the next job without the workers; counts it.</summary>
    public bool RunsAlone()
    {
        if (_remaining == 0)
            return false;
        _remaining--;
        return true;
    }

    /// <summary>A job with workers is done.</summary>
    /// <param name="chunks">That the caller ran.</param>
    /// <param name="worked">Ticks that it took for them.</param>
    /// <param name="waited">Ticks that it waited then.</param>
    public void JobDone(int chunks, long worked, long waited)
    {
        if (waited > _shortWait + SlowChunks * worked / Math.Max(chunks, 1))
            _remaining = _jobsAlone = Math.Clamp(4 * _jobsAlone, FirstJobsAlone, MostJobsAlone);
        else
            _jobsAlone -= (_jobsAlone + 31) / 32;
    }
}
