namespace MLNet.WeightInit;

/// <summary>What residual branches give before the first step.</summary>
public enum ResidualStart
{
    /// <summary>What the initializer's plan says. <c>"Auto"</c> divides the variance of each branch's last weights by the number of branches, so that all of them together add about as much as the stem gives.</summary>
    Planned,

    /// <summary>0: the weights of each branch's last dense layer start at 0, and the network as stem, activation and output (Zhang et al. 2019, "Fixup Initialization", section 3). In the first step only
    /// these weights of a branch have a gradient; from the second on all have.</summary>
    ZeroWeights,

    /// <summary>The scale γ of the last normalization in each branch starts at 0 (Goyal et al. 2017, "Accurate, Large Minibatch SGD", section 5.1). With pre-activation it stands before the branch's last
    /// activation and dense layer, so the branch starts at W φ(0) + b, the same for every row: 0 for activations with φ(0) = 0. Needs a normalization, and an activation with a slope at 0, which ReLU has not.</summary>
    ZeroScales,
}
