using System.Diagnostics.CodeAnalysis;
using Microsoft.ML.Data;
using MLNet.WeightInit;

namespace Microsoft.ML;

/// <summary>A neural network for several values at once, among the regression trainers.</summary>
public static class NeuralNetMultiOutputExtensions
{
    /// <summary>One feedforward network that predicts several values, each in its own unit.</summary>
    /// <param name="catalog"><c>mlContext.Regression.Trainers</c>.</param>
    /// <param name="labelColumnName">Column to learn: a vector of Single of known size, for example by <c>mlContext.Transforms.Concatenate("Label", …)</c>.</param>
    /// <inheritdoc cref="NeuralNetTransformsExtensions.NeuralNet(TransformsCatalog, string, string, string, WeightInitializer, IReadOnlyList{int}, string, int?)"
    ///   path="/param[not(@name='catalog' or @name='labelColumnName')] | /exception"/>
    [RequiresUnreferencedCode(MLNetCompatibility.TrimmingMessage)]
    [RequiresDynamicCode(MLNetCompatibility.DynamicCodeMessage)]
    public static NeuralNetMultiOutputTrainer NeuralNetMultiOutput(
        this RegressionCatalog.RegressionTrainers catalog,
        string labelColumnName = NeuralNetDefaults.LabelColumnName,
        string featureColumnName = NeuralNetDefaults.FeatureColumnName,
        string? exampleWeightColumnName = null,
        WeightInitializer? init = null,
        IReadOnlyList<int>? hiddenLayers = null,
        string activation = NeuralNetDefaults.Activation,
        int? numberOfEpochs = null)
        => catalog.NeuralNetMultiOutput(NeuralNetOptions.From(labelColumnName, featureColumnName, exampleWeightColumnName, init, hiddenLayers, activation, numberOfEpochs));

    /// <summary>One feedforward network that predicts several values, each in its own unit.</summary>
    /// <param name="catalog"><c>mlContext.Regression.Trainers</c>.</param>
    /// <param name="options">Copied: later changes do not reach the estimator.</param>
    /// <exception cref="ArgumentNullException">An argument or a name is null.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A value is out of its range, or a name is unknown.</exception>
    [RequiresUnreferencedCode(MLNetCompatibility.TrimmingMessage)]
    [RequiresDynamicCode(MLNetCompatibility.DynamicCodeMessage)]
    public static NeuralNetMultiOutputTrainer NeuralNetMultiOutput(this RegressionCatalog.RegressionTrainers catalog, NeuralNetOptions options)
    {
        ArgumentNullException.ThrowIfNull(catalog);
        return TrainerFactory.MultiOutput(CatalogUtils.GetEnvironment(catalog), options);
    }
}
