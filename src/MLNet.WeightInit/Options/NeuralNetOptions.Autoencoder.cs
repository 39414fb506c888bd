using MLNet.WeightInit.Engine.Network;

namespace MLNet.WeightInit;

public sealed partial class NeuralNetOptions
{
    /// <summary>Gives each layer of an autoencoder's decoder the weights of its mirror image in the encoder, transposed (Hinton and Salakhutdinov 2006; Vincent et al. 2010, section 2.2): half the
    /// weights to learn. Biases stay their own. <see cref="WeightDecay"/>, <see cref="L1Regularization"/> and <see cref="MaxNorm"/> see the encoder's weights only.</summary>
    /// <value>Default: false. true needs an autoencoder, <see cref="LabelColumnName"/> being <see cref="FeatureColumnName"/>, and <see cref="HiddenLayers"/> that mirror each other around one in the
    /// middle: 64, 16, 64. <see cref="OutputInit"/> must be null: the output starts as the transpose of the first hidden layer.</value>
    public bool TiedWeights { get; set; }

    /// <summary>True where the network is to reconstruct its features.</summary>
    internal bool IsAutoencoder => Heads is null && LabelColumnName == FeatureColumnName;

    /// <exception cref="ArgumentOutOfRangeException">The hidden layers make no autoencoder, or weights are to be tied that can't be.</exception>
    internal void CheckAutoencoder()
    {
        if (IsAutoencoder && HiddenLayers.Count == 0)
            throw new ArgumentOutOfRangeException(nameof(HiddenLayers), "none",
                $"An autoencoder needs at least 1 hidden layer, narrower than its features, and both label and features are column '{FeatureColumnName}', which makes an autoencoder. Set HiddenLayers, for example to 32, 8, 32, or another LabelColumnName.");
        if (IsAutoencoder && CategoricalColumns.Count > 0)
            throw new ArgumentOutOfRangeException(nameof(CategoricalColumns), string.Join(", ", CategoricalColumns),
                $"An autoencoder reconstructs its features, and categories are none. Leave CategoricalColumns empty, or make them features: mlContext.Transforms.Categorical.OneHotEncoding.");
        if (IsAutoencoder && MissingValues == MissingValues.MeanWithIndicator)
            throw new ArgumentOutOfRangeException(nameof(MissingValues), MissingValues,
                $"An autoencoder reconstructs its features, and a missing one gives nothing to reconstruct. Set MissingValues to Skip or Throw, or replace missing values first: mlContext.Transforms.ReplaceMissingValues(\"{FeatureColumnName}\").");
        if (!TiedWeights)
            return;
        if (!IsAutoencoder)
            throw new ArgumentOutOfRangeException(nameof(TiedWeights), TiedWeights,
                $"Tied weights need an autoencoder, whose label is its feature column, and the label is '{LabelColumnName}' and the features are '{FeatureColumnName}'. Set LabelColumnName to \"{FeatureColumnName}\", or TiedWeights to false.");
        Engine.Network.TiedWeights.Check(HiddenLayers);
        if (Residual is not null)
            throw new ArgumentOutOfRangeException(nameof(Residual), Residual.BranchDepth, "Residual blocks need layers of one width, and tied weights a decoder that mirrors its encoder. Leave Residual null, or set TiedWeights to false.");
        if (WeightNormalization)
            throw new ArgumentOutOfRangeException(nameof(WeightNormalization), WeightNormalization,
                "Weight normalization gives each unit's weights a length of their own, which tied weights, being rows of one layer and columns of another, can't have. Set one of WeightNormalization and TiedWeights to false.");
        if (OutputInit is not null)
            throw new ArgumentOutOfRangeException(nameof(OutputInit), OutputInit,
                "With tied weights the output's are the first hidden layer's, transposed, and can't start otherwise. Leave OutputInit null, or set TiedWeights to false.");
    }
}
