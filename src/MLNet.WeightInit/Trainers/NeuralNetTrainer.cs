using System.Globalization;
using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Runtime;
using Microsoft.ML.Trainers;
using MLNet.WeightInit.Engine;
using MLNet.WeightInit.Engine.Data;
using MLNet.WeightInit.Engine.Diagnostics;
using MLNet.WeightInit.Engine.Network;
using MLNet.WeightInit.Engine.Persistence;
using MLNet.WeightInit.Engine.Training;
using MLNet.WeightInit.Engine.Training.Losses;
using MLNet.WeightInit.Engine.Training.Metrics;

namespace MLNet.WeightInit;

/// <summary>What the trainers of all tasks share: reading rows, training, messages. Tasks differ in label type, loss and output columns.</summary>
/// <typeparam name="TTransformer">ML.NET's own prediction transformer of the task.</typeparam>
/// <typeparam name="TModel">The task's model parameters.</typeparam>
public abstract class NeuralNetTrainer<TTransformer, TModel> : TrainerEstimatorBase<TTransformer, TModel>, ITaskTrainer
    where TTransformer : ISingleFeaturePredictionTransformer<TModel>
    where TModel : class, INeuralNetModel
{
    // The model standardizes, so the pipeline need not; rows are read once into memory, so caching would only hold them twice, and those that are streamed don't fit there.
    static readonly TrainerInfo s_characteristics = new(normalization: false, calibration: false, caching: false, supportValid: true, supportIncrementalTrain: true);

    readonly TrainerSettings _settings;
    readonly NetworkTask _task;

    private protected NeuralNetTrainer(IHostEnvironment environment, string name, NetworkTask task, TrainerSettings settings, SchemaShape.Column label)
        : base(
            Contracts.CheckRef(environment, nameof(environment)).Register(name),
            FeaturesOf(settings.Options),
            label,
            TrainerUtils.MakeR4ScalarWeightColumn(settings.Options.ExampleWeightColumnName))
    {
        _settings = settings;
        _task = task;
        settings.CheckLoss(task);
        TaskMetrics.Check(settings.Metric, task);
    }

    /// <summary>Normalization: not needed. Caching: not needed. Calibration: not needed. A validation set, and a model to go on from: can be used.</summary>
    public sealed override TrainerInfo Info => s_characteristics;

    /// <summary>Trains on one set and watches the loss on another: for early stopping, and for the history.</summary>
    /// <param name="trainData">Rows to learn from.</param>
    /// <param name="validationData">Rows to measure on after each epoch, with the same columns; no part of the training rows is kept out then.</param>
    /// <exception cref="ArgumentOutOfRangeException">A column is missing or of the wrong type.</exception>
    /// <exception cref="InvalidOperationException">The data can't train.</exception>
    public TTransformer Fit(IDataView trainData, IDataView validationData)
    {
        Host.CheckValue(trainData, nameof(trainData));
        Host.CheckValue(validationData, nameof(validationData));
        return TrainTransformer(trainData, validationData);
    }

    /// <summary>Trains a model further, on new rows or the old ones: its weights are where training starts, in place of <see cref="NeuralNetOptions.Init"/>. The model that is passed stays as it is.</summary>
    /// <remarks>
    /// Standardization stays the model's: rows are seen on the scale that it learned, and a feature that was constant then is still left out. The optimizer starts anew, without the averages
    /// of the first training, and so do the order of rows, the history and, where the options ask for them, validation and the search for the number of epochs. The model keeps the report of
    /// its initialization. To go on with an interrupted training as if nothing had happened, use <see cref="NeuralNetOptions.CheckpointPath"/>.
    /// </remarks>
    /// <param name="trainData">Rows to learn from, transformed by the pipeline that was fitted for the model: the features and, for classes, the keys must mean what they meant then.</param>
    /// <param name="modelParameters">A trained model, from this trainer or another with the same <see cref="NeuralNetOptions.HiddenLayers"/> and <see cref="NeuralNetOptions.Activation"/>, or loaded from a file.</param>
    /// <exception cref="ArgumentOutOfRangeException">A column is missing or of the wrong type, or the model has other features, classes, hidden layers or activations; the message says which.</exception>
    /// <exception cref="InvalidOperationException">The data can't train.</exception>
    public TTransformer Fit(IDataView trainData, TModel modelParameters)
    {
        Host.CheckValue(trainData, nameof(trainData));
        Host.CheckValue(modelParameters, nameof(modelParameters));
        return TrainTransformer(trainData, initPredictor: (IPredictor)modelParameters);
    }

    /// <summary>Trains a model further, and watches the loss on another set: <see cref="Fit(IDataView, TModel)"/> with validation data as in <see cref="Fit(IDataView, IDataView)"/>.</summary>
    /// <remarks>The best epoch is chosen among those that are trained here; the model as it was is not one of them.</remarks>
    /// <param name="trainData">Rows to learn from, transformed by the pipeline that was fitted for the model.</param>
    /// <param name="validationData">Rows to measure on after each epoch, transformed by the same pipeline; no part of the training rows is kept out then.</param>
    /// <param name="modelParameters">A trained model, from this trainer or another with the same <see cref="NeuralNetOptions.HiddenLayers"/> and <see cref="NeuralNetOptions.Activation"/>, or loaded from a file. It stays as it is.</param>
    /// <exception cref="ArgumentOutOfRangeException">A column is missing or of the wrong type, or the model has other features, classes, hidden layers or activations; the message says which.</exception>
    /// <exception cref="InvalidOperationException">The data can't train.</exception>
    public TTransformer Fit(IDataView trainData, IDataView validationData, TModel modelParameters)
    {
        Host.CheckValue(trainData, nameof(trainData));
        Host.CheckValue(validationData, nameof(validationData));
        Host.CheckValue(modelParameters, nameof(modelParameters));
        return TrainTransformer(trainData, validationData, (IPredictor)modelParameters);
    }

    ISingleFeaturePredictionTransformer<INeuralNetModel> ITaskTrainer.Train(IDataView trainData, IDataView? validationData, INeuralNetModel? modelParameters)
    {
        if (modelParameters is not (null or TModel))
            throw Host.Process(new ArgumentOutOfRangeException(nameof(modelParameters), modelParameters.GetType().Name,
                $"A training can only go on with a label of its model's task: the label column '{_settings.Options.LabelColumnName}' needs {typeof(TModel).Name}. Train a new model with Fit(data), or name the column that the model was trained for."));
        ISingleFeaturePredictionTransformer<TModel> transformer = TrainTransformer(trainData, validationData, (IPredictor?)modelParameters);
        return transformer;
    }

    private protected sealed override SchemaShape.Column[] GetOutputColumnsCore(SchemaShape inputSchema)
    {
        KeyColumns.Check(Host, inputSchema, _settings.Options);
        return OutputColumns(inputSchema);
    }

    /// <summary>ML.NET wants a column to call features: where there are categorical columns only, the first of them.</summary>
    static SchemaShape.Column FeaturesOf(NeuralNetOptions options) => options.FeatureColumnName is { } features
        ? TrainerUtils.MakeR4VecFeature(features)
        : new SchemaShape.Column(options.CategoricalColumns[0].Name, SchemaShape.Column.VectorKind.Scalar, NumberDataViewType.UInt32, isKey: true, null);

    /// <summary>The columns that the fitted transformer adds.</summary>
    private protected abstract SchemaShape.Column[] OutputColumns(SchemaShape inputSchema);

    private protected override void CheckLabelCompatible(SchemaShape.Column label)
    {
        if (!LabelColumn.IsCompatibleWith(label))
            throw Host.Process(LabelMismatch.Describe(label, LabelColumn.GetTypeString()));
    }

    private protected sealed override TModel TrainModelCore(TrainContext context)
    {
        using IChannel channel = Host.Start("Training");
        using IProgressChannel progressChannel = Host.StartProgressChannel("Neural network training");
        if (_settings.Options.CheckpointPath is { } checkpoint)
            CheckpointFile.CheckPlace(checkpoint);             // before rows are read
        int outputs = CheckLabel(context.TrainingSet);
        KeyColumns.Find(Host, context.TrainingSet.Schema.Schema, _settings.Options);      // before rows are read
        long seed = Seed();
        var reader = new RowReader(Host, channel, _settings.Options, ComposedLoss ?? _settings.Loss, _task, outputs, seed, isContinued: context.InitialPredictor is not null);
        using TrainingRows rows = reader.Read(context.TrainingSet, hasValidationSet: context.ValidationSet is not null);
        TrainingSet? validation = context.ValidationSet is null ? null : ReadValidation(channel, reader, context, rows, outputs);
        if (_settings.Options.ClassWeights is { } classWeights)
            ClassWeighting.Apply(channel, classWeights, context.TrainingSet.Schema.Label!.Value, _task, outputs, rows, validation);

        IReadOnlyList<ColumnMeaning> meanings = ColumnMeaning.Of(context.TrainingSet.Schema, _settings.Options);
        if (context.InitialPredictor is IKnowsColumns trained)
            ColumnMeaning.Compare(Host, channel, trained.Columns, meanings);
        var progress = new TrainingProgress(channel, progressChannel, _settings.Options.Progress);
        TrainingOptions options = _settings.ForTraining(_task, OutputsOf(outputs), LossFor(channel, context.TrainingSet.Schema.Schema, rows), progress, Host.CheckAlive) with
        {
            Embeddings = KeyColumns.Embedded(Host, context.TrainingSet.Schema.Schema, _settings.Options),
            Metric = ComposedMetric ?? _settings.Metric,
        };
        if (rows.Set.IsSparse)
            SparseMessages.Write(channel, rows.Set, options);
        _settings.Options.Comparison?.Run(rows.Set, validation ?? rows.Stream?.Validation, options);
        TrainingResult result;
        try
        {
            result = NetworkTrainer.Train(rows.Set, WithCheckpoint(options, context.TrainingSet.Schema, channel, seed), validation ?? rows.Stream?.Validation, Start(context.InitialPredictor), rows.Stream);
        }
        catch (NonFiniteTrainingException exception) when (_settings.Options.RangeTest is null)       // a search for the rate ends so where the rate is too high
        {
            Warn(channel, exception.Initialization, "The exception's Initialization has the whole report.");
            throw;
        }
        Warn(channel, result);
        TModel model = CreateModel(result);
        ((IKnowsColumns)model).Columns = meanings;
        return model;
    }

    /// <summary>A column of one value a row, marked as a trainer's output.</summary>
    private protected static SchemaShape.Column ScalarOutput(string name, DataViewType type, bool isNormalized = false)
        => new(name, SchemaShape.Column.VectorKind.Scalar, type, isKey: false, new SchemaShape(AnnotationUtils.GetTrainerOutputAnnotation(isNormalized)));

    /// <summary>The label of a task that predicts several values at once.</summary>
    private protected static SchemaShape.Column VectorLabel(string name, DataViewType itemType)
        => new(name, SchemaShape.Column.VectorKind.Vector, itemType, isKey: false, null);

    /// <summary>Values a row of such a label; its type was checked before.</summary>
    private protected static int VectorLabelSize(RoleMappedData data) => ((VectorDataViewType)data.Schema.Label!.Value.Type).Size;

    /// <summary>A column of one value a slot of the label, with its names, marked as a trainer's output.</summary>
    private protected SchemaShape.Column VectorOutput(string name, DataViewType itemType, SchemaShape inputSchema, bool isNormalized = false)
        => VectorOutput(name, itemType, inputSchema.TryFindColumn(LabelColumn.Name, out SchemaShape.Column label) && label.HasSlotNames(), isNormalized);

    /// <summary>A column of several values, marked as a trainer's output.</summary>
    private protected static SchemaShape.Column VectorOutput(string name, DataViewType itemType, bool hasSlotNames, bool isNormalized = false)
    {
        IEnumerable<SchemaShape.Column> annotations = AnnotationUtils.GetTrainerOutputAnnotation(isNormalized);
        if (hasSlotNames)
            annotations = annotations.Append(new SchemaShape.Column(AnnotationUtils.Kinds.SlotNames, SchemaShape.Column.VectorKind.Vector, TextDataViewType.Instance, isKey: false, null));
        return new SchemaShape.Column(name, SchemaShape.Column.VectorKind.Vector, itemType, isKey: false, new SchemaShape(annotations));
    }

    /// <summary>One sentence each: the whole report is in the model.</summary>
    void Warn(IChannel channel, TrainingResult result)
    {
        Warn(channel, result.Initialization, _settings.Options.OnlyMeasures ? "The report has the rest." : "The model's Initialization has the whole report; mlContext.WeightInit.ReportOf(model) finds it in a chain.");
        WarnOfMissingValidation(channel, result.History);
        if (result.History is { WasCancelled: false, Epochs.Count: 0 } && !_settings.Options.OnlyMeasures && _settings.Options is { NumberOfEpochs: not 0, RangeTest: null, Comparison: null })
            channel.Warning("The model is not trained. {0}", result.History.StopReason);
        if (result.History.WasCancelled && _settings.Options.RangeTest is null)       // as above
            channel.Warning("Training was cancelled, and the model is the best so far. {0}", result.History.StopReason);
    }

    /// <summary>What needs rows that validate, where there are none.</summary>
    void WarnOfMissingValidation(IChannel channel, TrainingHistory history)
    {
        NeuralNetOptions options = _settings.Options;
        if (options.RangeTest is not null || options.Comparison is not null || history.Epochs.Count == 0 || history.Epochs.Any(epoch => epoch.ValidationLoss is not null))
            return;
        if (options.ValidationFraction > 0)
            channel.Warning("A ValidationFraction of {0} keeps no row out, so that none validates. Raise it.", options.ValidationFraction.Value.ToString(CultureInfo.InvariantCulture));
        else if (options.EarlyStopping && (options.Patience is not null || options.MinimumImprovement > 0))
            channel.Warning("{0} stops no training, since no rows validate: of fewer than {1} rows and for a given number of epochs all are trained on. Set ValidationFraction, for example to 0.1, or pass validation data to Fit.",
                options.Patience is not null ? nameof(options.Patience) : nameof(options.MinimumImprovement), TrainingBudget.RowsForValidation.ToString("N0", CultureInfo.InvariantCulture));
    }

    /// <param name="whereTheRestIs">A sentence.</param>
    void Warn(IChannel channel, InitializationReport report, string whereTheRestIs)
    {
        // A search for the rate asks about others than the options'.
        if (_settings.Options.Comparison is not null || (_settings.Options.RangeTest is not null && report.Verdict is (Verdict.LrUnstable or Verdict.Stalling)))
            return;
        if (report.Verdict != Verdict.Healthy)
            channel.Warning("{0} {1} {2}", report.Verdict == Verdict.Stalling ? "The training is likely to learn little, or did." : "The initialization is not healthy.", ReportHeadline.Write(report), whereTheRestIs);
        // What the start already had is not said twice, nor what to do about it.
        foreach (Finding finding in report.EarlyTraining?.Findings.Where(finding => finding.Severity >= Severity.Warning && finding.Verdict != report.Verdict) ?? [])
            channel.Warning("Training did not go well. {0}: {1}.{2}", finding.Verdict, finding.Evidence, report.Verdict == Verdict.Healthy && finding.Remedies.Count > 0 ? $" Try {finding.Remedies[0]}." : "");
    }

    TrainingOptions WithCheckpoint(TrainingOptions options, RoleMappedSchema schema, IChannel channel, long seed) => _settings.Options.CheckpointPath is not { } path ? options : options with
    {
        Checkpoint = _settings.Options.Checkpoint(message => channel.Warning(message)),
        Seed = seed,
        DataColumns = DataColumns.Describe(schema, _settings.Options),
    };

    /// <summary>A training that goes on has the seed that it began with.</summary>
    long Seed() => _settings is { SeedIsDrawn: true, Options.CheckpointPath: { } path } ? TrainingFingerprint.SeedIn(path) ?? _settings.Seed : _settings.Seed;

    static TrainingStart? Start(IPredictor? model) => model is INeuralNetModel trained ? new TrainingStart(trained.Network, trained.Initialization) : null;

    TrainingSet ReadValidation(IChannel channel, RowReader reader, TrainContext context, TrainingRows rows, int outputs)
    {
        RoleMappedData training = context.TrainingSet, data = context.ValidationSet;
        int validationOutputs = CheckLabel(data);
        if (validationOutputs != outputs)
            throw Host.Process(new ArgumentOutOfRangeException("validationData", validationOutputs,
                _task == NetworkTask.Multiclass
                    ? $"The label column '{LabelColumn.Name}' must have the same classes in the validation data as in the training data, which has {outputs}. Map both with one fitted MapValueToKey."
                    : $"The label column '{LabelColumn.Name}' must have {outputs} values a row in the validation data, as in the training data, and has {validationOutputs}. Transform both with one fitted pipeline."));
        ValidationSchema.Check(Host, training, data);
        KeyColumns.CheckValidation(Host, training.Schema.Schema, data.Schema.Schema, _settings.Options);
        TrainingSet validation = reader.ReadValidation(data, rows.Set);
        if (ComposedLoss is HeadsLoss heads)
            ValidationSchema.CheckClasses(channel, heads, training.Schema.Schema, rows, validation);
        else
            ValidationSchema.CheckClasses(channel, _task, training.Schema.Label!.Value, outputs, rows, validation);
        return validation;
    }

    /// <summary>The loss of a task that composes one of several; null: the one that was asked for, or the task's own.</summary>
    private protected virtual Loss? ComposedLoss => null;

    /// <summary>The same, once its rows are known.</summary>
    private protected virtual Loss? LossFor(IChannel channel, DataViewSchema schema, TrainingRows rows) => ComposedLoss;

    /// <summary>The metric of a task that has one of several labels; null: the one that was asked for, or none.</summary>
    private protected virtual Metric? ComposedMetric => null;

    /// <summary>Outputs that the network needs, where they are not as many as <see cref="CheckLabel"/> says.</summary>
    private protected virtual int OutputsOf(int labelValues) => labelValues;

    /// <summary>Outputs that the network needs for this label: one a class, one a value of a vector, or 1.</summary>
    private protected abstract int CheckLabel(RoleMappedData data);

    private protected abstract TModel CreateModel(TrainingResult result);
}
