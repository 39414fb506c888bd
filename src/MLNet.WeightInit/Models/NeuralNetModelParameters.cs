using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Model.OnnxConverter;
using Microsoft.ML.Runtime;
using Microsoft.ML.Trainers;
using MLNet.WeightInit.Engine;
using MLNet.WeightInit.Engine.Data;
using MLNet.WeightInit.Engine.Network;

namespace MLNet.WeightInit;

/// <summary>A fitted network as ML.NET sees it: scores rows, saves, loads, exports to ONNX. Tasks differ in what a row's score is.</summary>
/// <typeparam name="TOutput">Score of one row: Single, or a vector of Single.</typeparam>
public abstract class NeuralNetModelParameters<TOutput> : ModelParametersBase<TOutput>, INeuralNetModel, IValueMapper, ISingleCanSaveOnnx, IBindableCanSaveOnnx, INeuralNetMapper, IKnowsColumns
{
    readonly VersionInfo _version;
    readonly VectorDataViewType _inputType;
    IReadOnlyList<ColumnMeaning> _columns = [];

    private protected NeuralNetModelParameters(IHostEnvironment environment, VersionInfo version, TrainingResult result)
        : base(environment, version.LoaderSignature)
    {
        _version = version;
        Network = result.Network;
        Initialization = result.Initialization;
        History = result.History;
        _inputType = new VectorDataViewType(NumberDataViewType.Single, Network.Inputs);
    }

    private protected NeuralNetModelParameters(IHostEnvironment environment, VersionInfo version, ModelLoadContext context, NetworkTask task)
        : base(environment, version.LoaderSignature, context)
    {
        _version = version;
        (Network, Initialization, History) = ModelEntries.Load(Host, context);
        _columns = ModelEntries.LoadColumns(context);
        Host.CheckDecode(Network.Task == task, "The network in this model is of another task than the model says: the file is damaged.");
        _inputType = new VectorDataViewType(NumberDataViewType.Single, Network.Inputs);
    }

    /// <inheritdoc/>
    public FeedForwardNetwork Network { get; }

    /// <inheritdoc/>
    public InitializationReport Initialization { get; }

    /// <inheritdoc/>
    public TrainingHistory History { get; }

    /// <summary>A table of the network's layers.</summary>
    public override string ToString() => Network.ToString();

    IReadOnlyList<ColumnMeaning> IKnowsColumns.Columns
    {
        get => _columns;
        set => _columns = value;
    }

    DataViewType IValueMapper.InputType => _inputType;

    DataViewType IValueMapper.OutputType => OutputType;

    private protected abstract DataViewType OutputType { get; }

    /// <summary>A delegate that scores rows with buffers of its own: ML.NET asks for one a cursor.</summary>
    private protected abstract ValueMapper<VBuffer<float>, TOutput> CreateMapper();

    ValueMapper<TSource, TDestination> IValueMapper.GetMapper<TSource, TDestination>()
        => MapperWithoutKeys() as ValueMapper<TSource, TDestination>
            ?? throw Host.Except($"A neural network maps a vector of Single to {OutputType}; it was asked to map {typeof(TSource)} to {typeof(TDestination)}.");

    /// <summary>A mapper sees features only, and never the other columns of their row.</summary>
    private protected ValueMapper<VBuffer<float>, TOutput> MapperWithoutKeys()
    {
        CheckHasNoKeys();
        return CreateMapper();
    }

    /// <exception cref="InvalidOperationException">The network needs more than features.</exception>
    private protected void CheckHasNoKeys()
    {
        if (Network.Embeddings.Count > 0)
            throw Host.Process(new InvalidOperationException($"A network with categorical columns ({string.Join(", ", Network.Embeddings.Select(embedding => embedding.Column))}) can't be scored from its features alone, as OneVersusAll and other models made of models do. "
                + "Score with the transformer that Fit returned, or make the categories features: mlContext.Transforms.Categorical.OneHotEncoding."));
    }

    /// <summary>Columns that the model adds to a row: the score, and for binary the probability.</summary>
    private protected virtual DataViewSchema ScoreSchema => ScoreSchemaFactory.Create(OutputType, ScoreColumnKind);

    /// <summary>What the score is, as annotation <c>ScoreColumnKind</c>.</summary>
    private protected abstract string ScoreColumnKind { get; }

    bool IBindableCanSaveOnnx.SaveAsOnnx(OnnxContext context, RoleMappedSchema schema, string[] outputNames)
    {
        // As ML.NET's own bindings: a chain whose earlier steps can't be exported leaves the network's columns out.
        if (schema.Feature is not { } features || !context.ContainsColumn(features.Name) || Network.Embeddings.Any(embedding => !context.ContainsColumn(embedding.Column)))
            return false;
        return ((ISingleCanSaveOnnx)this).SaveAsOnnx(context, outputNames, context.GetVariableName(features.Name));
    }

    private protected override void SaveCore(ModelSaveContext context)
    {
        base.SaveCore(context);
        context.SetVersionInfo(_version);
        ModelEntries.Save(context, this);
        ModelEntries.SaveColumns(context, _columns);
    }

    /// <summary>What ML.NET binds a model with that leaves it to ML.NET.</summary>
    SchemaBindablePredictorWrapperBase RowByRow => this is IValueMapperDist ? new SchemaBindableBinaryPredictorWrapper(this) : new SchemaBindablePredictorWrapper(this);

    // ML.NET looks here first.
    ISchemaBoundMapper ISchemaBindableMapper.Bind(IHostEnvironment environment, RoleMappedSchema schema)
        => Network.Embeddings.Count > 0
            ? new CategoricalRowMapper(Host, this, Network, ScoreSchema, schema)
            : new BlockBoundMapper(this, (ISchemaBoundRowMapper)((ISchemaBindableMapper)RowByRow).Bind(environment, schema));

    Delegate INeuralNetMapper.MakeGetter(RowScores scores, int column) => MakeGetter(scores, column);

    /// <summary>The getter of a column that ML.NET derives from this model: the score, and for a model with probabilities as column 1 these.</summary>
    private protected abstract Delegate MakeGetter(RowScores scores, int column);

    bool ICanSaveOnnx.CanSaveOnnx(OnnxContext context) => true;

    bool ISingleCanSaveOnnx.SaveAsOnnx(OnnxContext context, string[] outputNames, string featureColumn)
    {
        WriteOnnx(new OnnxNetworkWriter(context), outputNames, featureColumn);
        return true;
    }

    /// <summary>Adds nodes from the features to every output that ML.NET named.</summary>
    private protected abstract void WriteOnnx(OnnxNetworkWriter writer, string[] outputNames, string features);
}
