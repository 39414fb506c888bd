using System.Diagnostics.CodeAnalysis;
using Microsoft.ML.Data;
using MLNet.WeightInit;

namespace Microsoft.ML;

/// <summary>A neural network as a step of a pipeline.</summary>
public static class NeuralNetTransformsExtensions
{
    /// <summary>A feedforward network whose task follows from the label column: key → multiclass, Boolean → binary, Single → regression,
    /// vector of Single → several values at once, vector of Boolean → several labels, the feature column itself → autoencoder.</summary>
    /// <param name="catalog"><c>mlContext.Transforms</c>.</param>
    /// <param name="labelColumnName">Column to learn: a key, Boolean or Single, or a vector of known size of Single or Boolean. The same as the feature column: an autoencoder, with the columns <c>Embedding</c> and <c>ReconstructionError</c>.</param>
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
    public static NeuralNetEstimator NeuralNet(
        this TransformsCatalog catalog,
        string labelColumnName = NeuralNetDefaults.LabelColumnName,
        string featureColumnName = NeuralNetDefaults.FeatureColumnName,
        string? exampleWeightColumnName = null,
        WeightInitializer? init = null,
        IReadOnlyList<int>? hiddenLayers = null,
        string activation = NeuralNetDefaults.Activation,
        int? numberOfEpochs = null)
        => catalog.NeuralNet(NeuralNetOptions.From(labelColumnName, featureColumnName, exampleWeightColumnName, init, hiddenLayers, activation, numberOfEpochs));

    /// <summary>A feedforward network whose task follows from the label column: key → multiclass, Boolean → binary, Single → regression,
    /// vector of Single → several values at once, vector of Boolean → several labels, the feature column itself → autoencoder.</summary>
    /// <param name="catalog"><c>mlContext.Transforms</c>.</param>
    /// <param name="options">Copied: later changes do not reach the estimator.</param>
    /// <exception cref="ArgumentNullException">An argument or a name is null.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A value is out of its range, or a name is unknown.</exception>
    [RequiresUnreferencedCode(MLNetCompatibility.TrimmingMessage)]
    [RequiresDynamicCode(MLNetCompatibility.DynamicCodeMessage)]
    public static NeuralNetEstimator NeuralNet(this TransformsCatalog catalog, NeuralNetOptions options)
    {
        ArgumentNullException.ThrowIfNull(catalog);
        return TrainerFactory.Estimator(CatalogUtils.GetEnvironment(catalog), options);
    }
}
