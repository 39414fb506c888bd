using MLNet.WeightInit.Engine.Kernels;
using MLNet.WeightInit.Engine.Randomness;
using MLNet.WeightInit.Engine.Tests.Kernels;

namespace MLNet.WeightInit.Engine.Tests.Randomness;

[TestFixture]
[Category("Kernels")]
internal sealed unsafe class DropoutKernelTests
{
    const ulong Seed = 0x1234_5678_9abc_def0, Stream = 0xfeed_beef_0000_0007;

    /// <summary>The word of an element, from the paper's function of one block: 16 blocks of four words are delivered word by word.</summary>
    static uint Word(int row, int column, int columns)
    {
        long place = (long)row * columns + column;
        ulong block = (ulong)(place / 64 * 16 + place % 16);
        (uint w0, uint w1, uint w2, uint w3) = Philox.Block(unchecked((uint)Seed), (uint)(Seed >> 32), (uint)block, (uint)(block >> 32), unchecked((uint)Stream), (uint)(Stream >> 32));
        return (place % 64 / 16) switch { 0 => w0, 1 => w1, 2 => w2, _ => w3 };
    }

    [Test]
    public void Every_element_is_kept_or_dropped_by_its_own_word([Values] SimdLevel level, [Values(16, 32, 48, 112)] int columns, [Values(1, 3, 4, 13)] int rows, [Values(0, 16)] int gap)
    {
        const uint Threshold = 0x5000_0000;
        int stride = columns + gap;
        Moat source = new Moat(rows * stride).Filled(7), destination = new Moat(rows * stride);
        DropoutKernel.Create(level).Apply(Seed, Stream, Threshold, source.Pointer, destination.Pointer, 0, rows, columns, stride, 1.5f, 0.25f, -3);
        for (int row = 0; row < rows; row++)
        {
            for (int column = 0; column < columns; column++)
            {
                float expected = Word(row, column, columns) >= Threshold ? source.Span[row * stride + column] * 1.5f + 0.25f : -3;
                Assert.That(destination.Span[row * stride + column], Is.EqualTo(expected), $"row {row}, column {column}");
            }
        }
        Assert.That(destination.IsUntouched && source.IsUntouched);
    }

    [Test]
    public void Ranges_of_rows_in_any_order_give_the_bits_of_the_whole([Values] SimdLevel level, [Values(16, 48, 80)] int columns)
    {
        const int Rows = 22;
        Moat source = new Moat(Rows * columns).Filled(3), whole = new Moat(Rows * columns), parts = new Moat(Rows * columns).Filled(3);
        DropoutKernel kernel = DropoutKernel.Create(level);
        kernel.Apply(Seed, Stream, 1u << 31, source.Pointer, whole.Pointer, 0, Rows, columns, columns, 2, 0, 0);
        foreach ((int first, int rows) in ((int, int)[])[(16, 6), (0, 4), (4, 12)])
            kernel.Apply(Seed, Stream, 1u << 31, parts.Pointer, parts.Pointer, first, rows, columns, columns, 2, 0, 0);
        Assert.That(parts.Span.SequenceEqual(whole.Span));
        Assert.That(source.IsUntouched && parts.IsUntouched && whole.IsUntouched);
    }

    [TestCase(0.1)]
    [TestCase(0.5)]
    [TestCase(0.999)]
    public void The_share_that_is_dropped_is_the_rate(double rate)
    {
        const int Rows = 1_000, Columns = 96;
        Moat block = new Moat(Rows * Columns);
        block.Span.Fill(1);
        DropoutKernel.Create(SimdLevels.Best).Apply(Seed, Stream, (uint)(rate * 4294967296), block.Pointer, block.Pointer, 0, Rows, Columns, Columns, 1, 0, 0);
        int dropped = block.Span.Count(0f);
        Assert.That(dropped / (double)(Rows * Columns), Is.EqualTo(rate).Within(5 * Math.Sqrt(rate * (1 - rate) / (Rows * Columns))));
    }
}
