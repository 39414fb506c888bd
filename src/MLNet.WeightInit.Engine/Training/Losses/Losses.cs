using MLNet.WeightInit.Engine.Text;

namespace MLNet.WeightInit.Engine.Training.Losses;

/// <summary>The list of losses: a new one is one file and one line here.</summary>
internal static class Losses
{
    const string Kind = "loss";

    static readonly (string Name, string[] Arguments, Func<SpecificationText, Loss> Create)[] s_all =
    [
        ("SoftmaxCrossEntropy", [], _ => new SoftmaxCrossEntropy()),
        ("BinaryCrossEntropy", [], _ => new BinaryCrossEntropy()),
        ("Squared", [], _ => new Squared()),
        ("Absolute", [], _ => new Absolute()),
        ("Huber", ["delta"], text => new Huber(text.ReadDouble("delta", 1))),
    ];

    public static IEnumerable<string> Names => s_all.Select(entry => entry.Name);

    /// <summary>Reads <c>Squared</c>, <c>huber(delta=0.5)</c>, …</summary>
    /// <exception cref="ArgumentOutOfRangeException">Unknown name or argument, or an argument out of its range.</exception>
    public static Loss Parse(string specification)
    {
        SpecificationText text = SpecificationText.Parse(specification, Kind);
        string name = SpecificationText.Normalize(text.Name);
        foreach ((string known, string[] arguments, Func<SpecificationText, Loss> create) in s_all)
        {
            if (SpecificationText.Normalize(known) != name)
                continue;
            text.AllowOnly(arguments);
            return create(text);
        }
        throw text.UnknownName(Names, $"The losses are {string.Join(", ", Names)}.");
    }
}
