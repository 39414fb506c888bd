using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Model.OnnxConverter;
using Microsoft.ML.Runtime;
using MLNet.WeightInit.Engine;
using MLNet.WeightInit.Engine.Data;
using MLNet.WeightInit.Engine.Network;

namespace MLNet.WeightInit;

/// <summary>A fitted network with one score for each value of its label.</summary>
public abstract class NeuralNetVectorModelParameters : NeuralNetModelParameters<VBuffer<float>>
{
    private protected NeuralNetVectorModelParameters(IHostEnvironment environment, VersionInfo version, TrainingResult result)
        : base(environment, version, result)
    {
    }

    private protected NeuralNetVectorModelParameters(IHostEnvironment environment, VersionInfo version, ModelLoadContext context, NetworkTask task)
        : base(environment, version, context, task)
    {
    }

    /// <summary>What is told of a row beside the outputs; null for nothing.</summary>
    internal virtual Reconstruction? Reconstruction => null;

    private protected sealed override DataViewType OutputType => new VectorDataViewType(NumberDataViewType.Single, Network.Outputs);

    private protected override string ScoreColumnKind => AnnotationUtils.Const.ScoreColumnKind.MultiOutputRegression;

    private protected sealed override ValueMapper<VBuffer<float>, VBuffer<float>> CreateMapper()
    {
        var scorer = new RowScorer(Network);
        return (in VBuffer<float> features, ref VBuffer<float> scores) =>
        {
            VBufferEditor<float> editor = VBufferEditor.Create(ref scores, scorer.Outputs);
            scorer.Score(in features, editor.Values);
            scores = editor.Commit();
        };
    }

    private protected sealed override Delegate MakeGetter(RowScores scores, int column) => scores.MakeGetter();

    /// <summary>Adds the network's nodes for the columns of its transformer, named in their order.</summary>
    internal void SaveAsOnnx(OnnxContext context, string[] outputNames, string features) => WriteOnnx(new OnnxNetworkWriter(context), outputNames, features);
}
