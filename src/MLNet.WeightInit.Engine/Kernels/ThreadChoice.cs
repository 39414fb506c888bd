namespace MLNet.WeightInit.Engine.Kernels;

/// <summary>Tells whoever repeats one piece of work, such as a training step, whether several threads do it sooner than its caller alone: by doing it both ways now and then.</summary>
/// <remarks>
/// No count of operations can tell. Where two processors share no cache, handing a step of 60 µs to a second one costs as much as it saves, and half as much again; where they do, it takes two thirds of
/// the time. Virtual processors may be either, and may change while a training runs.
/// Both ways are timed in turn, a few times each, and the medians compared. The faster one is then used for a while that doubles, up to some seconds. Before the threads are timed they work untimed:
/// those that slept begin on the caller's own processor, until the system moves them.
/// </remarks>
/// <param name="ticksPerSecond">Of the clock that the times come from.</param>
internal struct ThreadChoice(long ticksPerSecond)
{
    /// <summary>Blocks of each way that one comparison times; odd, so that the median is one of them.</summary>
    public const int Blocks = 3;

    /// <summary>A way is used at least so many times as long as comparing took.</summary>
    public const int UsesOfComparison = 32;

    readonly long _block = ticksPerSecond / 2_000, _warmUp = ticksPerSecond / 250, _longestUse = 4 * ticksPerSecond;
    readonly double[] _together = new double[Blocks], _alone = new double[Blocks];

    bool _prefersAlone;                                        // what the last comparison said
    Phase _phase = Phase.WarmUp;
    int _compared;                                             // blocks of both ways that were timed
    long _use = ticksPerSecond / 16;
    long _comparison;                                          // ticks that the running comparison has taken
    long _ticks;
    int _pieces;

    enum Phase
    {
        WarmUp,
        Together,
        Alone,
        Use,
    }

    /// <summary>Whether the next piece should be done by its caller alone.</summary>
    public readonly bool IsAlone => _phase == Phase.Alone || _phase == Phase.Use && _prefersAlone;

    /// <summary>A piece was done, in the way that <see cref="IsAlone"/> said.</summary>
    /// <param name="ticks">That it took.</param>
    public void Done(long ticks)
    {
        _ticks += ticks;
        _pieces++;
        bool isBlock = _ticks >= _block;
        switch (_phase)
        {
            case Phase.WarmUp when _ticks >= _warmUp:
                Begin(Phase.Together);
                break;
            case Phase.Together when isBlock:
                _together[_compared] = (double)_ticks / _pieces;
                Begin(Phase.Alone);
                break;
            case Phase.Alone when isBlock:
                _alone[_compared++] = (double)_ticks / _pieces;
                if (_compared < Blocks)
                    Begin(Phase.Together);
                else
                    Decide();
                break;
            case Phase.Use when _ticks >= Math.Max(_use, UsesOfComparison * _comparison):
                _use = Math.Min(2 * _use, _longestUse);
                _compared = 0;
                _comparison = 0;
                Begin(_prefersAlone ? Phase.WarmUp : Phase.Together);
                break;
        }
    }

    void Decide()
    {
        Array.Sort(_together);
        Array.Sort(_alone);
        _prefersAlone = _alone[Blocks / 2] < _together[Blocks / 2];
        Begin(Phase.Use);
    }

    void Begin(Phase phase)
    {
        _comparison += _phase == Phase.Use ? 0 : _ticks;
        _phase = phase;
        _ticks = 0;
        _pieces = 0;
    }
}
