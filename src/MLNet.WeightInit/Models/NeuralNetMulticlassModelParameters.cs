using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Runtime;
using MLNet.WeightInit;
using MLNet.WeightInit.Engine;
using MLNet.WeightInit.Engine.Data;
using MLNet.WeightInit.Engine.Network;

[assembly: LoadableClass(typeof(NeuralNetMulticlassModelParameters), null, typeof(SignatureLoadModel),
    "Neural network, multiclass", NeuralNetMulticlassModelParameters.LoaderSignature)]

namespace MLNet.WeightInit;

/// <summary>A network that gives one probability a class.</summary>
public sealed class NeuralNetMulticlassModelParameters : NeuralNetModelParameters<VBuffer<float>>
{
    internal const string LoaderSignature = "NeuralNetMulticlass";

    internal NeuralNetMulticlassModelParameters(IHostEnvironment environment, TrainingResult result)
        : base(environment, CurrentVersion, result)
    {
    }

    NeuralNetMulticlassModelParameters(IHostEnvironment environment, ModelLoadContext context)
        : base(environment, CurrentVersion, context, NetworkTask.Multiclass)
    {
    }

    static VersionInfo CurrentVersion => ModelEntries.Version("NNETMCLS", LoaderSignature);

    private protected override PredictionKind PredictionKind => PredictionKind.MulticlassClassification;

    private protected override DataViewType OutputType => new VectorDataViewType(NumberDataViewType.Single, Network.Outputs);

    private protected override string ScoreColumnKind => AnnotationUtils.Const.ScoreColumnKind.MulticlassClassification;

    /// <summary>ML.NET's loader looks for it by name, and prefers it to a constructor only where it is the more visible of the two.</summary>
    internal static NeuralNetMulticlassModelParameters Create(IHostEnvironment environment, ModelLoadContext context)
    {
        context.CheckAtModel(CurrentVersion);
        return new NeuralNetMulticlassModelParameters(environment, context);
    }

    private protected override ValueMapper<VBuffer<float>, VBuffer<float>> CreateMapper()
    {
        var scorer = new RowScorer(Network);
        return (in VBuffer<float> features, ref VBuffer<float> probabilities) =>
        {
            VBufferEditor<float> editor = VBufferEditor.Create(ref probabilities, scorer.Outputs);
            scorer.Score(in features, editor.Values);
            probabilities = editor.Commit();
        };
    }

    private protected override Delegate MakeGetter(RowScores scores, int column) => scores.MakeGetter();

    private protected override void WriteOnnx(OnnxNetworkWriter writer, string[] outputNames, string features)
    {
        (string predictedLabel, string score) = (outputNames[0], outputNames[1]);
        writer.Softmax(writer.Outputs(Network, features), score);
        writer.KeyOfLargest(score, predictedLabel);
    }
}
