using MLNet.WeightInit.Engine.Data;
using MLNet.WeightInit.Engine.Diagnostics;
using MLNet.WeightInit.Engine.Diagnostics.Findings;
using MLNet.WeightInit.Engine.Diagnostics.Trainability;
using MLNet.WeightInit.Engine.Training;

namespace MLNet.WeightInit.Engine;

/// <summary>What a training says of the start that it had: its first steps, and how it ended.</summary>
internal sealed class TrainedReport
{
    readonly PreparedTraining _training;
    readonly InitializationReport _start;
    readonly ProbeBatch? _startProbe;
    readonly EarlyTrainingBuilder _early;

    /// <summary>Before the first step.</summary>
    /// <param name="start">Of the weights that training starts from, or of those that their model had once.</param>
    /// <param name="startProbe">The rows as that report saw them, or null.</param>
    public TrainedReport(PreparedTraining training, InitializationReport start, ProbeBatch? startProbe)
    {
        (_training, _start, _startProbe) = (training, start, startProbe);
        TrainingOptions options = training.Options;
        Steps = new EarlySteps(training.Network, isOn: options is { Diagnostics: not DiagnosticsLevel.Off, RangeTest: null, Trial: null }, StartFigures.AreKnown(options, training.RowCount) && startProbe is not null ? KeptLoss(startProbe) : null);
        _early = new EarlyTrainingBuilder(Steps, training.Network, training.Plan, options, IsContinued ? null : start,
            IsContinued ? training.PriorLoss(training.Gatherer, training.TrainingRows) : start.PriorLoss, IsContinued);
        if (Steps.IsOn)
            _early.Begin(IsContinued ? null : start.Layers, training.Probe);
    }

    /// <summary>Records the first steps.</summary>
    public EarlySteps Steps { get; }

    bool IsContinued => _training.Start is not null;

    /// <summary>After the last step of a training that ended by itself or by its limits.</summary>
    public InitializationReport Finish(TrainingHistory history)
    {
        _training.Gatherer.Data = _training.KeptData;
        if (Steps.Count == 0)
            return _start.With(earlyTraining: null);
        double epochLoss = history.Epochs is [.., var last] ? last.TrainingLoss : double.NaN;
        long steps = history.WasCancelled ? 0 : (long)history.Epochs.Count * TrainingBudget.UpdatesAnEpoch(_training.RowCount, _training.Options);
        ProbeBatch end = _startProbe is not null && _training.Stream is null ? _startProbe : _training.KeptProbe();
        InitializationReport judged = Judge(_training.Options.Dropout is null ? end.Loss() : _training.LossWithoutDropout(_training.Network), epochLoss, steps);
        return judged.With(_early.Build(end, epochLoss, judged.Findings));
    }

    /// <summary>After the last step of a training that stopped being finite.</summary>
    public InitializationReport Fail()
    {
        InitializationReport judged = Judge(double.PositiveInfinity, double.PositiveInfinity, stepsTaken: 0);
        return judged.With(_early.Build(probe: null, double.NaN, judged.Findings));
    }

    /// <summary>The training has the last word on its start.</summary>
    InitializationReport Judge(double endLoss, double epochLoss, long stepsTaken)
    {
        if (IsContinued || _start.Level == DiagnosticsLevel.Off || _start.StartFigures.Count == 0)
            return _start;
        _training.Gatherer.Data = _training.KeptData;
        var end = TrainingEnd.Of(endLoss, epochLoss, _training.PriorLoss(_training.Gatherer, _training.KeptRows), stepsTaken);
        return _start.With(FindingRules.Examine(_start.Findings, end, JudgedTraining.Of(_start, _training.Options, _training.Planned().Epochs)));
    }

    /// <summary>Between steps; batches of a stream are in the place of the probe's rows then.</summary>
    Func<double> KeptLoss(ProbeBatch first)
    {
        ProbeBatch probe = _training.Stream is null ? first : _training.KeptProbe();
        return () =>
        {
            TrainingSet read = _training.Gatherer.Data;
            _training.Gatherer.Data = _training.KeptData;
            double loss = probe.Loss();
            _training.Gatherer.Data = read;
            return loss;
        };
    }
}
