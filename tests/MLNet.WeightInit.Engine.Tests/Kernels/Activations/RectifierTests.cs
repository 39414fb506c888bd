using MLNet.WeightInit.Engine.Kernels;
using MLNet.WeightInit.Engine.Kernels.Activations;

namespace MLNet.WeightInit.Engine.Tests.Kernels.Activations;

using Activations = MLNet.WeightInit.Engine.Kernels.Activations.Activations;

[TestFixture]
[Category("Kernels")]
internal sealed unsafe class RectifierTests
{
    /// <summary>max(x, 0), and 0 below the smallest signal that counts; +0 for both zeros, and NaN is kept.</summary>
    [Test]
    public void The_rectifier_drops_what_is_not_positive_or_too_small_to_count([Values] SimdLevel level, [Values(0f, Negligible.Signal)] float smallest)
    {
        float[] special = [0f, -0f, float.Epsilon, -float.Epsilon, 1e-38f, 1e-40f, Negligible.Signal, MathF.BitDecrement(Negligible.Signal), -Negligible.Signal, 1, -1,
            float.MaxValue, float.MinValue, float.PositiveInfinity, float.NegativeInfinity, float.NaN];
        var block = new Moat(3 * 32);
        for (int i = 0; i < block.Length; i++)
            block.Span[i] = special[i * 5 % special.Length];
        float[] before = block.Span.ToArray();
        Activations.Parse("ReLU").CreateKernel(level, smallest).Forward(block.Pointer, block.Pointer, 3, 32, 32);
        Assert.That(block.IsUntouched, Is.True);
        for (int i = 0; i < before.Length; i++)
        {
            float expected = before[i] <= 0 || MathF.Abs(before[i]) < smallest ? 0f : before[i];
            Assert.That(BitConverter.SingleToInt32Bits(block.Span[i]), Is.EqualTo(BitConverter.SingleToInt32Bits(expected)), $"{before[i]:R}");
        }
    }
}
