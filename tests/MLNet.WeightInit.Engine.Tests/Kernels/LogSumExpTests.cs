using MLNet.WeightInit.Engine.Kernels;
using MLNet.WeightInit.Engine.Kernels.Scoring;
using MLNet.WeightInit.Engine.Training.Losses;

namespace MLNet.WeightInit.Engine.Tests.Kernels;

/// <summary>Log-sum-exp as the cross-entropy computes it, across 16 rows for few classes and along a row for many, and the softmax of scoring.</summary>
/// <remarks>
/// The bounds, in units of u = 2⁻²⁴. A term e^d, d = z − max ≤ 0, has the rounding of d, which moves it by |d| u, and the exponential's own 2 u. The first weighs Σ p |d| in the sum's logarithm,
/// and that is at most ln n, since the entropy ln S + Σ p |d| is. So ln S is off by at most u (ln n + 2 + additions), the logarithm's own error comes to 2 u of a result of at most ln n, and the
/// maximum and the label's logit enter in double precision.
/// </remarks>
[TestFixture]
[Category("Kernels")]
internal sealed unsafe class LogSumExpTests
{
    const double UnitRoundoff = 1.0 / (1 << 24);
    const int Rows = 19;                                       // a block of 16 rows and one of 3

    static readonly int[] s_classes = [1, 2, 3, 10, 15, 16, 17, 31, 32, 33, 100, 257, 1000];

    static readonly SimdLevel[] s_levels = Enum.GetValues<SimdLevel>();

    /// <summary>Additions that a term may pass: one after the other across rows; along a row one for each 16 classes and the tree's 4.</summary>
    static int Additions(int classes) => classes <= 16 ? classes - 1 : (classes + 15) / 16 - 1 + 4;

    static double LossBound(int classes) => UnitRoundoff * (3 * Math.Log(classes) + 2 + Additions(classes));

    /// <summary>p: |d| e^d is at most 1/e, the exponential's 2, the sum's ln n + 2 + additions times p, a quotient and a product.</summary>
    static double ProbabilityBound(int classes) => UnitRoundoff * (7 + Math.Log(classes) + Additions(classes));

    static IEnumerable<(string Name, Func<int, int, float> Logit)> Patterns()
    {
        yield return ("spread", (row, unit) => 8 * Wave(row * 1009 + unit));
        yield return ("all equal", (row, _) => row - 9);
        yield return ("equal and huge", (row, _) => row % 2 == 0 ? 1e30f : -1e30f);
        yield return ("one dominates", (row, unit) => unit == 0 ? 40 : Wave(row + unit));
        yield return ("±1e30", (row, unit) => (row + unit) % 3 == 0 ? 1e30f : -1e30f);
        yield return ("ends of the range", (row, unit) => (row + unit) % 2 == 0 ? float.MaxValue : float.MinValue);
        yield return ("close and far from zero", (row, unit) => 1000 + Wave(row * 31 + unit));
        yield return ("denormal", (_, unit) => unit * float.Epsilon);
        yield return ("down to where the exponential ends", (row, unit) => -88f * unit / 16 - row);
        yield return ("minus infinity beside the label", (row, unit) => unit == row ? float.NegativeInfinity : Wave(unit));
    }

    /// <summary>In −1 … 1, and nowhere periodic.</summary>
    static float Wave(int i) => (float)(i * 0.6180339887498949 % 1 * 2 - 1);

    [Test]
    public void Loss_and_gradient_are_within_the_derived_bounds([ValueSource(nameof(s_classes))] int classes, [ValueSource(nameof(s_levels))] SimdLevel level)
    {
        foreach ((string name, Func<int, int, float> logit) in Patterns())
        {
            int stride = Panels.Padded(classes);
            Moat logits = new(Rows * stride), gradient = new(Rows * stride), labels = new(Rows);
            for (int row = 0; row < Rows; row++)
            {
                labels.Span[row] = (row * 7 + 1) % classes;
                for (int unit = 0; unit < classes; unit++)
                    logits.Span[row * stride + unit] = Label(unit, row) && float.IsInfinity(logit(row, unit)) ? 0 : logit(row, unit);
            }
            double[][] exact = [.. Enumerable.Range(0, Rows).Select(row => logits.Span.Slice(row * stride, classes).ToArray().Select(value => (double)value).ToArray())];

            LossKernel kernel = Losses.Parse("SoftmaxCrossEntropy").CreateKernel(level);
            for (int row = 0; row < Rows; row++)
            {
                double maximum = exact[row].Max(), expected = Math.Log(exact[row].Sum(value => Math.Exp(value - maximum))) + (maximum - exact[row][(int)labels.Span[row]]);
                double loss = kernel.Evaluate(logits.Pointer + row * stride, 1, classes, stride, labels.Pointer + row, 1, null, 1, null);
                // A loss of 2e30 is itself a double.
                Assert.That(loss, Is.EqualTo(expected).Within(LossBound(classes) + 4e-16 * Math.Abs(expected)), $"{name}, row {row}");
            }

            kernel.Evaluate(logits.Pointer, Rows, classes, stride, labels.Pointer, 1, null, 1, gradient.Pointer);
            Assert.That(logits.IsUntouched && gradient.IsUntouched && labels.IsUntouched, Is.True, name);
            for (int row = 0; row < Rows; row++)
            {
                double maximum = exact[row].Max(), sum = exact[row].Sum(value => Math.Exp(value - maximum));
                for (int unit = 0; unit < stride; unit++)
                {
                    double expected = unit >= classes ? 0 : Math.Exp(exact[row][unit] - maximum) / sum - (Label(unit, row) ? 1 : 0);
                    double bound = unit >= classes ? 0 : ProbabilityBound(classes);
                    if (!(Math.Abs(gradient.Span[row * stride + unit] - expected) <= bound))
                        Assert.Fail($"{name}: the gradient of row {row}, class {unit} is {gradient.Span[row * stride + unit]:R}, and should be {expected:R} within {bound:R}.");
                }
            }

            bool Label(int unit, int row) => unit == (row * 7 + 1) % classes;
        }
    }

    [Test]
    [Category("Fused")]
    public void A_row_has_the_same_gradient_alone_and_in_any_batch_at_every_width([ValueSource(nameof(s_classes))] int classes)
    {
        int stride = Panels.Padded(classes);
        Moat logits = new(Rows * stride), labels = new(Rows), together = new(Rows * stride);
        for (int i = 0; i < logits.Length; i++)
            logits.Span[i] = i % stride < classes ? 6 * Wave(i) : 0;
        for (int row = 0; row < Rows; row++)
            labels.Span[row] = row % classes;
        Losses.Parse("SoftmaxCrossEntropy").CreateKernel(SimdLevel.Width128).Evaluate(logits.Pointer, Rows, classes, stride, labels.Pointer, 1, null, 1, together.Pointer);
        foreach (SimdLevel level in Widths.Fused)
        {
            LossKernel kernel = Losses.Parse("SoftmaxCrossEntropy").CreateKernel(level);
            var alone = new Moat(Rows * stride);
            for (int row = 0; row < Rows; row++)
                kernel.Evaluate(logits.Pointer + row * stride, 1, classes, stride, labels.Pointer + row, 1, null, 1, alone.Pointer + row * stride);
            Assert.That(alone.Span.SequenceEqual(together.Span), Is.True, $"{level}");
        }
    }

    [Test]
    public void Softmax_of_scoring_is_right_at_every_length_and_touches_nothing_else([ValueSource(nameof(s_levels))] SimdLevel level)
    {
        SoftmaxKernel softmax = SoftmaxKernel.Create(level);
        for (int units = 1; units <= 260; units++)
        {
            int padded = Panels.Padded(units);
            var row = new Moat(padded);
            row.Span.Fill(float.NaN);                          // the padding is not the row's
            for (int unit = 0; unit < units; unit++)
                row.Span[unit] = 10 * Wave(unit * 7 + units);
            double[] logits = [.. row.Span[..units].ToArray().Select(value => (double)value)];
            double maximum = logits.Max(), sum = logits.Sum(value => Math.Exp(value - maximum));
            softmax.Apply(row.Pointer, units);
            Assert.That(row.IsUntouched, Is.True, $"{units} units");
            for (int unit = 0; unit < units; unit++)
            {
                if (!(Math.Abs(row.Span[unit] - Math.Exp(logits[unit] - maximum) / sum) <= UnitRoundoff * (7 + Math.Log(units) + units / 16 + 5)))
                    Assert.Fail($"{units} units: unit {unit} is {row.Span[unit]:R}.");
            }
            Assert.That(row.Span[units..].ToArray(), Is.All.Zero);
        }
    }

    [Test]
    public void Softmax_of_several_rows_has_the_bits_of_each_alone_and_touches_nothing_else([Values(1, 2, 3, 5, 8, 9, 10, 15, 16, 17, 40)] int classes, [ValueSource(nameof(s_levels))] SimdLevel level)
    {
        SoftmaxKernel softmax = SoftmaxKernel.Create(level);
        int stride = Panels.Padded(classes) + Panels.Padding;
        for (int rows = 1; rows <= 35; rows++)
        {
            Moat together = new(rows * stride), alone = new(rows * stride);
            for (int row = 0; row < rows; row++)
            {
                for (int unit = 0; unit < classes; unit++)
                    together.Span[row * stride + unit] = 10 * Wave((row * 31 + unit) * 7 + classes);
                if (row % 11 == 5)
                    together.Span[row * stride + row % classes] = float.NaN;
            }
            together.Span.CopyTo(alone.Span);
            softmax.ApplyRows(together.Pointer, rows, classes, stride);
            Assert.That(together.IsUntouched, Is.True, $"{rows} rows");
            for (int row = 0; row < rows; row++)
            {
                softmax.Apply(alone.Pointer + row * stride, classes);
                Assert.That(together.Span.Slice(row * stride, classes).ToArray(), Is.EqualTo(alone.Span.Slice(row * stride, classes).ToArray()), $"{rows} rows, row {row}");
                Assert.That(together.Span.Slice(row * stride + Panels.Padded(classes), Panels.Padding).ToArray(), Is.All.Zero, $"{rows} rows, behind row {row}");
            }
        }
    }

    [Test]
    public void A_logit_that_is_not_a_number_or_a_maximum_that_is_infinite_makes_the_row_NaN([Values(5, 40)] int classes, [Values(float.NaN, float.PositiveInfinity)] float bad, [ValueSource(nameof(s_levels))] SimdLevel level)
    {
        for (int place = 0; place < classes; place++)
        {
            int padded = Panels.Padded(classes);
            Moat row = new(padded), label = new(1), gradient = new(padded);
            row.Span[place] = bad;
            double loss = Losses.Parse("SoftmaxCrossEntropy").CreateKernel(level).Evaluate(row.Pointer, 1, classes, padded, label.Pointer, 1, null, 1, gradient.Pointer);
            Assert.That(double.IsFinite(loss), Is.False, $"place {place}");
            row.Span[..classes].Clear();
            row.Span[place] = bad;
            SoftmaxKernel.Create(level).Apply(row.Pointer, classes);
            Assert.That(row.Span[..classes].ToArray(), Is.All.NaN, $"place {place}");
        }
    }
}
