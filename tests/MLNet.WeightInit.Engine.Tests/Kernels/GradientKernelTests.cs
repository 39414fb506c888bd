using MLNet.WeightInit.Engine.Kernels;

namespace MLNet.WeightInit.Engine.Tests.Kernels;

[TestFixture]
[Category("Kernels")]
internal sealed unsafe class GradientKernelTests
{
    static readonly int[] s_lengths = [0, 16, 32, 1008, 1024, 1040, 5008];

    [Test]
    public void The_square_sum_is_right_and_the_same_at_every_width([Values(1f, 1e-15f, 1e15f, 1e25f)] float size, [ValueSource(nameof(s_lengths))] int length)
    {
        Moat values = new Moat(length).Filled(1);
        foreach (ref float value in values.Span)
            value *= size;
        double expected = 0;
        foreach (float value in values.Span)
            expected += (double)value * value;
        double first = GradientKernel.Create(SimdLevel.Width128).SquareSum(values.Pointer, length);
        // A lane sums 64 squares, then 4 levels of the tree: 68 roundings of 2⁻²⁴ and a few more.
        Assert.That(first, Is.EqualTo(expected).Within(70.0 / (1 << 24) * expected));
        foreach (SimdLevel level in Widths.Fused)
            Assert.That(GradientKernel.Create(level).SquareSum(values.Pointer, length), Is.EqualTo(first));
        Assert.That(GradientKernel.Create(SimdLevel.Unfused128).SquareSum(values.Pointer, length), Is.EqualTo(expected).Within(140.0 / (1 << 24) * expected));
    }

    [Test]
    public void A_square_sum_shows_numbers_that_are_not_finite([Values] SimdLevel level)
    {
        Moat values = new Moat(2048).Filled(1);
        values.Span[1500] = float.NegativeInfinity;
        Assert.That(GradientKernel.Create(level).SquareSum(values.Pointer, 2048), Is.EqualTo(double.PositiveInfinity));
        values.Span[3] = float.NaN;
        Assert.That(GradientKernel.Create(level).SquareSum(values.Pointer, 2048), Is.NaN);
    }

    [Test]
    public void Element_by_element_work_is_exact_and_touches_nothing_else([Values] SimdLevel level)
    {
        GradientKernel kernel = GradientKernel.Create(level);
        for (int length = 0; length <= 160; length += 16)
        {
            Moat scaled = new Moat(length).Filled(1), clamped = new Moat(length).Filled(1), signs = new Moat(length).Filled(2), added = new Moat(length).Filled(2), average = new Moat(length).Filled(2), source = new Moat(length).Filled(1);
            if (length > 0)
                source.Span[3] = 0;
            float[] before = signs.Span.ToArray(), original = clamped.Span.ToArray();
            kernel.Scale(scaled.Pointer, length, 0.3f);
            kernel.Clamp(clamped.Pointer, length, 0.4f);
            kernel.AddSigns(source.Pointer, length, 0.25f, signs.Pointer);
            kernel.AddScaled(source.Pointer, length, -0.5f, added.Pointer);
            kernel.MoveTowards(source.Pointer, length, 0.125f, average.Pointer);
            for (int i = 0; i < length; i++)
            {
                Assert.That(scaled.Span[i], Is.EqualTo(original[i] * 0.3f));
                Assert.That(clamped.Span[i], Is.EqualTo(Math.Clamp(original[i], -0.4f, 0.4f)));
                Assert.That(signs.Span[i], Is.EqualTo(before[i] + 0.25f * Math.Sign(source.Span[i])));
                Assert.That(added.Span[i], Is.EqualTo(before[i] - 0.5f * source.Span[i]), "a power of two: nothing to fuse");
                Assert.That(average.Span[i], Is.EqualTo(before[i] + 0.125f * (source.Span[i] - before[i])), "a power of two: nothing to fuse");
            }
            Assert.That(scaled.IsUntouched && clamped.IsUntouched && signs.IsUntouched && added.IsUntouched && average.IsUntouched && source.IsUntouched, Is.True);
        }
    }

    [Test]
    public void Numbers_that_are_not_numbers_stay_so([Values] SimdLevel level)
    {
        GradientKernel kernel = GradientKernel.Create(level);
        Moat values = new(16), sums = new(16);
        values.Span.Fill(float.NaN);
        kernel.Clamp(values.Pointer, 16, 1);
        kernel.AddSigns(values.Pointer, 16, 1, sums.Pointer);
        Assert.That(values.Span.ToArray(), Is.All.NaN);
        Assert.That(sums.Span.ToArray(), Is.All.NaN);
    }

    [Test]
    public void Only_columns_above_the_limit_are_scaled_to_it([Values] SimdLevel level, [Values(1, 37)] int rows, [Values(16, 32)] int width)
    {
        Moat block = new Moat(rows * width).Filled(5);
        for (int row = 0; row < rows; row++)
        {
            for (int column = 0; column < width; column += 3)
                block.Span[row * width + column] *= 0.01f;
        }
        float[] before = block.Span.ToArray();
        double limit = rows == 1 ? 0.3 : 2;
        GradientKernel.Create(level).LimitColumns(block.Pointer, rows, width, (float)limit);
        int scaled = 0;
        for (int column = 0; column < width; column++)
        {
            double length = 0;
            for (int row = 0; row < rows; row++)
                length += (double)before[row * width + column] * before[row * width + column];
            length = Math.Sqrt(length);
            double factor = length > (float)limit ? (float)limit / length : 1;
            scaled += factor < 1 ? 1 : 0;
            // The square sum has up to 2 · 37 roundings, halved by the root; the root, the quotient and the product have three more.
            for (int row = 0; row < rows; row++)
                Assert.That((double)block.Span[row * width + column], Is.EqualTo(before[row * width + column] * factor).Within(factor < 1 ? 40.0 / (1 << 24) * Math.Abs(before[row * width + column]) : 0));
        }
        Assert.That(scaled, Is.GreaterThan(0).And.LessThan(width));
        Assert.That(block.IsUntouched, Is.True);
    }
}
