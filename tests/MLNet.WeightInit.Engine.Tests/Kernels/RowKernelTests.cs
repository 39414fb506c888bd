using MLNet.WeightInit.Engine.Kernels;

namespace MLNet.WeightInit.Engine.Tests.Kernels;

[TestFixture]
[Category("Kernels")]
internal sealed unsafe class RowKernelTests
{
    [Test]
    public void Standardizing_is_exact_at_every_length_and_touches_nothing_else([Values] SimdLevel level)
    {
        RowKernel kernel = RowKernel.Create(level);
        for (int length = 0; length <= 260; length++)
        {
            Moat source = new Moat(length).Filled(1), means = new Moat(length).Filled(2), scales = new Moat(length).Filled(3), destination = new(length);
            kernel.Standardize(source.Pointer, means.Pointer, scales.Pointer, destination.Pointer, length);
            for (int i = 0; i < length; i++)
                Assert.That(destination.Span[i], Is.EqualTo((source.Span[i] - means.Span[i]) * scales.Span[i]));
            kernel.Standardize(source.Pointer, null, null, destination.Pointer, length);
            Assert.That(destination.Span.SequenceEqual(source.Span), Is.True);
            Assert.That(source.IsUntouched && means.IsUntouched && scales.IsUntouched && destination.IsUntouched, Is.True);
        }
    }

    [Test]
    public void Rows_are_summed_in_order([Values] SimdLevel level, [Values(1, 2, 33)] int rows, [Values(16, 48)] int columns)
    {
        int stride = columns + 16;
        Moat block = new Moat(rows * stride).Filled(4), sums = new(columns);
        RowKernel.Create(level).SumRows(block.Pointer, rows, columns, stride, sums.Pointer);
        for (int column = 0; column < columns; column++)
        {
            float sum = 0;
            for (int row = 0; row < rows; row++)
                sum += block.Span[row * stride + column];
            Assert.That(sums.Span[column], Is.EqualTo(sum));
        }
        Assert.That(sums.IsUntouched, Is.True);
    }

    [Test]
    public void One_bad_value_is_found_at_any_place_of_any_length([Values(float.NaN, float.PositiveInfinity, float.NegativeInfinity)] float bad)
    {
        for (int length = 1; length <= 70; length++)
        {
            float[] values = new Moat(length).Filled(5).Span.ToArray();
            Assert.That(RowChecks.AllFinite(values), Is.True);
            Assert.That(RowChecks.FirstNonFinite(values), Is.EqualTo(-1));
            for (int place = 0; place < length; place++)
            {
                float kept = values[place];
                values[place] = bad;
                Assert.That(RowChecks.AllFinite(values), Is.False, $"length {length}, place {place}");
                Assert.That(RowChecks.FirstNonFinite(values), Is.EqualTo(place));
                values[place] = kept;
            }
        }
    }

    [Test]
    public void Rows_are_added_and_copied([Values] SimdLevel level, [Values] bool adds, [Values] bool copies)
    {
        const int Rows = 3, Columns = 48, Stride = 64;
        Moat block = new Moat(Rows * Stride).Filled(1), addend = new Moat(Rows * Stride).Filled(2), copy = new(Rows * Stride);
        float[] before = block.Span.ToArray(), kept = copy.Span.ToArray();
        RowKernel.Create(level).AddRows(block.Pointer, adds ? addend.Pointer : null, copies ? copy.Pointer : null, Rows, Columns, Stride);
        for (int i = 0; i < block.Length; i++)
        {
            float expected = i % Stride < Columns && adds ? before[i] + addend.Span[i] : before[i];
            Assert.That(block.Span[i], Is.EqualTo(expected));
            Assert.That(copy.Span[i], Is.EqualTo(copies && i % Stride < Columns ? expected : kept[i]));
        }
        Assert.That(block.IsUntouched && copy.IsUntouched);
    }
}
