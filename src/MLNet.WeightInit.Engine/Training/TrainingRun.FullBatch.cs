using MLNet.WeightInit.Engine.Data;
using MLNet.WeightInit.Engine.Training.Optimizers;

namespace MLNet.WeightInit.Engine.Training;

/// <summary>Epochs that are iterations over all rows.</summary>
internal sealed partial class TrainingRun
{
    readonly FullBatchDescent? _descent;
    int _iteration;

    /// <summary>Over the training rows, in the last epoch.</summary>
    public int Passes => _descent?.LastEvaluations ?? 1;

    FullBatchDescent BeginDescent(Lbfgs optimizer, IReadOnlyList<float> rateMultipliers)
        => new(optimizer, _network, _step, _options, ((ResidentRows)_rows).All, TrainingBudget.WeightDecay(optimizer, _rows.Count, _options.WeightDecay), rateMultipliers, batch => IsCancelled("in epoch {0}, batch {1}", _iteration, batch));

    /// <summary>One iteration, as far as cancellation lets it. Rows keep their order: nothing hangs on it but rounding, which shall be the same each time.</summary>
    /// <param name="trainingLoss">Mean over the rows where it ended.</param>
    EpochEnd RunIteration(int epoch, out double trainingLoss)
    {
        trainingLoss = 0;
        _rowsSeen = 0;
        _iteration = epoch;
        bool isRecorded = _early?.Begin(epoch - 1) == true;
        MinimizerEnd end = _descent!.Iterate(_trainingMetric);
        if (end == MinimizerEnd.Interrupted)
            return EpochEnd.Cancelled;
        if (end == MinimizerEnd.NotFinite)
            throw NonFinite(epoch, batch: 1);
        _rowsSeen = _rows.Count;
        _lastStep = epoch;
        _learningRate = (float)_descent.StepLength;
        _network.Parameters.Span.CopyTo(_lastGood.Span);
        trainingLoss = MeanLoss(_descent.LossSum, _rows.Weight, TrainingHeads);
        if (isRecorded)
            _early!.End(trainingLoss, _descent.GradientNorm);
        NoteTrial((double)_descent.LastEvaluations * _rows.Count);
        return end == MinimizerEnd.Moved ? Limit() : EpochEnd.Converged;
    }

    /// <summary>Why a descent goes no further after an epoch, or null where it does or there is none.</summary>
    string? Converged(int epoch) => _descent?.Reason(epoch);
}
