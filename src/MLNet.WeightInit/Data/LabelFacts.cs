using MLNet.WeightInit.Engine.Data;

namespace MLNet.WeightInit;

/// <summary>What labels look like, one column a value of theirs.</summary>
/// <param name="Rows">That were looked at.</param>
/// <param name="ConstantColumns">Those with the same value in all rows, in order.</param>
/// <param name="IsZeroOrOne">Whether no value is another.</param>
internal sealed record LabelFacts(long Rows, int Columns, int[] ConstantColumns, bool IsZeroOrOne)
{
    /// <param name="columns">Of the targets; their numbers begin at the first of these.</param>
    public static LabelFacts Of(TrainingSet rows, Range columns)
    {
        (int first, int count) = columns.GetOffsetAndLength(rows.TargetColumns);
        return new(rows.Rows, count, [.. Enumerable.Range(0, count).Where(column => IsConstant(rows, first + column))], Enumerable.Range(first, count).All(column => IsZeroOrOneIn(rows, column)));
    }

    /// <inheritdoc cref="Of(TrainingSet, Range)"/>
    public static LabelFacts Of(ColumnMoments targets, Range columns)
    {
        (int first, int count) = columns.GetOffsetAndLength(targets.Means.Length);
        return new(targets.Rows, count, [.. Enumerable.Range(0, count).Where(column => targets.IsConstant(first + column))], targets.IsIndicator.Slice(first, count).IndexOf(false) < 0);
    }

    static bool IsZeroOrOneIn(TrainingSet rows, int column)
    {
        for (int i = column; i < rows.Rows * rows.TargetColumns; i += rows.TargetColumns)
            if (rows.Targets[i] is not (0 or 1))
                return false;
        return true;
    }

    static bool IsConstant(TrainingSet rows, int column)
    {
        ReadOnlySpan<float> targets = rows.Targets.AsSpan(0, rows.Rows * rows.TargetColumns);
        for (int i = column; i < targets.Length; i += rows.TargetColumns)
            if (targets[i] != targets[column])
                return false;
        return true;
    }
}
