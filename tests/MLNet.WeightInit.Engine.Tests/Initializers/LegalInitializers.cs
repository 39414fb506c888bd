using CsCheck;

namespace MLNet.WeightInit.Engine.Tests.Initializers;

/// <summary>Every registered initializer with random legal arguments, over the whole range of each, and tensors of every kind.</summary>
internal static class LegalInitializers
{
    /// <summary>Arguments to choose from.</summary>
    /// <param name="Size">From 0 to 1e30, often at an end.</param>
    /// <param name="Other">Another size.</param>
    /// <param name="Sign">1 or −1.</param>
    /// <param name="Share">From 0 to 1.</param>
    /// <param name="Count">From 0 to 10,000.</param>
    internal readonly record struct Draw(float Size, float Other, int Sign, float Share, int Count, bool Flag, FanMode Mode, WeightDistribution Distribution)
    {
        public float Signed => Sign * Size;

        /// <summary>From 1e-6 to 1e6.</summary>
        public float Middling => Math.Clamp(Size, 1e-6f, 1e6f);

        /// <summary>A part of a recipe.</summary>
        public WeightInitializer Part(int place) => ((Count + place) % 5) switch
        {
            0 => new Bert(Size),
            1 => VarianceScaling.He(gain: Other),
            2 => new Orthogonal(Size),
            3 => new HadamardIdentity(),
            _ => new IdInit(Signed, Other),
        };
    }

    static readonly Gen<float> s_sizes = Gen.OneOf(Gen.Float[0, 1e30f], Gen.OneOf(0f, float.Epsilon, 1.17549435e-38f, 1e-30f, 1, 1e30f), Gen.Float[0, 3]);

    static readonly Gen<Draw> s_draws = Gen.Select(Gen.Select(s_sizes, s_sizes, Gen.OneOf(1, -1), Gen.Float[0, 1]), Gen.Select(Gen.Int[0, 10_000], Gen.Bool, Gen.Int[0, 3], Gen.Int[0, 2]),
        (numbers, choices) => new Draw(numbers.Item1, numbers.Item2, numbers.Item3, numbers.Item4, choices.Item1, choices.Item2, (FanMode)choices.Item3, (WeightDistribution)choices.Item4));

    /// <summary>One a name that an initializer says of itself.</summary>
    public static readonly IReadOnlyDictionary<string, Func<Draw, WeightShape, WeightInitializer>> All = new Dictionary<string, Func<Draw, WeightShape, WeightInitializer>>
    {
        ["auto"] = (_, _) => new Auto(),
        ["he"] = (draw, _) => VarianceScaling.He(draw.Mode, draw.Distribution, draw.Size, draw.Sign * draw.Other),
        ["glorot"] = (draw, _) => VarianceScaling.Glorot(draw.Mode, draw.Distribution, draw.Size),
        ["lecun"] = (draw, _) => VarianceScaling.LeCun(draw.Mode, draw.Distribution, draw.Size),
        ["variance_scaling"] = (draw, _) => new VarianceScaling(draw.Size, draw.Mode, draw.Distribution),
        ["orthogonal"] = (draw, shape) => new Orthogonal(draw.Size, draw.Flag && !shape.IsTransposed),
        ["sparse"] = (draw, _) => new Sparse(draw.Share, draw.Size),
        ["martens"] = (draw, _) => Sparse.Martens(draw.Count + 1, draw.Size),
        ["nguyen_widrow"] = (draw, _) => draw.Flag ? new NguyenWidrow() : Ranged(draw),
        ["random_walk"] = (draw, _) => new RandomWalk(draw.Size),
        ["edge_of_chaos"] = (draw, _) => draw.Flag ? new EdgeOfChaos() : new EdgeOfChaos(draw.Middling),
        ["looks_linear"] = (draw, _) => new LooksLinear(draw.Size),
        ["risotto"] = (_, _) => new Risotto(),
        ["hadamard_identity"] = (_, _) => new HadamardIdentity(),
        ["idinit"] = (draw, _) => new IdInit(draw.Signed, draw.Other),
        ["delta_orthogonal"] = (draw, _) => new DeltaOrthogonal(draw.Size),
        ["spectral"] = (draw, _) => new Spectral(draw.Size, draw.Flag, 1 + draw.Count % 30),
        ["dirac"] = (_, _) => new Dirac(),
        ["forget_bias"] = (draw, _) => new ForgetBias(draw.Signed),
        ["normal"] = (draw, _) => new Normal(draw.Size, draw.Sign * draw.Other),
        ["truncated_normal"] = (draw, _) => draw.Flag ? new TruncatedNormal(draw.Size, draw.Signed) : new TruncatedNormal(draw.Size),
        ["uniform"] = (draw, _) => draw.Flag ? new Uniform(draw.Size) : new Uniform(-draw.Size, draw.Other),
        ["constant"] = (draw, _) => new Constant(draw.Signed),
        ["zeros"] = (_, _) => new Zeros(),
        ["ones"] = (_, _) => new Ones(),
        ["identity"] = (draw, _) => new Identity(draw.Signed),
        ["from_array"] = (draw, shape) => shape.Count is 0 or > 64 ? new Zeros() : new FromArray([.. Enumerable.Repeat(draw.Signed, (int)shape.Count)]),
        ["pytorch_default"] = (_, _) => new PyTorchDefault(),
        ["keras_default"] = (_, _) => new KerasDefault(),
        ["prior"] = (draw, _) => new PriorBias(draw.Signed),
        ["mup"] = (draw, _) => new MuP(draw.Count == 10_000 ? int.MaxValue : draw.Count + 1, draw.Flag),
        ["selu"] = (_, _) => new SelfNormalizing(),
        ["siren"] = (draw, _) => new Siren(draw.Middling, draw.Flag),
        ["ppo"] = (draw, shape) => new Ppo(shape.Blocks > 1 || shape.KernelSize > 1 || shape.IsTransposed ? 0 : draw.Count % 50, draw.Size, draw.Other, draw.Share),
        ["gpt2"] = (draw, _) => new Gpt2(draw.Size, draw.Distribution),
        ["bert"] = (draw, _) => new Bert(draw.Size),
        ["dcgan"] = (draw, _) => new Dcgan(draw.Size),
        ["autoencoder"] = (draw, _) => new AutoencoderRecipe(draw.Part(0), draw.Flag),
        ["recipe"] = (draw, _) => new Recipe(draw.Flag ? draw.Part(0) : null, draw.Part(1), draw.Part(2), draw.Part(3), new Normal(draw.Size), draw.Flag ? new SelfNormalizing() : null),
        ["small_logits"] = (draw, _) => new SmallLogits(draw.Size, Math.Max(float.Epsilon, draw.Other)),
    };

    static NguyenWidrow Ranged(Draw draw)
    {
        float low = Math.Min(-draw.Size, draw.Other), high = Math.Max(-draw.Size, draw.Other);
        return new NguyenWidrow(low, (double)high - low >= 1e-30 ? high : low + 1);
    }

    static readonly Gen<string> s_activations = Gen.OneOf("ReLU", "LeakyReLU(slope=-0.9)", "Tanh", "Sigmoid", "SELU", "GELU", "Sin", "Softplus", "ELU(alpha=2)", "HardTanh", "MyOwn");

    /// <summary>Layers of a network, single ones, rows and columns, and empty ones.</summary>
    static readonly Gen<WeightShape> s_dense = Gen.Select(Gen.OneOf(Gen.Int[0, 40], Gen.Int[0, 1]), Gen.OneOf(Gen.Int[0, 40], Gen.Int[0, 1]), Gen.Int[0, 3], s_activations,
        (inputs, outputs, index, activation) => Fills.Layer(inputs, outputs, activation, index, 4) with { ResidualBranches = 2, BranchDepth = 1, BranchLayer = index == 1 ? 1 : 0 });

    /// <summary>Tensors of other frameworks and kinds.</summary>
    static readonly Gen<WeightShape> s_tensors = Gen.Select(Gen.Int[0, 6], Gen.Int[0, 6], Gen.Int[1, 4], Gen.Int[0, 2], Gen.Bool, Gen.Int[0, 5], s_activations, (units, inputs, blocks, axes, isLast, kind, activation)
        => Tensor(units, inputs, blocks, axes switch { 0 => [], 1 => [3], _ => [2, 3] }, isLast ? TensorLayout.OutputsLast : TensorLayout.OutputsFirst, kind) with { Activation = activation });

    static WeightShape Tensor(int units, int inputs, int blocks, int[] kernel, TensorLayout layout, int kind) => kind switch
    {
        0 => WeightShape.Convolution(inputs * blocks, units * blocks, kernel, blocks, layout),
        1 => WeightShape.TransposedConvolution(inputs * blocks, units * blocks, kernel, layout == TensorLayout.OutputsLast ? 1 : blocks, layout),
        2 => WeightShape.Recurrent(inputs, units, blocks, layout),
        3 => WeightShape.Embedding(inputs, units, layout),
        4 => WeightShape.Bias(WeightShape.Recurrent(inputs, units, blocks, layout)),
        _ => WeightShape.Bias(WeightShape.Convolution(inputs * blocks, units * blocks, kernel, blocks, layout)),
    };

    public static readonly Gen<WeightShape> Shapes = Gen.OneOf(s_dense, s_dense, s_tensors);

    /// <summary>A tensor and what is to fill it.</summary>
    public static readonly Gen<(WeightInitializer Initializer, WeightShape Shape)> Fillings
        = Gen.Select(s_draws, Shapes, Gen.Int[0, All.Count - 1], (draw, shape, which) => (All.Values.ElementAt(which)(draw, shape), shape));

    /// <summary>What an activation has no point for, or is unknown to, <c>edge_of_chaos</c> refuses: that is its answer.</summary>
    public static bool Refuses(WeightInitializer initializer, WeightShape shape)
    {
        if (initializer is not EdgeOfChaos)
            return false;
        try
        {
            initializer.Explain(shape);
            return false;
        }
        catch (ArgumentException exception)
        {
            return exception.Message.Contains("edge of chaos", StringComparison.OrdinalIgnoreCase);
        }
    }
}
