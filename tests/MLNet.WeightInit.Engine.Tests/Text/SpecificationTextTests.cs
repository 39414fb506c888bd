using MLNet.WeightInit.Engine.Text;

namespace MLNet.WeightInit.Engine.Tests.Text;

[TestFixture]
internal sealed class SpecificationTextTests
{
    [Test]
    public void Name_and_arguments_are_split_and_trimmed_and_keep_their_order()
    {
        SpecificationText text = SpecificationText.Parse("  He ( mode = fan_out , distribution=uniform )  ", "initializer");
        Assert.That(text.Name, Is.EqualTo("He"));
        Assert.That(text.Arguments, Is.EqualTo(new KeyValuePair<string, string>[] { new("mode", "fan_out"), new("distribution", "uniform") }));
        Assert.That(text.Find("MODE"), Is.EqualTo("fan_out"));
        Assert.That(text.Find("gain"), Is.Null);
    }

    [Test]
    public void A_value_may_be_a_specification_itself()
    {
        SpecificationText text = SpecificationText.Parse("lsuv(start=orthogonal(gain=1.4, mode=x), tolerance=0.1)", "initializer");
        Assert.That(text.Arguments, Is.EqualTo(new KeyValuePair<string, string>[] { new("start", "orthogonal(gain=1.4, mode=x)"), new("tolerance", "0.1") }));
    }

    [TestCase("he")]
    [TestCase("he()")]
    [TestCase("he( )")]
    public void No_arguments_may_be_written_with_or_without_parentheses(string specification)
        => Assert.That(SpecificationText.Parse(specification, "initializer").Arguments, Is.Empty);

    [TestCase("", "no name")]
    [TestCase(" _-", "no name")]
    [TestCase("(gain=1)", "no name")]
    [TestCase("he(", "parenthesis")]
    [TestCase("he)", "')'")]
    [TestCase("he,glorot", "','")]
    [TestCase("gain=1", "'='")]
    [TestCase("he(gain=1) x", "follows")]
    [TestCase("he(gain=1))", "too many")]
    [TestCase("he(gain=(1)", "missing")]
    [TestCase("he(gain)", "no '='.")]
    [TestCase("normal(deviation=0,05)", "the argument '05' has no '=' (arguments have names, and numbers a point as decimal separator)")]
    [TestCase("normal(0.05)", "the argument '0.05' has no '=' (arguments have names,")]
    [TestCase("he(gain=)", "no value")]
    [TestCase("he(=1)", "no name")]
    [TestCase("he(gain=1,)", "empty")]
    [TestCase("he(,gain=1)", "empty")]
    [TestCase("he(gain=1, Ga_in=2)", "twice")]
    public void A_malformed_specification_says_what_is_wrong(string specification, string reason)
        => Assert.That(() => SpecificationText.Parse(specification, "initializer"),
            Throws.TypeOf<ArgumentOutOfRangeException>().With.Message.Contains(reason).And.Message.Contains("name(argument=value"));

    [Test]
    public void Null_is_refused() => Assert.That(() => SpecificationText.Parse(null!, "initializer"), Throws.ArgumentNullException);

    [TestCase("LeakyReLU", "leakyrelu")]
    [TestCase(" leaky_re-lu\t", "leakyrelu")]
    public void Names_are_compared_without_case_spaces_underscores_and_hyphens(string name, string normalized)
        => Assert.That(SpecificationText.Normalize(name), Is.EqualTo(normalized));

    [Test]
    public void The_nearest_names_come_first_and_a_contained_name_is_near()
    {
        string[] known = ["GlorotNormal", "HeNormal", "KaimingUniform", "LeCun", "Orthogonal", "Zeros"];
        Assert.That(SpecificationText.Nearest("orthogonl", known)[0], Is.EqualTo("Orthogonal"));
        Assert.That(SpecificationText.Nearest("kaiming", known)[0], Is.EqualTo("KaimingUniform"));
        Assert.That(SpecificationText.Nearest("Le_Cunn", known), Has.Count.EqualTo(3));
        Assert.That(SpecificationText.Nearest("Le_Cunn", known)[0], Is.EqualTo("LeCun"));
        Assert.That(SpecificationText.Nearest("x", ["Zeros"]), Is.EqualTo(new[] { "Zeros" }));
    }

    [Test]
    public void Numbers_are_read_with_a_point_and_must_be_finite()
    {
        SpecificationText text = SpecificationText.Parse("he(gain=1.5, zero=1e-400, huge=1e400, word=x, comma=1.000)", "initializer");
        Assert.That(text.ReadSingle("gain", 1), Is.EqualTo(1.5f));
        Assert.That(text.ReadDouble("GAIN", 1), Is.EqualTo(1.5));
        Assert.That(text.ReadSingle("absent", 7), Is.EqualTo(7f));
        Assert.That(text.ReadDouble("absent", 7), Is.EqualTo(7.0));
        Assert.That(text.ReadDouble("zero", 1), Is.Zero);
        Assert.That(text.ReadSingle("comma", 2), Is.EqualTo(1f));
        Assert.That(() => text.ReadSingle("huge", 1), Throws.TypeOf<ArgumentOutOfRangeException>().With.Message.Contains("huge"));
        Assert.That(() => text.ReadDouble("word", 1), Throws.TypeOf<ArgumentOutOfRangeException>().With.Message.Contains("'x'"));
    }

    [Test]
    public void Arguments_that_are_not_allowed_are_named_with_those_that_are()
    {
        SpecificationText text = SpecificationText.Parse("he(gian=1)", "initializer");
        Assert.That(() => text.AllowOnly("gain", "mode"), Throws.TypeOf<ArgumentOutOfRangeException>().With.Message.Contains("'gian'").And.Message.Contains("gain, mode"));
        Assert.That(() => text.AllowOnly(), Throws.TypeOf<ArgumentOutOfRangeException>().With.Message.Contains("no arguments"));
        Assert.That(() => text.AllowOnly("Gi_an"), Throws.Nothing);
    }

    [TestCase(0.1f, "0.1")]
    [TestCase(1f, "1")]
    [TestCase(1e-8f, "1E-08")]
    public void Numbers_are_written_as_the_shortest_text_that_reads_back(float value, string text)
        => Assert.That(SpecificationText.Format(value), Is.EqualTo(text));
}
