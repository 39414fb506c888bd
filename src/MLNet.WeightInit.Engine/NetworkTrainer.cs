using System.Globalization;
using MLNet.WeightInit.Engine.Calibration;
using MLNet.WeightInit.Engine.Data;
using MLNet.WeightInit.Engine.Diagnostics;
using MLNet.WeightInit.Engine.Diagnostics.Details;
using MLNet.WeightInit.Engine.Diagnostics.Findings;
using MLNet.WeightInit.Engine.Diagnostics.Rates;
using MLNet.WeightInit.Engine.Diagnostics.Trainability;
using MLNet.WeightInit.Engine.Kernels;
using MLNet.WeightInit.Engine.Network;
using MLNet.WeightInit.Engine.Persistence;
using MLNet.WeightInit.Engine.Training;
using MLNet.WeightInit.Engine.Training.Losses;
using MLNet.WeightInit.Engine.Training.Metrics;
using MLNet.WeightInit.Engine.Training.Optimizers;

namespace MLNet.WeightInit.Engine;

/// <summary>What a training gives: the network, how its loss went, and how it was initialized.</summary>
internal sealed record TrainingResult(FeedForwardNetwork Network, TrainingHistory History, InitializationReport Initialization);

/// <summary>Plans, fills, measures and trains a network on rows in memory: the whole of a training, from rows to model.</summary>
/// <remarks>The engine's composition root: the one place that sees every folder.</remarks>
internal static class NetworkTrainer
{
    /// <summary>Rows that the report and the calibration look at.</summary>
    public const int ProbeRows = 256;

    /// <summary>A model file holds 2 GB: 4 bytes for each of these. Training holds up to seven arrays of that size.</summary>
    public const int MostParameters = 500_000_000;

    /// <param name="validation">Rows to validate on; null lets <see cref="TrainingOptions.ValidationFraction"/> take them from the training rows.</param>
    /// <param name="stream">What is known of rows that are streamed; <paramref name="data"/> is its sample then, and <paramref name="validation"/> its validation rows or others. Null: the data are all rows.</param>
    /// <param name="start">A model to go on from, with its standardization and a new optimizer; null: initialized weights.</param>
    /// <exception cref="ArgumentOutOfRangeException">The model to go on from has another architecture.</exception>
    /// <exception cref="InvalidOperationException">The network would be too large, an initializer failed, or a feature spans more than a float holds.</exception>
    /// <exception cref="NonFiniteTrainingException">The loss or a weight stopped being finite.</exception>
    /// <exception cref="OperationCanceledException">Training was cancelled and the options don't ask for the best model so far.</exception>
    public static TrainingResult Train(TrainingSet data, TrainingOptions options, TrainingSet? validation = null, TrainingStart? start = null, StreamSurvey? stream = null)
    {
        (int[] trainingRows, int[] validationRows) = SplitRows(data, options, isSplit: validation is not null || stream is not null);
        CheckMetric(options.Metric, validation ?? data, validation is null ? validationRows : AllRows(validation.Rows));
        // A batch is never larger than the data, and neither are the buffers for it.
        options = options with
        {
            BatchSize = (int)Math.Min(options.BatchSize, stream?.TrainingRows ?? trainingRows.Length),                         // buffers are made for whole batches
            Loss = HeadClassWeights.Normalize(options.Loss, data, trainingRows, stream is { SampleIsWhole: false } ? stream : null),
        };
        InputEncoding encoding = start is not null ? start.Network.Layout.Encoding : (options.FillsMissing ? Encode(data, trainingRows, stream) : InputEncoding.Plain) with { Columns = options.Embeddings };
        if (data.IsSparse && !encoding.IsPlain)
            throw new InvalidOperationException("Missing values can only be filled in, and categories only be embedded beside, rows that are dense, and these are sparse. Pass rows as the model had them, or train a new one.");
        CheckSize(encoding, data.FeatureCount, options);
        AffineScale features = start is not null ? start.Network.FeatureScale : options.Standardize ? Standardization(data, trainingRows, stream) : AffineScale.None;
        AffineScale targets = start is not null ? start.Network.TargetScale
            : options.Task.HasTargetScale() ? TargetScale(data, trainingRows, stream, options) : AffineScale.None;
        var layout = new NetworkLayout(data.FeatureCount, options.HiddenLayers, options.Activation.Specification, options.Outputs, options.Normalization, options.Residual?.BranchDepth ?? 0, encoding,
            isByInput: data.IsSparse && SparseUpdates.AreLazy(options));
        options.Residual?.CheckStart(options.Activation, options.Normalization);
        start?.Check(layout, options, options.Task.HasTargetScale() ? options.Loss.TargetScale(data, trainingRows, standardize: true) : AffineScale.None);
        var network = new FeedForwardNetwork(layout, options.Task, features, targets);

        double weightFactor = 1 / (stream is { SampleIsWhole: false } ? stream.MeanWeight : MeanWeight(data, trainingRows));
        using var pool = new WorkerPool(options.Threads);
        PassKernels kernels = PassKernels.Create(options.Simd, pool);
        var gatherer = new BatchGatherer(data, features, targets, weightFactor, kernels.Rows, Math.Max(options.BatchSize, ProbeRows));
        float[] prior = options.Loss.PriorBias(data, trainingRows, options.Task, options.Outputs, targets);

        int[] probeRows = ProbeSample.Choose(data, trainingRows, options.Loss.ClassColumn(options.Task), options.Seed, ProbeRows);           // before training shuffles them
        // What a report says after training is of the same rows as before; the epochs of a stream are read into their memory.
        (TrainingSet keptData, int[] keptRows) = stream is null ? (data, probeRows) : (data.Copy(probeRows), AllRows(probeRows.Length));
        InitializationPlan plan = Plan(layout, options, prior, FeatureStatistics.SecondMoment(data, trainingRows, features, encoding, EmbeddingStart.SecondMoment(layout, options.EmbeddingInit)));
        start?.CopyTo(network);
        ProbeBatch? startProbe = null;
        InitializationReport report = start?.Initialization ?? Initialize();

        if (options.NumberOfEpochs == 0 || options.OnlyMeasures)
            return new TrainingResult(network, new TrainingHistory([], 0, "Not trained: 0 epochs were asked for."), report);
        float[] rateMultipliers = RateMultipliers(plan);
        var early = new EarlySteps(network, isOn: options is { Diagnostics: not DiagnosticsLevel.Off, RangeTest: null, Trial: null }, StartFigures.AreKnown(options) && startProbe is not null ? KeptLoss(startProbe) : null);
        var trained = new EarlyTrainingBuilder(early, network, plan, options, start is null ? report : null, start is null ? report.PriorLoss : PriorLoss(gatherer, trainingRows, options, prior), isContinued: start is not null);
        if (early.IsOn)
            trained.Begin(start is null ? report.Layers : null, Probe);
        try
        {
            EpochChoice? choice = validation is null && stream is null && validationRows.Length == 0 && TrainingBudget.SearchesEpochs(options, data.Rows, layout) ? new EpochChoice() : null;
            using TrainingCheckpoint? checkpoint = options.Checkpoint is { } settings
                ? new TrainingCheckpoint(settings, TrainingFingerprint.Of(network, options, data, validation, searches: choice is not null, stream))
                : null;
            EpochRows rows = stream is null ? new ResidentRows(gatherer, trainingRows, options.Seed) : new StreamedRows(stream, gatherer, options.BatchSize, options.Seed);
            (BatchGatherer, int[])? held = ValidationRows();
            options.Trial?.BestConstantLoss = PriorLoss(held!.Value.Item1, held.Value.Item2, options, prior);
            var run = new TrainingRun(network, options, rows, held, kernels, rateMultipliers, Advice(report, options), choice, early);
            bool resumed = checkpoint?.TryResume(run.Exchange) == true;
            if (choice is not null && !resumed)
            {
                var search = new EpochSearch(choice, network, options, data, trainingRows, rowKernel => new BatchGatherer(data, features, targets, weightFactor, rowKernel, options.BatchSize), pool, rateMultipliers, Advice(report, options));
                if (search.Run() is { } interrupted)
                    return Finished(interrupted);
                checkpoint?.Save(0, always: true, run.Exchange);
            }
            return Finished(run.Train(checkpoint));
        }
        catch (NonFiniteTrainingException exception)
        {
            InitializationReport judged = Judged(double.PositiveInfinity, double.PositiveInfinity, stepsTaken: 0);
            exception.Initialization = judged.With(trained.Build(probe: null, double.NaN, judged.Findings));
            throw;
        }

        InitializationReport Initialize()
        {
            TrainingOptions drawing = options.FillSeed is { } draw ? options with { Seed = draw } : options, abandoned = options with { ReturnBestOnCancel = false };
            Fill(network, plan, drawing);
            if (options.Residual is { Start: ResidualStart.ZeroScales })
                network.ClearLastBranchScales();
            EmbeddingStart.Fill(network, plan, drawing, data, trainingRows);
            var lazy = new Lazy<ProbeBatch>(Probe);
            PlanExecution.Calibrate(plan, options.Init, new NetworkCalibration(network, plan, lazy, drawing.Seed));
            options.Trial?.Calibrated(layout, data, lazy.Value);
            if (options.TiedWeights)
                TiedWeights.Tie(network);                      // a calibration may have set the decoder by itself
            if (options.Diagnostics == DiagnosticsLevel.Off)
                return ReportBuilder.WithoutMeasurement(plan, options, options.Seed);
            options.CheckCancelled();
            ProbeBatch probe = startProbe = lazy.Value;
            int calibrationPasses = probe.ForwardPasses;
            NetworkProbe measured = probe.Measure();
            double priorLoss = PriorLoss(gatherer, trainingRows, options, prior);
            RateMeasurement? rates = UnlessCancelled(() => RateStudy.Measure(network, gatherer, trainingRows, stream?.TrainingRows ?? trainingRows.Length, abandoned, kernels, RateMultipliers(plan), measured.Loss, priorLoss, Redraw));
            (long steps, int epochs) = Planned(stream?.TrainingRows ?? trainingRows.Length, options);
            InitializationDetails? details = UnlessCancelled(() => DetailStudy.Measure(network, measured, gatherer, probe.RowNumbers, abandoned, kernels, calibrationPasses, stream?.TrainingRows ?? trainingRows.Length));
            TrainingOptions judged = options with { WeightDecay = TrainingBudget.WeightDecay(options.Optimizer, stream?.TrainingRows ?? trainingRows.Length, options.WeightDecay) };
            StartTrial? trial = (options.Diagnostics == DiagnosticsLevel.Full || options.TriesOut) && stream is null ? UnlessCancelled(() => TryOut(steps, epochs)) : null;
            InitializationReport made = ReportBuilder.Build(plan, measured, judged, probe.RowSums(), priorLoss, options.Seed, steps, epochs, rates, details, pool, stream is { SampleIsWhole: false } ? ConstantFeatures.Of(stream, data) : ConstantFeatures.Of(data, trainingRows), trial);
            options.CheckCancelled();
            return options.Diagnostics == DiagnosticsLevel.Full ? UnlessCancelled(() => Diagnosed(made)) ?? made : made;
        }

        // Who cancels and wants the best so far gets the start, and of its report what there is by then.
        T? UnlessCancelled<T>(Func<T?> measure)
            where T : class
        {
            try
            {
                return measure();
            }
            catch (OperationCanceledException) when (options.ReturnBestOnCancel)
            {
                return null;
            }
        }

        // The training itself, on a copy of the network, until it has cost enough.
        StartTrial? TryOut(long planned, int epochs)
        {
            long steps = options.Optimizer.IsFullBatch ? 0 : StartTrial.StepsOf(TrialWork.Of(network, gatherer).Products(options.BatchSize), planned, isOwn: options.Diagnostics == DiagnosticsLevel.Full);
            if (steps == 0)
                return null;
            double constant = SignificantDigits.Round(PriorLoss(gatherer, probeRows, options, prior));
            TrainingOptions tried = options with
            {
                Diagnostics = DiagnosticsLevel.Off, OnlyMeasures = false, TriesOut = false, TriesRate = false, NumberOfEpochs = epochs, StopAfter = steps, MaximumDuration = null, EarlyStopping = false, RestoreBest = false, Checkpoint = null, Progress = null, ReturnBestOnCancel = false,
            };
            try
            {
                TrainingResult end = Train(data, tried, validation);
                return new StartTrial(steps, planned, SignificantDigits.Round(LossWithoutDropout(end.Network)), SignificantDigits.Round(end.History.Epochs[^1].TrainingLoss), constant);
            }
            catch (NonFiniteTrainingException)
            {
                return new StartTrial(steps, planned, double.PositiveInfinity, double.PositiveInfinity, constant);
            }
        }

        InitializationReport Diagnosed(InitializationReport made)
        {
            bool triesRate = made.Findings.Any(finding => finding.Judged?.Name == JudgedFigures.TrialLoss);
            WeightDraws draws = DrawTrials.Measure(made, options, Remade);
            return RemedyTrials.Measure(made, options, Remade).With(draws);

            InitializationReport Remade(TrainingOptions changed) => Rebuild(changed with { TriesRate = triesRate });
        }

        // The same rows: they are chosen by data and seed.
        InitializationReport Rebuild(TrainingOptions changed) => Train(data, changed with { Diagnostics = DiagnosticsLevel.Summary, OnlyMeasures = true, TriesOut = true, ReturnBestOnCancel = false }, validation, start: null, stream).Initialization;

        // Other weights of the same plan, on the same rows.
        FeedForwardNetwork Redraw(long fillSeed) => Train(data, options with { Diagnostics = DiagnosticsLevel.Off, OnlyMeasures = true, FillSeed = fillSeed, ReturnBestOnCancel = false }, validation, start: null, stream).Network;

        TrainingResult Finished(TrainingHistory history)
        {
            network.ParametersChanged();
            gatherer.Data = keptData;
            if (early.Count == 0)
                return new TrainingResult(network, history, report.With(earlyTraining: null));
            double epochLoss = history.Epochs is [.., var last] ? last.TrainingLoss : double.NaN;
            long steps = history.WasCancelled ? 0 : (long)history.Epochs.Count * TrainingBudget.UpdatesAnEpoch(stream?.TrainingRows ?? trainingRows.Length, options);
            ProbeBatch end = startProbe is not null && stream is null ? startProbe : new ProbeBatch(network, gatherer, keptRows, options, kernels);
            InitializationReport judged = Judged(options.Dropout is null ? end.Loss() : LossWithoutDropout(network), epochLoss, steps);
            return new TrainingResult(network, history, judged.With(trained.Build(end, epochLoss, judged.Findings)));
        }

        // The training has the last word on its start.
        InitializationReport Judged(double endLoss, double epochLoss, long stepsTaken)
        {
            if (start is not null || report.Level == DiagnosticsLevel.Off || report.StartFigures.Count == 0)
                return report;
            gatherer.Data = keptData;
            var end = TrainingEnd.Of(endLoss, epochLoss, PriorLoss(gatherer, keptRows, options, prior), stepsTaken);
            return report.With(FindingRules.Examine(report.Findings, end, JudgedTraining.Of(report, options, Planned(stream?.TrainingRows ?? trainingRows.Length, options).Epochs)));
        }

        // Between steps; batches of a stream are in the place of these rows then.
        Func<double> KeptLoss(ProbeBatch first)
        {
            ProbeBatch probe = stream is null ? first : new ProbeBatch(network, gatherer, keptRows, options, kernels);
            return () =>
            {
                TrainingSet read = gatherer.Data;
                gatherer.Data = keptData;
                double loss = probe.Loss();
                gatherer.Data = read;
                return loss;
            };
        }

        double LossWithoutDropout(FeedForwardNetwork trained) => new ProbeBatch(trained, gatherer, keptRows, options with { Dropout = null }, kernels).Loss();

        ProbeBatch Probe() => new(network, gatherer, probeRows, options, kernels);

        (BatchGatherer, int[])? ValidationRows()
        {
            if (validation is not null)
                return (new BatchGatherer(validation, features, targets, weightFactor, kernels.Rows, options.BatchSize), AllRows(validation.Rows));
            return validationRows.Length > 0 ? (gatherer, validationRows) : null;
        }
    }

    static (long Steps, int Epochs) Planned(long rows, TrainingOptions options)
    {
        int? asked = options.NumberOfEpochs is 0 ? null : options.NumberOfEpochs;             // a network that is only looked at is judged as one that is trained
        int epochs = TrainingBudget.Epochs(rows, options, asked);
        return (Math.Min((long)epochs * TrainingBudget.UpdatesAnEpoch(rows, options), options.MaximumSteps ?? long.MaxValue), epochs);
    }

    /// <summary>One a tensor, in the order of <see cref="TrainingStep"/>.</summary>
    static float[] RateMultipliers(InitializationPlan plan) => [.. plan.Tensors.Concat(plan.Embeddings).Select(tensor => tensor.LearningRateMultiplier)];

    static void CheckSize(InputEncoding encoding, int features, TrainingOptions options)
    {
        double embedded = encoding.Columns.Sum(column => (double)column.Count), parameters = embedded;                // exact up to 2⁵³, and never overflows
        int width = encoding.WidthOf(features);
        foreach (int units in (IEnumerable<int>)[.. options.HiddenLayers, options.Outputs])
        {
            parameters += (width + (options.Normalization switch { Normalization.None => 1d, Normalization.Batch => 5d, _ => 3d })) * units;
            width = units;
        }
        if (parameters > MostParameters)
            throw new InvalidOperationException(string.Create(CultureInfo.InvariantCulture,
                $"A network may have at most {MostParameters:N0} weights and biases, and {features:N0} features, hidden layers of {string.Join(", ", options.HiddenLayers)} units and "
                + $"{options.Outputs:N0} outputs make {parameters:N0}{(embedded > 0 ? string.Create(CultureInfo.InvariantCulture, $", {embedded:N0} of them in embeddings") : "")}. Use smaller hidden layers or fewer features; a label whose key was hashed has as many classes as the hash has values: map it with MapValueToKey instead{(embedded > 0 ? "; so are categorical columns" : "")}."));
    }

    static string Advice(InitializationReport report, TrainingOptions options)
        => report.Verdict == Verdict.Healthy
            ? $"The initialization was healthy, so look at the {(options.Optimizer.IsFullBatch ? "features' and labels' range" : "learning rate")} first"
            : $"The initialization report says {report.Verdict}";

    static (int[] Training, int[] Validation) SplitRows(TrainingSet data, TrainingOptions options, bool isSplit)
    {
        if (options.Trial is { Split: var (training, heldOut) })
            return ([.. training], heldOut);                     // a training shuffles its own
        double fraction = isSplit || !options.EarlyStopping && options.ValidationFraction is null
            ? 0
            : TrainingBudget.ValidationFraction(data, options);
        return ValidationSplit.Draw(data, options.Loss.ClassColumn(options.Task), fraction, options.Seed);
    }

    /// <summary>A metric that is no number would never see an improvement.</summary>
    static void CheckMetric(Metric? metric, TrainingSet data, int[] validationRows)
    {
        if (metric is not null && validationRows.Length > 0 && !metric.IsDefinedFor(data, validationRows))
            throw new InvalidOperationException($"The metric {metric.Name} needs {metric.Requirement}, and the {validationRows.Length} validation rows don't have them. "
                + "Pass validation data that has, raise ValidationFraction, or leave Metric null, so that the loss decides.");
    }

    static InitializationPlan Plan(NetworkLayout layout, TrainingOptions options, float[] prior, double featureSecondMoment)
    {
        var layers = layout.Layers.Select(layer => (layer.Inputs, layer.Outputs, layer.Activation)).ToArray();
        InitializationPlan plan = PlanExecution.Build(layers, options.Init, options.OutputInit, options.BiasInit, featureSecondMoment, prior, options.Optimizer.Name, options.Resolve,
            options.Dropout?.GrowthRate ?? 0, options.Normalization != Normalization.None, options.Residual,
            [.. layout.Encoding.Columns.Select(column => (column.Name, column.Rows, column.Dimensions))], options.EmbeddingInit, options.Loss.LabelLosses);
        if (!options.TiedWeights)
            return plan;
        TiedWeights.Check(options.HiddenLayers);
        for (int layer = 0; layer < layers.Length; layer++)
            if (TiedWeights.IsDecoder(layer, layers.Length))
                plan.Tensors[2 * layer].Tie(plan.Tensors[2 * TiedWeights.MirrorOf(layer, layers.Length)]);
        return plan;
    }

    static void Fill(FeedForwardNetwork network, InitializationPlan plan, TrainingOptions options)
    {
        foreach (PlannedTensor tensor in plan.Tensors.Concat(plan.Embeddings))
            PlanExecution.CheckWork(tensor, options.MaxInitializerBytes);
        for (int i = 0; i < network.DenseLayers.Count; i++)
        {
            options.CheckCancelled();
            network.DenseLayers[i].SetWeights(PlanExecution.Fill(plan.Tensors[2 * i], options.Seed, options.MaxInitializerBytes));
            network.DenseLayers[i].SetBiases(PlanExecution.Fill(plan.Tensors[2 * i + 1], options.Seed, options.MaxInitializerBytes));
        }
    }

    /// <summary>Mean loss of predicting the prior for every row: what a network that has learnt nothing should start at.</summary>
    /// <returns>NaN where that need not be the best constant.</returns>
    static unsafe double PriorLoss(BatchGatherer gatherer, int[] rows, TrainingOptions options, float[] prior)
    {
        if (!options.Loss.KnowsBestConstant)
            return double.NaN;
        int stride = Panels.Padded(prior.Length);
        int capacity = options.BatchSize;
        var logits = new AlignedBuffer((long)capacity * stride);
        for (int row = 0; row < capacity; row++)
            prior.CopyTo(logits.Span[(row * stride)..]);
        LossKernel loss = options.Loss.CreateKernel(options.Simd);
        double sum = 0, weight = 0;
        HeadsTotal? heads = options.Loss is HeadsLoss { HasClassWeights: true } several ? new HeadsTotal(several, deciding: null, gatherer.TargetScale) : null;
        for (int first = 0; first < rows.Length; first += capacity)
        {
            ReadOnlySpan<int> batch = rows.AsSpan(first, Math.Min(capacity, rows.Length - first));
            gatherer.GatherTargets(batch);
            sum += loss.Evaluate(logits.Pointer, batch.Length, prior.Length, stride, gatherer.Targets, gatherer.TargetColumns, gatherer.Weights, 1, null);
            heads?.Add(logits.Pointer, batch.Length, prior.Length, stride, gatherer.Targets, gatherer.TargetColumns, gatherer.Weights);
            heads?.AddLosses(loss.Parts);
            foreach (int row in batch)
                weight += gatherer.WeightOf(row);
        }
        return heads?.Sums.Mean(weight) ?? sum / weight;
    }

    static InputEncoding Encode(TrainingSet data, int[] rows, StreamSurvey? stream)
        => stream is { SampleIsWhole: false } ? stream.Features.MissingFeatures() : MissingFeatures.Encode(data, rows);

    static AffineScale Standardization(TrainingSet data, int[] rows, StreamSurvey? stream)
        => stream is { SampleIsWhole: false } ? stream.Features.Standardization() : FeatureStatistics.Standardization(data, rows);

    /// <summary>A loss says whether targets are standardized; of rows that are streamed, all of them say how, not the sample alone. A reconstruction has the scale of its input, which weights don't reach.</summary>
    static AffineScale TargetScale(TrainingSet data, int[] rows, StreamSurvey? stream, TrainingOptions options)
    {
        bool reconstructs = stream?.Stream.TargetsAreFeatures ?? data.TargetsAreFeatures;
        AffineScale scale = options.Loss.TargetScale(reconstructs ? data.WithoutWeights() : data, rows, options.Standardize);
        return stream is { SampleIsWhole: false } && !scale.IsNone ? (reconstructs ? stream.Features : stream.Targets).TargetScale(scale) : scale;
    }

    static double MeanWeight(TrainingSet data, int[] rows)
    {
        double sum = 0;
        foreach (int row in rows)
            sum += data.WeightOf(row);
        return sum / rows.Length;
    }

    static int[] AllRows(int count)
    {
        var rows = new int[count];
        for (int row = 0; row < count; row++)
            rows[row] = row;
        return rows;
    }
}
