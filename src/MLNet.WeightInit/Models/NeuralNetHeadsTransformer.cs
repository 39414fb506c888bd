using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Runtime;
using MLNet.WeightInit;

[assembly: LoadableClass(typeof(NeuralNetHeadsTransformer), null, typeof(SignatureLoadModel),
    "Neural network scorer, several heads", NeuralNetHeadsTransformer.LoaderSignature)]

namespace MLNet.WeightInit;

/// <summary>A fitted network that predicts several labels at once. For each label column <c>X</c> it adds <c>X.Score</c> and, as the label's kind has them, <c>X.PredictedLabel</c>, <c>X.Probability</c>
/// and <c>X.Median</c>: <see cref="NeuralNetHead"/> says which, of what type.</summary>
/// <remarks>A row with missing features has NaN as every score and probability; it predicts no class and says no to what is true or false.</remarks>
public sealed class NeuralNetHeadsTransformer : NeuralNetVectorTransformer, ISingleFeaturePredictionTransformer<NeuralNetHeadsModelParameters>
{
    internal const string LoaderSignature = "NeuralHeadsScorer";

    readonly HeadNames[] _names;
    readonly VectorOutputColumn[] _columns;

    internal NeuralNetHeadsTransformer(IHostEnvironment environment, NeuralNetHeadsModelParameters model, string featureColumnName, HeadNames[] names)
        : base(environment.Register(LoaderSignature), CurrentVersion, AnnotationUtils.Const.ScoreColumnKind.MultiOutputRegression, model, featureColumnName, null)
        => (Model, _names, _columns) = (model, names, ColumnsOf(model, names));

    NeuralNetHeadsTransformer(IHost host, ModelLoadContext context, NeuralNetHeadsModelParameters model)
        : base(host, CurrentVersion, AnnotationUtils.Const.ScoreColumnKind.MultiOutputRegression, model, context)
    {
        Model = model;
        _names = [.. model.Heads.Select(head => HeadNames.Load(host, context, head))];
        _columns = ColumnsOf(model, _names);
    }

    static VersionInfo CurrentVersion => ModelEntries.Version("NNETHDSC", LoaderSignature);

    /// <summary>The network, its report and its history.</summary>
    public NeuralNetHeadsModelParameters Model { get; }

    private protected override IReadOnlyList<VectorOutputColumn> OutputColumns => _columns;

    /// <summary>ML.NET's loader looks for it by name.</summary>
    internal static NeuralNetHeadsTransformer Create(IHostEnvironment environment, ModelLoadContext context)
    {
        context.CheckAtModel(CurrentVersion);
        IHost host = environment.Register(LoaderSignature);
        return new NeuralNetHeadsTransformer(host, context, LoadParameters<NeuralNetHeadsModelParameters>(host, context));
    }

    private protected override void SaveMore(ModelSaveContext context)
    {
        foreach (HeadNames names in _names)
            names.Save(Host, context);
    }

    static VectorOutputColumn[] ColumnsOf(NeuralNetHeadsModelParameters model, HeadNames[] names)
    {
        var columns = new List<VectorOutputColumn>();
        int first = 0;
        for (int i = 0; i < names.Length; i++)
        {
            columns.AddRange(new HeadColumns(model.Heads[i], first, names[i], set: i).All());
            first += model.Heads[i].Outputs;
        }
        return [.. columns];
    }
}
