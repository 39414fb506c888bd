using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Runtime;
using MLNet.WeightInit;
using MLNet.WeightInit.Engine;
using MLNet.WeightInit.Engine.Data;
using MLNet.WeightInit.Engine.Network;

[assembly: LoadableClass(typeof(NeuralNetMultiOutputModelParameters), null, typeof(SignatureLoadModel),
    "Neural network, several values", NeuralNetMultiOutputModelParameters.LoaderSignature)]

namespace MLNet.WeightInit;

/// <summary>A network that gives several values, each in its label's unit.</summary>
public sealed class NeuralNetMultiOutputModelParameters : NeuralNetVectorModelParameters
{
    internal const string LoaderSignature = "NeuralNetMultiOutput";

    internal NeuralNetMultiOutputModelParameters(IHostEnvironment environment, TrainingResult result)
        : base(environment, CurrentVersion, result)
    {
    }

    NeuralNetMultiOutputModelParameters(IHostEnvironment environment, ModelLoadContext context)
        : base(environment, CurrentVersion, context, NetworkTask.Regression)
    {
    }

    static VersionInfo CurrentVersion => ModelEntries.Version("NNETMOUT", LoaderSignature);

    private protected override PredictionKind PredictionKind => PredictionKind.MultiOutputRegression;

    /// <summary>ML.NET's loader looks for it by name, and prefers it to a constructor only where it is the more visible of the two.</summary>
    internal static NeuralNetMultiOutputModelParameters Create(IHostEnvironment environment, ModelLoadContext context)
    {
        context.CheckAtModel(CurrentVersion);
        return new NeuralNetMultiOutputModelParameters(environment, context);
    }

    private protected override void WriteOnnx(OnnxNetworkWriter writer, string[] outputNames, string features)
        => writer.Copy(writer.Outputs(Network, features), outputNames[0]);
}
