using MLNet.WeightInit.Engine.Data;
using MLNet.WeightInit.Engine.Kernels;

namespace MLNet.WeightInit.Engine.Diagnostics.Trainability;

/// <summary>How much of what the loss asks for can be told from a set of features: of a row from the other rows. What the data make hard, no start makes easy.</summary>
/// <remarks>What the loss asks for is −∂L/∂f less its mean. Shares of its squares, from −1 to 1: below 0 the features say less than the mean does. By ridge regression each row's prediction from the others is closed
/// (e = (K + λ)⁻¹ r over the diagonal of (K + λ)⁻¹, λ K's mean diagonal); by neighbours it is the mean of the five nearest.</remarks>
internal sealed class LabelRelation
{
    /// <summary>Rows looked at: the inverse grows with their cube.</summary>
    public const int MostRows = 128;

    const int Neighbours = 5;

    readonly int _rows;
    readonly double[][] _asked;

    /// <param name="gradients">∂L/∂f, [rows × <paramref name="stride"/>].</param>
    public LabelRelation(ReadOnlySpan<float> gradients, int rows, int outputs, int stride)
    {
        _rows = Math.Min(rows, MostRows);
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
        => Of(Products(features, columns, stride));

    /// <summary>The same of sparse rows of <paramref name="columns"/> features.</summary>
    public (double Linear, double Near) Of(SparseBatch batch, int columns) => Of(Products(batch, columns));

    (double Linear, double Near) Of(double[] products)
    {
        double[] kernel = Centred(products);
        double diagonal = 0;
        for (int row = 0; row < _rows; row++)
            diagonal += kernel[row * _rows + row] / _rows;
        if (!(diagonal > 0) || !double.IsFinite(diagonal))
            return (0, 0);
        return (Linear(kernel, diagonal), Near(products));
    }

    double[] Products(ReadOnlySpan<float> features, int columns, int stride)
    {
        var products = new double[_rows * _rows];
        for (int left = 0; left < _rows; left++)
            for (int right = 0; right <= left; right++)
                products[left * _rows + right] = products[right * _rows + left] = DoubleVectors.Dot(features.Slice(left * stride, columns), features.Slice(right * stride, columns));
        return products;
    }

    double[] Products(SparseBatch batch, int columns)
    {
        var products = new double[_rows * _rows];
        var dense = new float[columns];
        for (int left = 0; left < _rows; left++)
        {
            for (int i = batch.Starts[left]; i < batch.Starts[left + 1]; i++)
                dense[batch.Columns[i]] = batch.Values[i];
            for (int right = 0; right <= left; right++)
            {
                double sum = 0;
                for (int i = batch.Starts[right]; i < batch.Starts[right + 1]; i++)
                    sum += (double)dense[batch.Columns[i]] * batch.Values[i];
                products[left * _rows + right] = products[right * _rows + left] = sum;
            }
            for (int i = batch.Starts[left]; i < batch.Starts[left + 1]; i++)
                dense[batch.Columns[i]] = 0;
        }
        return products;
    }

    double[] Centred(double[] products)
    {
        var means = new double[_rows];
        double all = 0;
        for (int row = 0; row < _rows; row++)
        {
            for (int other = 0; other < _rows; other++)
                means[row] += products[row * _rows + other] / _rows;
            all += means[row] / _rows;
        }
        var kernel = new double[products.Length];
        for (int row = 0; row < _rows; row++)
            for (int other = 0; other < _rows; other++)
                kernel[row * _rows + other] = products[row * _rows + other] - means[row] - means[other] + all;
        return kernel;
    }

    double Linear(double[] kernel, double ridge)
    {
        double[] inverse = Inverse(kernel, ridge);
        double error = 0, square = 0;
        foreach (double[] asked in _asked)
            for (int row = 0; row < _rows; row++)
            {
                double left = DoubleVectors.Dot(inverse.AsSpan(row * _rows, _rows), asked) / inverse[row * _rows + row];
                error += left * left;
                square += asked[row] * asked[row];
            }
        return Share(error, square);
    }

    /// <summary>(K + λ)⁻¹ by Cholesky's factor: the matrix is symmetric and positive.</summary>
    double[] Inverse(double[] kernel, double ridge)
    {
        int n = _rows;
        double[] factor = new double[n * n], inverse = new double[n * n];
        for (int row = 0; row < n; row++)
            for (int column = 0; column <= row; column++)
            {
                double sum = kernel[row * n + column] + (row == column ? ridge : 0);
                sum -= DoubleVectors.Dot(factor.AsSpan(row * n, column), factor.AsSpan(column * n, column));
                factor[row * n + column] = row == column ? Math.Sqrt(Math.Max(sum, ridge * 1e-9)) : sum / factor[column * n + column];
            }
        // Rows of L⁻¹ first, in the lower half of a matrix of its own; K⁻¹ = L⁻ᵀ L⁻¹.
        var lower = new double[n * n];
        for (int column = 0; column < n; column++)
            for (int row = column; row < n; row++)
            {
                double sum = (row == column ? 1 : 0) - DoubleVectors.Dot(factor.AsSpan(row * n + column, row - column), lower.AsSpan(column * n + column, row - column));
                lower[column * n + row] = sum / factor[row * n + row];
            }
        for (int left = 0; left < n; left++)
            for (int right = 0; right <= left; right++)
                inverse[left * n + right] = inverse[right * n + left] = DoubleVectors.Dot(lower.AsSpan(left * n + left, n - left), lower.AsSpan(right * n + left, n - left));
        return inverse;
    }

    double Near(double[] products)
    {
        Span<(double Distance, int Row)> nearest = stackalloc (double, int)[Neighbours];
        double error = 0, square = 0;
        int count = Math.Min(Neighbours, _rows - 1);
        for (int row = 0; row < _rows && count > 0; row++)
        {
            Span<(double Distance, int Row)> found = nearest[..count];
            FindNearest(products, row, found);
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
    void FindNearest(double[] products, int row, Span<(double Distance, int Row)> nearest)
    {
        nearest.Fill((double.PositiveInfinity, row == 0 ? 1 : 0));
        for (int other = 0; other < _rows; other++)
        {
            double distance = products[other * _rows + other] - 2 * products[row * _rows + other];
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
