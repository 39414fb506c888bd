using Microsoft.ML;
using Microsoft.ML.Data;

namespace MLNet.WeightInit;

/// <summary>The scores behind a column of predictions: what tells a row that could not be scored from one without any label.</summary>
internal static class ScoreColumn
{
    /// <summary>The column of scores that the same model made in the same place; null where the predictions are someone else's.</summary>
    public static DataViewSchema.Column? Of(DataViewSchema schema, DataViewSchema.Column prediction)
    {
        if (Set(prediction) is not { } set)
            return null;
        foreach (DataViewSchema.Column column in schema)
            if (Set(column) == set && column.Type is VectorDataViewType { ItemType: NumberDataViewType } vector && vector.ItemType == NumberDataViewType.Single && IsScore(column))
                return column;
        return null;
    }

    static uint? Set(DataViewSchema.Column column)
    {
        if (column.Annotations.Schema.GetColumnOrNull(AnnotationUtils.Kinds.ScoreColumnSetId)?.Type is not KeyDataViewType)
            return null;
        uint set = 0;
        column.Annotations.GetValue(AnnotationUtils.Kinds.ScoreColumnSetId, ref set);
        return set;
    }

    static bool IsScore(DataViewSchema.Column column)
    {
        if (column.Annotations.Schema.GetColumnOrNull(AnnotationUtils.Kinds.ScoreValueKind)?.Type is not TextDataViewType)
            return false;
        ReadOnlyMemory<char> kind = default;
        column.Annotations.GetValue(AnnotationUtils.Kinds.ScoreValueKind, ref kind);
        return kind.Span.SequenceEqual(AnnotationUtils.Const.ScoreValueKind.Score);
    }
}
