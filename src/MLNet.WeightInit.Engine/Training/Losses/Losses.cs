using MLNet.WeightInit.Engine.Text;

namespace MLNet.WeightInit.Engine.Training.Losses;

/// <summary>The list of losses: a new one is one file and one line here.</summary>
internal static class Losses
{
    static readonly SpecificationList<Loss> s_list = new("loss", "losses",
        new("SoftmaxCrossEntropy", _ => new SoftmaxCrossEntropy()),
        new("BinaryCrossEntropy", _ => new BinaryCrossEntropy()),
        new("Squared", _ => new Squared()),
        new("Absolute", _ => new Absolute()),
        new("Huber", text => new Huber(text.ReadDouble("delta", 1))) { Arguments = ["delta"] });

    /// <summary>Canonical names, in the order of the documentation.</summary>
    public static IReadOnlyList<string> All => s_list.Names;

    /// <summary>Reads <c>Squared</c>, <c>huber(delta=0.5)</c>, …</summary>
    /// <inheritdoc cref="SpecificationList{T}.Parse" path="/exception"/>
    public static Loss Parse(string specification) => s_list.Parse(specification);
}
