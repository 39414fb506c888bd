using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Runtime;
using MLNet.WeightInit;
using MLNet.WeightInit.Engine;
using MLNet.WeightInit.Engine.Data;
using MLNet.WeightInit.Engine.Network;

[assembly: LoadableClass(typeof(NeuralNetQuantileModelParameters), null, typeof(SignatureLoadModel),
    "Neural network, quantiles", NeuralNetQuantileModelParameters.LoaderSignature)]

namespace MLNet.WeightInit;

/// <summary>A network that gives several quantiles of a value, in the label's unit and in ascending order.</summary>
public sealed class NeuralNetQuantileModelParameters : NeuralNetVectorModelParameters
{
    internal const string LoaderSignature = "NeuralNetQuantiles";

    internal NeuralNetQuantileModelParameters(IHostEnvironment environment, TrainingResult result)
        : base(environment, CurrentVersion, result)
    {
    }

    NeuralNetQuantileModelParameters(IHostEnvironment environment, ModelLoadContext context)
        : base(environment, CurrentVersion, context, NetworkTask.Quantiles)
    {
    }

    /// <summary>Share of labels that lie below each score: above 0 and below 1, ascending.</summary>
    public IReadOnlyList<double> Levels => Network.TargetScale.Heads[0].Levels;

    static VersionInfo CurrentVersion => ModelEntries.Version("NNETQUAN", LoaderSignature);

    private protected override PredictionKind PredictionKind => PredictionKind.MultiOutputRegression;

    /// <summary>ML.NET's loader looks for it by name, and prefers it to a constructor only where it is the more visible of the two.</summary>
    internal static NeuralNetQuantileModelParameters Create(IHostEnvironment environment, ModelLoadContext context)
    {
        context.CheckAtModel(CurrentVersion);
        return new NeuralNetQuantileModelParameters(environment, context);
    }

    private protected override void WriteOnnx(OnnxNetworkWriter writer, string[] outputNames, string features)
    {
        string quantiles = writer.Outputs(Network, features);
        writer.Copy(quantiles, outputNames[0]);
        if (outputNames.Length > 1)
            writer.Copy(writer.Columns(quantiles, QuantileColumns.MedianOf(Levels), 1), outputNames[1]);
    }
}
