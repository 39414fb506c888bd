using System.Globalization;
using MLNet.WeightInit.Engine.Kernels;
using MLNet.WeightInit.Engine.Training.Checkpoints;

namespace MLNet.WeightInit.Engine.Training;

/// <summary>Remembers the best weights by what the validation rows say, and tells when to stop waiting for better ones.</summary>
internal sealed class EarlyStop
{
    readonly AlignedBuffer _parameters;
    readonly AlignedBuffer? _best;
    readonly Improvement _improvement;
    readonly int _patience;
    double _bestValue;
    int _bestEpoch;

    /// <param name="patience">Epochs without improvement.</param>
    public EarlyStop(AlignedBuffer parameters, int patience, TrainingOptions options)
    {
        _parameters = parameters;
        _best = options.RestoreBest ? new AlignedBuffer(parameters.Length) : null;
        _patience = patience;
        _improvement = Improvement.Of(options);
        _bestValue = _improvement.Worst;
    }

    /// <summary>The last epoch that improved on the best one before it; 0 before the first that has a number.</summary>
    public int BestEpoch => _bestEpoch;

    /// <summary>The epoch that <see cref="RestoreBest"/> goes back to; null where it goes nowhere.</summary>
    public int? RestoredEpoch => _best is not null && BestEpoch > 0 ? BestEpoch : null;

    /// <summary>Notes what an epoch's validation gave, and its weights where it is the best so far.</summary>
    public void Note(int epoch, double validationLoss, double? validationMetric)
    {
        double value = _improvement.Choose(validationLoss, validationMetric);
        if (!_improvement.IsBetter(value, _bestValue))
            return;
        _bestValue = value;
        _bestEpoch = epoch;
        if (_best is not null)
            _parameters.Span.CopyTo(_best.Span);
    }

    /// <summary>True where <c>patience</c> epochs have passed since the best one.</summary>
    public bool IsTimeToStop(int epoch) => epoch - _bestEpoch >= _patience;

    /// <summary>Puts the best epoch's weights back, where that was asked for.</summary>
    public void RestoreBest()
    {
        if (RestoredEpoch is not null)
            _best!.Span.CopyTo(_parameters.Span);
    }

    public void Exchange(StateExchange state)
    {
        if (_best is not null)
            state.Floats("early stopping/best parameters", _best.Span);
        state.Number("early stopping/best value", ref _bestValue);
        state.Count("early stopping/best epoch", ref _bestEpoch);
    }

    public override string ToString()
    {
        string better = _improvement.Minimum > 0
            ? string.Create(CultureInfo.InvariantCulture, $"no validation {_improvement} better by more than {_improvement.Minimum}")
            : $"no better validation {_improvement}";
        return BestEpoch > 0 ? $"Stopped early: {better} since epoch {BestEpoch}." : $"Stopped early: the validation {_improvement} was not a number in {_patience} epochs.";
    }
}
