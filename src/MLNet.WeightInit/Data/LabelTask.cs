using Microsoft.ML;
using Microsoft.ML.Data;
using MLNet.WeightInit.Engine.Data;
using MLNet.WeightInit.Engine.Training.Losses;

namespace MLNet.WeightInit;

/// <summary>What a label's type asks a network to do.</summary>
internal static class LabelTask
{
    /// <summary>The types, for messages.</summary>
    public const string Types = "Key<UInt32>, Boolean, Single, Vector<Single> or Vector<Boolean>";

    /// <param name="loss">Null: the task's own.</param>
    /// <returns>Null where the column can't be a label.</returns>
    public static NetworkTask? Of(SchemaShape.Column column, Loss? loss)
    {
        bool isSingle = !column.IsKey && column.ItemType == NumberDataViewType.Single, isBoolean = !column.IsKey && column.ItemType is BooleanDataViewType;
        return column.Kind switch
        {
            SchemaShape.Column.VectorKind.Scalar when column.IsKey && column.ItemType == NumberDataViewType.UInt32 => NetworkTask.Multiclass,
            SchemaShape.Column.VectorKind.Scalar when isBoolean => NetworkTask.Binary,
            SchemaShape.Column.VectorKind.Scalar when isSingle => loss is Quantiles ? NetworkTask.Quantiles : NetworkTask.Regression,
            SchemaShape.Column.VectorKind.Vector when isSingle => NetworkTask.Regression,
            SchemaShape.Column.VectorKind.Vector when isBoolean => NetworkTask.Multilabel,
            _ => null,
        };
    }
}
