using System.Runtime.CompilerServices;

namespace MLNet.WeightInit.Engine.Data;

/// <summary>Mean, spread and range of columns in one pass: row by row, in double, in the order in which rows come. Missing values (NaN) are left out.</summary>
/// <remarks>Welford 1962; with weights, West 1979. Sums of squares that are subtracted in the end would lose a spread that is small beside the mean.</remarks>
internal sealed class ColumnMoments
{
    readonly double[] _means, _squares;
    readonly float[] _minimum, _maximum;
    readonly bool[] _isIndicator;
    double[]? _missingWeights;
    long[]? _missing;

    public ColumnMoments(int columns)
    {
        _means = new double[columns];
        _squares = new double[columns];
        _minimum = new float[columns];
        _maximum = new float[columns];
        _isIndicator = new bool[columns];
        Array.Fill(_minimum, float.PositiveInfinity);
        Array.Fill(_maximum, float.NegativeInfinity);
        Array.Fill(_isIndicator, true);
    }

    public long Rows { get; private set; }

    /// <summary>Sum of the rows' weights.</summary>
    public double Weight { get; private set; }

    public ReadOnlySpan<double> Means => _means;

    public ReadOnlySpan<float> Minimum => _minimum;
    public ReadOnlySpan<float> Maximum => _maximum;

    /// <summary>Of each column, whether it holds only 0 and 1.</summary>
    public ReadOnlySpan<bool> IsIndicator => _isIndicator;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Add(ReadOnlySpan<float> row, double weight = 1)
    {
        Rows++;
        Weight += weight;
        double share = weight / Weight;
        for (int column = 0; column < row.Length; column++)
        {
            float value = row[column];
            if (float.IsNaN(value))
            {
                Miss(column, weight);
                continue;
            }
            double difference = value - _means[column];
            double mean = _means[column] + difference * (_missingWeights is null ? share : weight / (Weight - _missingWeights[column]));
            _means[column] = mean;
            _squares[column] += weight * difference * (value - mean);
            if (value < _minimum[column])
                _minimum[column] = value;
            if (value > _maximum[column])
                _maximum[column] = value;
            _isIndicator[column] &= value is 0 or 1;
        }
    }

    /// <summary>Whether no two rows have different values there.</summary>
    public bool IsConstant(int column) => _minimum[column] >= _maximum[column] && (_missing is null || _missing[column] == 0 || _missing[column] == Rows);

    /// <summary>Rows that have a value there.</summary>
    public long Present(int column) => Rows - (_missing?[column] ?? 0);

    /// <summary>How features are standardized by these rows: as <see cref="FeatureStatistics.Standardization"/> has it.</summary>
    public AffineScale Standardization() => FeatureStatistics.Scale(_minimum, _maximum, _isIndicator, _means, _squares, [.. Enumerable.Range(0, _means.Length).Select(Present)]);

    /// <summary>What stands in for missing features: as <see cref="Data.MissingFeatures.Encode"/> has it.</summary>
    public InputEncoding MissingFeatures()
        => new([.. _means.Select(mean => (float)mean)], [.. Enumerable.Range(0, _means.Length).Where(column => Present(column) is > 0 and var present && present < Rows)]);

    void Miss(int column, double weight)
    {
        _missingWeights ??= new double[_means.Length];
        _missing ??= new long[_means.Length];
        _missingWeights[column] += weight;
        _missing[column]++;
    }

    /// <summary>How targets are by these rows: as <see cref="TargetStatistics.Scale"/> has it.</summary>
    /// <param name="sampled">The same of some of the rows; columns that it leaves as they are, such as classes beside values, stay so.</param>
    public AffineScale TargetScale(AffineScale sampled)
    {
        float[] means = [.. sampled.Means], deviations = [.. sampled.Scales];
        for (int column = 0; column < means.Length; column++)
        {
            if ((means[column], deviations[column]) == (0f, 1f))
                continue;
            means[column] = (float)_means[column];
            deviations[column] = IsConstant(column) ? 0 : (float)Math.Sqrt(_squares[column] / Weight);
            if (!float.IsFinite(1 / deviations[column]))
                deviations[column] = 0;
        }
        return sampled with { Means = means, Scales = deviations };
    }
}
