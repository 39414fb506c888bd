using MLNet.WeightInit.Engine.Kernels;
using MLNet.WeightInit.Engine.Training.Checkpoints;

namespace MLNet.WeightInit.Engine.Training;

/// <summary>Remembers the best weights by validation loss, and says when to stop waiting for better ones.</summary>
internal sealed class EarlyStop
{
    readonly AlignedBuffer _parameters, _best;
    readonly int _patience;
    double _bestLoss = double.PositiveInfinity;
    int _bestEpoch;

    public EarlyStop(AlignedBuffer parameters, int patience)
    {
        _parameters = parameters;
        _best = new AlignedBuffer(parameters.Length);
        _patience = patience;
    }

    public double BestLoss => _bestLoss;
    public int BestEpoch => _bestEpoch;

    /// <summary>Notes an epoch's loss, and its weights where it is the best so far.</summary>
    public void Note(int epoch, double validationLoss)
    {
        if (!(validationLoss < _bestLoss))
            return;
        _bestLoss = validationLoss;
        _bestEpoch = epoch;
        _parameters.Span.CopyTo(_best.Span);
    }

    /// <summary>True where <c>patience</c> epochs have passed since the best one.</summary>
    public bool IsTimeToStop(int epoch) => epoch - _bestEpoch >= _patience;

    /// <summary>Puts the best epoch's weights back.</summary>
    public void RestoreBest()
    {
        if (_bestEpoch > 0)
            _best.Span.CopyTo(_parameters.Span);
    }

    public void Exchange(StateExchange state)
    {
        state.Floats("early stopping/best parameters", _best.Span);
        state.Number("early stopping/best loss", ref _bestLoss);
        state.Count("early stopping/best epoch", ref _bestEpoch);
    }
}
