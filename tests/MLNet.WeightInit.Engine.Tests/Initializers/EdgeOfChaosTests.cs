using MLNet.WeightInit.Engine.Initializers;

namespace MLNet.WeightInit.Engine.Tests.Initializers;

[TestFixture]
internal sealed class EdgeOfChaosTests
{
    /// <summary>By another quadrature (Simpson's rule, 2 × 20,000 steps over ±12 deviations) than the engine's. Schoenholz et al. 2017 have 1.76 for tanh at σb² = 0.05.</summary>
    [TestCase("GELU", null, 3.5616, 1.98306, 0.17292, 1.0)]
    [TestCase("SiLU", null, 14.320, 1.98800, 0.55514, 1.0)]
    [TestCase("GELU", 1f, 1, 2.19370, 0.06719, 1.067)]
    [TestCase("SiLU", 1f, 1, 2.63517, 0.06247, 1.099)]
    [TestCase("Mish", 1f, 1, 2.08732, 0.05582, 1.016)]
    [TestCase("ELU", null, 1, 1.496778, 0.034661, null)]          // 1 / (½ + e² Φ(−2))
    [TestCase("SELU", null, 1, 0.93321, 0.06679, null)]
    [TestCase("Tanh", 0.04571f, 0.04571, 1.08603, 1e-4, null)]
    [TestCase("Tanh", 0.2733f, 0.27330, 1.42421, 0.01, null)]
    [TestCase("Tanh", 0.57005f, 0.57005, 1.76095, 0.05, null)]
    [TestCase("Tanh", 0.8058f, 0.80580, 1.98607, 0.1, null)]
    [TestCase("ReLU", null, 1, 2, 0, 1.0)]
    [TestCase("LeakyReLU(slope=0.2)", null, 1, 2 / 1.04, 0, 1.0)]
    [TestCase("Identity", null, 1, 1, 0, 1.0)]
    public void The_point_is_that_of_the_tables(string activation, float? variance, double q, double weights, double biases, double? slope)
    {
        CriticalPoint point = CriticalPoint.Of(activation, variance);
        Assert.That(point.Variance, Is.EqualTo(q).Within(variance is null ? 5e-4 * q : 1e-6));
        Assert.That(point.WeightVariance, Is.EqualTo(weights).Within(1.5e-5));
        Assert.That(point.BiasVariance, Is.EqualTo(biases).Within(variance is 0.04571f ? 2e-6 : 2e-5));
        if (slope is { } known)
            Assert.That(point.Slope, Is.EqualTo(known).Within(6e-4));
        Assert.That(point.IsHalfStable, Is.EqualTo(slope == 1.0 && variance is null));
    }

    /// <summary>Far beyond the bounds tanh is a step that rises within one unit of z: E φ′² = 4/3 / (σ √(2π)), and E φ² = 1 − 2 / (σ √(2π)), both to 1 / σ².</summary>
    [TestCase("Tanh", 1e6f, 4 / 3.0, 2.0)]
    [TestCase("HardTanh", 1e5f, 2.0, 4 / 3.0)]
    public void Large_variances_have_a_point(string activation, float variance, double slopes, double missing)
    {
        double density = 1 / Math.Sqrt(2 * Math.PI * variance);
        CriticalPoint point = CriticalPoint.Of(activation, variance);
        Assert.That(point.WeightVariance, Is.EqualTo(1 / (slopes * density)).Within(1e-3).Percent);
        Assert.That(point.BiasVariance, Is.EqualTo(variance - (1 - missing * density) / (slopes * density)).Within(1e-3).Percent);
    }

    [TestCase("edge_of_chaos(variance=3)", "ReLU", "errors of the variance stay as they are")]
    [TestCase("edge_of_chaos(variance=3)", "Identity", "errors of the variance stay as they are")]
    [TestCase("edge_of_chaos", "ReLU", "every variance stays")]
    [TestCase("edge_of_chaos(variance=0.000001)", "Tanh", "errors of the variance stay as they are")]
    [TestCase("edge_of_chaos(variance=0.5)", "Tanh", "errors of the variance die out")]
    [TestCase("edge_of_chaos(variance=1)", "GELU", "errors of the variance grow by that a layer")]
    public void The_reason_says_what_the_slope_means(string specification, string activation, string expected)
        => Assert.That(Fills.Plan(specification, [8, 16, 16, 2], activation).Weights[1].Reason, Does.Contain(expected));

    [Test]
    public void An_activation_without_a_point_is_refused_with_the_figure()
    {
        Assert.That(() => Fills.Plan("edge_of_chaos", [4, 8, 2], "Softplus"), Throws.InvalidOperationException.With.Message.Contains("no edge of chaos for Softplus").And.Message.Contains("would be -"));
        Assert.That(() => Fills.Of("edge_of_chaos", Fills.Layer(4, 8, "Sigmoid") with { Activation = "MyOwn" }), Throws.ArgumentException.With.Message.Contains("'MyOwn' is none"));
        Assert.That(() => Fills.Registry.Parse("edge_of_chaos(variance=0)"), Throws.InstanceOf<ArgumentOutOfRangeException>().With.Message.Contains("from 1e-6 to 1e6"));
    }

    [Test]
    public void A_plan_brings_the_features_to_the_point_and_starts_the_output_small()
    {
        InitializationPlan plan = Fills.Plan("edge_of_chaos", [50, 64, 64, 3], "GELU", featureSecondMoment: 4);
        double[] variances = [.. plan.Weights.Select(tensor => Math.Pow(tensor.Initializer!.TargetDeviation(tensor.Shape)!.Value, 2) * tensor.Shape.FanIn)];
        Assert.That(variances[0] * 4 + 0.17292, Is.EqualTo(3.5616).Within(2e-3), "σ₁² E x² + σb² = q*");
        Assert.That(variances[1], Is.EqualTo(1.98306).Within(1e-4));
        Assert.That(variances[2] * (3.5616 - 0.17292) / 1.98306, Is.EqualTo(0.05).Within(1e-4), "variance of the outputs");
        Assert.That(plan.Biases.Select(tensor => tensor.Initializer!.TargetDeviation(tensor.Shape)!.Value), Is.EqualTo(new[] { Math.Sqrt(0.17292), Math.Sqrt(0.17292), 0 }).Within(1e-4));
        Assert.That(plan.Weights[1].Reason, Does.Contain("dq′/dq = 1").And.Contain("χ₁ = 1"));
        Assert.That(Fills.Plan("edge_of_chaos(variance=1)", [50, 64, 64, 3], "GELU").Weights[1].Reason, Does.Contain("dq′/dq = 1.067").And.Contain("grow"));
        Assert.That(Fills.Plan("edge_of_chaos", [50, 64, 64, 3], "Tanh").Weights[1].Reason, Does.Contain("die out"));
    }

    /// <summary>Variance of the pre-activations and mean squared gradient of each layer, of width 256, over sixty seeds: a plain loop in double.</summary>
    static (double[] Signal, double[] Gradient) Propagate(string init, string activation, int layers, Func<double, double> phi, Func<double, double> slope, double scale, string? bias = null)
    {
        const int width = 256, inputs = 1, seeds = 60;
        var signal = new double[layers];
        var gradient = new double[layers];
        InitializationPlan plan = Fills.Plan(init, [width, .. Enumerable.Repeat(width, layers), 1], activation, biasInit: bias);
        for (int seed = 0; seed < seeds; seed++)
        {
            float[][] weights = plan.Weights(seed), biases = plan.Biases(seed);
            for (int input = 0; input < inputs; input++)
            {
                var draws = new float[2 * width];
                new RandomSource(seed, $"input/{input}").FillNormal(draws, 1);
                var z = new double[layers][];
                double[] h = [.. draws[..width].Select(x => x * scale)];
                for (int layer = 0; layer < layers; layer++)
                {
                    z[layer] = new double[width];
                    for (int row = 0; row < width; row++)
                    {
                        double sum = biases[layer][row];
                        for (int column = 0; column < width; column++)
                            sum += weights[layer][row * width + column] * h[column];
                        z[layer][row] = sum;
                    }
                    signal[layer] += z[layer].Average(value => value * value) / (inputs * seeds);
                    h = [.. z[layer].Select(phi)];
                }
                double[] delta = [.. draws[width..].Select((x, unit) => x * slope(z[^1][unit]))];
                for (int layer = layers - 1; ; layer--)
                {
                    gradient[layer] += delta.Average(value => value * value) / (inputs * seeds);
                    if (layer == 0)
                        break;
                    var back = new double[width];
                    for (int row = 0; row < width; row++)
                        for (int column = 0; column < width; column++)
                            back[column] += weights[layer][row * width + column] * delta[row];
                    delta = [.. back.Select((value, unit) => value * slope(z[layer - 1][unit]))];
                }
            }
        }
        return (signal, gradient);
    }

    /// <summary>Poole et al. 2016 and Schoenholz et al. 2017, measured: at width 256 tanh keeps q* within 1 %, and a layer multiplies the squared gradient by χ₁ = 1 within 0.01 in the logarithm. A layer's q has a relative deviation of
    /// √(2 / 256) = 9 %, of which about ten of thirty layers are independent: 0.4 % over sixty seeds.</summary>
    [Test]
    public void Tanh_keeps_its_variance_and_its_gradients_over_forty_layers()
    {
        (double[] signal, double[] gradient) = Propagate("edge_of_chaos(variance=0.57005)", "Tanh", 40, Math.Tanh, z => 1 - Math.Tanh(z) * Math.Tanh(z), 1);
        Assert.That(signal[10..].Average(), Is.EqualTo(0.57005).Within(1).Percent);
        Assert.That(Math.Log(gradient[5] / gradient[^6]) / (40 - 11), Is.EqualTo(0).Within(0.01));
        // What the test must see: Xavier's σw² = 1 lets both fall.
        (double[] xavier, double[] falling) = Propagate("glorot", "Tanh", 40, Math.Tanh, z => 1 - Math.Tanh(z) * Math.Tanh(z), 1);
        Assert.That(xavier[10..].Average(), Is.LessThan(0.2));
        Assert.That(Math.Log(falling[5] / falling[^6]) / (40 - 11), Is.LessThan(-0.01));
    }

    /// <summary>E erf(√π z / 2)² and E φ′² for z ~ N(0, q) in closed form (Williams 1997): (2/π) asin(r / (1 + r)) with r = πq / 2, and 1 / √(1 + πq).</summary>
    static (double Square, double SquaredSlope) Erf(double q) => (2 / Math.PI * Math.Asin(Math.PI * q / 2 / (1 + Math.PI * q / 2)), 1 / Math.Sqrt(1 + Math.PI * q));

    /// <summary>tanh by Simpson's rule with 20,000 steps over ±12 deviations.</summary>
    static (double Square, double SquaredSlope) Tanh(double q)
    {
        const int steps = 20_000;
        double square = 0, slope = 0, width = 24.0 / steps;
        for (int i = 0; i <= steps; i++)
        {
            double z = -12 + i * width, value = Math.Tanh(Math.Sqrt(q) * z);
            double weight = (i is 0 or steps ? 1 : i % 2 == 0 ? 2 : 4) * width / 3 * MathNet.Numerics.Distributions.Normal.PDF(0, 1, z);
            square += weight * value * value;
            slope += weight * (1 - value * value) * (1 - value * value);
        }
        return (square, slope);
    }

    /// <summary>
    /// Poole et al. 2016; Schoenholz et al. 2017: q ← σw² E φ² + σb² comes to q*, and a layer multiplies the squared gradient by χ₁ = σw² E φ′². At width 256, σb² = 0.05, 40 layers, ordered, critical and chaotic: the stated gates are 1 % of q*
    /// and 0.01 of ln χ₁, and the tolerances of the test above.
    /// </summary>
    [Test]
    public void Mean_field_theory_holds_at_width_256([Values("Tanh", "Erf")] string activation, [Values(1.3, 1.5, 0, 2.5)] double weightVariance)
    {
        bool isErf = activation == "Erf";
        double scale = weightVariance > 0 ? weightVariance : isErf ? 1.68736 : 1.76095;        // 0: critical
        double q = 1;
        for (int step = 0; step < 500; step++)
            q = scale * (isErf ? Erf(q) : Tanh(q)).Square + 0.05;
        double growth = Math.Log(scale * (isErf ? Erf(q) : Tanh(q)).SquaredSlope);
        if (weightVariance == 0)
            Assert.That(growth, Is.Zero.Within(2e-5), "the oracle's own control: the published critical points");
        (double[] signal, double[] gradient) = Propagate(FormattableString.Invariant($"variance_scaling(scale={scale})"), activation, 40,
            z => isErf ? MathNet.Numerics.SpecialFunctions.Erf(Math.Sqrt(Math.PI) / 2 * z) : Math.Tanh(z),
            z => isErf ? Math.Exp(-Math.PI / 4 * z * z) : 1 - Math.Tanh(z) * Math.Tanh(z), 1, bias: "normal(deviation=0.2236068)");
        Assert.That(signal[12..].Average(), Is.EqualTo(q).Within(1).Percent);
        Assert.That(Math.Log(gradient[5] / gradient[^6]) / (40 - 11), Is.EqualTo(growth).Within(0.01));
    }

    /// <summary>At GELU's half-stable point the variance stays within a factor of 2 over 30 layers; with unit variance kept (gain 1.5335), or He's, it doesn't: the slope is 1.144.</summary>
    [Test]
    public void Gelu_stays_within_a_factor_of_two_at_its_half_stable_point()
    {
        static double Phi(double z) => z * MathNet.Numerics.Distributions.Normal.CDF(0, 1, z);
        static double Slope(double z) => MathNet.Numerics.Distributions.Normal.CDF(0, 1, z) + z * MathNet.Numerics.Distributions.Normal.PDF(0, 1, z);
        (double[] signal, double[] gradient) = Propagate("edge_of_chaos", "GELU", 30, Phi, Slope, 1);
        Assert.That(signal, Has.All.InRange(3.5616 / 2, 3.5616 * 2));
        Assert.That(gradient[0] / gradient[^1], Is.InRange(0.25, 4));
        Assert.That(Propagate("he", "GELU", 30, Phi, Slope, 1).Signal[^1], Is.LessThan(0.05), "He's starves it");
    }
}
