using MLNet.WeightInit.Engine.Data;
using MLNet.WeightInit.Engine.Kernels;
using MLNet.WeightInit.Engine.Network;

namespace MLNet.WeightInit.Engine.Diagnostics.Trainability;

/// <summary>How much of what the loss asks for can be told from a set of features: of a row from the other rows. What the data make hard, no start makes easy.</summary>
/// <remarks>What the loss asks for is −∂L/∂f less its mean. Shares of its squares, from −1 to 1: below 0 the features say less than the mean does. By ridge regression each row's prediction from the others is closed
/// (e = (K + λ)⁻¹ r over the diagonal of (K + λ)⁻¹, λ K's mean diagonal); by neighbours it is the mean of the five nearest.</remarks>
internal sealed class LabelRelation
{
    /// <summary>Rows looked at: the factor and its inverse grow with their cube.</summary>
    public const int MostRows = 128;

    const int Neighbours = 5;

    readonly int _rows;
    readonly int[] _firstRows;
    readonly double[][] _asked;

    /// <summary>[rows × rows], written anew for each set of features.</summary>
    readonly double[] _products, _inverse;

    /// <param name="gradients">∂L/∂f, [rows × <paramref name="stride"/>].</param>
    public LabelRelation(ReadOnlySpan<float> gradients, int rows, int outputs, int stride)
    {
        _rows = Math.Min(rows, MostRows);
        _firstRows = RowNumbers.Ascending(_rows);
        _products = new double[_rows * _rows];
        _inverse = new double[_rows * _rows];
        _asked = new double[Math.Min(outputs, 16)][];
        for (int output = 0; output < _asked.Length; output++)
        {
            var asked = new double[_rows];
            double mean = 0;
            for (int row = 0; row < _rows; row++)
            {
                asked[row] = -(double)gradients[row * stride + output];
                mean += asked[row] / _rows;
            }
            for (int row = 0; row < _rows; row++)
                asked[row] -= mean;
            _asked[output] = asked;
        }
    }

    /// <summary>Shares by ridge regression and by neighbours.</summary>
    /// <param name="features">[rows × <paramref name="stride"/>].</param>
    public (double Linear, double Near) Of(ReadOnlySpan<float> features, int columns, int stride)
    {
        RowProducts.Of(features, columns, stride, _firstRows, _products);
        return Of();
    }

    /// <summary>The share by ridge regression alone.</summary>
    /// <inheritdoc cref="Of(ReadOnlySpan{float}, int, int)" path="/param"/>
    public double LinearOf(ReadOnlySpan<float> features, int columns, int stride)
    {
        RowProducts.Of(features, columns, stride, _firstRows, _products);
        return LinearOf() ?? 0;
    }

    /// <summary>The same of sparse rows of <paramref name="columns"/> features.</summary>
    public (double Linear, double Near) Of(SparseBatch batch, int columns)
    {
        RowProducts.Of(batch, columns, _firstRows, _products);
        return Of();
    }

    (double Linear, double Near) Of()
    {
        double near = Near();
        return LinearOf() is { } linear ? (linear, near) : (0, 0);
    }

    /// <returns>Null where nothing tells rows apart, or features aren't finite. Products are overwritten.</returns>
    double? LinearOf()
    {
        Centre();
        double diagonal = 0;
        for (int row = 0; row < _rows; row++)
            diagonal += _products[row * _rows + row] / _rows;
        return diagonal > 0 && double.IsFinite(diagonal) ? Linear(diagonal) : null;
    }

    /// <summary>Products of rows become those of rows less their mean.</summary>
    void Centre()
    {
        var means = new double[_rows];
        double all = 0;
        for (int row = 0; row < _rows; row++)
        {
            double sum = 0;
            foreach (double product in _products.AsSpan(row * _rows, _rows))
                sum += product;
            means[row] = sum / _rows;
            all += means[row] / _rows;
        }
        for (int row = 0; row < _rows; row++)
            for (int other = 0; other < _rows; other++)
                _products[row * _rows + other] = _products[row * _rows + other] - means[row] - means[other] + all;
    }

    /// <summary>K + λ = L Lᵀ and M = L⁻¹: a row's error is (Mᵀ M r) over the diagonal Σ M², column by column.</summary>
    double Linear(double ridge)
    {
        double[] lower = InverseOfFactor(ridge);
        double[] diagonal = new double[_rows], left = new double[_rows];
        for (int row = 0; row < _rows; row++)
            for (int column = 0; column <= row; column++)
                diagonal[column] += lower[row * _rows + column] * lower[row * _rows + column];
        double error = 0, square = 0;
        foreach (double[] asked in _asked)
        {
            Array.Clear(left);
            for (int row = 0; row < _rows; row++)
            {
                ReadOnlySpan<double> of = lower.AsSpan(row * _rows, row + 1);
                DoubleVectors.AddScaled(of, DoubleVectors.Dot(of, asked), left);
            }
            for (int row = 0; row < _rows; row++)
            {
                double mistake = left[row] / diagonal[row];
                error += mistake * mistake;
                square += asked[row] * asked[row];
            }
        }
        return Share(error, square);
    }

    /// <summary>L⁻¹ of Cholesky's factor K + λ = L Lᵀ: in the lower half, row by row; the matrix is symmetric and positive. Its upper half becomes Lᵀ, so that all sums run along rows.</summary>
    double[] InverseOfFactor(double ridge)
    {
        int n = _rows;
        (double[] kernel, double[] inverse) = (_products, _inverse);
        Array.Clear(inverse);
        for (int pivot = 0; pivot < n; pivot++)
        {
            Span<double> upper = kernel.AsSpan(pivot * n, n), lower = inverse.AsSpan(pivot * n, pivot + 1);
            double root = Math.Sqrt(Math.Max(upper[pivot] + ridge, ridge * 1e-9));
            lower[pivot] = 1;
            foreach (ref double value in upper[pivot..])
                value /= root;
            foreach (ref double value in lower)
                value /= root;
            for (int row = pivot + 1; row < n; row++)
            {
                DoubleVectors.AddScaled(upper[row..], -upper[row], kernel.AsSpan(row * n + row));
                DoubleVectors.AddScaled(lower, -upper[row], inverse.AsSpan(row * n));
            }
        }
        return inverse;
    }

    double Near()
    {
        Span<(double Distance, int Row)> nearest = stackalloc (double, int)[Neighbours];
        double error = 0, square = 0;
        int count = Math.Min(Neighbours, _rows - 1);
        for (int row = 0; row < _rows && count > 0; row++)
        {
            Span<(double Distance, int Row)> found = nearest[..count];
            FindNearest(row, found);
            foreach (double[] asked in _asked)
            {
                double mean = 0;
                for (int near = 0; near < count; near++)
                    mean += asked[found[near].Row] / count;
                error += (asked[row] - mean) * (asked[row] - mean);
                square += asked[row] * asked[row];
            }
        }
        return Share(error, square);
    }

    /// <summary>The nearest other rows, the nearest first; of two as far away the one that comes first.</summary>
    void FindNearest(int row, Span<(double Distance, int Row)> nearest)
    {
        nearest.Fill((double.PositiveInfinity, row == 0 ? 1 : 0));
        for (int other = 0; other < _rows; other++)
        {
            double distance = _products[other * _rows + other] - 2 * _products[row * _rows + other];
            if (other == row || !(distance < nearest[^1].Distance))
                continue;
            int place = nearest.Length - 1;
            for (; place > 0 && distance < nearest[place - 1].Distance; place--)
                nearest[place] = nearest[place - 1];
            nearest[place] = (distance, other);
        }
    }

    static double Share(double error, double square) => error / square is var share && double.IsFinite(share) ? Math.Clamp(1 - share, -1, 1) : 0;
}
