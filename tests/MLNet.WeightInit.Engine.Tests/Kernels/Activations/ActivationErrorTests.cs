using MLNet.WeightInit.Engine.Kernels;

namespace MLNet.WeightInit.Engine.Tests.Kernels.Activations;

using Activations = MLNet.WeightInit.Engine.Kernels.Activations.Activations;

/// <summary>Values and derivatives of the activations against their definitions in double precision, over the whole range of single precision.</summary>
[TestFixture]
[Category("Kernels")]
internal sealed class ActivationErrorTests
{
    static IEnumerable<TestCaseData> UnfusedBounds() => Bounds().Where(data => !double.IsNaN(((StatedErrors.Activation)data.Arguments[0]!).UnfusedValue));

    static IEnumerable<TestCaseData> Bounds() => StatedErrors.Activations.Select(activation => new TestCaseData(activation).SetArgDisplayNames(activation.Name));

    [TestCaseSource(nameof(Bounds))]
    [Category("Fused")]
    public void Values_and_slopes_are_within_the_stated_errors_over_the_whole_range(StatedErrors.Activation activation) => AssertStated(activation, Widths.Fused);

    [TestCaseSource(nameof(UnfusedBounds))]
    [Category("Unfused")]
    public void Without_fused_multiply_add_values_and_slopes_are_within_errors_of_their_own(StatedErrors.Activation activation) => AssertStated(activation, [SimdLevel.Unfused128]);

    static void AssertStated(StatedErrors.Activation activation, SimdLevel[] levels)
    {
        string name = activation.Name;
        float[] arguments = [.. FloatSweep.Finite.Where(x => name != "Sin" || Math.Abs(x) <= StatedErrors.LargestAngle)];
        double[] values = [.. arguments.Select(x => ActivationReference.Value(name, x))], slopes = [.. arguments.Select(x => ActivationReference.Slope(name, x))];
        foreach (SimdLevel level in levels)
        {
            (double valueBound, double slopeBound) = activation.Bounds(level);
            (float[] results, float[] derivatives) = ActivationKernelTests.Evaluate(name, level, arguments);
            (double worstValue, float atValue) = ErrorUnits.Worst(arguments, i => ErrorUnits.OfLastPlace(results[i], values[i], StatedErrors.SmallestProduct));
            (double worstSlope, float atSlope) = ErrorUnits.Worst(arguments, i => Math.Abs(derivatives[i] - slopes[i]) * (1 << 23));
            // The upper bound is the statement; the lower one keeps it from being far above the truth.
            Assert.That(worstValue, Is.InRange(StatedErrors.Tightness * valueBound, valueBound), $"φ({atValue:R}) at {level}");
            Assert.That(worstSlope, Is.InRange(StatedErrors.Tightness * slopeBound, slopeBound), $"φ′({atSlope:R}) at {level}");
        }
    }

    [Test]
    public void Every_activation_has_a_stated_error()
        => Assert.That(StatedErrors.Activations.Select(activation => activation.Name), Is.EqualTo(Activations.All));

    [TestCaseSource(nameof(Bounds))]
    public void Backward_multiplies_the_slope_by_what_comes_from_above(StatedErrors.Activation activation)
    {
        // The factor stands first or last in the product: a few roundings, relative to the product of the largest slope (below 2) with it.
        float[] arguments = [.. FloatSweep.Finite.Where((x, i) => i % 64 == 5 && Math.Abs(x) <= 100)];
        foreach (SimdLevel level in Enum.GetValues<SimdLevel>())
        {
            float[] slopes = ActivationKernelTests.Evaluate(activation.Name, level, arguments).Slopes;
            foreach (float upstream in (float[])[-3, 1e-20f, 1e20f])
            {
                float[] gradients = ActivationKernelTests.Evaluate(activation.Name, level, arguments, upstream).Slopes;
                for (int i = 0; i < arguments.Length; i++)
                {
                    if (!(Math.Abs(gradients[i] - (double)slopes[i] * upstream) <= 8 * Math.Abs(upstream) / (double)(1 << 23)))
                        Assert.Fail($"{upstream} · φ′({arguments[i]:R}) is {gradients[i]:R} at {level}, and φ′ {slopes[i]:R}.");
                }
            }
        }
    }
}
