using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Runtime;
using MLNet.WeightInit.Engine.Data;

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
        return Train(input, validationData: null, modelParameters: null);
    }

    /// <summary>Trains on one set and watches the loss on another: for early stopping, and for the history.</summary>
    /// <param name="trainData">Rows to learn from.</param>
    /// <param name="validationData">Rows to measure on after each epoch, with the same columns; no part of the training rows is kept out then.</param>
    /// <exception cref="ArgumentOutOfRangeException">A column is missing or of the wrong type.</exception>
    /// <exception cref="InvalidOperationException">The data can't train.</exception>
    public ISingleFeaturePredictionTransformer<INeuralNetModel> Fit(IDataView trainData, IDataView validationData)
    {
        _host.CheckValue(trainData, nameof(trainData));
        _host.CheckValue(validationData, nameof(validationData));
        return Train(trainData, validationData, modelParameters: null);
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
        return Train(trainData, validationData: null, modelParameters);
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
        _host.CheckValue(validationData, nameof(validationData));
        _host.CheckValue(modelParameters, nameof(modelParameters));
        return Train(trainData, validationData, modelParameters);
    }

    /// <summary>The columns after the network, from those before it.</summary>
    /// <param name="inputSchema">The columns that <see cref="Fit(IDataView)"/> will get.</param>
    /// <exception cref="ArgumentOutOfRangeException">A column is missing or of the wrong type.</exception>
    public SchemaShape GetOutputSchema(SchemaShape inputSchema)
    {
        _host.CheckValue(inputSchema, nameof(inputSchema));
        if (_settings.Options.Heads is null)
            return TrainerFor(inputSchema).GetOutputSchema(inputSchema);
        HeadLabels labels = HeadLabels.Of(_host, _settings, inputSchema);
        return labels.Part(new NeuralNetHeadsTrainer(_host, _settings, labels).GetOutputSchema(labels.Join(inputSchema)));
    }

    ISingleFeaturePredictionTransformer<INeuralNetModel> Train(IDataView trainData, IDataView? validationData, INeuralNetModel? modelParameters)
    {
        if (_settings.Options.Heads is null)
            return TrainerFor(SchemaShape.Create(trainData.Schema)).Train(trainData, validationData, modelParameters);
        HeadLabels labels = HeadLabels.Of(_host, _settings, trainData.Schema);
        if (validationData is not null)
            labels.CheckValidation(_host, trainData.Schema, validationData.Schema);
        ITaskTrainer trainer = new NeuralNetHeadsTrainer(_host, _settings, labels);
        return trainer.Train(labels.Join(_host, trainData), validationData is null ? null : labels.Join(_host, validationData), modelParameters);
    }

    /// <summary>Of the task that the label column's type asks for.</summary>
    ITaskTrainer TrainerFor(SchemaShape schema)
    {
        if (!schema.TryFindColumn(_settings.Options.LabelColumnName, out SchemaShape.Column label))
            throw _host.Process(ColumnErrors.Missing(schema, "label", _settings.Options.LabelColumnName, "Name another with LabelColumnName, or make it before the network, as MapValueToKey makes a key of text."));
        if (_settings.Options.FeatureColumnName is { } featureColumn)
        {
            if (!schema.TryFindColumn(featureColumn, out SchemaShape.Column features))
                throw _host.Process(ColumnErrors.Missing(schema, "feature", featureColumn, $"Make it before the network: mlContext.Transforms.Concatenate(\"{featureColumn}\", …), or name another with FeatureColumnName."));
            if (FeatureMismatch.Describe(features) is { } mismatch)
                throw _host.Process(mismatch);
        }
        bool isVector = label.Kind != SchemaShape.Column.VectorKind.Scalar;
        return LabelTask.Of(label, _settings.Loss) switch
        {
            NetworkTask.Multiclass => new NeuralNetMulticlassTrainer(_host, _settings),
            NetworkTask.Binary => new NeuralNetBinaryTrainer(_host, _settings),
            NetworkTask.Multilabel => new NeuralNetMultilabelTrainer(_host, _settings),
            NetworkTask.Quantiles => new NeuralNetQuantileTrainer(_host, _settings),
            NetworkTask.Regression when isVector && _settings.Options.IsAutoencoder => new NeuralNetAutoencoderTrainer(_host, _settings),
            NetworkTask.Regression when isVector => new NeuralNetMultiOutputTrainer(_host, _settings),
            NetworkTask.Regression => new NeuralNetRegressionTrainer(_host, _settings),
            _ => throw _host.Process(LabelMismatch.Describe(label, LabelTask.Types)),
        };
    }
}
