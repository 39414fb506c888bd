using MLNet.WeightInit.Engine.Text;

namespace MLNet.WeightInit.Engine.Kernels.Activations;

/// <summary>The list of activations: a new one is one file and one line here.</summary>
internal static class Activations
{
    static readonly SpecificationList<Activation> s_list = new("activation", "activations",
        new("Identity", _ => new Identity()) { Aliases = ["linear", "none"] },
        new("ReLU", _ => new Relu()) { Aliases = ["rectifier"] },
        new("LeakyReLU", text => new LeakyRelu(text.ReadSingle("slope", LeakyRelu.DefaultSlope))) { Arguments = ["slope"] },
        new("ELU", text => new Elu(text.ReadSingle("alpha", Elu.DefaultAlpha))) { Arguments = ["alpha"] },
        new("SELU", _ => new Selu()),
        new("GELU", _ => new Gelu()) { Aliases = ["gelu_exact", "gelu_erf"] },
        new("GELUTanh", _ => new GeluTanh()) { Aliases = ["gelu_approximate"] },
        new("SiLU", _ => new Silu()) { Aliases = ["swish"] },
        new("Mish", _ => new Mish()),
        new("HardSwish", _ => new HardSwish()),
        new("Tanh", _ => new Tanh()),
        new("HardTanh", _ => new HardTanh()),
        new("Sigmoid", _ => new Sigmoid()) { Aliases = ["logistic"] },
        new("Softplus", _ => new Softplus()),
        new("Softsign", _ => new Softsign()),
        new("Sin", _ => new Sine()) { Aliases = ["sine"] },
        new("Erf", _ => new ErrorFunction()));

    /// <summary>Canonical names, in the order of the documentation.</summary>
    public static IReadOnlyList<string> All => s_list.Names;

    /// <summary>Reads <c>ReLU</c>, <c>leaky_relu(slope=0.2)</c>, …</summary>
    /// <inheritdoc cref="SpecificationList{T}.Parse" path="/exception"/>
    public static Activation Parse(string specification) => s_list.Parse(specification);
}
