using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Runtime;
using MLNet.WeightInit;
using MLNet.WeightInit.Engine;
using MLNet.WeightInit.Engine.Data;
using MLNet.WeightInit.Engine.Network;

[assembly: LoadableClass(typeof(NeuralNetRegressionModelParameters), null, typeof(SignatureLoadModel),
    "Neural network, regression", NeuralNetRegressionModelParameters.LoaderSignature)]

namespace MLNet.WeightInit;

/// <summary>A network that gives a value in the label's unit.</summary>
public sealed class NeuralNetRegressionModelParameters : NeuralNetModelParameters<float>
{
    internal const string LoaderSignature = "NeuralNetRegression";

    internal NeuralNetRegressionModelParameters(IHostEnvironment environment, TrainingResult result)
        : base(environment, CurrentVersion, result)
    {
    }

    NeuralNetRegressionModelParameters(IHostEnvironment environment, ModelLoadContext context)
        : base(environment, CurrentVersion, context, NetworkTask.Regression)
    {
    }

    static VersionInfo CurrentVersion => ModelEntries.Version("NNETREGR", LoaderSignature);

    private protected override PredictionKind PredictionKind => PredictionKind.Regression;

    private protected override DataViewType OutputType => NumberDataViewType.Single;

    private protected override string ScoreColumnKind => AnnotationUtils.Const.ScoreColumnKind.Regression;

    /// <summary>ML.NET's loader looks for it by name, and prefers it to a constructor only where it is the more visible of the two.</summary>
    internal static NeuralNetRegressionModelParameters Create(IHostEnvironment environment, ModelLoadContext context)
    {
        context.CheckAtModel(CurrentVersion);
        return new NeuralNetRegressionModelParameters(environment, context);
    }

    private protected override ValueMapper<VBuffer<float>, float> CreateMapper()
    {
        var scorer = new RowScorer(Network);
        return (in VBuffer<float> features, ref float value) => value = scorer.ScoreSingle(in features);
    }

    private protected override Delegate MakeGetter(RowScores scores, int column) => (ValueGetter<float>)((ref float value) => value = scores.Current()[0]);

    private protected override void WriteOnnx(OnnxNetworkWriter writer, string[] outputNames, string features)
        => writer.Copy(writer.Outputs(Network, features), outputNames[0]);
}
