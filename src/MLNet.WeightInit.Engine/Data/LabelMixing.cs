namespace MLNet.WeightInit.Engine.Data;

/// <summary>How far stretches of rows differ in their labels: what a pool as long as such a stretch can't undo.</summary>
internal sealed class LabelMixing
{
    readonly int _stretch;
    readonly bool _byClass;
    readonly double[] _sums, _squares, _stretchSums, _between;
    readonly float[] _origin;
    long _rows;
    int _stretchRows;

    /// <param name="stretch">Rows of one.</param>
    /// <param name="classes">Classes of a label that is a class index; 0 where labels are values.</param>
    public LabelMixing(int stretch, int classes, int targetColumns)
    {
        _stretch = stretch;
        _byClass = classes > 0;
        int columns = _byClass ? classes : targetColumns;
        _sums = new double[columns];
        _squares = new double[columns];
        _stretchSums = new double[columns];
        _between = new double[columns];
        _origin = new float[columns];
    }

    public void Add(ReadOnlySpan<float> targets)
    {
        if (_byClass)
            Add((int)targets[0], 1);
        else
        {
            if (_rows == 0)
                targets.CopyTo(_origin);                       // differences to it, so that a large mean leaves the spread its digits
            for (int column = 0; column < targets.Length; column++)
                Add(column, (double)targets[column] - _origin[column]);
        }
        _rows++;
        if (++_stretchRows == _stretch)
            EndStretch();
    }

    /// <summary>Share of the label's variance that lies between stretches, not within them: near 0 for well mixed rows, 1 where each stretch has one label. Of several columns the largest; of classes, of their indicators together.</summary>
    /// <remarks>The correlation ratio η² of the one-way analysis of variance (Fisher 1925).</remarks>
    public double BetweenStretches()
    {
        if (_stretchRows > 0)
            EndStretch();
        double betweenSum = 0, totalSum = 0, largest = 0;
        for (int column = 0; column < _sums.Length; column++)
        {
            double common = _sums[column] * _sums[column] / _rows, between = _between[column] - common, total = _squares[column] - common;
            betweenSum += between;
            totalSum += total;
            if (total > 0)
                largest = Math.Max(largest, between / total);
        }
        return !_byClass ? largest : totalSum > 0 ? betweenSum / totalSum : 0;
    }

    void Add(int column, double value)
    {
        _sums[column] += value;
        _squares[column] += value * value;
        _stretchSums[column] += value;
    }

    void EndStretch()
    {
        for (int column = 0; column < _sums.Length; column++)
            _between[column] += _stretchSums[column] * _stretchSums[column] / _stretchRows;
        _stretchSums.AsSpan().Clear();
        _stretchRows = 0;
    }
}
