using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Runtime;

namespace MLNet.WeightInit;

/// <summary>A network with categorical columns, bound to a schema: ML.NET's own binding gives a model its feature column and no other.</summary>
/// <remarks>The categorical columns have roles too, so that a scorer that is applied to other data, or saved and loaded, asks for them again.</remarks>
internal sealed class CategoricalRowMapper : ISchemaBoundRowMapper
{
    const string CategoricalRole = "Categorical";

    readonly FeedForwardNetwork _network;
    readonly DataViewSchema.Column _features;
    readonly DataViewSchema.Column[] _keys;

    /// <param name="model">What was bound.</param>
    /// <param name="outputs">Columns that it adds: the score, and where there is a second one the probability.</param>
    /// <param name="schema">Whose feature column the network reads.</param>
    /// <exception cref="ArgumentOutOfRangeException">The schema lacks a column, or one is of another type than in training.</exception>
    public CategoricalRowMapper(IHost host, ISchemaBindableMapper model, FeedForwardNetwork network, DataViewSchema outputs, RoleMappedSchema schema)
    {
        _network = network;
        Bindable = model;
        OutputSchema = outputs;
        if (schema.Feature is not { } features)
            throw host.ExceptSchemaMismatch(nameof(schema), "feature", "");
        var expected = new VectorDataViewType(NumberDataViewType.Single, network.Inputs);
        if (network.Inputs > 0 && !expected.Equals(features.Type))
            throw host.ExceptSchemaMismatch(nameof(schema), "feature", features.Name, expected.ToString()!, features.Type.ToString()!);
        _features = features;
        _keys = KeyColumns.Find(host, schema.Schema, network);
        InputRoleMappedSchema = new RoleMappedSchema(schema.Schema, GetInputColumnRoles());
    }

    public RoleMappedSchema InputRoleMappedSchema { get; }
    public DataViewSchema InputSchema => InputRoleMappedSchema.Schema;
    public DataViewSchema OutputSchema { get; }
    public ISchemaBindableMapper Bindable { get; }

    public IEnumerable<KeyValuePair<RoleMappedSchema.ColumnRole, string>> GetInputColumnRoles()
        => [RoleMappedSchema.ColumnRole.Feature.Bind(_features.Name), .. _keys.Select(column => RoleMappedSchema.CreatePair(CategoricalRole, column.Name))];

    IEnumerable<DataViewSchema.Column> ISchemaBoundRowMapper.GetDependenciesForNewColumns(IEnumerable<DataViewSchema.Column> dependingColumns) => dependingColumns.Any() ? [_features, .. _keys] : [];

    DataViewRow ISchemaBoundRowMapper.GetRow(DataViewRow input, IEnumerable<DataViewSchema.Column> activeColumns)
    {
        var active = activeColumns.Select(column => column.Index).ToHashSet();
        var scores = new Lazy<RowScores>(() => new RowScores(input, _features, _network, _keys));     // a row is scored once for both columns
        return new SimpleRow(OutputSchema, input, [.. Enumerable.Range(0, OutputSchema.Count).Select(column => active.Contains(column) ? MakeGetter(scores.Value, column) : null!)]);
    }

    Delegate MakeGetter(RowScores scores, int column)
    {
        if (column == 1)
        {
            var logistic = new LogisticFunction();
            return (ValueGetter<float>)((ref float probability) => probability = logistic.Apply(scores.Current()[0]));
        }
        if (OutputSchema[column].Type is not VectorDataViewType)
            return (ValueGetter<float>)((ref float score) => score = scores.Current()[0]);
        return (ValueGetter<VBuffer<float>>)((ref VBuffer<float> destination) =>
        {
            VBufferEditor<float> editor = VBufferEditor.Create(ref destination, scores.Count);
            scores.Current().CopyTo(editor.Values);
            destination = editor.Commit();
        });
    }
}
