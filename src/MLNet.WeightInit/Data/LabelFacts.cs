using MLNet.WeightInit.Engine.Data;

namespace MLNet.WeightInit;

/// <summary>What labels look like, one column a value of theirs.</summary>
/// <param name="Rows">That were looked at.</param>
/// <param name="ConstantColumns">Those with the same value in all rows, in order.</param>
/// <param name="IsZeroOrOne">Whether no value is another.</param>
internal sealed record LabelFacts(long Rows, int Columns, int[] ConstantColumns, bool IsZeroOrOne)
{
    public static LabelFacts Of(TrainingSet rows)
    {
        ReadOnlySpan<float> targets = rows.Targets.AsSpan(0, rows.Rows * rows.TargetColumns);
        return new(rows.Rows, rows.TargetColumns, [.. Enumerable.Range(0, rows.TargetColumns).Where(column => IsConstant(rows, column))], targets.IndexOfAnyExcept(0f, 1f) < 0);
    }

    public static LabelFacts Of(ColumnMoments targets)
        => new(targets.Rows, targets.Means.Length, [.. Enumerable.Range(0, targets.Means.Length).Where(targets.IsConstant)], targets.IsIndicator.IndexOf(false) < 0);

    static bool IsConstant(TrainingSet rows, int column)
    {
        ReadOnlySpan<float> targets = rows.Targets.AsSpan(0, rows.Rows * rows.TargetColumns);
        for (int i = column; i < targets.Length; i += rows.TargetColumns)
            if (targets[i] != targets[column])
                return false;
        return true;
    }
}
