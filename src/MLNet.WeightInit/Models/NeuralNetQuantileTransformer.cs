using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Runtime;
using MLNet.WeightInit;

[assembly: LoadableClass(typeof(NeuralNetQuantileTransformer), null, typeof(SignatureLoadModel),
    "Neural network scorer, quantiles", NeuralNetQuantileTransformer.LoaderSignature)]

namespace MLNet.WeightInit;

/// <summary>A fitted network that predicts several quantiles of a value. It adds <c>Score</c>, a vector of Single in the label's unit with the levels as slot names (<c>q0.1</c>), ascending in every
/// row; and where 0.5 is among the levels <c>Median</c>, a Single, which ML.NET's own metrics of regression take for a score.</summary>
/// <remarks>A row with missing features scores NaN in every slot.</remarks>
public sealed class NeuralNetQuantileTransformer : NeuralNetVectorTransformer, ISingleFeaturePredictionTransformer<NeuralNetQuantileModelParameters>
{
    internal const string LoaderSignature = "NeuralQuantileScorer";

    readonly VectorOutputColumn[] _columns;

    internal NeuralNetQuantileTransformer(IHostEnvironment environment, NeuralNetQuantileModelParameters model, string featureColumnName)
        : base(environment.Register(LoaderSignature), CurrentVersion, AnnotationUtils.Const.ScoreColumnKind.QuantileRegression, model, featureColumnName, [.. model.Levels.Select(QuantileColumns.SlotName)])
        => (Model, _columns) = (model, ColumnsOf(model));

    NeuralNetQuantileTransformer(IHost host, ModelLoadContext context, NeuralNetQuantileModelParameters model)
        : base(host, CurrentVersion, AnnotationUtils.Const.ScoreColumnKind.QuantileRegression, model, context)
        => (Model, _columns) = (model, ColumnsOf(model));

    static VersionInfo CurrentVersion => ModelEntries.Version("NNETQUSC", LoaderSignature);

    /// <summary>The network, its report and its history.</summary>
    public NeuralNetQuantileModelParameters Model { get; }

    private protected override IReadOnlyList<VectorOutputColumn> OutputColumns => _columns;

    /// <summary>ML.NET's loader looks for it by name.</summary>
    internal static NeuralNetQuantileTransformer Create(IHostEnvironment environment, ModelLoadContext context)
    {
        context.CheckAtModel(CurrentVersion);
        IHost host = environment.Register(LoaderSignature);
        return new NeuralNetQuantileTransformer(host, context, LoadParameters<NeuralNetQuantileModelParameters>(host, context));
    }

    // In the order of NeuralNetQuantileModelParameters.WriteOnnx.
    static VectorOutputColumn[] ColumnsOf(NeuralNetQuantileModelParameters model)
    {
        int median = QuantileColumns.MedianOf(model.Levels);
        return median < 0
            ? [ScoreColumn]
            : [ScoreColumn, new(QuantileColumns.Median, NumberDataViewType.Single, scores => (ValueGetter<float>)((ref float value) => value = scores.Current()[median])) { Size = 0 }];
    }
}
