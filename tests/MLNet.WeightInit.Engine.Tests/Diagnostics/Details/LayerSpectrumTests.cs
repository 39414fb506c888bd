using MLNet.WeightInit.Engine.Diagnostics.Details;

namespace MLNet.WeightInit.Engine.Tests.Diagnostics.Details;

internal sealed class LayerSpectrumTests
{
    /// <summary>The Tracy–Widom law of order 1 has mean −1.2065 and deviation 1.268 (Tracy and Widom 1996). Centre and scale are taken back from the interval's ends; at these sizes Ma's centring leaves a few hundredths.</summary>
    [TestCase(60, 100)]
    [TestCase(128, 128)]
    public void The_largest_of_independent_weights_is_where_the_law_says(int outputs, int inputs)
    {
        const int Draws = 300;
        double sum = 0, squares = 0;
        int outside = 0;
        for (int draw = 0; draw < Draws; draw++)
        {
            float[] weights = Weights("he", outputs, inputs, draw);
            LayerSpectrum spectrum = Of(weights, outputs, inputs);
            double low = spectrum.LowestLargest * spectrum.LowestLargest, high = spectrum.HighestLargest * spectrum.HighestLargest, scale = (high - low) / (3.5829 + 4.7812);
            double place = (spectrum.LargestSingularValue * spectrum.LargestSingularValue - low) / scale - 4.7812;
            sum += place / Draws;
            squares += place * place / Draws;
            outside += spectrum.IsAtEdge ? 0 : 1;
        }
        Assert.That(sum, Is.EqualTo(-1.2065).Within(5 * 1.268 / Math.Sqrt(Draws)));
        Assert.That(Math.Sqrt(squares - sum * sum), Is.EqualTo(1.268).Within(0.2));
        Assert.That(outside, Is.LessThanOrEqualTo(4), "0.3 are expected");
    }

    [TestCase("he_uniform")]
    [TestCase("he(distribution=truncated)")]
    [TestCase("glorot")]
    public void So_it_is_for_other_distributions(string init)
        => Assert.That(Enumerable.Range(0, 20).Count(draw => !Of(Weights(init, 96, 64, draw), 96, 64).IsAtEdge), Is.LessThanOrEqualTo(1));

    [Test]
    public void Weights_with_a_mean_lie_above_and_orthogonal_ones_below()
    {
        float[] shifted = [.. Weights("he", 64, 64, 1).Select(weight => weight + 0.1f)];
        LayerSpectrum above = Of(shifted, 64, 64), below = Of(Weights("orthogonal", 64, 64, 1), 64, 64);
        Assert.That((above.IsAtEdge, above.LargestSingularValue > above.HighestLargest), Is.EqualTo((false, true)));
        Assert.That((below.IsAtEdge, below.LargestSingularValue < below.LowestLargest), Is.EqualTo((false, true)));
    }

    [TestCase(64, 64)]
    [TestCase(40, 64)]
    [TestCase(64, 40)]
    [TestCase(600, 520)]                                       // by Lanczos steps
    public void Orthogonal_weights_have_a_condition_of_one_and_full_rank(int outputs, int inputs)
    {
        LayerSpectrum spectrum = Of(Weights("orthogonal(gain=1.5)", outputs, inputs, 1), outputs, inputs);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(spectrum.Condition, Is.GreaterThanOrEqualTo(1).And.LessThan(1.001));
            Assert.That(spectrum.EffectiveRank, Is.EqualTo(Math.Min(outputs, inputs)).Within(0.01));
            Assert.That(spectrum.StableRank, Is.EqualTo(Math.Min(outputs, inputs)).Within(0.01));
        }
    }

    [Test]
    public void Ranks_are_those_of_their_definitions()
    {
        LayerSpectrum spectrum = Of([3, 0, 0, 0, 1, 0], 2, 3), constant = Of([.. Enumerable.Repeat(0.1f, 12)], 3, 4), none = Of(new float[6], 2, 3);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(spectrum.EffectiveRank, Is.EqualTo(Math.Exp(-0.75 * Math.Log(0.75) - 0.25 * Math.Log(0.25))).Within(1e-5));
            Assert.That(spectrum.StableRank, Is.EqualTo(10.0 / 9).Within(1e-5));
            Assert.That(spectrum.Condition, Is.EqualTo(3).Within(1e-5));
            Assert.That(constant.EffectiveRank, Is.EqualTo(1).Within(1e-6));
            Assert.That(constant.Condition, Is.EqualTo(double.PositiveInfinity));
            Assert.That((none.LargestSingularValue, none.SmallestSingularValue), Is.EqualTo((0.0, 0.0)));
            Assert.That(none.Condition, Is.NaN);
            Assert.That(none.EffectiveRank, Is.NaN);
            Assert.That(Of([float.NaN, 1, 2, 3], 2, 2).LargestSingularValue, Is.NaN);
        }
    }

    /// <summary>Beyond 512 the largest value is approached from below, within 10⁻³.</summary>
    [Test]
    public void Large_layers_have_the_largest_value_alone()
    {
        float[] weights = Weights("he", 520, 530, 1);
        double expected = SingularValues.Of(weights, 520, 530)[0];
        LayerSpectrum spectrum = Of(weights, 520, 530);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(spectrum.LargestSingularValue, Is.GreaterThan(0.999 * expected).And.LessThan(1.00001 * expected));
            Assert.That(spectrum.SmallestSingularValue, Is.NaN);
            Assert.That(spectrum.EffectiveRank, Is.NaN);
            Assert.That(spectrum.IsAtEdge, Is.True);
        }
    }

    /// <summary>A gradient of two directions, of sizes 2 and 1.</summary>
    [Test]
    public void The_gradient_has_a_stable_rank_of_its_own()
    {
        LayerSpectrum spectrum = SpectrumMeasurement.Of(Weights("he", 3, 4, 1), [2, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0], 3, 4);
        Assert.That(spectrum.GradientStableRank, Is.EqualTo(5.0 / 4).Within(1e-5));
        Assert.That(Of(Weights("he", 3, 4, 1), 3, 4).GradientStableRank, Is.NaN, "a gradient of 0 has none");
    }

    static LayerSpectrum Of(float[] weights, int outputs, int inputs) => SpectrumMeasurement.Of(weights, new float[weights.Length], outputs, inputs);

    internal static float[] Weights(string init, int outputs, int inputs, long seed)
    {
        var weights = new float[outputs * inputs];
        InitializerRegistry.CreateDefault().Parse(init).Fill(weights, WeightShape.Dense(inputs, outputs), new RandomSource(seed, "test/weights"));
        return weights;
    }
}
