using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Runtime;
using MLNet.WeightInit;

[assembly: LoadableClass(typeof(NeuralNetAutoencoderTransformer), null, typeof(SignatureLoadModel),
    "Neural network scorer, autoencoder", NeuralNetAutoencoderTransformer.LoaderSignature)]

namespace MLNet.WeightInit;

/// <summary>A fitted autoencoder: a network that reconstructs its features from few values.</summary>
/// <remarks>
/// <list type="table">
/// <listheader><term>Column</term><description>Values</description></listheader>
/// <item><term><c>Score</c></term><description>vector of Single: the reconstruction, in the features' units and with their slot names</description></item>
/// <item><term><c>Embedding</c></term><description>vector of Single: the activations of the bottleneck, <see cref="NeuralNetAutoencoderModelParameters.EmbeddingLayer"/></description></item>
/// <item><term><c>ReconstructionError</c></term><description>Single: the mean over the features of ((reconstructed − given) / deviation)², with the deviations of the training rows, so that each feature
/// counts the same: 0 is perfect, and 1 is what the average of all rows would get. Features that were constant in training don't count. Without standardization it is the mean of the squared differences</description></item>
/// </list>
/// A row with missing features has NaN in all of them.
/// </remarks>
public sealed class NeuralNetAutoencoderTransformer : NeuralNetVectorTransformer, ISingleFeaturePredictionTransformer<NeuralNetAutoencoderModelParameters>
{
    internal const string LoaderSignature = "NeuralAutoencoderScorer";
    internal const string EmbeddingColumnName = "Embedding";
    internal const string ErrorColumnName = "ReconstructionError";

    static readonly VectorOutputColumn s_error = new(ErrorColumnName, NumberDataViewType.Single, scores => (ValueGetter<float>)((ref float destination) => destination = scores.Added()[^1])) { Size = 0 };

    internal NeuralNetAutoencoderTransformer(IHostEnvironment environment, NeuralNetAutoencoderModelParameters model, string featureColumnName, string[]? featureNames)
        : base(environment.Register(LoaderSignature), CurrentVersion, AnnotationUtils.Const.ScoreColumnKind.MultiOutputRegression, model, featureColumnName, featureNames)
        => (Model, OutputColumns) = (model, Columns(model));

    NeuralNetAutoencoderTransformer(IHost host, ModelLoadContext context, NeuralNetAutoencoderModelParameters model)
        : base(host, CurrentVersion, AnnotationUtils.Const.ScoreColumnKind.MultiOutputRegression, model, context)
        => (Model, OutputColumns) = (model, Columns(model));

    static VersionInfo CurrentVersion => ModelEntries.Version("NNETAUSC", LoaderSignature);

    /// <summary>The network, its report and its history.</summary>
    public NeuralNetAutoencoderModelParameters Model { get; }

    private protected override IReadOnlyList<VectorOutputColumn> OutputColumns { get; }

    /// <summary>ML.NET's loader looks for it by name.</summary>
    internal static NeuralNetAutoencoderTransformer Create(IHostEnvironment environment, ModelLoadContext context)
    {
        context.CheckAtModel(CurrentVersion);
        IHost host = environment.Register(LoaderSignature);
        return new NeuralNetAutoencoderTransformer(host, context, LoadParameters<NeuralNetAutoencoderModelParameters>(host, context));
    }

    static VectorOutputColumn[] Columns(NeuralNetAutoencoderModelParameters model)
    {
        var embedding = new VectorOutputColumn(EmbeddingColumnName, NumberDataViewType.Single, scores => (ValueGetter<VBuffer<float>>)((ref VBuffer<float> destination) =>
        {
            VBufferEditor<float> editor = VBufferEditor.Create(ref destination, model.EmbeddingSize);
            scores.Added()[..^1].CopyTo(editor.Values);
            destination = editor.Commit();
        }))
        { Size = model.EmbeddingSize };
        return [ScoreColumn, embedding, s_error];
    }
}
