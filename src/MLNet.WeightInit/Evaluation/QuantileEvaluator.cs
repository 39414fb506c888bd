using System.Globalization;
using Microsoft.ML;
using Microsoft.ML.Data;

namespace MLNet.WeightInit;

/// <summary>Compares a label with the quantiles that were predicted for it.</summary>
internal sealed class QuantileEvaluator
{
    readonly IDataView _data;
    readonly DataViewSchema.Column _label, _score;
    readonly double[] _levels, _losses, _below;
    double _width, _within;
    long _rows, _skipped, _crossed;

    QuantileEvaluator(IDataView data, string labelColumnName, string scoreColumnName, IReadOnlyList<double>? levels)
    {
        _data = data;
        _label = Find(labelColumnName, nameof(labelColumnName));
        _score = Find(scoreColumnName, nameof(scoreColumnName));
        if (!_label.Type.Equals(NumberDataViewType.Single))
            throw new ArgumentOutOfRangeException(nameof(labelColumnName), labelColumnName,
                $"Column '{labelColumnName}' must be of Single, and is {_label.Type}. Convert it: mlContext.Transforms.Conversion.ConvertType(\"{labelColumnName}\", outputKind: DataKind.Single).");
        if (_score.Type is not VectorDataViewType { Size: > 0 } vector || !vector.ItemType.Equals(NumberDataViewType.Single))
            throw new ArgumentOutOfRangeException(nameof(scoreColumnName), scoreColumnName,
                $"Column '{scoreColumnName}' must be a vector of Single of known size, one value a quantile, and is {_score.Type}. For one value a row use mlContext.Regression.Evaluate.");
        _levels = levels is null ? LevelsOf(_score, vector.Size) : Checked(levels, vector.Size);
        _losses = new double[_levels.Length];
        _below = new double[_levels.Length];
    }

    /// <param name="levels">Null: the score column's slot names say them.</param>
    /// <exception cref="ArgumentOutOfRangeException">A column is missing or of the wrong type, or the levels don't fit the scores.</exception>
    /// <exception cref="InvalidOperationException">There is no row with a label.</exception>
    public static QuantileRegressionMetrics Evaluate(IDataView data, string labelColumnName, string scoreColumnName, IReadOnlyList<double>? levels)
        => new QuantileEvaluator(data, labelColumnName, scoreColumnName, levels).Evaluate();

    QuantileRegressionMetrics Evaluate()
    {
        using DataViewRowCursor cursor = _data.GetRowCursor([_label, _score]);
        ValueGetter<float> getLabel = cursor.GetGetter<float>(_label);
        ValueGetter<VBuffer<float>> getScore = cursor.GetGetter<VBuffer<float>>(_score);
        float label = 0;
        VBuffer<float> buffer = default;
        var scores = new float[_levels.Length];
        while (cursor.MoveNext())
        {
            getLabel(ref label);
            if (!float.IsFinite(label))
            {
                _skipped++;
                continue;
            }
            getScore(ref buffer);
            if (buffer.Length != scores.Length)
                throw new InvalidOperationException(string.Create(CultureInfo.InvariantCulture,
                    $"Column '{_score.Name}' must have {scores.Length} values in every row, as its type {_score.Type} says, and has {buffer.Length} in row {cursor.Position:N0} (counted from 0). Filter such rows out."));
            buffer.CopyTo(scores);
            Add(label, scores);
        }
        if (_rows == 0)
            throw new InvalidOperationException($"Metrics need at least 1 row with a label in column '{_label.Name}', and the data has none among its {_skipped} rows. Check how this data was read.");
        return new QuantileRegressionMetrics([.. _levels.Select((level, i) => new QuantileMetrics(level, _losses[i] / _rows, _below[i] / _rows))], _within / _rows, _width / _rows, _crossed, _rows, _skipped);
    }

    void Add(double label, ReadOnlySpan<float> scores)
    {
        _rows++;
        bool crosses = false;
        for (int i = 0; i < scores.Length; i++)
        {
            double residual = scores[i] - label;
            _losses[i] += residual < 0 ? -_levels[i] * residual : (1 - _levels[i]) * residual;
            _below[i] += Share(residual >= 0, residual);
            crosses |= i > 0 && scores[i] < scores[i - 1];
        }
        _width += (double)scores[^1] - scores[0];
        _within += Share(label >= scores[0] && label <= scores[^1], (double)scores[0] + scores[^1]);
        _crossed += crosses ? 1 : 0;
    }

    /// <summary>NaN where what was compared is.</summary>
    static double Share(bool holds, double compared) => double.IsNaN(compared) ? double.NaN : holds ? 1 : 0;

    static double[] LevelsOf(DataViewSchema.Column score, int count)
    {
        double?[]? levels = SlotNames.Of(score)?.Select(QuantileColumns.LevelOf).ToArray();
        if (levels is null || levels.Contains(null))
            throw new ArgumentOutOfRangeException(nameof(levels), null,
                $"The levels must be known, and the slots of column '{score.Name}' are not named by them, as {QuantileColumns.SlotName(0.9)}. Pass them: EvaluateQuantiles(data, levels: [0.1, 0.5, 0.9]).");
        return Checked([.. levels.Select(level => level!.Value)], count);
    }

    static double[] Checked(IReadOnlyList<double> levels, int count)
    {
        if (levels.Count != count)
            throw new ArgumentOutOfRangeException(nameof(levels), levels.Count, $"There must be one level for each of the {count} scores of a row, and there are {levels.Count}.");
        Engine.Training.Losses.Quantiles.Check([.. levels]);
        return [.. levels];
    }

    DataViewSchema.Column Find(string name, string parameter)
    {
        ArgumentNullException.ThrowIfNull(name, parameter);
        return _data.Schema.GetColumnOrNull(name)
            ?? throw ColumnErrors.Missing(_data.Schema, name, parameter);
    }
}
