using System.Diagnostics.CodeAnalysis;
using Microsoft.ML.Data;
using MLNet.WeightInit;

namespace Microsoft.ML;

/// <summary>A neural network among the regression trainers.</summary>
public static class NeuralNetRegressionExtensions
{
    /// <summary>A feedforward network that predicts a number.</summary>
    /// <param name="catalog"><c>mlContext.Regression.Trainers</c>.</param>
    /// <param name="labelColumnName">Column to learn: Single.</param>
    /// <param name="featureColumnName">Column with the inputs: a vector of Single of known size. Raw values: the model standardizes.</param>
    /// <param name="exampleWeightColumnName">Column of Single that multiplies each row's loss; null: all rows count the same.</param>
    /// <param name="init">How the weights start: an initializer or its name, <c>"He"</c>; null: chosen by activation, role and data.</param>
    /// <param name="hiddenLayers">Units of each hidden layer; null: 128, 64; empty: a linear model.</param>
    /// <param name="activation">Function after each hidden layer: <see cref="NeuralNetOptions.Activation"/>.</param>
    /// <param name="numberOfEpochs">Passes over the rows; 0: only initialize; null: a budget by the number of rows: <see cref="NeuralNetOptions.NumberOfEpochs"/>.</param>
    /// <exception cref="ArgumentNullException">The catalog or a name is null.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A value is out of its range, or a name is unknown.</exception>
    [RequiresUnreferencedCode(MLNetCompatibility.TrimmingMessage)]
    [RequiresDynamicCode(MLNetCompatibility.DynamicCodeMessage)]
    public static NeuralNetRegressionTrainer NeuralNet(
        this RegressionCatalog.RegressionTrainers catalog,
        string labelColumnName = NeuralNetDefaults.LabelColumnName,
        string featureColumnName = NeuralNetDefaults.FeatureColumnName,
        string? exampleWeightColumnName = null,
        WeightInitializer? init = null,
        IReadOnlyList<int>? hiddenLayers = null,
        string activation = NeuralNetDefaults.Activation,
        int? numberOfEpochs = null)
        => catalog.NeuralNet(NeuralNetOptions.From(labelColumnName, featureColumnName, exampleWeightColumnName, init, hiddenLayers, activation, numberOfEpochs));

    /// <summary>A feedforward network that predicts a number.</summary>
    /// <param name="catalog"><c>mlContext.Regression.Trainers</c>.</param>
    /// <param name="options">Copied: later changes do not reach the estimator.</param>
    /// <exception cref="ArgumentNullException">An argument or a name is null.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A value is out of its range, or a name is unknown.</exception>
    [RequiresUnreferencedCode(MLNetCompatibility.TrimmingMessage)]
    [RequiresDynamicCode(MLNetCompatibility.DynamicCodeMessage)]
    public static NeuralNetRegressionTrainer NeuralNet(this RegressionCatalog.RegressionTrainers catalog, NeuralNetOptions options)
    {
        ArgumentNullException.ThrowIfNull(catalog);
        return TrainerFactory.Regression(CatalogUtils.GetEnvironment(catalog), options);
    }
}
