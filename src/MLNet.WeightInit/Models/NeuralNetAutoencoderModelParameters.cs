using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Runtime;
using MLNet.WeightInit;
using MLNet.WeightInit.Engine;
using MLNet.WeightInit.Engine.Data;
using MLNet.WeightInit.Engine.Network;

[assembly: LoadableClass(typeof(NeuralNetAutoencoderModelParameters), null, typeof(SignatureLoadModel),
    "Neural network, autoencoder", NeuralNetAutoencoderModelParameters.LoaderSignature)]

namespace MLNet.WeightInit;

/// <summary>A network that reconstructs its features from the few values of its narrowest hidden layer.</summary>
public sealed class NeuralNetAutoencoderModelParameters : NeuralNetVectorModelParameters
{
    internal const string LoaderSignature = "NeuralNetAutoencoder";

    internal NeuralNetAutoencoderModelParameters(IHostEnvironment environment, TrainingResult result)
        : base(environment, CurrentVersion, result)
        => Reconstruction = new Reconstruction(Network);

    NeuralNetAutoencoderModelParameters(IHostEnvironment environment, ModelLoadContext context)
        : base(environment, CurrentVersion, context, NetworkTask.Regression)
    {
        Host.CheckDecode(Network.DenseLayers.Count > 1 && Network.Inputs == Network.Outputs, "An autoencoder must have a hidden layer and as many outputs as features, and the network in this model has not: the file is damaged.");
        Reconstruction = new Reconstruction(Network);
    }

    /// <summary>The layer whose activations are the embedding, counted from 0 among <see cref="FeedForwardNetwork.DenseLayers"/>: the narrowest hidden one; of several that are equally narrow the
    /// one in their middle, the earlier where two are.</summary>
    public int EmbeddingLayer => Reconstruction.Layer;

    /// <summary>Values of an embedding.</summary>
    public int EmbeddingSize => Reconstruction.Units;

    /// <summary>Whether each layer of the decoder is the transpose of its mirror image in the encoder, bit for bit: <see cref="NeuralNetOptions.TiedWeights"/>.</summary>
    public bool HasTiedWeights => TiedWeights.AreTied(Network);

    static VersionInfo CurrentVersion => ModelEntries.Version("NNETAUTO", LoaderSignature);

    internal override Reconstruction Reconstruction { get; }

    private protected override PredictionKind PredictionKind => PredictionKind.MultiOutputRegression;

    /// <summary>ML.NET's loader looks for it by name, and prefers it to a constructor only where it is the more visible of the two.</summary>
    internal static NeuralNetAutoencoderModelParameters Create(IHostEnvironment environment, ModelLoadContext context)
    {
        context.CheckAtModel(CurrentVersion);
        return new NeuralNetAutoencoderModelParameters(environment, context);
    }

    private protected override void WriteOnnx(OnnxNetworkWriter writer, string[] outputNames, string features) => OnnxReconstruction.Write(writer, Network, Reconstruction, features, outputNames);
}
