using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Model.OnnxConverter;
using Microsoft.ML.Runtime;
using MLNet.WeightInit;
using MLNet.WeightInit.Engine;
using MLNet.WeightInit.Engine.Data;
using MLNet.WeightInit.Engine.Network;

[assembly: LoadableClass(typeof(NeuralNetBinaryModelParameters), null, typeof(SignatureLoadModel),
    "Neural network, binary", NeuralNetBinaryModelParameters.LoaderSignature)]

namespace MLNet.WeightInit;

/// <summary>A network that gives log-odds (<c>Score</c>) and their probability.</summary>
public sealed class NeuralNetBinaryModelParameters : NeuralNetModelParameters<float>, IValueMapperDist, IDistCanSaveOnnx, IDistPredictorProducing<float, float>
{
    internal const string LoaderSignature = "NeuralNetBinary";

    internal NeuralNetBinaryModelParameters(IHostEnvironment environment, TrainingResult result)
        : base(environment, CurrentVersion, result)
    {
    }

    NeuralNetBinaryModelParameters(IHostEnvironment environment, ModelLoadContext context)
        : base(environment, CurrentVersion, context, NetworkTask.Binary)
    {
    }

    static VersionInfo CurrentVersion => ModelEntries.Version("NNETBINA", LoaderSignature);

    private protected override PredictionKind PredictionKind => PredictionKind.BinaryClassification;

    private protected override DataViewType OutputType => NumberDataViewType.Single;

    private protected override string ScoreColumnKind => AnnotationUtils.Const.ScoreColumnKind.BinaryClassification;

    private protected override DataViewSchema ScoreSchema => ScoreSchemaFactory.CreateBinaryClassificationSchema();

    DataViewType IValueMapperDist.DistType => NumberDataViewType.Single;

    /// <summary>ML.NET's loader looks for it by name, and prefers it to a constructor only where it is the more visible of the two.</summary>
    internal static NeuralNetBinaryModelParameters Create(IHostEnvironment environment, ModelLoadContext context)
    {
        context.CheckAtModel(CurrentVersion);
        return new NeuralNetBinaryModelParameters(environment, context);
    }

    private protected override ValueMapper<VBuffer<float>, float> CreateMapper()
    {
        var scorer = new RowScorer(Network);
        return (in VBuffer<float> features, ref float logOdds) => logOdds = scorer.ScoreSingle(in features);
    }

    ValueMapper<TSource, TDestination, TDistribution> IValueMapperDist.GetMapper<TSource, TDestination, TDistribution>()
    {
        CheckHasNoKeys();
        var scorer = new RowScorer(Network);
        var logistic = new LogisticFunction();
        ValueMapper<VBuffer<float>, float, float> mapper = (in VBuffer<float> features, ref float logOdds, ref float probability) =>
        {
            logOdds = scorer.ScoreSingle(in features);
            probability = logistic.Apply(logOdds);
        };
        return mapper as ValueMapper<TSource, TDestination, TDistribution>
            ?? throw Host.Except($"A binary neural network maps a vector of Single to two of Single; it was asked for {typeof(TSource)}, {typeof(TDestination)}, {typeof(TDistribution)}.");
    }

    private protected override Delegate MakeGetter(RowScores scores, int column)
    {
        if (column == 0)
            return (ValueGetter<float>)((ref float logOdds) => logOdds = scores.Current()[0]);
        var logistic = new LogisticFunction();
        return (ValueGetter<float>)((ref float probability) => probability = logistic.Apply(scores.Current()[0]));
    }

    bool IDistCanSaveOnnx.SaveAsOnnx(OnnxContext context, string[] outputNames, string featureColumn)
        => ((ISingleCanSaveOnnx)this).SaveAsOnnx(context, outputNames, featureColumn);

    private protected override void WriteOnnx(OnnxNetworkWriter writer, string[] outputNames, string features)
    {
        string logOdds = writer.Outputs(Network, features);
        // A calibrator on top asks for the score alone; everybody else for predicted label (written by ML.NET), score and probability.
        writer.Copy(logOdds, outputNames.Length == 1 ? outputNames[0] : outputNames[1]);
        if (outputNames.Length > 2)
            writer.Sigmoid(logOdds, outputNames[2]);
    }
}
