using MLNet.WeightInit.Engine.Text;

namespace MLNet.WeightInit.Engine.Training.Losses;

/// <summary>The list of losses: a new one is one file and one line here.</summary>
internal static class Losses
{
    static readonly SpecificationList<Loss> s_list = new("loss", "losses",
        new("SoftmaxCrossEntropy", text => SmoothedLoss.Of(new SoftmaxCrossEntropy(), text.ReadSingle(SmoothedLoss.Argument, 0))) { Arguments = [SmoothedLoss.Argument] },
        new("BinaryCrossEntropy", text => SmoothedLoss.Of(new BinaryCrossEntropy(), text.ReadSingle(SmoothedLoss.Argument, 0))) { Arguments = [SmoothedLoss.Argument] },
        new("Squared", _ => new Squared()),
        new("Absolute", _ => new Absolute()),
        new("Huber", text => new Huber(text.ReadDouble("delta", 1))) { Arguments = ["delta"] },
        new("Quantile", text => new Quantile(text.ReadDouble("level", 0.5))) { Arguments = ["level"] },
        new("Quantiles", text => new Quantiles(Quantiles.ReadLevels(text))) { Arguments = [Quantiles.Argument] },
        new("Poisson", _ => new Poisson()));

    /// <summary>Canonical names, in the order of the documentation.</summary>
    public static IReadOnlyList<string> All => s_list.Names;

    /// <summary>Reads <c>Squared</c>, <c>huber(delta=0.5)</c>, …</summary>
    /// <inheritdoc cref="SpecificationList{T}.Parse" path="/exception"/>
    public static Loss Parse(string specification) => s_list.Parse(specification);

    /// <summary>The built-in loss that was named, or the one that a user wrote.</summary>
    /// <inheritdoc cref="SpecificationList{T}.Parse" path="/exception"/>
    public static Loss Resolve(LossFunction loss) => loss is NamedLoss named ? Parse(named.Name) : new CustomLoss(loss);
}
