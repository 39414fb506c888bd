namespace MLNet.WeightInit;

// Initializers that plan a whole network, and those whose rules are less common. Parameter names are the specification's argument names.
public sealed partial class WeightInitCatalog
{
    /// <inheritdoc cref="MLNet.WeightInit.Sparse(float, float)"/>
    /// <param name="sparsity">Share of each input's weights that is 0; from 0 to 1.</param>
    /// <param name="deviation">Standard deviation of the others; from 0 to 1e30. Default: 0.01.</param>
    public Sparse Sparse(float sparsity, float deviation = 0.01f) => new(sparsity, deviation);

    /// <inheritdoc cref="MLNet.WeightInit.Sparse.Martens"/>
    public Sparse Martens(int connections = 15, float deviation = 1) => MLNet.WeightInit.Sparse.Martens(connections, deviation);

    /// <inheritdoc cref="MLNet.WeightInit.NguyenWidrow"/>
    public NguyenWidrow NguyenWidrow() => new();

    /// <inheritdoc cref="MLNet.WeightInit.NguyenWidrow"/>
    /// <param name="minimum">Of each input; from −1e30 to 1e30.</param>
    /// <param name="maximum">Of each input; above the minimum by 1e-30 at least, at most 1e30.</param>
    public NguyenWidrow NguyenWidrow(float minimum, float maximum) => new(minimum, maximum);

    /// <inheritdoc cref="MLNet.WeightInit.RandomWalk"/>
    /// <param name="gain">Multiplies the rule's own gain; from 0 to 1e30. Default: 1.</param>
    public RandomWalk RandomWalk(float gain = 1) => new(gain);

    /// <inheritdoc cref="MLNet.WeightInit.EdgeOfChaos"/>
    public EdgeOfChaos EdgeOfChaos() => new();

    /// <inheritdoc cref="MLNet.WeightInit.EdgeOfChaos"/>
    /// <param name="variance">E z² that the network keeps, q*; from 1e-6 to 1e6.</param>
    public EdgeOfChaos EdgeOfChaos(float variance) => new(variance);

    /// <inheritdoc cref="MLNet.WeightInit.LooksLinear"/>
    /// <param name="gain">Every singular value of each block; from 0 to 1e30. Default: 1.</param>
    public LooksLinear LooksLinear(float gain = 1) => new(gain);

    /// <inheritdoc cref="MLNet.WeightInit.HadamardIdentity"/>
    public HadamardIdentity HadamardIdentity() => new();

    /// <inheritdoc cref="MLNet.WeightInit.IdInit"/>
    /// <param name="gain">The identity's value; from −1e30 to 1e30. Default: 1.</param>
    /// <param name="epsilon">Deviation of the noise, and size of the weights that end a residual branch; from 0 to 1e30. Default: 1e-6.</param>
    public IdInit IdInit(float gain = 1, float epsilon = 1e-6f) => new(gain, epsilon);

    /// <inheritdoc cref="PriorBias"/>
    /// <param name="hidden">Every hidden bias; from −1e30 to 1e30. Default: 0.</param>
    public PriorBias Prior(float hidden = 0) => new(hidden);

    /// <inheritdoc cref="MLNet.WeightInit.MuP"/>
    /// <param name="baseWidth">Units of the hidden layers of the network whose learning rate was tuned; at least 1. Default: 64.</param>
    /// <param name="zeroOutput">Whether the output's weights start at 0. Default: false.</param>
    public MuP MuP(int baseWidth = 64, bool zeroOutput = false) => new(baseWidth, zeroOutput);

    /// <inheritdoc cref="SelfNormalizing"/>
    public SelfNormalizing Selu() => new();

    /// <inheritdoc cref="MLNet.WeightInit.Siren"/>
    /// <param name="frequency">ω₀; from 1e-6 to 1e6. Default: 30.</param>
    /// <param name="folded">Whether the weights hold ω₀, for an activation of sin(z). Default: true.</param>
    public Siren Siren(float frequency = 30, bool folded = true) => new(frequency, folded);

    /// <inheritdoc cref="MLNet.WeightInit.Ppo"/>
    /// <param name="valueOutputs">How many of the outputs, the last ones, are value heads; at least 0. Default: 0.</param>
    /// <param name="hiddenGain">From 0 to 1e30. Default: √2.</param>
    /// <param name="policyGain">From 0 to 1e30. Default: 0.01.</param>
    /// <param name="valueGain">From 0 to 1e30. Default: 1.</param>
    public Ppo Ppo(int valueOutputs = 0, float? hiddenGain = null, float policyGain = 0.01f, float valueGain = 1) => new(valueOutputs, hiddenGain, policyGain, valueGain);

    /// <inheritdoc cref="MLNet.WeightInit.Gpt2"/>
    /// <param name="deviation">Standard deviation, of a truncated normal before the cut; from 0 to 1e30. Default: 0.02.</param>
    /// <param name="distribution">Default: truncated.</param>
    public Gpt2 Gpt2(float deviation = 0.02f, WeightDistribution distribution = WeightDistribution.Truncated) => new(deviation, distribution);

    /// <inheritdoc cref="MLNet.WeightInit.Bert"/>
    /// <param name="deviation">Standard deviation before the cut; from 0 to 1e30. Default: 0.02.</param>
    public Bert Bert(float deviation = 0.02f) => new(deviation);

    /// <inheritdoc cref="MLNet.WeightInit.Dcgan"/>
    /// <param name="deviation">Standard deviation; from 0 to 1e30. Default: 0.02.</param>
    public Dcgan Dcgan(float deviation = 0.02f) => new(deviation);

    /// <inheritdoc cref="AutoencoderRecipe"/>
    /// <param name="encoder">Of the first half, and of biases. Default: null, <c>auto</c>.</param>
    /// <param name="transposed">Whether the decoder starts as the encoder's transpose. Default: false.</param>
    /// <exception cref="ArgumentOutOfRangeException">The encoder's text names no initializer.</exception>
    public AutoencoderRecipe Autoencoder(WeightInitializer? encoder = null, bool transposed = false) => new(Resolved(encoder), transposed);

    /// <inheritdoc cref="MLNet.WeightInit.Recipe"/>
    /// <param name="hidden">Of all weights that no other part is for. Default: null, <c>auto</c>.</param>
    /// <param name="first">Of the first layer's weights. Default: null, as <paramref name="hidden"/>.</param>
    /// <param name="branchEnd">Of the weights that end a residual branch. Default: null, as <paramref name="hidden"/>.</param>
    /// <param name="output">Of the output's weights. Default: null, as <paramref name="hidden"/>.</param>
    /// <param name="bias">Of all biases. Default: null, as <paramref name="hidden"/> plans them.</param>
    /// <param name="outputBias">Of the output's biases. Default: null, as <paramref name="bias"/>.</param>
    /// <exception cref="ArgumentOutOfRangeException">A part's text names no initializer.</exception>
    public Recipe Recipe(WeightInitializer? hidden = null, WeightInitializer? first = null, WeightInitializer? branchEnd = null, WeightInitializer? output = null, WeightInitializer? bias = null, WeightInitializer? outputBias = null)
        => new(Resolved(hidden), Resolved(first), Resolved(branchEnd), Resolved(output), Resolved(bias), Resolved(outputBias));

    /// <summary>A text's initializer by the names that this context knows now; null stays null.</summary>
    WeightInitializer? Resolved(WeightInitializer? part) => part is null ? null : Registry.Resolve(part);
}
