using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Runtime;
using MLNet.WeightInit;
using MLNet.WeightInit.Engine;
using MLNet.WeightInit.Engine.Data;
using MLNet.WeightInit.Engine.Network;

[assembly: LoadableClass(typeof(NeuralNetHeadsModelParameters), null, typeof(SignatureLoadModel),
    "Neural network, several heads", NeuralNetHeadsModelParameters.LoaderSignature)]

namespace MLNet.WeightInit;

/// <summary>A network that predicts several labels of kinds of their own.</summary>
public sealed class NeuralNetHeadsModelParameters : NeuralNetVectorModelParameters
{
    internal const string LoaderSignature = "NeuralNetHeads";

    internal NeuralNetHeadsModelParameters(IHostEnvironment environment, TrainingResult result)
        : base(environment, CurrentVersion, result)
    {
    }

    NeuralNetHeadsModelParameters(IHostEnvironment environment, ModelLoadContext context)
        : base(environment, CurrentVersion, context, NetworkTask.Heads)
    {
    }

    /// <summary>The label columns, in the order of the network's outputs.</summary>
    public IReadOnlyList<string> LabelColumnNames => [.. Heads.Select(head => head.Name)];

    internal IReadOnlyList<OutputHead> Heads => Network.TargetScale.Heads;

    static VersionInfo CurrentVersion => ModelEntries.Version("NNETHEAD", LoaderSignature, hasHeads: true);

    // ML.NET has no kind for several at once.
    private protected override PredictionKind PredictionKind => PredictionKind.Custom;

    /// <summary>ML.NET's loader looks for it by name, and prefers it to a constructor only where it is the more visible of the two.</summary>
    internal static NeuralNetHeadsModelParameters Create(IHostEnvironment environment, ModelLoadContext context)
    {
        context.CheckAtModel(CurrentVersion);
        return new NeuralNetHeadsModelParameters(environment, context);
    }

    // In the order of HeadColumns.
    private protected override void WriteOnnx(OnnxNetworkWriter writer, string[] outputNames, string features)
    {
        string linear = writer.LinearOutputs(Network, features);
        var names = new Queue<string>(outputNames);
        for (int i = 0; i < Heads.Count; i++)
        {
            OutputHead head = Heads[i];
            string values = OnnxHeads.Write(writer, Network, linear, i), score = names.Dequeue();
            if (head.Task == NetworkTask.Multiclass)
            {
                writer.Softmax(values, score);
                writer.KeyOfLargest(score, names.Dequeue());
                continue;
            }
            writer.Copy(values, score);
            if (head.Task is NetworkTask.Binary or NetworkTask.Multilabel)
            {
                writer.Sigmoid(values, names.Dequeue());
                writer.IsPositive(values, names.Dequeue());
            }
            else if (QuantileColumns.MedianOf(head.Levels) is >= 0 and int median)
                writer.Copy(writer.Columns(values, median, 1), names.Dequeue());
        }
    }
}
