using MathNet.Numerics.LinearAlgebra.Double;
using MLNet.WeightInit.Engine.Diagnostics.Details;

namespace MLNet.WeightInit.Engine.Tests.Diagnostics.Details;

internal sealed class SingularValuesTests
{
    /// <summary>Both algorithms are backward stable: each value is within some n ε of the largest. 10⁻¹³ is 450 ε.</summary>
    [TestCase(1, 1)]
    [TestCase(2, 2)]
    [TestCase(7, 3)]
    [TestCase(3, 7)]
    [TestCase(40, 40)]
    [TestCase(64, 10)]
    [TestCase(65, 130)]
    public void They_are_those_of_MathNet(int rows, int columns)
    {
        float[] matrix = Normal(rows * columns, seed: rows);
        double[] expected = Reference(matrix, rows, columns), values = SingularValues.Of(matrix, rows, columns);
        Assert.That(values, Has.Length.EqualTo(Math.Min(rows, columns)));
        Assert.That(values, Is.EqualTo(expected).Within(1e-13 * expected[0]));
    }

    /// <summary>A product of two thin matrices has no more than their width of values above rounding.</summary>
    /// <summary>Of any rank: what rounding leaves of the other columns falls by 10⁻¹⁶ from one to the next.</summary>
    [Test]
    public void Low_ranks_give_no_nan([Range(1, 41, 4)] int rank)
    {
        const int Size = 96;
        float[] left = new float[Size * rank], right = new float[rank * Size];
        var random = new RandomSource(rank, "low rank");
        random.FillNormal(left, 1);
        random.FillNormal(right, 1);
        var product = new double[Size * Size];
        for (int row = 0; row < Size; row++)
            for (int column = 0; column < Size; column++)
                for (int k = 0; k < rank; k++)
                    product[row * Size + column] += (double)left[row * rank + k] * right[k * Size + column];
        double[] values = SingularValues.Of(product, Size, Size);
        Assert.That(values, Is.All.Not.NaN);
        Assert.That(values[rank..], Is.All.LessThan(1e-13 * values[0]));
    }

    [Test]
    public void A_matrix_of_low_rank_has_values_of_zero()
    {
        double[] left = Doubles(30 * 5, 1), right = Doubles(5 * 20, 2), product = new double[30 * 20];
        for (int row = 0; row < 30; row++)
            for (int column = 0; column < 20; column++)
                for (int i = 0; i < 5; i++)
                    product[row * 20 + column] += left[row * 5 + i] * right[i * 20 + column];
        double[] expected = Reference(product, 30, 20), values = SingularValues.Of(product, 30, 20);
        Assert.That(values, Is.EqualTo(expected).Within(1e-13 * expected[0]));
        Assert.That(values[5..], Is.All.LessThan(1e-13 * values[0]));
    }

    [Test]
    public void A_diagonal_gives_its_sizes_in_order()
    {
        double[] matrix = new double[16];
        (matrix[0], matrix[5], matrix[10], matrix[15]) = (-2, 0, 5, 1e-9);
        Assert.That(SingularValues.Of(matrix, 4, 4), Is.EqualTo(new[] { 5, 2, 1e-9, 0 }).Within(1e-15));
    }

    /// <summary>Of [[1, 1], [0, 1]]: σ² are the roots of x² − 3 x + 1.</summary>
    [Test]
    public void A_shear_has_the_golden_section()
        => Assert.That(SingularValues.Of([1, 1, 0, 1], 2, 2), Is.EqualTo(new[] { (1 + Math.Sqrt(5)) / 2, (Math.Sqrt(5) - 1) / 2 }).Within(1e-15));

    /// <summary>Zeros on the diagonal of a bidiagonal matrix, in the middle and at the end, are chased out of it.</summary>
    [TestCase(new[] { 1.0, 0, 2, 3 }, new[] { 1.0, 1, 1, 0 })]
    [TestCase(new[] { 1.0, 2, 3, 0 }, new[] { 1.0, 1, 1, 0 })]
    [TestCase(new[] { 0.0, 0, 0, 0 }, new[] { 1.0, 1, 1, 0 })]
    [TestCase(new[] { 0.0, 2, 0, 3 }, new[] { 1.0, 0, 1, 0 })]
    public void A_bidiagonal_matrix_with_zeros_is_solved(double[] diagonal, double[] above)
    {
        var matrix = new double[16];
        for (int i = 0; i < 4; i++)
        {
            matrix[i * 5] = diagonal[i];
            if (i < 3)
                matrix[i * 5 + 1] = above[i];
        }
        double[] expected = Reference(matrix, 4, 4);
        Assert.That(SingularValues.OfBidiagonal([.. diagonal], [.. above]), Is.EqualTo(expected).Within(1e-14));
    }

    [Test]
    public void Scales_do_not_matter([Values(1e-30f, 1e30f)] float scale)
    {
        float[] matrix = Normal(12 * 9, 3), scaled = [.. matrix.Select(value => value * scale)];
        double[] expected = SingularValues.Of(matrix, 12, 9), values = SingularValues.Of(scaled, 12, 9);
        for (int i = 0; i < values.Length; i++)
            Assert.That(values[i] / scale, Is.EqualTo(expected[i]).Within(1e-6 * expected[0]), "floats were rounded by scaling");
    }

    [Test]
    public void Zeros_and_what_is_not_finite_give_what_they_must()
    {
        Assert.That(SingularValues.Of(new float[6], 2, 3), Is.EqualTo(new double[2]));
        Assert.That(SingularValues.Of([1, 2, float.NaN, 4], 2, 2), Is.All.NaN);
        Assert.That(SingularValues.Of([1, 2, float.PositiveInfinity, 4], 2, 2), Is.All.NaN);
    }

    /// <summary>The largest of 40 × 60 from 30 steps, and all of an orthogonal matrix from one.</summary>
    [Test]
    public void Lanczos_steps_find_the_largest_and_close_the_space_of_equal_ones()
    {
        float[] matrix = Normal(40 * 60, 4);
        (double[] values, bool isWhole) = LanczosBidiagonal.Run(Doubles(60, 5), (vector, product) => Multiply(matrix, vector, product), (vector, product) => MultiplyTransposed(matrix, vector, product), 40, 30);
        double[] expected = Reference(matrix, 40, 60);
        Assert.That(values[0], Is.EqualTo(expected[0]).Within(1e-6 * expected[0]));
        Assert.That(isWhole, Is.False);
        (values, isWhole) = LanczosBidiagonal.Run(Doubles(60, 5), (vector, product) => vector.CopyTo(product.AsSpan()), (vector, product) => vector.CopyTo(product.AsSpan()), 60, 30);
        Assert.That(values, Is.EqualTo(new[] { 1.0 }).Within(1e-12));
        Assert.That(isWhole, Is.True);
    }

    public static double[] Reference(double[] matrix, int rows, int columns) => [.. DenseMatrix.Create(rows, columns, (row, column) => matrix[row * columns + column]).Svd(false).S];

    public static double[] Reference(float[] matrix, int rows, int columns) => Reference([.. matrix.Select(value => (double)value)], rows, columns);

    public static float[] Normal(int count, long seed)
    {
        var values = new float[count];
        new RandomSource(seed, "test/matrix").FillNormal(values, 1);
        return values;
    }

    static double[] Doubles(int count, long seed) => [.. Normal(count, seed).Select(value => (double)value)];

    static void Multiply(float[] matrix, double[] vector, double[] product)
    {
        for (int row = 0; row < product.Length; row++)
            for (int column = 0; column < vector.Length; column++)
                product[row] += matrix[row * vector.Length + column] * vector[column];
    }

    static void MultiplyTransposed(float[] matrix, double[] vector, double[] product)
    {
        for (int row = 0; row < vector.Length; row++)
            for (int column = 0; column < product.Length; column++)
                product[column] += matrix[row * product.Length + column] * vector[row];
    }
}
