using MLNet.WeightInit.Engine.Text;

namespace MLNet.WeightInit.Engine.Kernels.Activations;

/// <summary>The list of activations: a new one is one file and one line here.</summary>
internal static class Activations
{
    const string Kind = "activation";

    static readonly Entry[] s_all =
    [
        new("Identity", ["linear", "none"], _ => new Identity()),
        new("ReLU", ["rectifier"], _ => new Relu()),
        new("LeakyReLU", [], text => new LeakyRelu(text.ReadSingle("slope", LeakyRelu.DefaultSlope)), "slope"),
        new("ELU", [], text => new Elu(text.ReadSingle("alpha", Elu.DefaultAlpha)), "alpha"),
        new("SELU", [], _ => new Selu()),
        new("GELU", ["gelu_exact", "gelu_erf"], _ => new Gelu()),
        new("GELUTanh", ["gelu_approximate"], _ => new GeluTanh()),
        new("SiLU", ["swish"], _ => new Silu()),
        new("Mish", [], _ => new Mish()),
        new("HardSwish", [], _ => new HardSwish()),
        new("Tanh", [], _ => new Tanh()),
        new("HardTanh", [], _ => new HardTanh()),
        new("Sigmoid", ["logistic"], _ => new Sigmoid()),
        new("Softplus", [], _ => new Softplus()),
        new("Softsign", [], _ => new Softsign()),
        new("Sin", ["sine"], _ => new Sine()),
        new("Erf", [], _ => new ErrorFunction()),
    ];

    /// <summary>Canonical names, in the order of the documentation.</summary>
    public static IReadOnlyList<string> All { get; } = [.. s_all.Select(entry => entry.Name)];

    /// <summary>Reads <c>ReLU</c>, <c>leaky_relu(slope=0.2)</c>, … Names ignore case, spaces, <c>_</c> and <c>-</c>.</summary>
    /// <exception cref="ArgumentNullException">The specification is null.</exception>
    /// <exception cref="ArgumentOutOfRangeException">Unknown name or argument, or an argument out of its range.</exception>
    public static Activation Parse(string specification)
    {
        SpecificationText text = SpecificationText.Parse(specification, Kind);
        string name = SpecificationText.Normalize(text.Name);
        foreach (Entry entry in s_all)
        {
            if (!entry.IsCalled(name))
                continue;
            text.AllowOnly(entry.Arguments);
            return entry.Create(text);
        }
        throw text.UnknownName(s_all.SelectMany(entry => entry.Aliases.Prepend(entry.Name)), $"The activations are {string.Join(", ", All)}.");
    }

    sealed record Entry(string Name, string[] Aliases, Func<SpecificationText, Activation> Create, params string[] Arguments)
    {
        public bool IsCalled(string normalized)
            => SpecificationText.Normalize(Name) == normalized || Aliases.Any(alias => SpecificationText.Normalize(alias) == normalized);
    }
}
