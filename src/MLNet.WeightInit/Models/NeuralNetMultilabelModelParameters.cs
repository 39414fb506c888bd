using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Runtime;
using MLNet.WeightInit;
using MLNet.WeightInit.Engine;
using MLNet.WeightInit.Engine.Data;
using MLNet.WeightInit.Engine.Network;

[assembly: LoadableClass(typeof(NeuralNetMultilabelModelParameters), null, typeof(SignatureLoadModel),
    "Neural network, several labels", NeuralNetMultilabelModelParameters.LoaderSignature)]

namespace MLNet.WeightInit;

/// <summary>A network that gives the log-odds of several labels, each true or false for itself.</summary>
public sealed class NeuralNetMultilabelModelParameters : NeuralNetVectorModelParameters
{
    internal const string LoaderSignature = "NeuralNetMultilabel";

    internal NeuralNetMultilabelModelParameters(IHostEnvironment environment, TrainingResult result)
        : base(environment, CurrentVersion, result)
    {
    }

    NeuralNetMultilabelModelParameters(IHostEnvironment environment, ModelLoadContext context)
        : base(environment, CurrentVersion, context, NetworkTask.Multilabel)
    {
    }

    static VersionInfo CurrentVersion => ModelEntries.Version("NNETMLAB", LoaderSignature);

    // ML.NET has no kind for it; a kind of its own evaluators would promise that they can read the columns.
    private protected override PredictionKind PredictionKind => PredictionKind.Custom;

    /// <summary>ML.NET's loader looks for it by name, and prefers it to a constructor only where it is the more visible of the two.</summary>
    internal static NeuralNetMultilabelModelParameters Create(IHostEnvironment environment, ModelLoadContext context)
    {
        context.CheckAtModel(CurrentVersion);
        return new NeuralNetMultilabelModelParameters(environment, context);
    }

    private protected override void WriteOnnx(OnnxNetworkWriter writer, string[] outputNames, string features)
    {
        string logOdds = writer.Outputs(Network, features);
        (string score, string probability, string predictedLabel) = (outputNames[0], outputNames[1], outputNames[2]);
        writer.Copy(logOdds, score);
        writer.Sigmoid(logOdds, probability);
        writer.IsPositive(logOdds, predictedLabel);
    }
}
