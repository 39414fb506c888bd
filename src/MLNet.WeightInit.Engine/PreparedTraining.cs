using System.Globalization;
using MLNet.WeightInit.Engine.Data;
using MLNet.WeightInit.Engine.Kernels;
using MLNet.WeightInit.Engine.Network;
using MLNet.WeightInit.Engine.Training;
using MLNet.WeightInit.Engine.Training.Losses;
using MLNet.WeightInit.Engine.Training.Metrics;
using MLNet.WeightInit.Engine.Training.Optimizers;

namespace MLNet.WeightInit.Engine;

/// <summary>A training before its weights are filled: rows split, scales fitted, tensors laid out and planned, buffers for a batch made.</summary>
internal sealed class PreparedTraining
{
    /// <summary>Rows that the report and the calibration look at.</summary>
    const int MostProbeRows = 256;

    /// <summary>A model file holds 2 GB: 4 bytes for each of these. Training holds up to seven arrays of that size.</summary>
    const int MostParameters = 500_000_000, MostNumbers = 530_000_000;

    /// <summary>Mean, deviation, and what stands for a missing one.</summary>
    const int ScalesAFeature = 3;

    /// <summary>An array of .NET has fewer than 2³¹ elements.</summary>
    const int MostPadded = 2_000_000_000;

    readonly int[] _validationRows;
    readonly AffineScale _features, _targets;
    readonly double _weightFactor;
    readonly float[] _prior;

    /// <summary>What is known of rows that are streamed, where the data are a sample of them; null: the data are all rows.</summary>
    readonly StreamSurvey? _beyondSample;

    /// <inheritdoc cref="NetworkTrainer.Train"/>
    /// <param name="pool">The threads that the options ask for.</param>
    public PreparedTraining(TrainingSet data, TrainingOptions options, TrainingSet? validation, TrainingStart? start, StreamSurvey? stream, WorkerPool pool)
    {
        (Data, Validation, Start, Stream) = (data, validation, start, stream);
        _beyondSample = stream is { SampleIsWhole: false } ? stream : null;
        (TrainingRows, _validationRows) = SplitRows(data, options, isSplit: validation is not null || stream is not null);
        CheckMetric(options.Metric, validation ?? data, validation is null ? _validationRows : RowNumbers.Ascending(validation.Rows));
        // A batch is never larger than the data, and neither are the buffers for it.
        Options = options = options with
        {
            BatchSize = (int)Math.Min(options.BatchSize, RowCount),
            Loss = HeadClassWeights.Normalize(options.Loss, data, TrainingRows, _beyondSample),
            Reconstructs = stream?.Stream.TargetsAreFeatures ?? data.TargetsAreFeatures,
        };
        InputEncoding encoding = start is not null ? start.Network.Layout.Encoding : (options.FillsMissing ? MissingFeatures() : InputEncoding.Plain) with { Columns = options.Embeddings };
        if (data.IsSparse && !encoding.IsPlain)
            throw new InvalidOperationException("Missing values can only be filled in, and categories only be embedded beside, rows that are dense, and these are sparse. Pass rows as the model had them, or train a new one.");
        CheckSize(encoding, data.FeatureCount, options);
        _features = start is not null ? start.Network.FeatureScale : options.Standardize ? Standardization() : AffineScale.None;
        _targets = start is not null ? start.Network.TargetScale : options.Task.HasTargetScale() ? TargetScale() : AffineScale.None;
        var layout = new NetworkLayout(data.FeatureCount, options.HiddenLayers, options.Activation.Specification, options.Outputs, options.Normalization, options.Residual?.BranchDepth ?? 0, encoding,
            isByInput: data.IsSparse && SparseUpdates.AreLazy(options));
        options.Residual?.CheckStart(options.Activation, options.Normalization);
        start?.Check(layout, options, options.Task.HasTargetScale() ? options.Loss.TargetScale(data, TrainingRows, standardize: true) : AffineScale.None);
        Network = new FeedForwardNetwork(layout, options.Task, _features, _targets);

        _weightFactor = 1 / (_beyondSample?.MeanWeight ?? data.MeanWeight(TrainingRows));
        Kernels = PassKernels.Create(options.Simd, pool);
        Gatherer = NewGatherer(data, Kernels.Rows, Math.Max(options.BatchSize, MostProbeRows));
        _prior = options.Loss.PriorBias(data, TrainingRows, options.Task, options.Outputs, _targets);

        ProbeRows = ProbeSample.Choose(data, TrainingRows, options.Loss.ClassColumn(options.Task), options.Seed, MostProbeRows);           // before training shuffles them
        (KeptData, KeptRows) = stream is null ? (data, ProbeRows) : (data.Copy(ProbeRows), RowNumbers.Ascending(ProbeRows.Length));
        Plan = CreatePlan(FeatureStatistics.SecondMoment(data, TrainingRows, _features, encoding, EmbeddingStart.SecondMoment(layout, options.EmbeddingInit)));
        RateMultipliers = [.. Plan.Tensors.Concat(Plan.Embeddings).Select(tensor => tensor.LearningRateMultiplier)];
    }

    public TrainingSet Data { get; }

    /// <summary>Rows to validate on that were passed, or null.</summary>
    public TrainingSet? Validation { get; }

    /// <summary>A model to go on from, or null.</summary>
    public TrainingStart? Start { get; }

    public StreamSurvey? Stream { get; }

    /// <summary>As they were passed, but a batch is no larger than the data, weights of classes are normalized, and it says whether the features are reconstructed.</summary>
    public TrainingOptions Options { get; }

    /// <summary>Of <see cref="Data"/>: what a training may learn from.</summary>
    public int[] TrainingRows { get; }

    /// <summary>Rows of an epoch.</summary>
    public long RowCount => Stream?.TrainingRows ?? TrainingRows.Length;

    /// <summary>Whether rows validate, of whichever origin.</summary>
    public bool Validates => Validation is not null || _validationRows.Length > 0;

    public FeedForwardNetwork Network { get; }

    public PassKernels Kernels { get; }

    public BatchGatherer Gatherer { get; }

    public InitializationPlan Plan { get; }

    /// <summary>One a tensor, in the order of <see cref="TrainingStep"/>.</summary>
    public float[] RateMultipliers { get; }

    /// <summary>Of <see cref="Data"/>: what the start is measured on.</summary>
    public int[] ProbeRows { get; }

    /// <summary>Has the probe's rows still when the training is over. The epochs of a stream are read into the memory of the others.</summary>
    public TrainingSet KeptData { get; }

    /// <summary>Where the probe's rows are in <see cref="KeptData"/>.</summary>
    public int[] KeptRows { get; }

    /// <summary>Steps and epochs that the training would take.</summary>
    public (long Steps, int Epochs) Planned()
    {
        int? asked = Options.NumberOfEpochs is 0 ? null : Options.NumberOfEpochs;             // a network that is only looked at is judged as one that is trained
        int epochs = TrainingBudget.Epochs(RowCount, Options, asked);
        return (Math.Min((long)epochs * TrainingBudget.UpdatesAnEpoch(RowCount, Options), Options.MaximumSteps ?? long.MaxValue), epochs);
    }

    /// <summary>Of the training rows.</summary>
    public BatchGatherer NewGatherer(RowKernel kernel) => NewGatherer(Data, kernel, Options.BatchSize);

    /// <summary>The rows that validate, and whose they are; null where none do.</summary>
    public (BatchGatherer Gatherer, int[] Rows)? ValidationRows()
    {
        if (Validation is not null)
            return (NewGatherer(Validation, Kernels.Rows, Options.BatchSize), RowNumbers.Ascending(Validation.Rows));
        return _validationRows.Length > 0 ? (Gatherer, _validationRows) : null;
    }

    /// <summary>The probe before the first step.</summary>
    public ProbeBatch Probe() => new(Network, Gatherer, ProbeRows, Options, Kernels);

    /// <summary>The same rows at any time: <see cref="Gatherer"/> reads <see cref="KeptData"/> then.</summary>
    public ProbeBatch KeptProbe() => new(Network, Gatherer, KeptRows, Options, Kernels);

    /// <summary>Of the probe's rows, as the network scores them.</summary>
    public double LossWithoutDropout(FeedForwardNetwork network) => new ProbeBatch(network, Gatherer, KeptRows, Options with { Dropout = null }, Kernels).Loss();

    /// <summary>Features of the training rows that have one value.</summary>
    public ConstantFeatures ConstantFeatures() => _beyondSample is not null ? Engine.Data.ConstantFeatures.Of(_beyondSample, Data) : Engine.Data.ConstantFeatures.Of(Data, TrainingRows);

    /// <summary>Mean loss of predicting the prior for every row: what a network that has learnt nothing should start at.</summary>
    /// <returns>NaN where that need not be the best constant.</returns>
    public unsafe double PriorLoss(BatchGatherer gatherer, int[] rows)
    {
        if (!Options.Loss.KnowsBestConstant)
            return double.NaN;
        int stride = Panels.Padded(_prior.Length);
        int capacity = Options.BatchSize;
        var logits = new AlignedBuffer((long)capacity * stride);
        for (int row = 0; row < capacity; row++)
            _prior.CopyTo(logits.Span[(row * stride)..]);
        LossKernel loss = Options.Loss.CreateKernel(Options.Simd);
        double sum = 0, weight = 0;
        HeadsTotal? heads = Options.Loss is HeadsLoss { HasClassWeights: true } several ? new HeadsTotal(several, deciding: null, gatherer.TargetScale) : null;
        for (int first = 0; first < rows.Length; first += capacity)
        {
            ReadOnlySpan<int> batch = rows.AsSpan(first, Math.Min(capacity, rows.Length - first));
            gatherer.GatherTargets(batch);
            sum += loss.Evaluate(logits.Pointer, batch.Length, _prior.Length, stride, gatherer.Targets, gatherer.TargetColumns, gatherer.Weights, 1, null);
            heads?.Add(logits.Pointer, batch.Length, _prior.Length, stride, gatherer.Targets, gatherer.TargetColumns, gatherer.Weights);
            heads?.AddLosses(loss.Parts);
            foreach (int row in batch)
                weight += gatherer.WeightOf(row);
        }
        return heads?.Sums.Mean(weight) ?? sum / weight;
    }

    BatchGatherer NewGatherer(TrainingSet data, RowKernel kernel, int capacity) => new(data, _features, _targets, _weightFactor, kernel, capacity);

    static void CheckSize(InputEncoding encoding, int features, TrainingOptions options)
    {
        double embedded = encoding.Columns.Sum(column => (double)column.Count), parameters = embedded;                // exact up to 2⁵³, and never overflows
        double padded = embedded, scales = (double)ScalesAFeature * features;
        int width = encoding.WidthOf(features);
        foreach (int units in (IEnumerable<int>)[.. options.HiddenLayers, options.Outputs])
        {
            double inputs = width + (options.Normalization switch { Normalization.None => 1d, Normalization.Batch => 5d, _ => 3d });
            parameters += inputs * units;
            padded += inputs * (((long)units + Panels.Width - 1) / Panels.Width * Panels.Width);
            width = units;
        }
        if (parameters > MostParameters || parameters + scales > MostNumbers || padded > MostPadded)
            throw new InvalidOperationException(string.Create(CultureInfo.InvariantCulture,
                $"A network may have at most {MostParameters:N0} weights and biases, {MostNumbers:N0} with {ScalesAFeature} more for each feature's scale, and {MostPadded:N0} where each layer's units are counted in sixteens, as they lie in memory; "
                + $"{features:N0} features, hidden layers of {string.Join(", ", options.HiddenLayers)} units and {options.Outputs:N0} outputs make {parameters:N0}, {parameters + scales:N0} and {padded:N0}{(embedded > 0 ? string.Create(CultureInfo.InvariantCulture, $", {embedded:N0} of them in embeddings") : "")}. Use smaller hidden layers or fewer features; a label whose key was hashed has as many classes as the hash has values: map it with MapValueToKey instead{(embedded > 0 ? "; so are categorical columns" : "")}."));
    }

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

    InitializationPlan CreatePlan(double featureSecondMoment)
    {
        var layers = Network.Layout.Layers.Select(layer => (layer.Inputs, layer.Outputs, layer.Activation)).ToArray();
        InitializationPlan plan = PlanExecution.Build(layers, Options.Init, Options.OutputInit, Options.BiasInit, featureSecondMoment, _prior, Options.Optimizer.Name, Options.Resolve,
            Options.Dropout?.GrowthRate ?? 0, Options.Normalization != Normalization.None, Options.Residual,
            [.. Network.Layout.Encoding.Columns.Select(column => (column.Name, column.Rows, column.Dimensions))], Options.EmbeddingInit, Options.Loss.LabelLosses);
        if (!Options.TiedWeights)
            return plan;
        TiedWeights.Check(Options.HiddenLayers);
        for (int layer = 0; layer < layers.Length; layer++)
            if (TiedWeights.IsDecoder(layer, layers.Length))
                plan.Tensors[2 * layer].Tie(plan.Tensors[2 * TiedWeights.MirrorOf(layer, layers.Length)]);
        return plan;
    }

    InputEncoding MissingFeatures() => _beyondSample?.Features.MissingFeatures() ?? Engine.Data.MissingFeatures.Encode(Data, TrainingRows);

    AffineScale Standardization() => _beyondSample?.Features.Standardization() ?? FeatureStatistics.Standardization(Data, TrainingRows);

    /// <summary>A loss says whether targets are standardized; of rows that are streamed, all of them say how, not the sample alone. A reconstruction has the scale of its input, which weights don't reach.</summary>
    AffineScale TargetScale()
    {
        AffineScale scale = Options.Loss.TargetScale(Options.Reconstructs ? Data.WithoutWeights() : Data, TrainingRows, Options.Standardize);
        return _beyondSample is not null && !scale.IsNone ? (Options.Reconstructs ? _beyondSample.Features : _beyondSample.Targets).TargetScale(scale) : scale;
    }
}
