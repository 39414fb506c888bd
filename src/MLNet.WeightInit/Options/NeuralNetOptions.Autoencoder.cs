using MLNet.WeightInit.Engine.Network;

namespace MLNet.WeightInit;

public sealed partial class NeuralNetOptions
{
    /// <summary>Gives each layer of an autoencoder's decoder the weights of its mirror image in the encoder, transposed (Hinton and Salakhutdinov 2006; Vincent et al. 2010, section 2.2): half the
    /// weights to learn. Biases stay their own. <see cref="WeightDecay"/>, <see cref="L1Regularization"/> and <see cref="MaxNorm"/> see the encoder's weights only.</summary>
    /// <value>Default: false. true needs an autoencoder, <see cref="LabelColumnName"/> being <see cref="FeatureColumnName"/>, and <see cref="HiddenLayers"/> that mirror each other around one in the
    /// middle: 64, 16, 64. Not together with <see cref="WeightNormalization"/>; <see cref="OutputInit"/> must be null: the output starts as the transpose of the first hidden layer.</value>
    public bool TiedWeights { get; set; }

    /// <summary>True where the network is to reconstruct its features.</summary>
    internal bool IsAutoencoder => LabelColumnName == FeatureColumnName;

    /// <exception cref="ArgumentOutOfRangeException">The hidden layers or another option make no autoencoder, or weights are to be tied that can't be.</exception>
    internal void CheckAutoencoder()
    {
        if (IsAutoencoder && HiddenLayers.Count == 0)
            throw new ArgumentOutOfRangeException(nameof(HiddenLayers), "none",
                $"An autoencoder needs at least 1 hidden layer, narrower than its features, and both label and features are column '{FeatureColumnName}', which makes an autoencoder. Set HiddenLayers, for example to 32, 8, 32, or another LabelColumnName.");
        if (IsAutoencoder && Residual is not null)
            throw new ArgumentOutOfRangeException(nameof(Residual), Residual.BranchDepth,
                "An autoencoder learns from what its bottleneck lets through, and residual blocks carry everything past it. Leave Residual null, or set another LabelColumnName.");
        if (IsAutoencoder && MissingValues == MissingValues.MeanWithIndicator)
            throw new ArgumentOutOfRangeException(nameof(MissingValues), MissingValues,
                "An autoencoder learns to give its features back, and a missing one can't be learnt from. Set MissingValues to Skip or Throw, and replace missing values first where their rows are needed, "
                + $"for example with mlContext.Transforms.ReplaceMissingValues(\"{FeatureColumnName}\").");
        if (!TiedWeights)
            return;
        if (!IsAutoencoder)
            throw new ArgumentOutOfRangeException(nameof(TiedWeights), TiedWeights,
                $"Tied weights need an autoencoder, whose label is its feature column, and the label is '{LabelColumnName}' and the features are '{FeatureColumnName}'. Set LabelColumnName to \"{FeatureColumnName}\", or TiedWeights to false.");
        Engine.Network.TiedWeights.Check(HiddenLayers);
        if (WeightNormalization)
            throw new ArgumentOutOfRangeException(nameof(WeightNormalization), WeightNormalization,
                "Weight normalization gives each unit's weights a length of their own, and with tied weights a weight belongs to two units. Set one of WeightNormalization and TiedWeights to false.");
        if (OutputInit is not null)
            throw new ArgumentOutOfRangeException(nameof(OutputInit), OutputInit,
                "With tied weights the output's are the first hidden layer's, transposed, and can't start otherwise. Leave OutputInit null, or set TiedWeights to false.");
    }
}
