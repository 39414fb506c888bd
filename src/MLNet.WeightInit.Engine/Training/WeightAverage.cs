using MLNet.WeightInit.Engine.Kernels;
using MLNet.WeightInit.Engine.Training.Checkpoints;

namespace MLNet.WeightInit.Engine.Training;

/// <summary>An exponential moving average of all weights and biases over the steps, free of the start's bias.</summary>
/// <remarks>
/// Polyak and Juditsky 1992; the exponential form and its use as in Tarvainen and Valpola 2017; the correction by 1 − d^t as in Kingma and Ba 2015, section 3. Kept corrected:
/// <c>a ← a + (w − a) (1 − d) / (1 − d^t)</c>, so that after one step it is the weights, and after many the usual average.
/// </remarks>
internal sealed unsafe class WeightAverage
{
    const int ChunkLength = 16 * 1024;

    readonly GradientKernel _kernel;
    readonly WorkerPool _pool;
    readonly AlignedBuffer _parameters, _other;
    readonly double _decay;
    readonly Action<int> _moveChunk;
    double _power = 1;
    float _share;

    /// <param name="decay">Share that a step keeps of the average; above 0 and below 1.</param>
    public WeightAverage(AlignedBuffer parameters, double decay, SimdLevel level, WorkerPool pool)
    {
        _kernel = GradientKernel.Create(level);
        _pool = pool;
        _parameters = parameters;
        _other = new AlignedBuffer(parameters.Length);
        _decay = decay;
        _moveChunk = MoveChunk;
    }

    /// <summary>True while the network has the averages, and this the weights that training goes on with.</summary>
    public bool IsInPlace { get; private set; }

    /// <summary>Takes the weights after a step in.</summary>
    public void Add()
    {
        _power *= _decay;
        _share = (float)((1 - _decay) / (1 - _power));
        _pool.Run((_parameters.Length + ChunkLength - 1) / ChunkLength, _moveChunk);
    }

    /// <summary>Puts the averages into the network, or the weights back; nothing where they are there.</summary>
    public void Place(bool averages)
    {
        if (IsInPlace == averages || _power == 1)              // before the first step there is no average
            return;
        Span<float> parameters = _parameters.Span, other = _other.Span;
        for (int i = 0; i < parameters.Length; i++)
            (parameters[i], other[i]) = (other[i], parameters[i]);
        IsInPlace = averages;
    }

    /// <summary>Between epochs, when the averages are in the network's place from the first step on, and this has the weights.</summary>
    public void Exchange(StateExchange state)
    {
        state.Floats("averaging/weights", _other.Span);
        state.Number("averaging/power of decay", ref _power);
        if (state.Restores)
            IsInPlace = _power < 1;
    }

    void MoveChunk(int chunk)
    {
        int first = chunk * ChunkLength;
        _kernel.MoveTowards(_parameters.Pointer + first, Math.Min(ChunkLength, _parameters.Length - first), _share, _other.Pointer + first);
    }
}
