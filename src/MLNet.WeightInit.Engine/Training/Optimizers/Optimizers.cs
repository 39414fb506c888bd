using MLNet.WeightInit.Engine.Text;

namespace MLNet.WeightInit.Engine.Training.Optimizers;

/// <summary>The list of optimizers: a new one is one file and one line here.</summary>
internal static class Optimizers
{
    const string Kind = "optimizer";

    static readonly (string Name, string[] Arguments, Func<SpecificationText, Optimizer> Create)[] s_all =
    [
        ("SGD", [], _ => new Sgd()),
        ("Momentum", ["momentum"], text => new Momentum(nesterov: false, text.ReadDouble("momentum", 0.9))),
        ("Nesterov", ["momentum"], text => new Momentum(nesterov: true, text.ReadDouble("momentum", 0.9))),
        ("RMSProp", ["decay", "epsilon"], text => new RmsProp(text.ReadDouble("decay", 0.99), text.ReadDouble("epsilon", 1e-8))),
        ("Adam", ["beta1", "beta2", "epsilon"], text => CreateAdam(text, decoupled: false)),
        ("AdamW", ["beta1", "beta2", "epsilon"], text => CreateAdam(text, decoupled: true)),
    ];

    public static IEnumerable<string> Names => s_all.Select(entry => entry.Name);

    /// <summary>Reads <c>Adam</c>, <c>momentum(momentum=0.95)</c>, …</summary>
    /// <exception cref="ArgumentOutOfRangeException">Unknown name or argument, or an argument out of its range.</exception>
    public static Optimizer Parse(string specification)
    {
        SpecificationText text = SpecificationText.Parse(specification, Kind);
        string name = SpecificationText.Normalize(text.Name);
        foreach ((string known, string[] arguments, Func<SpecificationText, Optimizer> create) in s_all)
        {
            if (SpecificationText.Normalize(known) != name)
                continue;
            text.AllowOnly(arguments);
            return create(text);
        }
        throw text.UnknownName(Names, $"The optimizers are {string.Join(", ", Names)}.");
    }

    static Adam CreateAdam(SpecificationText text, bool decoupled)
        => new(decoupled, text.ReadDouble("beta1", 0.9), text.ReadDouble("beta2", 0.999), text.ReadDouble("epsilon", 1e-8));
}
