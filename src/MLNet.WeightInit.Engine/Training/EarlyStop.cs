using MLNet.WeightInit.Engine.Kernels;

namespace MLNet.WeightInit.Engine.Training;

/// <summary>Remembers the best weights by validation loss, and says when to stop waiting for better ones.</summary>
internal sealed class EarlyStop
{
    readonly AlignedBuffer _parameters, _best;
    readonly int _patience;

    public EarlyStop(AlignedBuffer parameters, int patience)
    {
        _parameters = parameters;
        _best = new AlignedBuffer(parameters.Length);
        _patience = patience;
    }

    public double BestLoss { get; private set; } = double.PositiveInfinity;
    public int BestEpoch { get; private set; }

    /// <summary>Notes an epoch; true where <c>patience</c> epochs have passed since the best one.</summary>
    public bool IsTimeToStop(int epoch, double validationLoss)
    {
        if (validationLoss < BestLoss)
        {
            BestLoss = validationLoss;
            BestEpoch = epoch;
            _parameters.Span.CopyTo(_best.Span);
        }
        return epoch - BestEpoch >= _patience;
    }

    /// <summary>Puts the best epoch's weights back.</summary>
    public void RestoreBest()
    {
        if (BestEpoch > 0)
            _best.Span.CopyTo(_parameters.Span);
    }
}
