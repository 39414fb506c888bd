using MLNet.WeightInit.Engine.Text;

namespace MLNet.WeightInit.Engine.Kernels.Activations;

/// <summary>The activations by name. A new one is a file and a line here.</summary>
internal static class Activations
{
    const string Kind = "activation";

    static readonly Entry[] s_entries =
    [
        new("Identity", Plain(new Identity()), "linear", "none"),
        new("ReLU", Plain(new Relu())),
        new("LeakyReLU", LeakyRelu.Read),
        new("ELU", Elu.Read),
        new("SELU", Plain(new Selu())),
        new("GELU", Plain(new Gelu())),
        new("GELUTanh", Plain(new GeluTanh())),
        new("SiLU", Plain(new Silu()), "swish"),
        new("Mish", Plain(new Mish())),
        new("HardSwish", Plain(new HardSwish())),
        new("Tanh", Plain(new Tanh())),
        new("HardTanh", Plain(new HardTanh())),
        new("Sigmoid", Plain(new Sigmoid()), "logistic"),
        new("Softplus", Plain(new Softplus())),
        new("Softsign", Plain(new Softsign())),
        new("Sin", Plain(new Sin()), "sine"),
        new("Erf", Plain(new Erf())),
    ];

    /// <summary>Canonical names, in the order of the documentation.</summary>
    public static IReadOnlyList<string> All { get; } = [.. s_entries.Select(entry => entry.Name)];

    /// <summary>Reads <c>ReLU</c>, <c>leaky_relu(slope=0.2)</c>, <c>swish</c>. Names ignore case, spaces, <c>_</c> and <c>-</c>.</summary>
    /// <exception cref="ArgumentNullException">The specification is null.</exception>
    /// <exception cref="ArgumentOutOfRangeException">It is malformed, names no activation, or has an argument that the activation doesn't take.</exception>
    public static Activation Parse(string specification)
    {
        SpecificationText text = SpecificationText.Parse(specification, Kind);
        foreach (Entry entry in s_entries)
            if (entry.IsNamed(text.Name))
                return entry.Read(text);
        throw text.UnknownName(s_entries.SelectMany(entry => entry.Aliases.Prepend(entry.Name)), $"All of them: {string.Join(", ", All)}.");
    }

    static Func<SpecificationText, Activation> Plain(Activation activation) => text =>
    {
        text.AllowOnly();
        return activation;
    };

    sealed record Entry(string Name, Func<SpecificationText, Activation> Read, params string[] Aliases)
    {
        public bool IsNamed(string name)
        {
            string wanted = SpecificationText.Normalize(name);
            return SpecificationText.Normalize(Name) == wanted || Array.Exists(Aliases, alias => SpecificationText.Normalize(alias) == wanted);
        }
    }
}
