using MLNet.WeightInit.Engine.Kernels;
using MLNet.WeightInit.Engine.Tests.Kernels;
using MLNet.WeightInit.Engine.Tests.Network;
using MLNet.WeightInit.Engine.Training.Losses;

namespace MLNet.WeightInit.Engine.Tests.Training;

[TestFixture]
[Category("Kernels")]
internal sealed unsafe class LossesTests
{
    /// <summary>Each of at most units + 20 roundings is relative to a number of the size of the largest logit or 1.</summary>
    static double Bound(int units, double largest) => (units + 20) * Math.Max(1, largest) / (1 << 24);

    [Test]
    public void Softmax_cross_entropy_matches_the_definition([Values(1, 2, 10, 16, 17, 100)] int classes, [Values(1f, 30f)] float size, [Values] bool weighted, [Values] SimdLevel level)
    {
        const int Rows = 7;
        float[] labels = [.. Enumerable.Range(0, Rows).Select(row => (float)(row * 5 % classes))];
        var run = new Run("SoftmaxCrossEntropy", level, Rows, classes, size, labels, 1, weighted);
        double total = 0;
        for (int row = 0; row < Rows; row++)
        {
            double[] logits = run.Row(row);
            double maximum = logits.Max(), sum = logits.Sum(logit => Math.Exp(logit - maximum)), weight = run.Weight(row);
            total += weight * (Math.Log(sum) + maximum - logits[(int)labels[row]]);
            for (int unit = 0; unit < classes; unit++)
            {
                double expected = weight * 0.25 * (Math.Exp(logits[unit] - maximum) / sum - (unit == (int)labels[row] ? 1 : 0));
                Assert.That((double)run.GradientAt(row, unit), Is.EqualTo(expected).Within(Bound(classes, size)));
            }
        }
        Assert.That(run.Loss, Is.EqualTo(total).Within(Rows * 2 * Bound(classes, size)));
        run.CheckPaddingAndMoat();
    }

    [Test]
    public void Binary_cross_entropy_matches_the_definition([Values(1, 3, 17)] int units, [Values(1f, 40f)] float size, [Values] bool weighted, [Values] SimdLevel level)
    {
        const int Rows = 19;
        float[] labels = [.. Enumerable.Range(0, Rows * units).Select(i => i % 3 == 0 ? 1f : 0)];
        var run = new Run("BinaryCrossEntropy", level, Rows, units, size, labels, units, weighted);
        double total = 0;
        for (int row = 0; row < Rows; row++)
        {
            for (int unit = 0; unit < units; unit++)
            {
                double z = run.Row(row)[unit], y = labels[row * units + unit], weight = run.Weight(row) / units;
                total += weight * (Math.Max(z, 0) - z * y + Math.Log(1 + Math.Exp(-Math.Abs(z))));
                Assert.That((double)run.GradientAt(row, unit), Is.EqualTo(weight * 0.25 * (1 / (1 + Math.Exp(-z)) - y)).Within(Bound(1, 1)));
            }
        }
        Assert.That(run.Loss, Is.EqualTo(total).Within(Rows * Bound(1, size)));
        run.CheckPaddingAndMoat();
    }

    [TestCase("Squared")]
    [TestCase("Absolute")]
    [TestCase("Huber")]
    [TestCase("Huber(delta=0.25)")]
    public void Residual_losses_match_their_definitions(string loss)
    {
        const int Rows = 9, Units = 3;
        float[] targets = Networks.Values(Rows * Units, 5, 2);
        var run = new Run(loss, SimdLevels.Best, Rows, Units, 2, targets, Units, weighted: true);
        double delta = loss.Contains("0.25") ? 0.25 : 1, total = 0;
        for (int row = 0; row < Rows; row++)
        {
            for (int unit = 0; unit < Units; unit++)
            {
                double r = run.Row(row)[unit] - targets[row * Units + unit], a = Math.Abs(r), weight = run.Weight(row) / Units;
                (double value, double slope) = loss[0] switch
                {
                    'S' => (r * r, 2 * r),
                    'A' => (a, Math.Sign(r)),
                    _ => a <= delta ? (r * r / 2, r) : (delta * (a - delta / 2), delta * Math.Sign(r)),
                };
                total += weight * value;
                Assert.That((double)run.GradientAt(row, unit), Is.EqualTo(0.25 * weight * slope).Within(Bound(1, 8)));
            }
        }
        Assert.That(run.Loss, Is.EqualTo(total).Within(1e-9));
        run.CheckPaddingAndMoat();
    }

    [Test]
    [Category("Fused")]
    public void Every_width_gives_the_same_bits([Values("SoftmaxCrossEntropy", "BinaryCrossEntropy")] string loss, [Values(1, 5, 16, 33, 70)] int units)
    {
        const int Rows = 21;
        float[] targets = [.. Enumerable.Range(0, Rows * units).Select(i => loss[0] == 'S' ? i % units : i % 2f)];
        Run[] runs = [.. Widths.Fused.Select(level => new Run(loss, level, Rows, units, 4, targets, loss[0] == 'S' ? 1 : units, weighted: true))];
        foreach (Run other in runs[1..])
        {
            Assert.That(other.Loss, Is.EqualTo(runs[0].Loss));
            Assert.That(other.Gradient.Span.SequenceEqual(runs[0].Gradient.Span), Is.True);
        }
    }

    [TestCase("SoftmaxCrossEntropy")]
    [TestCase("BinaryCrossEntropy")]
    [TestCase("Squared")]
    [TestCase("Absolute")]
    [TestCase("Huber")]
    public void A_logit_that_is_not_a_number_makes_the_loss_one(string loss)
    {
        float logit = float.NaN, target = 0;
        var row = new AlignedBuffer(16);
        row.Span[0] = logit;
        var targets = new AlignedBuffer(16);
        targets.Span[0] = target;
        Assert.That(Losses.Parse(loss).CreateKernel(SimdLevels.Best).Evaluate(row.Pointer, 1, 1, 16, targets.Pointer, 1, null, 1, null), Is.NaN);
    }

    [Test]
    public void Logits_of_a_thousand_neither_overflow_nor_lose_the_loss()
    {
        var logits = new AlignedBuffer(16);
        var targets = new AlignedBuffer(16);
        logits.Span[0] = 1000;
        logits.Span[1] = -1000;
        targets.Span[0] = 1;
        Assert.That(Losses.Parse("SoftmaxCrossEntropy").CreateKernel(SimdLevels.Best).Evaluate(logits.Pointer, 1, 2, 16, targets.Pointer, 1, null, 1, null), Is.EqualTo(2000));
        logits.Span[0] = -1000;
        Assert.That(Losses.Parse("BinaryCrossEntropy").CreateKernel(SimdLevels.Best).Evaluate(logits.Pointer, 1, 1, 16, targets.Pointer, 1, null, 1, null), Is.EqualTo(1000));
    }

    [TestCase("crossentropy", "SoftmaxCrossEntropy")]
    [TestCase("huber(delta=0)", "positive")]
    [TestCase("squared(delta=1)", "takes no arguments")]
    public void A_wrong_specification_says_what_is_right(string text, string expected)
        => Assert.That(() => Losses.Parse(text), Throws.InstanceOf<ArgumentOutOfRangeException>().With.Message.Contains(expected));

    [TestCase("huber(delta=0.5)", "Huber(delta=0.5)")]
    [TestCase("softmax_cross_entropy", "SoftmaxCrossEntropy")]
    public void Specifications_round_trip(string text, string canonical)
    {
        Assert.That(Losses.Parse(text).Specification, Is.EqualTo(canonical));
        Assert.That(Losses.Parse(canonical).Specification, Is.EqualTo(canonical));
    }

    sealed class Run
    {
        readonly int _rows, _units, _stride;
        readonly float[] _logits;
        readonly float[]? _weights;
        readonly Moat _block, _targets;

        public Run(string loss, SimdLevel level, int rows, int units, float size, float[] targets, int targetColumns, bool weighted)
        {
            (_rows, _units, _stride) = (rows, units, Panels.Padded(units) + 16);
            _logits = Networks.Values(rows * units, 31, size);
            _weights = weighted ? [.. Networks.Values(rows, 32).Select(value => value + 1.5f)] : null;
            _block = new Moat(rows * _stride);
            Gradient = new Moat(rows * _stride);
            Gradient.Span.Fill(7);
            _targets = new Moat(targets.Length);
            targets.CopyTo(_targets.Span);
            for (int row = 0; row < rows; row++)
                _logits.AsSpan(row * units, units).CopyTo(_block.Span[(row * _stride)..]);
            fixed (float* weights = _weights)
                Loss = Losses.Parse(loss).CreateKernel(level).Evaluate(_block.Pointer, rows, units, _stride, _targets.Pointer, targetColumns, weights, 0.25f, Gradient.Pointer);
        }

        public double Loss { get; }
        public Moat Gradient { get; }

        public double[] Row(int row) => [.. _logits.AsSpan(row * _units, _units).ToArray().Select(value => (double)value)];
        public double Weight(int row) => _weights?[row] ?? 1;
        public float GradientAt(int row, int unit) => Gradient.Span[row * _stride + unit];

        public void CheckPaddingAndMoat()
        {
            Assert.That(_block.IsUntouched && Gradient.IsUntouched && _targets.IsUntouched, Is.True, "wrote outside");
            for (int row = 0; row < _rows; row++)
                Assert.That(Gradient.Span.Slice(row * _stride + _units, _stride - _units).ToArray(), Is.All.Zero, "padding must be zero");
        }
    }
}
