using System.Diagnostics.CodeAnalysis;
using Microsoft.ML.Data;
using MLNet.WeightInit;

namespace Microsoft.ML;

/// <summary>A neural network among the binary trainers.</summary>
public static class NeuralNetBinaryExtensions
{
    /// <summary>A feedforward network that says yes or no, with a probability.</summary>
    /// <param name="catalog"><c>mlContext.BinaryClassification.Trainers</c>.</param>
    /// <param name="labelColumnName">Column to learn: Boolean.</param>
    /// <inheritdoc cref="NeuralNetTransformsExtensions.NeuralNet(TransformsCatalog, string, string, string, WeightInitializer, IReadOnlyList{int}, string, int?)"
    ///   path="/param[not(@name='catalog' or @name='labelColumnName')] | /exception"/>
    [RequiresUnreferencedCode(MLNetCompatibility.TrimmingMessage)]
    [RequiresDynamicCode(MLNetCompatibility.DynamicCodeMessage)]
    public static NeuralNetBinaryTrainer NeuralNet(
        this BinaryClassificationCatalog.BinaryClassificationTrainers catalog,
        string labelColumnName = NeuralNetDefaults.LabelColumnName,
        string featureColumnName = NeuralNetDefaults.FeatureColumnName,
        string? exampleWeightColumnName = null,
        WeightInitializer? init = null,
        IReadOnlyList<int>? hiddenLayers = null,
        string activation = NeuralNetDefaults.Activation,
        int? numberOfEpochs = null)
        => catalog.NeuralNet(NeuralNetOptions.From(labelColumnName, featureColumnName, exampleWeightColumnName, init, hiddenLayers, activation, numberOfEpochs));

    /// <summary>A feedforward network that says yes or no, with a probability.</summary>
    /// <param name="catalog"><c>mlContext.BinaryClassification.Trainers</c>.</param>
    /// <param name="options">Copied: later changes do not reach the estimator.</param>
    /// <exception cref="ArgumentNullException">An argument or a name is null.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A value is out of its range, or a name is unknown.</exception>
    [RequiresUnreferencedCode(MLNetCompatibility.TrimmingMessage)]
    [RequiresDynamicCode(MLNetCompatibility.DynamicCodeMessage)]
    public static NeuralNetBinaryTrainer NeuralNet(this BinaryClassificationCatalog.BinaryClassificationTrainers catalog, NeuralNetOptions options)
    {
        ArgumentNullException.ThrowIfNull(catalog);
        return TrainerFactory.Binary(CatalogUtils.GetEnvironment(catalog), options);
    }
}
