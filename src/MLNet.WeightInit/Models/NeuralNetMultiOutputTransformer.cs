using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Runtime;
using MLNet.WeightInit;

[assembly: LoadableClass(typeof(NeuralNetMultiOutputTransformer), null, typeof(SignatureLoadModel),
    "Neural network scorer, several values", NeuralNetMultiOutputTransformer.LoaderSignature)]

namespace MLNet.WeightInit;

/// <summary>A fitted network that predicts several values. It adds the column <c>Score</c>: a vector of Single in the label's units, with the label's slot names where it has them.</summary>
/// <remarks>A row with missing features scores NaN in every slot, unless the model fills them (<see cref="MissingValues.MeanWithIndicator"/>).</remarks>
public sealed class NeuralNetMultiOutputTransformer : NeuralNetVectorTransformer, ISingleFeaturePredictionTransformer<NeuralNetMultiOutputModelParameters>
{
    internal const string LoaderSignature = "NeuralMultiOutputScorer";

    static readonly VectorOutputColumn[] s_columns = [ScoreColumn];

    internal NeuralNetMultiOutputTransformer(IHostEnvironment environment, NeuralNetMultiOutputModelParameters model, string featureColumnName, string[]? outputNames)
        : base(environment.Register(LoaderSignature), CurrentVersion, AnnotationUtils.Const.ScoreColumnKind.MultiOutputRegression, model, featureColumnName, outputNames)
        => Model = model;

    NeuralNetMultiOutputTransformer(IHost host, ModelLoadContext context, NeuralNetMultiOutputModelParameters model)
        : base(host, CurrentVersion, AnnotationUtils.Const.ScoreColumnKind.MultiOutputRegression, model, context)
        => Model = model;

    static VersionInfo CurrentVersion => ModelEntries.Version("NNETMOSC", LoaderSignature);

    /// <summary>The network, its report and its history.</summary>
    public NeuralNetMultiOutputModelParameters Model { get; }

    private protected override IReadOnlyList<VectorOutputColumn> OutputColumns => s_columns;

    /// <summary>ML.NET's loader looks for it by name.</summary>
    internal static NeuralNetMultiOutputTransformer Create(IHostEnvironment environment, ModelLoadContext context)
    {
        context.CheckAtModel(CurrentVersion);
        IHost host = environment.Register(LoaderSignature);
        return new NeuralNetMultiOutputTransformer(host, context, LoadParameters<NeuralNetMultiOutputModelParameters>(host, context));
    }
}
