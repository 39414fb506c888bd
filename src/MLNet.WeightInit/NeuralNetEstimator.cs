using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Runtime;

namespace MLNet.WeightInit;

/// <summary>A feedforward network whose task follows from the label column: <c>mlContext.Transforms.NeuralNet()</c>.</summary>
/// <remarks>
/// <list type="table">
/// <listheader><term>Label</term><description>Task, and output columns</description></listheader>
/// <item><term>key</term><description>Multiclass classification, as <see cref="NeuralNetMulticlassTrainer"/></description></item>
/// <item><term>Boolean</term><description>Binary classification, as <see cref="NeuralNetBinaryTrainer"/></description></item>
/// <item><term>Single</term><description>Regression, as <see cref="NeuralNetRegressionTrainer"/></description></item>
/// <item><term>Single, with the loss <see cref="LossFunction.Quantiles"/></term><description>Regression of several quantiles, which never cross: <c>Score</c>, a vector in the label's unit, and <c>Median</c>.
/// <see cref="NeuralNetQuantileTransformer"/>; measured by <c>mlContext.Regression.EvaluateQuantiles</c></description></item>
/// <item><term>vector of Single</term><description>Regression of several values by one network: <c>Score</c>, a vector in the label's units.
/// <see cref="NeuralNetMultiOutputTransformer"/>; measured by <c>mlContext.Regression.EvaluateMultiOutput</c></description></item>
/// <item><term>the feature column itself</term><description>Autoencoder: a network that reconstructs its features from the few values of its narrowest hidden layer. <c>Score</c> (the reconstruction),
/// <c>Embedding</c> (that layer's activations), <c>ReconstructionError</c>. <see cref="NeuralNetAutoencoderTransformer"/>; measured by <c>mlContext.Regression.EvaluateMultiOutput(data, "Features")</c></description></item>
/// <item><term>vector of Boolean</term><description>Classification with several labels a row, each true or false for itself: <c>PredictedLabel</c> (vector of Boolean), <c>Score</c> (log-odds) and
/// <c>Probability</c>. <see cref="NeuralNetMultilabelTransformer"/>; measured by <c>mlContext.MultilabelClassification.Evaluate</c></description></item>
/// </list>
/// A vector must have the same number of values in each row, and its columns keep the label's slot names. The loss of a row is the mean over its values, which count the same: values of Single are
/// standardized one by one. A row with one missing value is left out.
/// <see cref="NeuralNetOptions.Heads"/> names several labels, each of any of these kinds, for one network with columns for each: <see cref="NeuralNetHead"/>.
/// </remarks>
public sealed class NeuralNetEstimator : IEstimator<ISingleFeaturePredictionTransformer<INeuralNetModel>>
{
    readonly IHost _host;
    readonly TrainerSettings _settings;

    internal NeuralNetEstimator(IHostEnvironment environment, TrainerSettings settings)
    {
        _host = environment.Register(nameof(NeuralNetEstimator));
        _settings = settings;
    }

    /// <summary>Trains a network.</summary>
    /// <param name="input">Rows to learn from, with the label, the features and, where one was named, the weight column.</param>
    /// <exception cref="ArgumentOutOfRangeException">A column is missing or of the wrong type.</exception>
    /// <exception cref="InvalidOperationException">The data can't train.</exception>
    public ISingleFeaturePredictionTransformer<INeuralNetModel> Fit(IDataView input)
    {
        _host.CheckValue(input, nameof(input));
        if (HeadsOf(input.Schema) is { } labels)
            return Heads(labels).Fit(labels.Join(_host, input));
        return LabelTask(SchemaShape.Create(input.Schema)) switch
        {
            Task.Multiclass => Multiclass().Fit(input),
            Task.Binary => Binary().Fit(input),
            Task.MultiOutput => MultiOutput().Fit(input),
            Task.Autoencoder => Autoencoder().Fit(input),
            Task.Multilabel => Multilabel().Fit(input),
            Task.Quantiles => Quantiles().Fit(input),
            _ => Regression().Fit(input),
        };
    }

    /// <summary>Trains on one set and watches the loss on another: for early stopping, and for the history.</summary>
    /// <param name="trainData">Rows to learn from.</param>
    /// <param name="validationData">Rows to measure on after each epoch, with the same columns; no part of the training rows is kept out then.</param>
    /// <exception cref="ArgumentOutOfRangeException">A column is missing or of the wrong type.</exception>
    /// <exception cref="InvalidOperationException">The data can't train.</exception>
    public ISingleFeaturePredictionTransformer<INeuralNetModel> Fit(IDataView trainData, IDataView validationData)
    {
        _host.CheckValue(trainData, nameof(trainData));
        if (HeadsOf(trainData.Schema) is { } labels)
        {
            _host.CheckValue(validationData, nameof(validationData));
            labels.CheckValidation(_host, trainData.Schema, validationData.Schema);
            return Heads(labels).Fit(labels.Join(_host, trainData), labels.Join(_host, validationData));
        }
        return LabelTask(SchemaShape.Create(trainData.Schema)) switch
        {
            Task.Multiclass => Multiclass().Fit(trainData, validationData),
            Task.Binary => Binary().Fit(trainData, validationData),
            Task.MultiOutput => MultiOutput().Fit(trainData, validationData),
            Task.Autoencoder => Autoencoder().Fit(trainData, validationData),
            Task.Multilabel => Multilabel().Fit(trainData, validationData),
            Task.Quantiles => Quantiles().Fit(trainData, validationData),
            _ => Regression().Fit(trainData, validationData),
        };
    }

    /// <summary>Trains a model further, on new rows or the old ones: its weights are where training starts, in place of <see cref="NeuralNetOptions.Init"/>. The model that is passed stays as it is.</summary>
    /// <remarks>Standardization stays the model's; the optimizer, the order of rows and the history start anew. <see cref="NeuralNetTrainer{TTransformer, TModel}.Fit(IDataView, TModel)"/> says more.</remarks>
    /// <param name="trainData">Rows to learn from, transformed by the pipeline that was fitted for the model: the features and, for classes, the keys must mean what they meant then.</param>
    /// <param name="modelParameters">A trained model of the label's task, from an estimator with the same <see cref="NeuralNetOptions.HiddenLayers"/> and <see cref="NeuralNetOptions.Activation"/>, or loaded from a file.</param>
    /// <exception cref="ArgumentOutOfRangeException">A column is missing or of the wrong type, or the model has another task, other features, classes, hidden layers or activations; the message says which.</exception>
    /// <exception cref="InvalidOperationException">The data can't train.</exception>
    public ISingleFeaturePredictionTransformer<INeuralNetModel> Fit(IDataView trainData, INeuralNetModel modelParameters)
    {
        _host.CheckValue(trainData, nameof(trainData));
        _host.CheckValue(modelParameters, nameof(modelParameters));
        if (HeadsOf(trainData.Schema) is { } labels)
            return Heads(labels).Fit(labels.Join(_host, trainData), Of<NeuralNetHeadsModelParameters>(modelParameters));
        return LabelTask(SchemaShape.Create(trainData.Schema)) switch
        {
            Task.Multiclass => Multiclass().Fit(trainData, Of<NeuralNetMulticlassModelParameters>(modelParameters)),
            Task.Binary => Binary().Fit(trainData, Of<NeuralNetBinaryModelParameters>(modelParameters)),
            Task.MultiOutput => MultiOutput().Fit(trainData, Of<NeuralNetMultiOutputModelParameters>(modelParameters)),
            Task.Autoencoder => Autoencoder().Fit(trainData, Of<NeuralNetAutoencoderModelParameters>(modelParameters)),
            Task.Multilabel => Multilabel().Fit(trainData, Of<NeuralNetMultilabelModelParameters>(modelParameters)),
            Task.Quantiles => Quantiles().Fit(trainData, Of<NeuralNetQuantileModelParameters>(modelParameters)),
            _ => Regression().Fit(trainData, Of<NeuralNetRegressionModelParameters>(modelParameters)),
        };
    }

    /// <summary>Trains a model further, and watches the loss on another set: <see cref="Fit(IDataView, INeuralNetModel)"/> with validation data as in <see cref="Fit(IDataView, IDataView)"/>.</summary>
    /// <param name="trainData">Rows to learn from, transformed by the pipeline that was fitted for the model.</param>
    /// <param name="validationData">Rows to measure on after each epoch, transformed by the same pipeline; no part of the training rows is kept out then. The best epoch is chosen among those that are trained here.</param>
    /// <param name="modelParameters">A trained model of the label's task, from an estimator with the same <see cref="NeuralNetOptions.HiddenLayers"/> and <see cref="NeuralNetOptions.Activation"/>, or loaded from a file. It stays as it is.</param>
    /// <exception cref="ArgumentOutOfRangeException">A column is missing or of the wrong type, or the model has another task, other features, classes, hidden layers or activations; the message says which.</exception>
    /// <exception cref="InvalidOperationException">The data can't train.</exception>
    public ISingleFeaturePredictionTransformer<INeuralNetModel> Fit(IDataView trainData, IDataView validationData, INeuralNetModel modelParameters)
    {
        _host.CheckValue(trainData, nameof(trainData));
        _host.CheckValue(modelParameters, nameof(modelParameters));
        if (HeadsOf(trainData.Schema) is { } labels)
        {
            _host.CheckValue(validationData, nameof(validationData));
            labels.CheckValidation(_host, trainData.Schema, validationData.Schema);
            return Heads(labels).Fit(labels.Join(_host, trainData), labels.Join(_host, validationData), Of<NeuralNetHeadsModelParameters>(modelParameters));
        }
        return LabelTask(SchemaShape.Create(trainData.Schema)) switch
        {
            Task.Multiclass => Multiclass().Fit(trainData, validationData, Of<NeuralNetMulticlassModelParameters>(modelParameters)),
            Task.Binary => Binary().Fit(trainData, validationData, Of<NeuralNetBinaryModelParameters>(modelParameters)),
            Task.MultiOutput => MultiOutput().Fit(trainData, validationData, Of<NeuralNetMultiOutputModelParameters>(modelParameters)),
            Task.Autoencoder => Autoencoder().Fit(trainData, validationData, Of<NeuralNetAutoencoderModelParameters>(modelParameters)),
            Task.Multilabel => Multilabel().Fit(trainData, validationData, Of<NeuralNetMultilabelModelParameters>(modelParameters)),
            Task.Quantiles => Quantiles().Fit(trainData, validationData, Of<NeuralNetQuantileModelParameters>(modelParameters)),
            _ => Regression().Fit(trainData, validationData, Of<NeuralNetRegressionModelParameters>(modelParameters)),
        };
    }

    /// <summary>The columns after the network, from those before it.</summary>
    /// <param name="inputSchema">The columns that <see cref="Fit(IDataView)"/> will get.</param>
    /// <exception cref="ArgumentOutOfRangeException">A column is missing or of the wrong type.</exception>
    public SchemaShape GetOutputSchema(SchemaShape inputSchema)
    {
        _host.CheckValue(inputSchema, nameof(inputSchema));
        if (_settings.Options.Heads is not null)
        {
            HeadLabels labels = HeadLabels.Of(_host, _settings, inputSchema);
            return labels.Part(Heads(labels).GetOutputSchema(labels.Join(inputSchema)));
        }
        return LabelTask(inputSchema) switch
        {
            Task.Multiclass => Multiclass().GetOutputSchema(inputSchema),
            Task.Binary => Binary().GetOutputSchema(inputSchema),
            Task.MultiOutput => MultiOutput().GetOutputSchema(inputSchema),
            Task.Autoencoder => Autoencoder().GetOutputSchema(inputSchema),
            Task.Multilabel => Multilabel().GetOutputSchema(inputSchema),
            Task.Quantiles => Quantiles().GetOutputSchema(inputSchema),
            _ => Regression().GetOutputSchema(inputSchema),
        };
    }

    TModel Of<TModel>(INeuralNetModel model) where TModel : class, INeuralNetModel
        => model as TModel ?? throw _host.Process(new ArgumentOutOfRangeException("modelParameters", model.GetType().Name,
            $"A training can only go on with a label of its model's task: the label column '{_settings.Options.LabelColumnName}' needs {typeof(TModel).Name}. Train a new model with Fit(data), or name the column that the model was trained for."));

    NeuralNetMulticlassTrainer Multiclass() => new(_host, _settings);

    NeuralNetBinaryTrainer Binary() => new(_host, _settings);

    NeuralNetRegressionTrainer Regression() => new(_host, _settings);

    NeuralNetMultiOutputTrainer MultiOutput() => new(_host, _settings);

    NeuralNetAutoencoderTrainer Autoencoder() => new(_host, _settings);

    NeuralNetMultilabelTrainer Multilabel() => new(_host, _settings);

    HeadLabels? HeadsOf(DataViewSchema schema) => _settings.Options.Heads is null ? null : HeadLabels.Of(_host, _settings, schema);

    NeuralNetHeadsTrainer Heads(HeadLabels labels) => new(_host, _settings, labels);

    NeuralNetQuantileTrainer Quantiles() => new(_host, _settings);

    Task LabelTask(SchemaShape schema)
    {
        if (!schema.TryFindColumn(_settings.Options.LabelColumnName, out SchemaShape.Column label))
            throw _host.ExceptSchemaMismatch("inputSchema", "label", _settings.Options.LabelColumnName);
        if (_settings.Options.FeatureColumnName is { } featureColumn && schema.TryFindColumn(featureColumn, out SchemaShape.Column features) && FeatureMismatch.Describe(features) is { } mismatch)
            throw _host.Process(mismatch);                     // a missing one is found by ML.NET
        bool scalar = label.Kind == SchemaShape.Column.VectorKind.Scalar;
        if (scalar && label.IsKey && label.ItemType == NumberDataViewType.UInt32)
            return Task.Multiclass;
        if (scalar && label.ItemType is BooleanDataViewType)
            return Task.Binary;
        if (scalar && !label.IsKey && label.ItemType == NumberDataViewType.Single)
            return _settings.Loss is Engine.Training.Losses.Quantiles ? Task.Quantiles : Task.Regression;
        bool vector = label.Kind == SchemaShape.Column.VectorKind.Vector && !label.IsKey;
        if (vector && label.ItemType == NumberDataViewType.Single)
            return _settings.Options.IsAutoencoder ? Task.Autoencoder : Task.MultiOutput;
        if (vector && label.ItemType is BooleanDataViewType)
            return Task.Multilabel;
        throw _host.Process(LabelMismatch.Describe(label, "Key<UInt32>, Boolean, Single, Vector<Single> or Vector<Boolean>"));
    }

    enum Task
    {
        Multiclass,
        Binary,
        Regression,
        MultiOutput,
        Autoencoder,
        Multilabel,
        Quantiles,
    }
}
