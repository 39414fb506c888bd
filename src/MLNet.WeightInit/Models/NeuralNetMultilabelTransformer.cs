using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Runtime;
using MLNet.WeightInit;

[assembly: LoadableClass(typeof(NeuralNetMultilabelTransformer), null, typeof(SignatureLoadModel),
    "Neural network scorer, several labels", NeuralNetMultilabelTransformer.LoaderSignature)]

namespace MLNet.WeightInit;

/// <summary>A fitted network that says yes or no to each of several labels. It adds <c>Score</c> (log-odds), <c>Probability</c> and <c>PredictedLabel</c> (vector of Boolean: log-odds above 0),
/// with the label's slot names where it has them.</summary>
/// <remarks>A row with missing features has NaN as score and probability of every label, and predicts none, unless the model fills them (<see cref="MissingValues.MeanWithIndicator"/>).</remarks>
public sealed class NeuralNetMultilabelTransformer : NeuralNetVectorTransformer, ISingleFeaturePredictionTransformer<NeuralNetMultilabelModelParameters>
{
    internal const string LoaderSignature = "NeuralMultilabelScorer";

    /// <summary>ML.NET's own kinds end with one label a row.</summary>
    internal const string ScoreKind = "MultilabelClassification";

    // In the order of NeuralNetMultilabelModelParameters.WriteOnnx.
    static readonly VectorOutputColumn[] s_columns =
    [
        ScoreColumn,
        new(AnnotationUtils.Const.ScoreValueKind.Probability, NumberDataViewType.Single, scores => scores.MakeProbabilityGetter(0, scores.Count), IsNormalized: true),
        new(AnnotationUtils.Const.ScoreValueKind.PredictedLabel, BooleanDataViewType.Instance, scores => scores.MakeFlagGetter(0, scores.Count)),
    ];

    internal NeuralNetMultilabelTransformer(IHostEnvironment environment, NeuralNetMultilabelModelParameters model, string featureColumnName, string[]? outputNames)
        : base(environment.Register(LoaderSignature), CurrentVersion, ScoreKind, model, featureColumnName, outputNames)
        => Model = model;

    NeuralNetMultilabelTransformer(IHost host, ModelLoadContext context, NeuralNetMultilabelModelParameters model)
        : base(host, CurrentVersion, ScoreKind, model, context)
        => Model = model;

    static VersionInfo CurrentVersion => ModelEntries.Version("NNETMLSC", LoaderSignature);

    /// <summary>The network, its report and its history.</summary>
    public NeuralNetMultilabelModelParameters Model { get; }

    private protected override IReadOnlyList<VectorOutputColumn> OutputColumns => s_columns;

    /// <summary>ML.NET's loader looks for it by name.</summary>
    internal static NeuralNetMultilabelTransformer Create(IHostEnvironment environment, ModelLoadContext context)
    {
        context.CheckAtModel(CurrentVersion);
        IHost host = environment.Register(LoaderSignature);
        return new NeuralNetMultilabelTransformer(host, context, LoadParameters<NeuralNetMultilabelModelParameters>(host, context));
    }
}
