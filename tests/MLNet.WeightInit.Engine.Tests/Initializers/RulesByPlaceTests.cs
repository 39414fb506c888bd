using static MLNet.WeightInit.Engine.Tests.Randomness.SampleStatistics;

namespace MLNet.WeightInit.Engine.Tests.Initializers;

/// <summary>What rules that look at role, activation and place draw there: by the papers' formulas and by what the values are, not by what they say.</summary>
[TestFixture]
internal sealed class RulesByPlaceTests
{
    /// <summary>Five standard errors of a deviation of n values of that kurtosis, ½ √((κ − 1) / n); of the kurtosis five are 0.08 for 90,000 normal values and less for others, and 0.12 still tells a cut normal (2.37) and a uniform (1.8) from a normal (3).</summary>
    static void AssertLaw(string specification, WeightShape shape, double deviation, double kurtosis)
    {
        float[] weights = Fills.Of(specification, shape);
        Assert.That(weights, Has.Length.GreaterThanOrEqualTo(90_000));
        Assert.That(Math.Sqrt(Variance(weights)), Is.EqualTo(deviation).Within(deviation * 2.5 * Math.Sqrt((kurtosis - 1) / weights.Length)), $"deviation of {specification}");
        Assert.That(Kurtosis(weights), Is.EqualTo(kurtosis).Within(0.12), $"kurtosis of {specification}");
        if (Fills.Registry.Parse(specification).TargetDeviation(shape) is { } target)
            Assert.That(target, Is.EqualTo(deviation).Within(1e-6 * deviation));
    }

    const double CutDeviation = 0.87962566103423978;

    /// <summary>nn.Embedding draws N(0, 1), Keras's Embedding U(−0.05, 0.05), whatever their fans.</summary>
    [Test]
    public void Tables_of_categories_start_as_the_frameworks_start_them()
    {
        AssertLaw("pytorch_default", WeightShape.Embedding(300, 300), 1, 3);
        AssertLaw("keras_default", WeightShape.Embedding(300, 300, TensorLayout.OutputsLast), 0.05 / Math.Sqrt(3), 1.8);
    }

    /// <summary>A vector of 64 dimensions has E ‖e‖² = 1 in either framework's order, though PyTorch counts the dimensions as fan-in and Keras as fan-out; so it has as a network's own table.</summary>
    [Test]
    public void Auto_gives_vectors_of_length_1_whichever_fan_the_dimensions_are()
    {
        AssertLaw("auto", WeightShape.Embedding(3000, 64), 1 / Math.Sqrt(64), 3);
        AssertLaw("auto", WeightShape.Embedding(3000, 64, TensorLayout.OutputsLast), 1 / Math.Sqrt(64), 3);
        AssertLaw("auto", PlanExecution.EmbeddingShape(3000, 64), 1 / Math.Sqrt(64), 3);
    }

    [Test]
    public void A_tensor_larger_than_an_array_is_refused_with_its_size()
        => Assert.That(() => VarianceScaling.He().Fill(WeightShape.Dense(50_000, 50_000), seed: 1, "large"), Throws.TypeOf<ArgumentOutOfRangeException>().With.Message.Contains("50,000 × 50,000 = 2,500,000,000"));

    [Test]
    public void Recipes_of_one_deviation_have_their_own_law()
    {
        WeightShape hidden = Fills.Layer(300, 300);
        AssertLaw("bert", hidden, 0.02 * CutDeviation, 2.3655);
        AssertLaw("dcgan", hidden, 0.02, 3);
        AssertLaw("gpt2", hidden, 0.02 * CutDeviation, 2.3655);
        AssertLaw("gpt2(distribution=uniform)", hidden, 0.02, 1.8);
        AssertLaw("gpt2(distribution=normal)", hidden with { ResidualBranches = 9, BranchDepth = 2, BranchLayer = 2 }, 0.02 / 3, 3);
        AssertLaw("selu", hidden with { Activation = "SELU" }, 1 / Math.Sqrt(300), 3);
    }

    /// <summary>Yang et al. 2022, table 3: hidden weights keep the activation's usual variance, the output's is base / fan-in².</summary>
    [Test]
    public void Mup_has_the_variance_of_the_activation()
    {
        AssertLaw("mup", Fills.Layer(300, 300), Math.Sqrt(2 / 300.0), 3);
        AssertLaw("mup", Fills.Layer(300, 300, "LeakyReLU(slope=0.5)"), Math.Sqrt(2 / 1.25 / 300), 3);
        AssertLaw("mup", Fills.Layer(300, 300, "Tanh"), 1 / Math.Sqrt(300), 3);
        AssertLaw("mup", Fills.Layer(300, 300, "Sigmoid"), 4 / Math.Sqrt(300), 3);
        AssertLaw("mup(base_width=30)", Fills.Layer(300, 300, index: 2), Math.Sqrt(30) / 300, 3);
    }

    /// <summary>Sitzmann et al. 2020: U(±1 / fan-in) first, U(±√(6 / fan-in) / ω₀) behind, times ω₀ where it is worked into the weights, which the output's never are.</summary>
    [Test]
    public void Siren_has_its_limits_in_every_place()
    {
        double root3 = Math.Sqrt(3);
        AssertLaw("siren(frequency=5)", Fills.Layer(300, 300, "Sin", index: 0), 5.0 / 300 / root3, 1.8);
        AssertLaw("siren(frequency=5)", Fills.Layer(300, 300, "Sin"), Math.Sqrt(6.0 / 300) / root3, 1.8);
        AssertLaw("siren(frequency=5, folded=false)", Fills.Layer(300, 300, "Sin", index: 0), 1.0 / 300 / root3, 1.8);
        AssertLaw("siren(frequency=5, folded=false)", Fills.Layer(300, 300, "Sin"), Math.Sqrt(6.0 / 300) / 5 / root3, 1.8);
        AssertLaw("siren(frequency=5)", Fills.Layer(300, 300, index: 2), Math.Sqrt(6.0 / 300) / 5 / root3, 1.8);
    }

    /// <summary>A decoder that starts as the encoder's transpose, where layers are square, wide and tall.</summary>
    [TestCase(5, 5)]
    [TestCase(3, 7)]
    [TestCase(7, 3)]
    [TestCase(1, 6)]
    [TestCase(64, 48)]
    public void A_decoder_is_the_transpose_value_by_value(int features, int units)
    {
        float[][] weights = Fills.Plan("autoencoder(encoder=he, transposed=true)", [features, units, features]).Weights();
        for (int unit = 0; unit < units; unit++)
            for (int feature = 0; feature < features; feature++)
                Assert.That(weights[1][feature * units + unit], Is.EqualTo(weights[0][unit * features + feature]));
    }

    /// <summary>A recipe fills a tensor on its own, of which no place is known, by its rule for hidden layers.</summary>
    [Test]
    public void A_tensor_on_its_own_is_a_hidden_one()
    {
        WeightShape alone = WeightShape.Dense(30, 20);
        Assert.That(Fills.Of("recipe(hidden=he, first=zeros)", alone), Is.EqualTo(Fills.Of("he", alone)));
        Assert.That(Fills.Of("recipe(hidden=he, first=zeros)", Fills.Layer(30, 20, index: 0)), Is.All.Zero);
    }
}
