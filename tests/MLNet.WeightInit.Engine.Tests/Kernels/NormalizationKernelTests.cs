using MLNet.WeightInit.Engine.Kernels;

namespace MLNet.WeightInit.Engine.Tests.Kernels;

[TestFixture]
[Category("Kernels")]
internal sealed unsafe class NormalizationKernelTests
{
    const int Rows = 5;

    // A sum of n floats in 16 lanes and a tree errs by at most (n / 16 + 4) 2⁻²⁴ Σ|x|; normalized values are of unit size, and a handful of roundings follow.
    static double Tolerance(int units) => (units / 16 + 16) * Math.Pow(2, -24) * 8;

    static Moat Padded(int units, uint seed, float shift)
    {
        Moat values = new Moat(Panels.Padded(units)).Filled(seed);
        for (int i = 0; i < values.Length; i++)
            values.Span[i] = i < units ? values.Span[i] + shift : 0;
        return values;
    }

    static Moat Block(int units, int stride, uint seed, float shift)
    {
        Moat block = new Moat(Rows * stride).Filled(seed);
        for (int i = 0; i < block.Length; i++)
            block.Span[i] = i % stride < units ? block.Span[i] + shift : i % stride < Panels.Padded(units) ? 0 : float.NaN;
        return block;
    }

    [Test]
    public void Rows_get_mean_0_and_variance_1_then_scales_and_shifts([Values] SimdLevel level, [Values(3, 16, 17, 64, 511)] int units, [Values(0f, 100f)] float mean, [Values(0, 16)] int gap)
    {
        int padded = Panels.Padded(units), stride = padded + gap;
        Moat block = Block(units, stride, 5, mean), destination = new(Rows * stride), inverses = new(Rows), scales = Padded(units, 6, 1), shifts = Padded(units, 7, 0);
        float[] before = block.Span.ToArray();
        NormalizationKernel.Create(level).Forward(block.Pointer, inverses.Pointer, scales.Pointer, shifts.Pointer, destination.Pointer, Rows, units, stride);
        for (int row = 0; row < Rows; row++)
        {
            double[] values = [.. before.AsSpan(row * stride, units).ToArray().Select(value => (double)value)];
            double average = values.Average(), deviation = Math.Sqrt(values.Average(value => (value - average) * (value - average)) + 1e-5);
            // A mean that is far from 0 is known to 2⁻²⁴ of itself and a few, over the deviation of 0.58.
            double tolerance = Tolerance(units) * (1 + mean);
            Assert.That(inverses.Span[row], Is.EqualTo(1 / deviation).Within(tolerance / deviation));
            for (int unit = 0; unit < padded; unit++)
            {
                double expected = unit < units ? (values[unit] - average) / deviation : 0;
                Assert.That(block.Span[row * stride + unit], Is.EqualTo(expected).Within(tolerance), $"row {row}, unit {unit}");
                Assert.That(destination.Span[row * stride + unit], Is.EqualTo(expected * scales.Span[unit] + shifts.Span[unit]).Within(3 * tolerance), $"row {row}, unit {unit}");
            }
        }
        Assert.That(block.IsUntouched && destination.IsUntouched && inverses.IsUntouched);
    }

    /// <summary>What is multiplied next may leave the padding as it is, and the row that comes after at the same place is normalized with it.</summary>
    [Test]
    public void A_row_that_is_not_finite_leaves_the_padding_at_0([Values] SimdLevel level, [Values(3, 17)] int units, [Values(float.NaN, float.PositiveInfinity)] float bad, [Values] bool inPlace)
    {
        int padded = Panels.Padded(units);
        Moat block = Block(units, padded, 5, 0), other = new(Rows * padded), destination = inPlace ? block : other, inverses = new(Rows), scales = Padded(units, 6, 1), shifts = Padded(units, 7, 0);
        block.Span[padded + 1] = bad;
        NormalizationKernel.Create(level).Forward(block.Pointer, inverses.Pointer, scales.Pointer, shifts.Pointer, destination.Pointer, Rows, units, padded);
        for (int i = 0; i < Rows * padded; i++)
            if (i % padded >= units)
                Assert.That((block.Span[i], destination.Span[i]), Is.EqualTo((0f, 0f)), $"row {i / padded}, unit {i % padded}");
            else
                Assert.That(float.IsNaN(destination.Span[i]), Is.EqualTo(i / padded == 1), $"row {i / padded}, unit {i % padded}");
    }

    [Test]
    public void The_gradient_is_that_of_the_double_loop([Values] SimdLevel level, [Values(3, 16, 17, 64, 511)] int units, [Values(0, 16)] int gap)
    {
        int padded = Panels.Padded(units), stride = padded + gap;
        Moat gradient = Block(units, stride, 8, 0), normalized = Block(units, stride, 9, 0), inverses = new Moat(Rows).Filled(10), scales = Padded(units, 11, 1);
        float[] before = normalized.Span.ToArray();
        NormalizationKernel.Create(level).Backward(gradient.Pointer, normalized.Pointer, inverses.Pointer, scales.Pointer, Rows, units, stride);
        for (int row = 0; row < Rows; row++)
        {
            double mean = 0, slope = 0;
            for (int unit = 0; unit < units; unit++)
            {
                double scaled = (double)gradient.Span[row * stride + unit] * scales.Span[unit];
                mean += scaled / units;
                slope += scaled * before[row * stride + unit] / units;
            }
            for (int unit = 0; unit < padded; unit++)
            {
                double expected = unit < units ? inverses.Span[row] * ((double)gradient.Span[row * stride + unit] * scales.Span[unit] - mean - before[row * stride + unit] * slope) : 0;
                Assert.That(normalized.Span[row * stride + unit], Is.EqualTo(expected).Within(Tolerance(units)), $"row {row}, unit {unit}");
            }
        }
        Assert.That(normalized.IsUntouched && gradient.IsUntouched);
    }

    [Test]
    public void What_is_added_first_is_normalized_and_copied([Values] SimdLevel level, [Values(3, 17, 64)] int units, [Values] bool adds)
    {
        int padded = Panels.Padded(units), stride = padded + 16;
        Moat block = Block(units, stride, 5, 0), sums = Block(units, stride, 5, 0), stream = Block(units, stride, 6, 0), scales = Padded(units, 7, 1), shifts = Padded(units, 8, 0);
        Moat destination = new(Rows * stride), expected = new(Rows * stride), inverses = new(Rows), expectedInverses = new(Rows);
        for (int i = 0; i < sums.Length; i++)
            sums.Span[i] += adds ? stream.Span[i] : 0;
        float[] copied = sums.Span.ToArray();
        NormalizationKernel kernel = NormalizationKernel.Create(level);
        kernel.Forward(block.Pointer, inverses.Pointer, scales.Pointer, shifts.Pointer, destination.Pointer, Rows, units, stride, adds ? stream.Pointer : null, stream.Pointer);
        kernel.Forward(sums.Pointer, expectedInverses.Pointer, scales.Pointer, shifts.Pointer, expected.Pointer, Rows, units, stride);
        for (int i = 0; i < Rows * stride; i++)
        {
            if (i % stride >= padded)
                continue;
            Assert.That((destination.Span[i], block.Span[i]), Is.EqualTo((expected.Span[i], sums.Span[i])));
            Assert.That(stream.Span[i], Is.EqualTo(copied[i]));
        }
        Assert.That(block.IsUntouched && stream.IsUntouched && destination.IsUntouched);
    }

    [Test]
    public void A_gradient_that_comes_past_the_normalization_is_added([Values] SimdLevel level, [Values(3, 17, 64)] int units)
    {
        int padded = Panels.Padded(units), stride = padded + 16;
        Moat gradient = Block(units, stride, 8, 0), normalized = Block(units, stride, 9, 0), alone = Block(units, stride, 9, 0), inverses = new Moat(Rows).Filled(10), scales = Padded(units, 11, 1), past = Block(units, stride, 12, 0);
        NormalizationKernel kernel = NormalizationKernel.Create(level);
        kernel.Backward(gradient.Pointer, normalized.Pointer, inverses.Pointer, scales.Pointer, Rows, units, stride, past.Pointer);
        kernel.Backward(gradient.Pointer, alone.Pointer, inverses.Pointer, scales.Pointer, Rows, units, stride);
        for (int row = 0; row < Rows; row++)
            for (int i = row * stride; i < row * stride + padded; i++)
                Assert.That(normalized.Span[i], Is.EqualTo(alone.Span[i] + past.Span[i]));
        Assert.That(normalized.IsUntouched && past.IsUntouched);
    }

    [Test]
    public void Sums_of_products_run_over_the_rows([Values] SimdLevel level)
    {
        const int Columns = 48, Stride = 64;
        Moat left = new Moat(Rows * Stride).Filled(1), right = new Moat(Rows * Stride).Filled(2), sums = new(Columns);
        NormalizationKernel.Create(level).SumProducts(left.Pointer, right.Pointer, Rows, Columns, Stride, sums.Pointer);
        for (int column = 0; column < Columns; column++)
        {
            double expected = 0;
            for (int row = 0; row < Rows; row++)
                expected += (double)left.Span[row * Stride + column] * right.Span[row * Stride + column];
            Assert.That(sums.Span[column], Is.EqualTo(expected).Within(Rows * Rows * Math.Pow(2, -24)));
        }
        Assert.That(sums.IsUntouched);
    }

    [Test]
    [Category("Fused")]
    [Category("Determinism")]
    public void Every_fused_width_gives_the_same_bits([Values(3, 33, 200)] int units)
    {
        int stride = Panels.Padded(units);
        float[] Run(SimdLevel level)
        {
            Moat block = Block(units, stride, 5, 3), destination = new(Rows * stride), inverses = new(Rows), scales = Padded(units, 6, 1), shifts = Padded(units, 7, 0), gradient = Block(units, stride, 8, 0);
            NormalizationKernel kernel = NormalizationKernel.Create(level);
            kernel.Forward(block.Pointer, inverses.Pointer, scales.Pointer, shifts.Pointer, destination.Pointer, Rows, units, stride);
            kernel.Backward(gradient.Pointer, block.Pointer, inverses.Pointer, scales.Pointer, Rows, units, stride);
            float[] results = [.. destination.Span, .. inverses.Span, .. block.Span];
            Assert.That(scales.IsUntouched && shifts.IsUntouched && gradient.IsUntouched);
            return results;
        }
        float[] expected = Run(Widths.Fused[0]);
        foreach (SimdLevel level in Widths.Fused)
            Assert.That(Run(level), Is.EqualTo(expected), level.ToString());
    }
}
