using Microsoft.ML;
using Microsoft.ML.Data;

namespace MLNet.WeightInit;

/// <summary>ML.NET's mapper from features to scores, which takes the scores of rows that were read ahead from their block.</summary>
internal sealed class BlockBoundMapper(INeuralNetMapper model, ISchemaBoundRowMapper rowByRow) : ISchemaBoundRowMapper
{
    RoleMappedSchema ISchemaBoundMapper.InputRoleMappedSchema => rowByRow.InputRoleMappedSchema;

    DataViewSchema ISchemaBoundMapper.OutputSchema => rowByRow.OutputSchema;

    DataViewSchema ISchemaBoundRowMapper.InputSchema => rowByRow.InputSchema;

    ISchemaBindableMapper ISchemaBoundMapper.Bindable => model;

    IEnumerable<KeyValuePair<RoleMappedSchema.ColumnRole, string>> ISchemaBoundMapper.GetInputColumnRoles() => rowByRow.GetInputColumnRoles();

    IEnumerable<DataViewSchema.Column> ISchemaBoundRowMapper.GetDependenciesForNewColumns(IEnumerable<DataViewSchema.Column> dependingColumns)
        => rowByRow.GetDependenciesForNewColumns(dependingColumns);

    DataViewRow ISchemaBoundRowMapper.GetRow(DataViewRow input, IEnumerable<DataViewSchema.Column> activeColumns)
    {
        if (input is not ReadAheadCursor ahead || ahead.Scores.Network.Network != model.Network || rowByRow.InputRoleMappedSchema.Feature?.Index != ahead.Features.Index)
            return rowByRow.GetRow(input, activeColumns);
        var active = new bool[rowByRow.OutputSchema.Count];
        foreach (DataViewSchema.Column column in activeColumns)
            active[column.Index] = true;
        var scores = new RowScores(input, ahead.Features, model.Network, keys: []);
        return new SimpleRow(rowByRow.OutputSchema, input, [.. active.Select((isActive, column) => isActive ? model.MakeGetter(scores, column) : null!)]);
    }
}

/// <summary>A model whose columns can be made of a network's scores.</summary>
internal interface INeuralNetMapper : ISchemaBindableMapper
{
    FeedForwardNetwork Network { get; }

    /// <summary>The getter of a column that ML.NET's mapper for this model has, from the network's scores.</summary>
    Delegate MakeGetter(RowScores scores, int column);
}
