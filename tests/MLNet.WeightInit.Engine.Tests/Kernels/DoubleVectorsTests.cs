using MLNet.WeightInit.Engine.Kernels;

namespace MLNet.WeightInit.Engine.Tests.Kernels;

[TestFixture]
[Category("Kernels")]
internal sealed class DoubleVectorsTests
{
    [Test]
    public void Products_and_sums_are_those_of_a_plain_loop()
    {
        for (int length = 0; length <= 67; length++)
        {
            float[] left = new Moat(length).Filled(1).Span.ToArray(), right = new Moat(length).Filled(2).Span.ToArray();
            double[] a = [.. left.Select(value => value / 3.0)], b = [.. right.Select(value => value / 7.0)];
            // Each of the additions rounds a sum of at most `length` products below 1; the products round too, but those of two floats.
            double rounding = 2 * length * length / (double)(1L << 53);
            Assert.That(DoubleVectors.Dot(a, b), Is.EqualTo(a.Zip(b, (x, y) => x * y).Sum()).Within(rounding));
            Assert.That(DoubleVectors.Dot(left, b), Is.EqualTo(left.Zip(b, (x, y) => x * y).Sum()).Within(rounding));
            Assert.That(DoubleVectors.Dot(left, right), Is.EqualTo(left.Zip(right, (x, y) => (double)x * y).Sum()).Within(rounding));
            double[] sums = [.. b];
            DoubleVectors.AddScaled(left, 0.3, sums);
            Assert.That(sums, Is.EqualTo(b.Zip(left, (sum, value) => sum + 0.3 * value).ToArray()));
            Assert.That(DoubleVectors.LargestSize(a), Is.EqualTo(a.Select(Math.Abs).DefaultIfEmpty(0).Max()));
        }
    }

    [Test]
    public void Numbers_that_are_not_numbers_show()
    {
        Assert.That(DoubleVectors.LargestSize([1, double.NaN, 3]), Is.NaN);
        Assert.That(DoubleVectors.Dot([1f, float.NaN], [0f, 0f]), Is.NaN);
    }
}
