using MLNet.WeightInit.Engine.Kernels;

namespace MLNet.WeightInit.Engine.Training;

/// <summary>What a search for the learning rate watches.</summary>
internal sealed partial class TrainingRun
{
    AlignedBuffer? _rangeStart, _rangeNow;

    /// <summary>After a step: false where the search is over.</summary>
    bool NoteRange(double loss, ReadOnlySpan<int> rows)
    {
        if (_options.RangeTest is not { } test)
            return true;
        double weight = TotalWeight(_rows.Gatherer, rows);
        return test.Add(_learningRate, loss / weight, StartLoss(rows) / weight);
    }

    /// <summary>Σ weight · loss of the weights that the search began with, over the rows of a step and with its choices of dropout and its batch's statistics: what the step's own loss would have been.</summary>
    double StartLoss(ReadOnlySpan<int> rows)
    {
        _network.Parameters.Span.CopyTo(_rangeNow!.Span);
        Place(_rangeStart!);
        double loss = _step.LossAsTrained(rows);
        Place(_rangeNow);
        return loss;

        void Place(AlignedBuffer parameters)
        {
            parameters.Span.CopyTo(_network.Parameters.Span);
            _network.ParametersChanged();
        }
    }

    void BeginRange()
    {
        if (_options.RangeTest is null)
            return;
        _rangeNow = new AlignedBuffer(_network.Parameters.Length);
        _rangeStart = new AlignedBuffer(_network.Parameters.Length);
        _network.Parameters.Span.CopyTo(_rangeStart.Span);
    }
}
