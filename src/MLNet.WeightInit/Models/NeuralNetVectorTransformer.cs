using System.Globalization;
using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Model.OnnxConverter;
using Microsoft.ML.Runtime;

namespace MLNet.WeightInit;

/// <summary>Adds the columns of a network with several outputs to rows. ML.NET has no prediction transformer for such models; this is one.</summary>
public abstract class NeuralNetVectorTransformer : RowToRowTransformerBase, ITransformer
{
    const string ModelFolder = "Model";

    readonly VersionInfo _version;
    readonly NeuralNetVectorModelParameters _parameters;
    readonly string _scoreKind;
    readonly string[]? _outputNames;

    /// <param name="scoreKind">What the columns are, as annotation <c>ScoreColumnKind</c>.</param>
    /// <param name="outputNames">The label's slot names, or null where it has none.</param>
    private protected NeuralNetVectorTransformer(IHost host, VersionInfo version, string scoreKind, NeuralNetVectorModelParameters parameters, string featureColumnName, string[]? outputNames)
        : base(host)
    {
        _version = version;
        _scoreKind = scoreKind;
        _parameters = parameters;
        _outputNames = outputNames;
        FeatureColumnName = featureColumnName;
        FeatureColumnType = parameters.Network.Inputs > 0
            ? new VectorDataViewType(NumberDataViewType.Single, parameters.Network.Inputs)
            : new KeyDataViewType(typeof(uint), parameters.Network.Embeddings[0].KeyCount);
    }

    private protected NeuralNetVectorTransformer(IHost host, VersionInfo version, string scoreKind, NeuralNetVectorModelParameters parameters, ModelLoadContext context)
        : this(host, version, scoreKind, parameters, context.LoadNonEmptyString(), LoadOutputNames(host, context, parameters.Network.Outputs))
    {
    }

    /// <summary>Column that rows are scored from: a vector of Single; the first categorical column where the network has no features.</summary>
    public string FeatureColumnName { get; }

    /// <summary>Type of that column in training.</summary>
    public DataViewType FeatureColumnType { get; }

    private protected abstract IReadOnlyList<VectorOutputColumn> OutputColumns { get; }

    /// <summary>Adds the columns to data. Rows are read ahead and scored in blocks; order and bits are those of single rows.</summary>
    /// <param name="input">Data with the feature column.</param>
    /// <exception cref="ArgumentOutOfRangeException">The feature column is missing or of another type than in training.</exception>
    public new IDataView Transform(IDataView input)
    {
        Host.CheckValue(input, nameof(input));
        return new BlockScoredView(Host, input, new BlockNetwork(_parameters.Network, FeatureColumnName, _parameters.Reconstruction), (_, data) => MakeDataTransform(data));
    }

    private protected static TModel LoadParameters<TModel>(IHost host, ModelLoadContext context) where TModel : NeuralNetVectorModelParameters
    {
        context.LoadModel<TModel, SignatureLoadModel>(host, out TModel parameters, ModelFolder);
        return parameters;
    }

    /// <summary>The column <c>Score</c>: the network's outputs, as they are.</summary>
    private protected static VectorOutputColumn ScoreColumn { get; } = new(AnnotationUtils.Const.ScoreValueKind.Score, NumberDataViewType.Single, scores => scores.MakeGetter());

    private protected sealed override void SaveModel(ModelSaveContext context)
    {
        Host.CheckValue(context, nameof(context));
        context.CheckAtModel();
        context.SetVersionInfo(_version);
        context.SaveModel(_parameters, ModelFolder);
        context.SaveNonEmptyString(FeatureColumnName);
        context.Writer.Write(_outputNames?.Length ?? 0);
        foreach (string name in _outputNames ?? [])
            context.SaveString(name);
        SaveMore(context);
    }

    /// <summary>What a kind of transformer needs beyond that, and reads after it.</summary>
    private protected virtual void SaveMore(ModelSaveContext context)
    {
    }

    static string[]? LoadOutputNames(IHost host, ModelLoadContext context, int outputs)
    {
        int count = context.Reader.ReadInt32();
        host.CheckDecode(count == 0 || count == outputs, $"The model has {count} names for {outputs} outputs: the file is damaged.");
        if (count == 0)
            return null;
        var names = new string[count];
        for (int i = 0; i < count; i++)
            names[i] = context.LoadString();
        return names;
    }

    private protected sealed override IRowMapper MakeRowMapper(DataViewSchema schema) => new Mapper(this, schema, FindFeatures(schema), KeyColumns.Find(Host, schema, _parameters.Network));

    DataViewSchema.Column FindFeatures(DataViewSchema schema)
    {
        if (schema.GetColumnOrNull(FeatureColumnName) is not { } features)
            throw Host.ExceptSchemaMismatch(nameof(schema), "feature", FeatureColumnName);
        if (_parameters.Network.Inputs > 0 && (features.Type is not VectorDataViewType vector || vector.ItemType != NumberDataViewType.Single || vector.Size != _parameters.Network.Inputs))
            throw Host.ExceptSchemaMismatch(nameof(schema), "feature", FeatureColumnName, FeatureColumnType.ToString()!, features.Type.ToString()!);
        return features;
    }

    DataViewSchema.Annotations Annotate(VectorOutputColumn column, uint setId)
    {
        var builder = new DataViewSchema.Annotations.Builder();
        builder.Add(AnnotationUtils.Kinds.ScoreColumnSetId, AnnotationUtils.ScoreColumnSetIdType, (ref uint value) => value = setId + (uint)column.Set);
        builder.Add(AnnotationUtils.Kinds.ScoreColumnKind, TextDataViewType.Instance, (ref ReadOnlyMemory<char> value) => value = (column.ScoreKind ?? _scoreKind).AsMemory());
        builder.Add(AnnotationUtils.Kinds.ScoreValueKind, TextDataViewType.Instance, (ref ReadOnlyMemory<char> value) => value = (column.ValueKind ?? column.Name).AsMemory());
        if (column.IsNormalized)
            builder.Add(AnnotationUtils.Kinds.IsNormalized, BooleanDataViewType.Instance, (ref bool value) => value = true);
        if ((column.Size is null ? _outputNames : column.SlotNames) is { } slotNames)
        {
            var names = new VBuffer<ReadOnlyMemory<char>>(slotNames.Length, [.. slotNames.Select(name => name.AsMemory())]);
            builder.AddSlotNames(slotNames.Length, (ref VBuffer<ReadOnlyMemory<char>> value) => names.CopyTo(ref value));
        }
        column.Keys?.Annotate(builder);
        return builder.ToAnnotations();
    }

    sealed class Mapper : MapperBase, ISaveAsOnnx
    {
        readonly NeuralNetVectorTransformer _transformer;
        readonly DataViewSchema.Column _features;
        readonly DataViewSchema.Column[] _keys;

        public Mapper(NeuralNetVectorTransformer transformer, DataViewSchema schema, DataViewSchema.Column features, DataViewSchema.Column[] keys)
            : base(transformer.Host, schema, transformer)
        {
            _transformer = transformer;
            _features = features;
            _keys = keys;
        }

        bool ICanSaveOnnx.CanSaveOnnx(OnnxContext context) => true;

        protected override DataViewSchema.DetachedColumn[] GetOutputColumnsCore()
        {
            uint setId = InputSchema.GetMaxAnnotationKind(out _, AnnotationUtils.Kinds.ScoreColumnSetId) + 1;
            return [.. _transformer.OutputColumns.Select(column => new DataViewSchema.DetachedColumn(column.Name, TypeOf(column), _transformer.Annotate(column, setId)))];
        }

        /// <summary>All columns of a cursor share one scorer: a row is scored once.</summary>
        public override Delegate[] CreateGetters(DataViewRow input, Func<int, bool> activeOutput, out Action? disposer)
        {
            disposer = null;
            var scores = new Lazy<RowScores>(() => Scores(input));
            return [.. _transformer.OutputColumns.Select((column, i) => activeOutput(i) ? column.MakeGetter(scores.Value) : null!)];
        }

        protected override Delegate MakeGetter(DataViewRow input, int column, Func<int, bool> activeOutput, out Action? disposer)
        {
            disposer = null;
            return _transformer.OutputColumns[column].MakeGetter(Scores(input));
        }

        private protected override Func<int, bool> GetDependenciesCore(Func<int, bool> activeOutput)
        {
            bool active = Enumerable.Range(0, _transformer.OutputColumns.Count).Any(activeOutput);
            return column => active && (column == _features.Index || Array.Exists(_keys, key => key.Index == column));
        }

        private protected override void SaveModel(ModelSaveContext context) => _transformer.SaveModel(context);

        void ISaveAsOnnx.SaveAsOnnx(OnnxContext context)
        {
            Host.Check(context.ContainsColumn(_features.Name), string.Create(CultureInfo.InvariantCulture, $"The ONNX graph must have column '{_features.Name}' before the network, and has not: a step before it can't be exported."));
            string features = context.GetVariableName(_features.Name);
            string[] names = [.. _transformer.OutputColumns.Select(column => context.AddIntermediateVariable(TypeOf(column), column.Name))];
            _transformer._parameters.SaveAsOnnx(context, names, features);
        }

        DataViewType TypeOf(VectorOutputColumn column) => column.TypeFor(_transformer._parameters.Network.Outputs);

        RowScores Scores(DataViewRow input) => new(input, _features, _transformer._parameters.Network, _keys, _transformer._parameters.Reconstruction);
    }
}
