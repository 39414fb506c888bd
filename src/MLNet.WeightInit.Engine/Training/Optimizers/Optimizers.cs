using MLNet.WeightInit.Engine.Text;

namespace MLNet.WeightInit.Engine.Training.Optimizers;

/// <summary>The list of optimizers: a new one is one file and one line here.</summary>
internal static class Optimizers
{
    static readonly SpecificationList<Optimizer> s_list = new("optimizer", "optimizers",
        new("SGD", _ => new Sgd()),
        new("Momentum", text => CreateMomentum(text, nesterov: false)) { Arguments = ["momentum"] },
        new("Nesterov", text => CreateMomentum(text, nesterov: true)) { Arguments = ["momentum"] },
        new("RMSProp", text => new RmsProp(text.ReadDouble("decay", 0.99), text.ReadDouble("epsilon", 1e-8))) { Arguments = ["decay", "epsilon"] },
        new("Adam", text => CreateAdam(text, decoupled: false)) { Arguments = ["beta1", "beta2", "epsilon"] },
        new("AdamW", text => CreateAdam(text, decoupled: true)) { Arguments = ["beta1", "beta2", "epsilon"] },
        new("Lion", text => new Lion(text.ReadDouble("beta1", 0.9), text.ReadDouble("beta2", 0.99))) { Arguments = ["beta1", "beta2"] },
        new("LAMB", text => new Lamb(text.ReadDouble("beta1", 0.9), text.ReadDouble("beta2", 0.999), text.ReadDouble("epsilon", 1e-6))) { Arguments = ["beta1", "beta2", "epsilon"] },
        new("L-BFGS", text => new Lbfgs(text.ReadDouble("memory", 10), text.ReadDouble("tolerance", 1e-5))) { Arguments = ["memory", "tolerance"] });

    /// <summary>Canonical names, in the order of the documentation.</summary>
    public static IReadOnlyList<string> All => s_list.Names;

    /// <summary>Reads <c>Adam</c>, <c>momentum(momentum=0.95)</c>, …</summary>
    /// <inheritdoc cref="SpecificationList{T}.Parse" path="/exception"/>
    public static Optimizer Parse(string specification) => s_list.Parse(specification);

    static Momentum CreateMomentum(SpecificationText text, bool nesterov) => new(nesterov, text.ReadDouble("momentum", 0.9));

    static Adam CreateAdam(SpecificationText text, bool decoupled)
        => new(decoupled, text.ReadDouble("beta1", 0.9), text.ReadDouble("beta2", 0.999), text.ReadDouble("epsilon", 1e-8));
}
