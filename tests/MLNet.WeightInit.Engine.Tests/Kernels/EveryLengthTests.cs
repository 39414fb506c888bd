using MLNet.WeightInit.Engine.Kernels;
using MLNet.WeightInit.Engine.Kernels.Activations;
using MLNet.WeightInit.Engine.Kernels.Gemm;
using MLNet.WeightInit.Engine.Training.Losses;

namespace MLNet.WeightInit.Engine.Tests.Kernels;

using ActivationList = MLNet.WeightInit.Engine.Kernels.Activations.Activations;

/// <summary>Every length 0 … 260 that a kernel takes, with NaN around each operand: a read outside poisons a result, a write outside is seen.</summary>
/// <remarks>Gathering, softmax and the optimizers have such tests beside their own: <see cref="RowKernelTests"/>, <see cref="LogSumExpTests"/>, OptimizersTests.</remarks>
[TestFixture]
[Category("Kernels")]
internal sealed unsafe class EveryLengthTests
{
    const int Longest = 260;

    static IReadOnlyList<string> AllActivations => ActivationList.All;

    static IReadOnlyList<string> AllLosses => Losses.All;

    [Test]
    public void Products_of_every_depth([Values] SimdLevel level, [Values(16, 32)] int columns, [Values] bool rowMajor)
    {
        GemmKernel gemm = GemmKernel.Create(level);
        for (int depth = 0; depth <= Longest; depth++)
        {
            int rows = 1 + depth % 26;                         // every tail of a tile of up to 12 rows, each at ten depths
            Moat a = new Moat(rows * depth).Filled(1), b = new Moat(depth * columns).Filled(2), start = new Moat(columns).Filled(3), c = new(rows * columns);
            gemm.Multiply(a.Pointer, rowMajor ? depth : 1, rowMajor ? 1 : rows, rows, b.Pointer, columns, columns, depth, start.Pointer, 0, c.Pointer, columns);
            Assert.That(c.IsUntouched && a.IsUntouched && b.IsUntouched && start.IsUntouched, Is.True, $"{rows} × {columns} × {depth}");
            AssertNoNaN(c.Span, $"{rows} × {columns} × {depth}");
        }
    }

    [TestCaseSource(nameof(AllActivations))]
    public void Activations_of_every_width(string specification)
    {
        foreach (SimdLevel level in Enum.GetValues<SimdLevel>())
        {
            ActivationKernel kernel = ActivationList.Parse(specification).CreateKernel(level);
            for (int columns = 0; columns <= Longest + 12; columns += 16)
            {
                for (int rows = 0; rows <= 3; rows++)
                {
                    Moat source = new Moat(rows * columns).Filled(1), upstream = new Moat(rows * columns).Filled(2), value = new(rows * columns), gradient = new(rows * columns);
                    kernel.Forward(source.Pointer, value.Pointer, rows, columns, columns);
                    kernel.Backward(upstream.Pointer, (kernel.GradientFromOutput ? value : source).Pointer, gradient.Pointer, rows, columns, columns);
                    Assert.That(value.IsUntouched && gradient.IsUntouched && source.IsUntouched && upstream.IsUntouched, Is.True, $"{level}: {rows} × {columns}");
                    AssertNoNaN(value.Span, $"{level}: {rows} × {columns}");
                    AssertNoNaN(gradient.Span, $"{level}: {rows} × {columns}");
                }
            }
        }
    }

    [TestCaseSource(nameof(AllLosses))]
    public void Losses_of_every_number_of_outputs_and_rows(string loss)
    {
        foreach (SimdLevel level in Enum.GetValues<SimdLevel>())
        {
            for (int units = 1; units <= Longest; units++)
            {
                LossKernel kernel = Losses.Parse(loss == "Quantiles" ? Quantiles.SpecificationOf(Enumerable.Range(1, units).Select(i => i / (units + 1.0))) : loss).CreateKernel(level);
                int rows = units % 36, stride = Panels.Padded(units), targetColumns = loss is "SoftmaxCrossEntropy" or "Quantiles" ? 1 : units;
                Moat logits = new(rows * stride), targets = new(rows * targetColumns), weights = new(rows), gradient = new(rows * stride);
                logits.Span.Fill(float.NaN);                   // the padding is not the outputs'
                for (int row = 0; row < rows; row++)
                    new Moat(units).Filled((uint)row).Span.CopyTo(logits.Span[(row * stride)..]);
                weights.Span.Fill(0.5f);
                double sum = kernel.Evaluate(logits.Pointer, rows, units, stride, targets.Pointer, targetColumns, weights.Pointer, 1, gradient.Pointer);
                Assert.That(sum, Is.Not.NaN, $"{level}: {rows} × {units}");
                Assert.That(kernel.Evaluate(logits.Pointer, rows, units, stride, targets.Pointer, targetColumns, weights.Pointer, 1, null), Is.EqualTo(sum), $"{level}: {rows} × {units} without gradient");
                Assert.That(logits.IsUntouched && targets.IsUntouched && weights.IsUntouched && gradient.IsUntouched, Is.True, $"{level}: {rows} × {units}");
                AssertNoNaN(gradient.Span, $"{level}: {rows} × {units}");
            }
        }
    }

    [Test]
    public void Column_sums_of_every_width([Values] SimdLevel level)
    {
        RowKernel kernel = RowKernel.Create(level);
        for (int columns = 0; columns <= Longest + 12; columns += 16)
        {
            for (int rows = 0; rows <= 5; rows++)
            {
                Moat block = new Moat(rows * columns).Filled(1), sums = new(columns);
                kernel.SumRows(block.Pointer, rows, columns, columns, sums.Pointer);
                Assert.That(block.IsUntouched && sums.IsUntouched, Is.True, $"{rows} × {columns}");
                AssertNoNaN(sums.Span, $"{rows} × {columns}");
            }
        }
    }

    [Test]
    public void Random_fills_of_every_length()
    {
        for (int length = 0; length <= Longest; length++)
        {
            foreach (Action<RandomSource, Moat> fill in (Action<RandomSource, Moat>[])[(random, block) => random.FillNormal(block.Span, 1), (random, block) => random.FillTruncatedNormal(block.Span, 1),
                (random, block) => random.FillUniform(block.Span, 1)])
            {
                var block = new Moat(length);
                block.Span.Fill(float.NaN);
                fill(new RandomSource(1, "length"), block);
                Assert.That(block.IsUntouched, Is.True, $"{length}");
                AssertNoNaN(block.Span, $"{length}");
            }
        }
    }

    static void AssertNoNaN(ReadOnlySpan<float> values, string message)
    {
        foreach (float value in values)
        {
            if (float.IsNaN(value))
                Assert.Fail($"{message}: a read outside, or a value that was left out.");
        }
    }
}
