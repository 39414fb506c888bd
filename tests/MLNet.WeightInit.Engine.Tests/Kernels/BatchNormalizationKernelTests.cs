using MLNet.WeightInit.Engine.Kernels;

namespace MLNet.WeightInit.Engine.Tests.Kernels;

[TestFixture]
[Category("Kernels")]
internal sealed unsafe class BatchNormalizationKernelTests
{
    const int Stride = 64;

    // A sum of n floats one after the other errs by at most n 2⁻²⁴ Σ|x| / n of the mean; values are of unit size, and a handful of roundings follow. Divided by a deviation of about 0.58.
    static double Tolerance(int rows) => (rows + 16) * Math.Pow(2, -24) * 8;

    static Moat Vector(int columns, uint seed, float shift)
    {
        Moat values = new Moat(columns).Filled(seed);
        for (int i = 0; i < values.Length; i++)
            values.Span[i] = values.Span[i] * 0.5f + shift;
        return values;
    }

    static Moat Block(int rows, uint seed, float shift = 0)
    {
        Moat block = new Moat(rows * Stride).Filled(seed);
        for (int i = 0; i < block.Length; i++)
            block.Span[i] += shift;
        return block;
    }

    static double[] Column(ReadOnlySpan<float> block, int column, int rows)
    {
        var values = new double[rows];
        for (int row = 0; row < rows; row++)
            values[row] = block[row * Stride + column];
        return values;
    }

    [Test]
    public void Columns_get_mean_0_and_variance_1_and_the_running_statistics_move_a_tenth([Values] SimdLevel level, [Values(2, 3, 130)] int rows, [Values(16, 48)] int columns, [Values(0f, 100f)] float mean, [Values] bool isTraining)
    {
        Moat block = Block(rows, 5, mean), destination = new(rows * Stride), inverses = new(columns), scales = Vector(columns, 6, 1), shifts = Vector(columns, 7, 0), means = Vector(columns, 8, 0), variances = Vector(columns, 9, 1);
        float[] before = block.Span.ToArray(), meansBefore = means.Span.ToArray(), variancesBefore = variances.Span.ToArray();
        BatchNormalizationKernel.Create(level).Forward(block.Pointer, inverses.Pointer, scales.Pointer, shifts.Pointer, destination.Pointer, rows, columns, Stride, isTraining ? means.Pointer : null, variances.Pointer);
        for (int column = 0; column < columns; column++)
        {
            double[] values = Column(before, column, rows);
            double average = values.Average(), variance = values.Average(value => (value - average) * (value - average)), deviation = Math.Sqrt(variance + 1e-5);
            double tolerance = Tolerance(rows) * (1 + mean) / Math.Min(1, deviation);
            Assert.That(inverses.Span[column], Is.EqualTo(1 / deviation).Within(tolerance / deviation));
            for (int row = 0; row < rows; row++)
            {
                double normalized = (values[row] - average) / deviation;
                Assert.That(block.Span[row * Stride + column], Is.EqualTo(normalized).Within(tolerance));
                Assert.That(destination.Span[row * Stride + column], Is.EqualTo(normalized * scales.Span[column] + shifts.Span[column]).Within(3 * tolerance));
            }
            double moved = isTraining ? 0.1 : 0;
            Assert.That(means.Span[column], Is.EqualTo(meansBefore[column] + moved * (average - meansBefore[column])).Within(tolerance));
            Assert.That(variances.Span[column], Is.EqualTo(variancesBefore[column] + moved * (variance * rows / (rows - 1) - variancesBefore[column])).Within(tolerance));
        }
        for (int i = 0; i < block.Length; i++)
            if (i % Stride >= columns)
                Assert.That((block.Span[i], destination.Span[i]), Is.EqualTo((before[i], 0f)), "other columns are left alone");
        Assert.That(block.IsUntouched && destination.IsUntouched && inverses.IsUntouched && means.IsUntouched && variances.IsUntouched);
    }

    [Test]
    public void Given_statistics_normalize_each_row_on_its_own_and_folded_the_same([Values] SimdLevel level, [Values(1, 3)] int rows, [Values(16, 48)] int columns)
    {
        Moat block = Block(rows, 5), copy = Block(rows, 5), destination = new(rows * Stride), folded = new(rows * Stride), inverses = new(columns), scales = Vector(columns, 6, 1), shifts = Vector(columns, 7, 0), means = Vector(columns, 8, 0), variances = Vector(columns, 9, 1);
        Moat factors = new(columns), offsets = new(columns);
        float[] before = block.Span.ToArray();
        BatchNormalizationKernel kernel = BatchNormalizationKernel.Create(level);
        kernel.ForwardBy(means.Pointer, variances.Pointer, block.Pointer, inverses.Pointer, scales.Pointer, shifts.Pointer, destination.Pointer, rows, columns, Stride);
        kernel.Fold(means.Pointer, variances.Pointer, scales.Pointer, shifts.Pointer, columns, factors.Pointer, offsets.Pointer);
        kernel.Apply(copy.Pointer, factors.Pointer, offsets.Pointer, folded.Pointer, rows, columns, Stride);
        for (int row = 0; row < rows; row++)
            for (int column = 0; column < columns; column++)
            {
                int at = row * Stride + column;
                double normalized = (before[at] - (double)means.Span[column]) / Math.Sqrt(variances.Span[column] + 1e-5), expected = normalized * scales.Span[column] + shifts.Span[column];
                // A handful of roundings of numbers below 4.
                Assert.That(block.Span[at], Is.EqualTo(normalized).Within(2e-6));
                Assert.That(destination.Span[at], Is.EqualTo(expected).Within(4e-6));
                Assert.That(folded.Span[at], Is.EqualTo(expected).Within(4e-6));
            }
        Assert.That(block.IsUntouched && destination.IsUntouched && folded.IsUntouched && factors.IsUntouched && offsets.IsUntouched && inverses.IsUntouched);
    }

    [Test]
    public void The_gradient_is_that_of_the_double_loop([Values] SimdLevel level, [Values(2, 130)] int rows, [Values(16, 48)] int columns, [Values] bool byBatch)
    {
        Moat gradient = Block(rows, 8), normalized = Block(rows, 9), inverses = Vector(columns, 10, 2), scales = Vector(columns, 11, 1), scaleGradient = new(columns), shiftGradient = new(columns);
        float[] before = normalized.Span.ToArray();
        BatchNormalizationKernel.Create(level).Backward(gradient.Pointer, normalized.Pointer, inverses.Pointer, scales.Pointer, rows, columns, Stride, byBatch, scaleGradient.Pointer, shiftGradient.Pointer);
        for (int column = 0; column < columns; column++)
        {
            double[] g = Column(gradient.Span, column, rows), n = Column(before, column, rows);
            double sum = g.Sum(), products = g.Zip(n, (a, b) => a * b).Sum();
            Assert.That(shiftGradient.Span[column], Is.EqualTo(sum).Within(Tolerance(rows) * rows));
            Assert.That(scaleGradient.Span[column], Is.EqualTo(products).Within(Tolerance(rows) * rows));
            for (int row = 0; row < rows; row++)
            {
                double expected = (double)scales.Span[column] * inverses.Span[column] * (g[row] - (byBatch ? sum / rows + n[row] * products / rows : 0));
                Assert.That(normalized.Span[row * Stride + column], Is.EqualTo(expected).Within(6 * Tolerance(rows)));
            }
        }
        Assert.That(normalized.IsUntouched && gradient.IsUntouched && scaleGradient.IsUntouched && shiftGradient.IsUntouched);
    }
}
