using MLNet.WeightInit.Engine.Kernels;
using MLNet.WeightInit.Engine.Tests.Kernels;
using MLNet.WeightInit.Engine.Tests.Network;
using MLNet.WeightInit.Engine.Training.Losses;

namespace MLNet.WeightInit.Engine.Tests.Training;

[TestFixture]
[Category("Kernels")]
internal sealed unsafe class LossesTests
{
    /// <summary>Where a row's loss ends: Poisson's lacks the label's own term, and nobody knows of one that a user wrote.</summary>
    [TestCase("SoftmaxCrossEntropy", true)]
    [TestCase("BinaryCrossEntropy", true)]
    [TestCase("Squared", true)]
    [TestCase("Absolute", true)]
    [TestCase("Huber(delta=2)", true)]
    [TestCase("Quantile(level=0.9)", true)]
    [TestCase("Quantiles(levels=(0.1, 0.9))", true)]
    [TestCase("Poisson", false)]
    public void A_loss_says_whether_it_may_be_negative(string loss, bool isNonNegative) => Assert.That(Losses.Parse(loss).IsNonNegative, Is.EqualTo(isNonNegative));

    [Test]
    public void Softmax_cross_entropy_matches_the_definition([Values(1, 2, 10, 16, 17, 100)] int classes, [Values(1f, 30f)] float size, [Values] bool weighted, [Values] SimdLevel level)
    {
        const int Rows = 7;
        float[] labels = [.. Enumerable.Range(0, Rows).Select(row => (float)(row * 5 % classes))];
        var run = new LossRun("SoftmaxCrossEntropy", level, Rows, classes, size, labels, 1, weighted);
        double total = 0;
        for (int row = 0; row < Rows; row++)
        {
            double[] logits = run.Row(row);
            double maximum = logits.Max(), sum = logits.Sum(logit => Math.Exp(logit - maximum)), weight = run.Weight(row);
            total += weight * (Math.Log(sum) + maximum - logits[(int)labels[row]]);
            for (int unit = 0; unit < classes; unit++)
            {
                double expected = weight * 0.25 * (Math.Exp(logits[unit] - maximum) / sum - (unit == (int)labels[row] ? 1 : 0));
                Assert.That((double)run.GradientAt(row, unit), Is.EqualTo(expected).Within(LossRun.Bound(classes, size)));
            }
        }
        Assert.That(run.Loss, Is.EqualTo(total).Within(Rows * 2 * LossRun.Bound(classes, size)));
        run.CheckPaddingAndMoat();
    }

    [Test]
    public void Binary_cross_entropy_matches_the_definition([Values(1, 3, 17)] int units, [Values(1f, 40f)] float size, [Values] bool weighted, [Values] SimdLevel level)
    {
        const int Rows = 19;
        float[] labels = [.. Enumerable.Range(0, Rows * units).Select(i => i % 3 == 0 ? 1f : 0)];
        var run = new LossRun("BinaryCrossEntropy", level, Rows, units, size, labels, units, weighted);
        double total = 0;
        for (int row = 0; row < Rows; row++)
        {
            for (int unit = 0; unit < units; unit++)
            {
                double z = run.Row(row)[unit], y = labels[row * units + unit], weight = run.Weight(row) / units;
                total += weight * (Math.Max(z, 0) - z * y + Math.Log(1 + Math.Exp(-Math.Abs(z))));
                Assert.That((double)run.GradientAt(row, unit), Is.EqualTo(weight * 0.25 * (1 / (1 + Math.Exp(-z)) - y)).Within(LossRun.Bound(1, 1)));
            }
        }
        Assert.That(run.Loss, Is.EqualTo(total).Within(Rows * LossRun.Bound(1, size)));
        run.CheckPaddingAndMoat();
    }

    [TestCase("Squared")]
    [TestCase("Absolute")]
    [TestCase("Huber")]
    [TestCase("Huber(delta=0.25)")]
    [TestCase("Quantile(level=0.9)")]
    public void Residual_losses_match_their_definitions(string loss)
    {
        const int Rows = 9, Units = 3;
        float[] targets = Networks.Values(Rows * Units, 5, 2);
        var run = new LossRun(loss, SimdLevels.Best, Rows, Units, 2, targets, Units, weighted: true);
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
                    'Q' => (Math.Max(0.9 * -r, (0.9 - 1) * -r), r < 0 ? -0.9 : 0.1),
                    _ => a <= delta ? (r * r / 2, r) : (delta * (a - delta / 2), delta * Math.Sign(r)),
                };
                total += weight * value;
                Assert.That((double)run.GradientAt(row, unit), Is.EqualTo(0.25 * weight * slope).Within(LossRun.Bound(1, 8)));
            }
        }
        Assert.That(run.Loss, Is.EqualTo(total).Within(1e-9));
        run.CheckPaddingAndMoat();
    }

    [Test]
    [Category("Fused")]
    public void Every_width_gives_the_same_bits([Values("SoftmaxCrossEntropy", "BinaryCrossEntropy", "SoftmaxCrossEntropy(label_smoothing=0.1)", "BinaryCrossEntropy(label_smoothing=0.1)", "Poisson")] string loss, [Values(1, 5, 16, 33, 70)] int units)
    {
        const int Rows = 21;
        float[] targets = [.. Enumerable.Range(0, Rows * units).Select(i => loss[0] == 'S' ? i % units : i % 2f)];
        LossRun[] runs = [.. Widths.Fused.Select(level => new LossRun(loss, level, Rows, units, 4, targets, loss[0] == 'S' ? 1 : units, weighted: true))];
        foreach (LossRun other in runs[1..])
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
    [TestCase("Quantile")]
    [TestCase("Quantiles(levels=0.7)")]
    [TestCase("Poisson")]
    [TestCase("SoftmaxCrossEntropy(label_smoothing=0.1)")]
    [TestCase("BinaryCrossEntropy(label_smoothing=0.1)")]
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
    [TestCase("quantile(level=1)", "below 1")]
    [TestCase("quantile(level=0)", "above 0")]
    [TestCase("quantiles(levels=(0.5, 0.1))", "0.1 as number 2")]
    [TestCase("quantiles(levels=(0.5, 0.5))", "ascending order")]
    [TestCase("quantiles(levels=(0, 0.5))", "0 as number 1")]
    [TestCase("quantiles(levels=(0.5, 1))", "1 as number 2")]
    [TestCase("quantiles(levels=(0.5, half))", "'half'")]
    [TestCase("quantiles(levels=())", "none")]
    [TestCase("softmaxcrossentropy(label_smoothing=1)", "below 1")]
    [TestCase("binarycrossentropy(label_smoothing=-0.1)", "at least 0")]
    public void A_wrong_specification_says_what_is_right(string text, string expected)
        => Assert.That(() => Losses.Parse(text), Throws.InstanceOf<ArgumentOutOfRangeException>().With.Message.Contains(expected));

    [TestCase("huber(delta=0.5)", "Huber(delta=0.5)")]
    [TestCase("softmax_cross_entropy", "SoftmaxCrossEntropy")]
    [TestCase("softmaxcrossentropy(labelsmoothing=0)", "SoftmaxCrossEntropy")]
    [TestCase("binarycrossentropy(labelsmoothing=0.1)", "BinaryCrossEntropy(label_smoothing=0.1)")]
    [TestCase("quantile(level=0.9)", "Quantile(level=0.9)")]
    [TestCase("quantiles", "Quantiles(levels=(0.1, 0.5, 0.9))")]
    [TestCase("quantiles(levels=0.25 0.75)", "Quantiles(levels=(0.25, 0.75))")]
    [TestCase("quantiles(levels=(0.005;0.995))", "Quantiles(levels=(0.005, 0.995))")]
    [TestCase("poisson", "Poisson")]
    public void Specifications_round_trip(string text, string canonical)
    {
        Assert.That(Losses.Parse(text).Specification, Is.EqualTo(canonical));
        Assert.That(Losses.Parse(canonical).Specification, Is.EqualTo(canonical));
    }
}
