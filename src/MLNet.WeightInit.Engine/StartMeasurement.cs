using MLNet.WeightInit.Engine.Calibration;
using MLNet.WeightInit.Engine.Diagnostics;
using MLNet.WeightInit.Engine.Diagnostics.Details;
using MLNet.WeightInit.Engine.Diagnostics.Findings;
using MLNet.WeightInit.Engine.Diagnostics.Rates;
using MLNet.WeightInit.Engine.Diagnostics.Trainability;
using MLNet.WeightInit.Engine.Network;
using MLNet.WeightInit.Engine.Training;

namespace MLNet.WeightInit.Engine;

/// <summary>Fills a network's tensors, and measures as much of its start as the level of diagnostics asks for.</summary>
internal sealed class StartMeasurement(PreparedTraining training)
{
    /// <summary>The rows as the report saw them; null before they were measured.</summary>
    public ProbeBatch? Probe { get; private set; }

    TrainingOptions Options => training.Options;

    // What the report tries: nobody wants the best of it so far.
    TrainingOptions Abandoned => Options with { ReturnBestOnCancel = false };

    /// <summary>Fills the tensors and lets the initializer look at a batch.</summary>
    /// <returns>The report of the filled network.</returns>
    /// <exception cref="OperationCanceledException">Cancelled, and the options don't ask for what there is so far.</exception>
    public InitializationReport Run()
    {
        var probe = new Lazy<ProbeBatch>(training.Probe);
        Fill(probe);
        if (Options.Diagnostics == DiagnosticsLevel.Off)
            return ReportBuilder.WithoutMeasurement(training.Plan, Options);
        Options.CheckCancelled();
        InitializationReport report = Measure(Probe = probe.Value);
        Options.CheckCancelled();
        return Options.Diagnostics == DiagnosticsLevel.Full ? UnlessCancelled(() => TryRemedies(report)) ?? report : report;
    }

    void Fill(Lazy<ProbeBatch> probe)
    {
        TrainingOptions drawing = Options.FillSeed is { } draw ? Options with { Seed = draw } : Options;
        FeedForwardNetwork network = training.Network;
        foreach (PlannedTensor tensor in training.Plan.Tensors.Concat(training.Plan.Embeddings))
            PlanExecution.CheckWork(tensor, Options.MaxInitializerBytes);
        for (int i = 0; i < network.DenseLayers.Count; i++)
        {
            Options.CheckCancelled();
            network.DenseLayers[i].SetWeights(PlanExecution.Fill(training.Plan.Tensors[2 * i], drawing.Seed, Options.MaxInitializerBytes));
            network.DenseLayers[i].SetBiases(PlanExecution.Fill(training.Plan.Tensors[2 * i + 1], drawing.Seed, Options.MaxInitializerBytes));
        }
        if (Options.Residual is { Start: ResidualStart.ZeroScales })
            network.ClearLastBranchScales();
        EmbeddingStart.Fill(network, training.Plan, drawing, training.Data, training.TrainingRows);
        PlanExecution.Calibrate(training.Plan, Options.Init, new NetworkCalibration(network, training.Plan, probe, drawing.Seed));
        Options.Trial?.Calibrated(network.Layout, training.Data, probe.Value);
        if (Options.TiedWeights)
            TiedWeights.Tie(network);                          // a calibration may have set the decoder by itself
    }

    InitializationReport Measure(ProbeBatch probe)
    {
        int calibrationPasses = probe.ForwardPasses;
        NetworkProbe measured = probe.Measure();
        double priorLoss = training.PriorLoss(training.Gatherer, training.TrainingRows);
        RateMeasurement? rates = UnlessCancelled(() => RateStudy.Measure(training.Network, training.Gatherer, training.TrainingRows, training.RowCount, Abandoned, training.Kernels, training.RateMultipliers, measured.Loss, priorLoss, Redraw));
        InitializationDetails? details = UnlessCancelled(() => DetailStudy.Measure(training.Network, measured, training.Gatherer, probe.RowNumbers, Abandoned, training.Kernels, calibrationPasses, training.RowCount));
        StartTrial? trial = (Options.Diagnostics == DiagnosticsLevel.Full || Options.TriesOut) && training.Stream is null ? UnlessCancelled(TryOut) : null;
        (long steps, int epochs) = training.Planned();
        TrainingOptions judged = Options with { WeightDecay = TrainingBudget.WeightDecay(Options.Optimizer, training.RowCount, Options.WeightDecay) };
        var start = new MeasuredStart(measured, probe.RowSums(), priorLoss, steps, epochs)
        {
            RateShare = new TrialCourse(Options, training.RowCount).MeanShare,
            IsKnown = StartFigures.AreKnown(Options, training.RowCount),
            Rates = rates,
            Details = details,
            Constants = training.ConstantFeatures(),
            Trial = trial,
        };
        return ReportBuilder.Build(training.Plan, start, judged, training.Kernels.Pool);
    }

    /// <summary>The training itself, on a copy of the network, until it has cost enough.</summary>
    StartTrial? TryOut()
    {
        (long planned, int epochs) = training.Planned();
        long steps = Options.Optimizer.IsFullBatch ? 0 : StartTrial.StepsOf(TrialWork.Of(training.Network, training.Gatherer).Products(Options.BatchSize), planned, isOwn: Options.Diagnostics == DiagnosticsLevel.Full);
        if (steps == 0)
            return null;
        double constant = SignificantDigits.Round(training.PriorLoss(training.Gatherer, training.ProbeRows));
        TrainingOptions tried = Abandoned with
        {
            Diagnostics = DiagnosticsLevel.Off,
            OnlyMeasures = false,
            TriesOut = false,
            TriesRate = false,
            NumberOfEpochs = epochs,
            StopAfter = steps,
            MaximumDuration = null,
            EarlyStopping = false,
            RestoreBest = false,
            Checkpoint = null,
            Progress = null,
        };
        try
        {
            TrainingResult end = NetworkTrainer.Train(training.Data, tried, training.Validation);
            return new StartTrial(steps, planned, SignificantDigits.Round(training.LossWithoutDropout(end.Network)), SignificantDigits.Round(end.History.Epochs[^1].TrainingLoss), constant);
        }
        catch (NonFiniteTrainingException)
        {
            return new StartTrial(steps, planned, double.PositiveInfinity, double.PositiveInfinity, constant);
        }
    }

    /// <summary>What else the weights might have been, and what each remedy makes of the same rows: they are chosen by data and seed.</summary>
    InitializationReport TryRemedies(InitializationReport report)
    {
        bool triesRate = report.Findings.Any(finding => finding.Judged?.Name == JudgedFigures.TrialLoss);
        WeightDraws draws = DrawTrials.Measure(report, Options, Remade);
        return RemedyTrials.Measure(report, Options, Remade).With(draws);

        InitializationReport Remade(TrainingOptions changed)
            => Rebuild(changed with { Diagnostics = DiagnosticsLevel.Summary, OnlyMeasures = true, TriesOut = true, TriesRate = triesRate, ReturnBestOnCancel = false }).Initialization;
    }

    /// <summary>Other weights of the same plan.</summary>
    FeedForwardNetwork Redraw(long fillSeed) => Rebuild(Abandoned with { Diagnostics = DiagnosticsLevel.Off, OnlyMeasures = true, FillSeed = fillSeed }).Network;

    TrainingResult Rebuild(TrainingOptions changed) => NetworkTrainer.Train(training.Data, changed, training.Validation, start: null, training.Stream);

    /// <summary>Who cancels and wants the best so far gets the start, and of its report what there is by then.</summary>
    T? UnlessCancelled<T>(Func<T?> measure)
        where T : class
    {
        try
        {
            return measure();
        }
        catch (OperationCanceledException) when (Options.ReturnBestOnCancel)
        {
            return null;
        }
    }
}
