using MLNet.WeightInit.Engine.Text;

namespace MLNet.WeightInit;

/// <summary>The names of this folder's initializers: one line each.</summary>
internal static class BuiltInInitializers
{
    public static void RegisterAll(InitializerRegistry registry)
    {
        registry.Register("auto", _ => new Auto(), "default");
        registry.Register("he", a => He(a, ReadDistribution(a)), "kaiming", "msra");
        registry.Register("he_normal", a => He(a, WeightDistribution.Normal), "kaiming_normal");
        registry.Register("he_uniform", a => He(a, WeightDistribution.Uniform), "kaiming_uniform");
        registry.Register("he_truncated", a => He(a, WeightDistribution.Truncated), "kaiming_truncated", "he_truncated_normal", "kaiming_truncated_normal");
        registry.Register("glorot", a => Glorot(a, ReadDistribution(a)), "xavier");
        registry.Register("glorot_normal", a => Glorot(a, WeightDistribution.Normal), "xavier_normal");
        registry.Register("glorot_uniform", a => Glorot(a, WeightDistribution.Uniform), "xavier_uniform");
        registry.Register("glorot_truncated", a => Glorot(a, WeightDistribution.Truncated), "xavier_truncated", "glorot_truncated_normal", "xavier_truncated_normal");
        registry.Register("lecun", a => LeCun(a, ReadDistribution(a)));
        registry.Register("lecun_normal", a => LeCun(a, WeightDistribution.Normal));
        registry.Register("lecun_uniform", a => LeCun(a, WeightDistribution.Uniform));
        registry.Register("lecun_truncated", a => LeCun(a, WeightDistribution.Truncated), "lecun_truncated_normal");
        registry.Register("variance_scaling", a => new VarianceScaling(a.GetSingle("scale", 1), a.GetEnum("mode", FanMode.FanIn), ReadDistribution(a)));
        registry.Register("orthogonal", a => new Orthogonal(a.GetSingle(Gain(a), 1), a.GetBoolean("keep_variance", false)), "orthogonal_initializer");
        registry.Register("sparse", a => new Sparse(a.GetSingle("sparsity"), a.GetSingle("deviation", 0.01f)));
        registry.Register("martens", a => Sparse.Martens(a.GetInt32("connections", 15), a.GetSingle("deviation", 1)), "sparse_martens");
        registry.Register("nguyen_widrow", ReadNguyenWidrow, "initnw", "nguyen_widrow_randomizer");
        registry.Register("random_walk", a => new RandomWalk(a.GetSingle("gain", 1)), "sussillo_abbott");
        registry.Register("edge_of_chaos", a => a.Contains("variance") ? new EdgeOfChaos(a.GetSingle("variance")) : new EdgeOfChaos(), "critical", "mean_field");
        registry.Register("looks_linear", a => new LooksLinear(a.GetSingle("gain", 1)), "mirrored");
        registry.Register("risotto", _ => new Risotto());
        registry.Register("hadamard_identity", _ => new HadamardIdentity(), "zero_hadamard");
        registry.Register("idinit", a => new IdInit(a.GetSingle("gain", 1), a.GetSingle("epsilon", 1e-6f)), "padded_identity");
        registry.Register("delta_orthogonal", a => new DeltaOrthogonal(a.GetSingle(Gain(a), 1)));
        registry.Register("spectral", a => new Spectral(a.GetSingle("norm", 1), a.GetBoolean("scaled", false), a.GetInt32("iterations", 1000)), "spectral_norm");
        registry.Register("dirac", _ => new Dirac());
        registry.Register("forget_bias", a => new ForgetBias(a.GetSingle("value", 1)), "unit_forget_bias");
        registry.Register("normal", a => new Normal(a.GetSingle("deviation"), a.GetSingle("mean", 0)), "gaussian", "random_normal");
        registry.Register("narrow_normal", a => new Normal(a.GetSingle("deviation", 0.01f)));
        registry.Register("truncated_normal", ReadTruncatedNormal, "trunc_normal_tf", "random_truncated_normal");
        registry.Register("trunc_normal", a => new TruncatedNormal(a.GetSingle("deviation", 1), a.GetSingle("mean", 0), a.GetSingle("minimum", -2), a.GetSingle("maximum", 2)));
        registry.Register("uniform", ReadUniform, "random_uniform", "range_randomizer");
        registry.Register("constant", a => new Constant(a.GetSingle("value")), "const");
        registry.Register("zeros", _ => new Zeros(), "zero");
        registry.Register("ones", _ => new Ones(), "one");
        registry.Register("identity", a => new Identity(a.GetSingle("gain", 1)), "eye", "identity_initializer");
        registry.Register("from_array", FromArray.Parse);
        registry.Register("pytorch_default", _ => new PyTorchDefault(), "pytorch", "torch");
        registry.Register("keras_default", _ => new KerasDefault(), "keras");
        registry.Register("prior", a => new PriorBias(a.GetSingle("hidden", 0)), "class_prior", "prior_logit", "target_mean");
        registry.Register("mup", a => new MuP(a.GetInt32("base_width", 64), a.GetBoolean("zero_output", false)), "maximal_update");
        registry.Register("selu", _ => new SelfNormalizing(), "self_normalizing", "snn");
        registry.Register("siren", a => new Siren(a.GetSingle("frequency", 30), a.GetBoolean("folded", true)));
        registry.Register("ppo", a => new Ppo(a.GetInt32("value_outputs", 0), a.GetSingle("hidden_gain", MathF.Sqrt(2)), a.GetSingle("policy_gain", 0.01f), a.GetSingle("value_gain", 1)));
        registry.Register("gpt2", a => new Gpt2(a.GetSingle("deviation", 0.02f), a.GetEnum("distribution", WeightDistribution.Truncated)));
        registry.Register("bert", a => new Bert(a.GetSingle("deviation", 0.02f)));
        registry.Register("dcgan", a => new Dcgan(a.GetSingle("deviation", 0.02f)));
        registry.Register("autoencoder", a => new AutoencoderRecipe(a.GetInitializer("encoder"), a.GetBoolean("transposed", false)));
        registry.Register("recipe", a => new Recipe(a.GetInitializer("hidden"), a.GetInitializer("first"), a.GetInitializer("branch_end"), a.GetInitializer("output"), a.GetInitializer("bias"), a.GetInitializer("output_bias")));
        registry.Register("small_logits", a => new SmallLogits(a.GetSingle("variance", 0.05f), a.GetSingle("second_moment", 1)));
    }

    /// <summary>JAX calls it <c>scale</c>.</summary>
    static string Gain(InitializerArguments arguments) => arguments.Contains("scale") ? "scale" : "gain";

    /// <summary>With PyTorch's <c>nonlinearity</c> its <c>calculate_gain</c> takes the place of He's √2: of relu, which takes no slope, and leaky_relu it is the same.</summary>
    static VarianceScaling He(InitializerArguments arguments, WeightDistribution distribution)
    {
        FanMode mode = arguments.GetEnum("mode", FanMode.FanIn);
        float gain = arguments.GetSingle("gain", 1), slope = arguments.GetSingle("negative_slope", 0);
        return arguments.GetString("nonlinearity", "leaky_relu") switch
        {
            var name when SpecificationText.Normalize(name) == "leakyrelu" => VarianceScaling.He(mode, distribution, gain, slope),
            var name => VarianceScaling.He(mode, distribution, (float)(gain * MLNet.WeightInit.Gain.PyTorch(name) / Math.Sqrt(2)), 0),
        };
    }

    static VarianceScaling Glorot(InitializerArguments arguments, WeightDistribution distribution)
        => VarianceScaling.Glorot(arguments.GetEnum("mode", FanMode.FanAvg), distribution, arguments.GetSingle("gain", 1));

    static VarianceScaling LeCun(InitializerArguments arguments, WeightDistribution distribution)
        => VarianceScaling.LeCun(arguments.GetEnum("mode", FanMode.FanIn), distribution, arguments.GetSingle("gain", 1));

    static WeightDistribution ReadDistribution(InitializerArguments arguments) => arguments.GetEnum("distribution", WeightDistribution.Normal);

    static TruncatedNormal ReadTruncatedNormal(InitializerArguments arguments)
        => arguments.Contains("minimum") | arguments.Contains("maximum")
            ? new TruncatedNormal(arguments.GetSingle("deviation"), arguments.GetSingle("mean", 0), arguments.GetSingle("minimum"), arguments.GetSingle("maximum"))
            : new TruncatedNormal(arguments.GetSingle("deviation"), arguments.GetSingle("mean", 0));

    static Uniform ReadUniform(InitializerArguments arguments)
        => arguments.Contains("minimum") || arguments.Contains("maximum")
            ? new Uniform(arguments.GetSingle("minimum"), arguments.GetSingle("maximum"))
            : new Uniform(arguments.GetSingle("limit"));

    static NguyenWidrow ReadNguyenWidrow(InitializerArguments arguments)
        => arguments.Contains("minimum") | arguments.Contains("maximum") ? new NguyenWidrow(arguments.GetSingle("minimum"), arguments.GetSingle("maximum")) : new NguyenWidrow();
}
