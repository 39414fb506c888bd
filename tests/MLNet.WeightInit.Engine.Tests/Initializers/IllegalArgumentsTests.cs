using MLNet.WeightInit.Engine.Text;

namespace MLNet.WeightInit.Engine.Tests.Initializers;

/// <summary>Every argument of every registered initializer, beyond each end of its range and of another kind: refused by its name, before any tensor is seen.</summary>
[TestFixture]
internal sealed class IllegalArgumentsTests
{
    static readonly string[] s_size = ["-1", "-1e-30", "1.1e30", "NaN", "Infinity", "1e39", "much"], s_signed = ["1.1e30", "-1.1e30", "NaN", "-Infinity", "much"], s_finite = ["NaN", "Infinity", "1e39", "much"],
        s_share = ["-0.1", "1.1", "NaN", "half"], s_count = ["0", "-1", "1.5", "99999999999", "few"], s_countOrNone = ["-1", "1.5", "few"], s_iterations = ["0", "10001", "1.5"], s_middling = ["0", "-1", "1e-7", "1.1e6", "NaN"],
        s_positive = ["0", "-1", "1.1e30", "NaN"], s_flag = ["1", "perhaps"], s_mode = ["fan_middle", "0"], s_distribution = ["cauchy", "1"], s_initializer = ["hee", "he(gain=-1)", "orthogonal(gain)"], s_values = ["1 x", "NaN", "1 Infinity"];

    /// <summary>Arguments with values that are illegal, and what else must be given.</summary>
    static readonly Dictionary<string, (string Argument, string[] Illegal)[]> s_arguments = new()
    {
        ["auto"] = [],
        ["he"] = [("mode", s_mode), ("distribution", s_distribution), ("gain", s_size), ("negative_slope", s_signed)],
        ["he_normal"] = [("mode", s_mode), ("gain", s_size), ("negative_slope", s_signed)],
        ["he_uniform"] = [("mode", s_mode), ("gain", s_size), ("negative_slope", s_signed)],
        ["he_truncated"] = [("mode", s_mode), ("gain", s_size), ("negative_slope", s_signed)],
        ["glorot"] = [("mode", s_mode), ("distribution", s_distribution), ("gain", s_size)],
        ["glorot_normal"] = [("mode", s_mode), ("gain", s_size)],
        ["glorot_uniform"] = [("mode", s_mode), ("gain", s_size)],
        ["glorot_truncated"] = [("mode", s_mode), ("gain", s_size)],
        ["lecun"] = [("mode", s_mode), ("distribution", s_distribution), ("gain", s_size)],
        ["lecun_normal"] = [("mode", s_mode), ("gain", s_size)],
        ["lecun_uniform"] = [("mode", s_mode), ("gain", s_size)],
        ["lecun_truncated"] = [("mode", s_mode), ("gain", s_size)],
        ["variance_scaling"] = [("scale", s_size), ("mode", s_mode), ("distribution", s_distribution)],
        ["orthogonal"] = [("gain", s_size), ("keep_variance", s_flag)],
        ["sparse"] = [("sparsity", s_share), ("deviation", s_size)],
        ["martens"] = [("connections", s_count), ("deviation", s_size)],
        ["nguyen_widrow"] = [("minimum", s_signed), ("maximum", s_signed)],
        ["random_walk"] = [("gain", s_size)],
        ["edge_of_chaos"] = [("variance", s_middling)],
        ["looks_linear"] = [("gain", s_size)],
        ["risotto"] = [],
        ["hadamard_identity"] = [],
        ["idinit"] = [("gain", s_signed), ("epsilon", s_size)],
        ["delta_orthogonal"] = [("gain", s_size)],
        ["spectral"] = [("norm", s_size), ("scaled", s_flag), ("iterations", s_iterations)],
        ["dirac"] = [],
        ["forget_bias"] = [("value", s_signed)],
        ["normal"] = [("deviation", s_size), ("mean", s_signed)],
        ["truncated_normal"] = [("deviation", s_size), ("mean", s_signed)],
        ["trunc_normal"] = [("mean", s_signed)],
        ["narrow_normal"] = [("deviation", s_size)],
        ["uniform"] = [("limit", s_size), ("minimum", s_signed), ("maximum", s_signed)],
        ["constant"] = [("value", s_finite)],
        ["zeros"] = [],
        ["ones"] = [],
        ["identity"] = [("gain", s_signed)],
        ["from_array"] = [("values", s_values)],
        ["pytorch_default"] = [],
        ["keras_default"] = [],
        ["prior"] = [("hidden", s_signed)],
        ["mup"] = [("base_width", s_count), ("zero_output", s_flag)],
        ["selu"] = [],
        ["siren"] = [("frequency", s_middling), ("folded", s_flag)],
        ["ppo"] = [("value_outputs", s_countOrNone), ("hidden_gain", s_size), ("policy_gain", s_size), ("value_gain", s_size)],
        ["gpt2"] = [("deviation", s_size), ("distribution", s_distribution)],
        ["bert"] = [("deviation", s_size)],
        ["dcgan"] = [("deviation", s_size)],
        ["autoencoder"] = [("encoder", s_initializer), ("transposed", s_flag)],
        ["recipe"] = [("hidden", s_initializer), ("first", s_initializer), ("branch_end", s_initializer), ("output", s_initializer), ("bias", s_initializer), ("output_bias", s_initializer)],
        ["small_logits"] = [("variance", s_size), ("second_moment", s_positive)],
    };

    /// <summary>What must be given beside an argument.</summary>
    static string Beside(string name, string argument) => (name, argument) switch
    {
        ("sparse", not "sparsity") => "sparsity=0.5, ",
        ("normal", not "deviation") => "deviation=1, ",
        ("nguyen_widrow", "minimum") => "maximum=5, ",
        ("nguyen_widrow", "maximum") => "minimum=-5, ",
        ("uniform", "minimum") => "maximum=5, ",
        ("uniform", "maximum") => "minimum=-5, ",
        ("truncated_normal", not "deviation") => "deviation=1, ",
        ("uniform", "no_such") => "limit=1, ",
        ("constant", "no_such") => "value=1, ",
        ("from_array", "no_such") => "values=1, ",
        _ => "",
    };

    static IEnumerable<string> Names() => s_arguments.Keys;

    [TestCaseSource(nameof(Names))]
    public void An_illegal_argument_is_refused_by_its_name(string name)
    {
        foreach ((string argument, string[] illegal) in s_arguments[name])
            foreach (string value in illegal)
            {
                string specification = $"{name}({Beside(name, argument)}{argument}={value})";
                var exception = Assert.Catch<ArgumentException>(() => Fills.Registry.Parse(specification), specification)!;
                bool isNamed = SpecificationText.Normalize(exception.Message).Contains(SpecificationText.Normalize(argument), StringComparison.Ordinal);
                Assert.That(isNamed || ReferenceEquals(illegal, s_initializer), $"{specification}: {exception.Message}");
                Assert.That(exception.Message, Does.Contain("must").Or.Contain("needs").Or.Contain("no initializer named"), specification);
            }
    }

    /// <summary>The table above is whole: what an initializer says it takes is what is tried, and every registered name says of itself one of those tried, or has the arguments of one.</summary>
    [TestCaseSource(nameof(Names))]
    public void Every_argument_is_tried(string name)
    {
        string message = Assert.Throws<ArgumentOutOfRangeException>(() => Fills.Registry.Parse($"{name}({Beside(name, "no_such")}no_such=1)"))!.Message;
        string[] arguments = [.. s_arguments[name].Select(argument => argument.Argument)];
        if (arguments.Length == 0)
            Assert.That(message, Does.Contain("takes no arguments"));
        else
            foreach (string argument in arguments)
                Assert.That(message, Does.Match($"It takes [^.]*\\b{argument}\\b"));
    }

    [Test]
    public void Every_registered_name_is_tried()
    {
        // Aliases make what one of the names makes.
        HashSet<string> tried = [.. s_arguments.Keys.Select(name => InitializersWithArguments.Parse(name).Specification)];
        Assert.That(Fills.Registry.Names.Where(name => !tried.Contains(InitializersWithArguments.Parse(name).Specification)), Is.Empty);
        Assert.That(Fills.Registry.Names.Select(name => InitializersWithArguments.Parse(name).Name).Distinct(), Is.EquivalentTo(LegalInitializers.All.Keys), "and is filled with random legal arguments");
    }
}
