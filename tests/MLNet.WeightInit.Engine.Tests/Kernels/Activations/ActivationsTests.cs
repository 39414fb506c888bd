using System.Globalization;
using MLNet.WeightInit.Engine.Kernels.Activations;

namespace MLNet.WeightInit.Engine.Tests.Kernels.Activations;

using Activations = MLNet.WeightInit.Engine.Kernels.Activations.Activations;

[TestFixture]
internal sealed class ActivationsTests
{
    static IReadOnlyList<string> All => Activations.All;

    [TestCaseSource(nameof(All))]
    public void Name_and_specification_parse_back_to_the_same_activation(string name)
    {
        Activation activation = Activations.Parse(name);
        Assert.That(activation.Name, Is.EqualTo(name));
        Assert.That(Activations.Parse(activation.Specification).Specification, Is.EqualTo(activation.Specification));
    }

    [TestCase("relu", "ReLU")]
    [TestCase(" Leaky_ReLU ", "LeakyReLU(slope=0.01)")]
    [TestCase("leaky-relu( Slope = 0.2 )", "LeakyReLU(slope=0.2)")]
    [TestCase("elu(ALPHA=2e0)", "ELU(alpha=2)")]
    [TestCase("gelu tanh", "GELUTanh")]
    [TestCase("gelu_tanh()", "GELUTanh")]
    [TestCase("swish", "SiLU")]
    [TestCase("linear", "Identity")]
    [TestCase("none", "Identity")]
    [TestCase("logistic", "Sigmoid")]
    [TestCase("hard_tanh", "HardTanh")]
    [TestCase("HARD-SWISH", "HardSwish")]
    public void Names_ignore_case_spaces_underscores_and_hyphens(string written, string specification)
        => Assert.That(Activations.Parse(written).Specification, Is.EqualTo(specification));

    [TestCase(0.1f)]
    [TestCase(0.333333343f)]
    [TestCase(1E-45f)]
    [TestCase(3.4028235E+38f)]
    [TestCase(0f)]
    public void Arguments_round_trip_to_the_last_bit_in_any_culture(float slope)
    {
        CultureInfo before = CultureInfo.CurrentCulture;
        var comma = (CultureInfo)CultureInfo.InvariantCulture.Clone();
        comma.NumberFormat.NumberDecimalSeparator = ",";
        CultureInfo.CurrentCulture = comma;
        try
        {
            string specification = new LeakyRelu(slope).Specification;
            Assert.That(Activations.Parse(specification).Specification, Is.EqualTo(specification));
            string text = specification["LeakyReLU(slope=".Length..^1];
            Assert.That(float.Parse(text, CultureInfo.InvariantCulture), Is.EqualTo(slope));
        }
        finally
        {
            CultureInfo.CurrentCulture = before;
        }
    }

    [TestCase("rleu", "ReLU")]
    [TestCase("Gellu", "GELU")]
    [TestCase("softpuls", "Softplus")]
    [TestCase("hardsigmoid", "Sigmoid")]
    public void An_unknown_name_is_answered_with_the_nearest_and_the_whole_list(string mistaken, string meant)
    {
        string message = Assert.Throws<ArgumentOutOfRangeException>(() => Activations.Parse(mistaken))!.Message;
        string nearest = message[..message.IndexOf("The activations are", StringComparison.Ordinal)];
        Assert.That(nearest, Does.Contain($"'{mistaken}'").And.Contain(meant));
        foreach (string name in Activations.All)
            Assert.That(message, Does.Contain(name));
    }

    [TestCase("LeakyReLU(slope=-0.1)", "slope")]
    [TestCase("LeakyReLU(slope=NaN)", "slope")]
    [TestCase("LeakyReLU(slope=infinity)", "slope")]
    [TestCase("LeakyReLU(slope=1e50)", "slope")]
    [TestCase("LeakyReLU(slope=0,2)", "0,2")]
    [TestCase("LeakyReLU(slope=a)", "slope")]
    [TestCase("LeakyReLU(alpha=0.2)", "alpha")]
    [TestCase("ELU(alpha=0)", "alpha")]
    [TestCase("ELU(alpha=-1)", "alpha")]
    [TestCase("ReLU(slope=0.1)", "no arguments")]
    [TestCase("ELU(alpha)", "alpha")]
    [TestCase("ELU(alpha=1", "parenthesis")]
    [TestCase("", "no name")]
    [TestCase("()", "no name")]
    public void A_bad_argument_is_named(string specification, string named)
        => Assert.That(() => Activations.Parse(specification), Throws.TypeOf<ArgumentOutOfRangeException>().With.Message.Contains(named));

    [Test]
    public void Null_is_refused() => Assert.That(() => Activations.Parse(null!), Throws.ArgumentNullException);
}
