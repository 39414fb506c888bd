using Microsoft.ML;
using Microsoft.ML.Data;
using MLNet.WeightInit.Engine.Data;

namespace MLNet.WeightInit;

/// <summary>What is said of a label of several values before it is trained.</summary>
internal sealed class VectorLabelChecks
{
    const int SlotsNamed = 3;

    readonly DataViewSchema.Column _label;
    readonly TrainingSet _rows;
    readonly int[] _constant;

    public VectorLabelChecks(DataViewSchema.Column label, TrainingSet rows)
    {
        _label = label;
        _rows = rows;
        _constant = [.. Enumerable.Range(0, rows.TargetColumns).Where(IsConstant)];
    }

    /// <summary>Why these labels can't be trained, or null.</summary>
    public string? Refusal(NetworkTask task) => task == NetworkTask.Multilabel && _constant.Length == _rows.TargetColumns
        ? $"At least one label must be true in some rows and false in others, and all {_rows.Rows} usable rows have the same values in column '{_label.Name}'. Check the filter or split that made this data."
        : null;

    /// <summary>What is odd and can be trained all the same.</summary>
    public IEnumerable<string> Warnings(NetworkTask task)
    {
        if (_constant.Length > 0)
            yield return $"Column '{_label.Name}' has the same value in all {_rows.Rows} usable rows in {DescribeConstant()}: there is nothing to learn there but that value. Check the filter or split that made this data.";
        if (task == NetworkTask.Regression && _constant.Length < _rows.TargetColumns && Targets.IndexOfAnyExcept(0f, 1f) < 0)
            yield return $"Column '{_label.Name}' holds only 0 and 1, and is trained as regression because its items are Single. For labels that are true or false convert it first: "
                + $"mlContext.Transforms.Conversion.ConvertType(\"{_label.Name}\", outputKind: DataKind.Boolean).";
    }

    ReadOnlySpan<float> Targets => _rows.Targets.AsSpan(0, _rows.Rows * _rows.TargetColumns);

    string DescribeConstant()
    {
        string named = string.Join(", ", _constant.Take(SlotsNamed).Select(slot => SlotText.Of(_label, slot)));
        return _constant.Length > SlotsNamed ? $"{named} and {_constant.Length - SlotsNamed} more" : named;
    }

    bool IsConstant(int column)
    {
        ReadOnlySpan<float> targets = Targets;
        for (int i = column; i < targets.Length; i += _rows.TargetColumns)
            if (targets[i] != targets[column])
                return false;
        return true;
    }
}
