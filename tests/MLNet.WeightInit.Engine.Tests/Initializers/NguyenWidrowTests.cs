namespace MLNet.WeightInit.Engine.Tests.Initializers;

/// <summary>MATLAB's initnw, written out: β = 0.7 H^(1/n), then from [−1, 1] to the activation's active region and to the inputs' range.</summary>
[TestFixture]
internal sealed class NguyenWidrowTests
{
    [TestCase("Tanh", 2.0)]
    [TestCase("Sigmoid", 4.0)]
    [TestCase("HardTanh", 1.0)]
    [TestCase("ReLU", 1.0)]
    public void Rows_have_one_length_and_biases_spread_evenly_with_the_signs_of_the_first_weights(string activation, double half)
    {
        const int units = 12, inputs = 3;
        const double low = 0.5, high = 4.5;
        InitializationPlan plan = Fills.Plan("nguyen_widrow(minimum=0.5, maximum=4.5)", [inputs, units, 2], activation);
        float[] weights = plan.Weights()[0], biases = plan.Biases()[0];
        double beta = 0.7 * Math.Pow(units, 1.0 / inputs), scale = 2 / (high - low);
        for (int unit = 0; unit < units; unit++)
        {
            double[] row = [.. Enumerable.Range(0, inputs).Select(i => (double)weights[unit * inputs + i])];
            Assert.That(Math.Sqrt(row.Sum(w => w * w)), Is.EqualTo(beta * half * scale).Within(1e-5));
            double spread = beta * half * (-1 + 2.0 * unit / (units - 1)) * Math.Sign(row[0]);
            Assert.That(biases[unit], Is.EqualTo(spread - row.Sum() * (low + high) / 2).Within(1e-4));
        }
        Assert.That(weights.Where((_, i) => i % inputs == 0).Select(w => Math.Sign(w)).Distinct().Count(), Is.EqualTo(2), "both signs occur, so a missing sign would be seen");
        Assert.That(plan.Weights()[1].Max(MathF.Abs), Is.LessThanOrEqualTo(0.5f), "the output's weights are U(−½, ½)");
    }

    /// <summary>A decoder that became its encoder's transpose has its first weights from there.</summary>
    [Test]
    public void Biases_have_the_signs_of_weights_that_were_tied_or_transposed([Values] bool transposed)
    {
        InitializationPlan plan = Fills.Plan(transposed ? "autoencoder(encoder=nguyen_widrow, transposed=true)" : "nguyen_widrow", [16, 12, 4, 12, 16], "Tanh");
        if (!transposed)
            plan.Tensors[2 * 2].Tie(plan.Tensors[2 * 1]);
        float[] weights = plan.Weights()[2], biases = plan.Biases()[2];          // hidden[2], 4 → 12
        for (int unit = 0; unit < 12; unit++)
            Assert.That(Math.Sign(biases[unit]), Is.EqualTo(Math.Sign(weights[unit * 4]) * (unit < 6 ? -1 : 1)), $"unit {unit}: spread from − to +, times the sign");
    }

    /// <summary>Directions are uniform on the sphere: in three dimensions each coordinate over the length is uniform on [−1, 1] (Archimedes).</summary>
    [Test]
    public void Directions_are_uniform_on_the_sphere()
    {
        float[] weights = Fills.Of("nguyen_widrow", Fills.Layer(3, 10_000, "Tanh"));
        double length = 2 * 0.7 * Math.Pow(10_000, 1 / 3.0);
        float[] first = [.. Enumerable.Range(0, 10_000).Select(unit => weights[unit * 3])];
        Assert.That(Randomness.SampleStatistics.KolmogorovSmirnov(first, x => Math.Clamp((x / length + 1) / 2, 0, 1)), Is.GreaterThan(1e-4));
        Assert.That(new NguyenWidrow().TargetDeviation(Fills.Layer(3, 10_000, "Tanh")), Is.EqualTo(length / Math.Sqrt(3)).Within(1e-4));
    }

    /// <summary>A uniform of the features' E x² has limits ±√(3 E x²); later layers read their activation's range.</summary>
    [Test]
    public void A_networks_first_layer_takes_the_range_of_the_data_and_later_ones_that_of_their_activation()
    {
        Assert.That(Fills.Plan("nguyen_widrow", [4, 8, 8, 2], "Sigmoid", featureSecondMoment: 12).Weights.Select(tensor => tensor.Initializer!.Specification),
            Is.EqualTo(new[] { "nguyen_widrow(minimum=-6, maximum=6)", "nguyen_widrow(minimum=0, maximum=1)", "uniform(limit=0.5)" }));
        Assert.That(Fills.Plan("nguyen_widrow(minimum=0, maximum=9)", [4, 8, 8, 2], "Tanh", featureSecondMoment: 12).Weights.Select(tensor => tensor.Initializer!.Specification),
            Is.EqualTo(new[] { "nguyen_widrow(minimum=0, maximum=9)", "nguyen_widrow(minimum=-1, maximum=1)", "uniform(limit=0.5)" }));
        Assert.That(Fills.Plan("nguyen_widrow", [4, 8, 2], featureSecondMoment: double.NaN).Weights[0].Initializer!.Specification, Is.EqualTo("nguyen_widrow"));
    }

    /// <summary>Biases asked for alone draw the weights of another network again, so that their signs fit the ones that this rule would have drawn.</summary>
    [Test]
    public void Biases_are_the_same_where_only_they_are_asked_for()
    {
        float[][] own = Fills.Plan("nguyen_widrow", [4, 8, 2], "Tanh").Biases();
        Assert.That(Fills.Plan("glorot", [4, 8, 2], "Tanh", biasInit: "nguyen_widrow").Biases(), Is.EqualTo(own));
        Assert.That(own[0].Count(bias => bias != 0), Is.EqualTo(8));
    }

    [Test]
    public void A_single_unit_has_no_bias() => Assert.That(Fills.Plan("nguyen_widrow", [4, 1, 2], "Tanh").Biases()[0][0], Is.Zero);
}
