namespace MLNet.WeightInit.Engine.Tests.Initializers;

[TestFixture]
public sealed class InitializerRegistryTests
{
    static readonly InitializerRegistry s_registry = InitializerRegistry.CreateDefault();

    [TestCase("He", "he")]
    [TestCase("HE normal", "he")]
    [TestCase("KaimingNormal", "he")]
    [TestCase("kaiming_normal_", "he")]
    [TestCase("kaiming-uniform", "he(distribution=uniform)")]
    [TestCase("HeUniform", "he(distribution=uniform)")]
    [TestCase("he_truncated", "he(distribution=truncated)")]
    [TestCase("xavier", "glorot")]
    [TestCase("XavierUniform", "glorot(distribution=uniform)")]
    [TestCase("glorot_normal", "glorot")]
    [TestCase("LecunNormal", "lecun")]
    [TestCase("lecun_uniform", "lecun(distribution=uniform)")]
    [TestCase("zero", "zeros")]
    [TestCase("one", "ones")]
    [TestCase("eye", "identity")]
    [TestCase("pytorch", "pytorch_default")]
    [TestCase("keras", "keras_default")]
    [TestCase("Auto", "auto")]
    [TestCase("he ( Mode = FanOut , negativeSlope = 0.2 )", "he(mode=fan_out, negative_slope=0.2)")]
    [TestCase("uniform(limit=0.1)", "uniform(limit=0.1)")]
    [TestCase("orthogonal(gain=1.4)", "orthogonal(gain=1.4)")]
    [TestCase("variance_scaling(scale=2)", "variance_scaling(scale=2)")]
    public void A_name_an_alias_and_a_spelling_find_the_initializer(string text, string specification)
        => Assert.That(s_registry.Parse(text).Specification, Is.EqualTo(specification));

    [Test]
    public void JAXs_scale_of_an_orthogonal_tensor_is_its_gain_and_an_unknown_argument_is_named()
    {
        var registry = InitializerRegistry.CreateDefault();
        Assert.That(registry.Parse("orthogonal(scale=1.5)").Specification, Is.EqualTo("orthogonal(gain=1.5)"));
        Assert.That(registry.Parse("delta_orthogonal(scale=1.5)").Specification, Is.EqualTo("delta_orthogonal(gain=1.5)"));
        Assert.That(() => registry.Parse("uniform(scale=0.01)"), Throws.InstanceOf<ArgumentOutOfRangeException>().With.Message.Contains("needs the argument 'limit', and 'scale' is not it. Write uniform(limit=…)"));
    }

    [Test]
    public void A_factory_that_throws_is_named_and_one_that_refuses_an_argument_speaks_for_itself()
    {
        var registry = InitializerRegistry.CreateDefault();
        registry.Register("careless", arguments => new Constant(float.Parse(arguments.GetString("text"), System.Globalization.CultureInfo.InvariantCulture)));
        Assert.That(() => registry.Parse("careless(text=two)"), Throws.InvalidOperationException.With.Message.StartsWith("The factory that is registered for the initializer 'careless' failed at 'careless(text=two)': ").And.InnerException.TypeOf<FormatException>());
        registry.Register("strict", arguments => arguments.GetSingle("value", 0) > 0 ? new Zeros() : throw new ArgumentOutOfRangeException(nameof(arguments), "It must be above 0."));
        Assert.That(() => registry.Parse("strict"), Throws.InstanceOf<ArgumentOutOfRangeException>().With.Message.StartsWith("It must be above 0."));
    }

    /// <summary>Zhao et al. 2022 call their method so; Keras's zero is another, and its case doesn't count.</summary>
    [TestCase("ZerO", "hadamard_identity")]
    [TestCase("zero", "zeros")]
    [TestCase("Zero", "zeros")]
    [TestCase("ZERO", "zeros")]
    public void The_papers_spelling_of_ZerO_is_its_own_name(string specification, string expected)
        => Assert.That(InitializerRegistry.CreateDefault().Parse(specification).Specification, Is.EqualTo(expected));

    [Test]
    public void Every_initializer_parses_back_from_its_own_text()
    {
        // Awkward floats: no short decimal, the smallest, the largest that is legal.
        float[] scales = [0, 1, 0.1f, 1f / 3, float.Epsilon, 1.17549435e-38f, 1e30f, 16777217];
        var made = new List<WeightInitializer> { new Zeros(), new Ones(), new PyTorchDefault(), new KerasDefault(), new Auto(), new FromArray(1f / 3, -0f, float.MaxValue, float.Epsilon) };
        foreach (float scale in scales)
        {
            made.AddRange([new Constant(scale), new Constant(-scale), new Uniform(scale), new Uniform(-scale, 2 * scale / 3), new Normal(scale), new Normal(scale, -scale), new TruncatedNormal(scale), new Orthogonal(scale), new Identity(-scale), new SmallLogits(scale, Math.Max(scale, 1e-3f))]);
            foreach (FanMode mode in Enum.GetValues<FanMode>())
                foreach (WeightDistribution distribution in Enum.GetValues<WeightDistribution>())
                    made.AddRange([new VarianceScaling(scale, mode, distribution), VarianceScaling.He(mode, distribution, scale, -scale), VarianceScaling.Glorot(mode, distribution, scale), VarianceScaling.LeCun(mode, distribution, scale)]);
        }
        var shape = WeightShape.Dense(2, 2);
        foreach (WeightInitializer initializer in made)
        {
            WeightInitializer parsed = s_registry.Parse(initializer.Specification);
            Assert.That(parsed.GetType(), Is.EqualTo(initializer.GetType()));
            Assert.That(parsed.Specification, Is.EqualTo(initializer.Specification));
            var expected = new float[4];
            var actual = new float[4];
            initializer.Fill(expected, shape, new RandomSource(1, "text"));
            parsed.Fill(actual, shape, new RandomSource(1, "text"));
            Assert.That(actual.Select(BitConverter.SingleToInt32Bits), Is.EqualTo(expected.Select(BitConverter.SingleToInt32Bits)), initializer.Specification);
            Assert.That(expected, Has.All.Matches<float>(float.IsFinite), initializer.Specification);
        }
    }

    [Test]
    public void An_unknown_name_is_answered_with_the_nearest_three()
        => Assert.That(() => s_registry.Parse("ortogonal"), Throws.InstanceOf<ArgumentOutOfRangeException>()
            .With.Message.Contains("There is no initializer named 'ortogonal'").And.Message.Contains("The nearest names are orthogonal, "));

    [TestCase("he(fan=in)", "has no argument 'fan'. It takes distribution, mode, gain, negative_slope")]
    [TestCase("zeros(value=1)", "takes no arguments")]
    [TestCase("he(mode=fanin2)", "fan_in, fan_out, fan_avg, fan_geo")]
    [TestCase("he(mode=1)", "fan_in, fan_out, fan_avg, fan_geo")]
    [TestCase("he(gain=much)", "must be a finite number")]
    [TestCase("he(gain=-1)", "gain must be a number from 0")]
    [TestCase("he(gain=1e31)", "gain must be a number from 0")]
    [TestCase("he_uniform(distribution=normal)", "has no argument 'distribution'")]
    [TestCase("normal", "needs the argument 'deviation'")]
    [TestCase("normal(deviation=-0.1)", "deviation must be a number from 0")]
    [TestCase("normal(deviation=NaN)", "must be a finite number")]
    [TestCase("uniform(minimum=1, maximum=0)", "at least the minimum")]
    [TestCase("uniform(minimum=1)", "needs the argument 'maximum'")]
    [TestCase("uniform(limit=1, minimum=0, maximum=1)", "has no argument 'limit'")]
    [TestCase("from_array(count=100, sha256=00)", "Pass the array itself")]
    [TestCase("from_array(values=1 x)", "number 2 is not")]
    [TestCase("small_logits(second_moment=0)", "above 0")]
    [TestCase("he(", "closing parenthesis")]
    public void An_illegal_argument_is_refused_with_the_rule(string specification, string message)
        => Assert.That(() => s_registry.Parse(specification), Throws.InstanceOf<ArgumentOutOfRangeException>().With.Message.Contains(message));

    [Test]
    public void Constructors_refuse_what_is_not_a_legal_number()
    {
        foreach (float value in (float[])[float.NaN, float.PositiveInfinity, float.NegativeInfinity])
            foreach (Func<WeightInitializer> create in (Func<WeightInitializer>[])[() => new Constant(value), () => new Uniform(value), () => new Uniform(0, value), () => new Uniform(value, 0), () => new Normal(value), () => new Normal(1, value),
                () => new TruncatedNormal(value), () => new Orthogonal(value), () => new Identity(value), () => new VarianceScaling(value), () => VarianceScaling.He(gain: value), () => VarianceScaling.He(negativeSlope: value),
                () => VarianceScaling.Glorot(gain: value), () => VarianceScaling.LeCun(gain: value), () => new SmallLogits(value), () => new SmallLogits(1, value), () => new FromArray(1, value)])
                Assert.That(() => create(), Throws.InstanceOf<ArgumentOutOfRangeException>().With.Property("ActualValue").EqualTo(value));
        Assert.That(() => new FromArray(), Throws.ArgumentException);
        Assert.That(() => new VarianceScaling(1, (FanMode)9), Throws.InstanceOf<ArgumentOutOfRangeException>());
        Assert.That(() => new VarianceScaling(1, distribution: (WeightDistribution)9), Throws.InstanceOf<ArgumentOutOfRangeException>());
    }

    [Test]
    public void A_third_partys_initializer_is_found_by_name_with_typed_arguments()
    {
        var registry = InitializerRegistry.CreateDefault();
        registry.Register("Stripes", a => new Stripes(a.GetInt32("period", 2), a.GetSingle("height"), a.GetBoolean("signed", false), a.GetString("tag", "none"), a.GetEnum("weekday", DayOfWeek.Monday)), "bands");
        var stripes = (Stripes)registry.Parse("BANDS(period=3, height=0.5, signed=True, tag=x y, week_day=friday)");
        Assert.That(stripes, Is.EqualTo(new Stripes(3, 0.5f, true, "x y", DayOfWeek.Friday)).Using<Stripes>((a, b) => a.Arguments == b.Arguments));
        Assert.That(() => registry.Parse("stripes(period=2.5, height=1)"), Throws.InstanceOf<ArgumentOutOfRangeException>().With.Message.Contains("'period'").And.Message.Contains("whole number").And.Message.Contains("2.5"));
        Assert.That(() => registry.Parse("stripes(height=1, signed=perhaps)"), Throws.InstanceOf<ArgumentOutOfRangeException>().With.Message.Contains("true or false"));
        Assert.That(() => registry.Parse("stripes"), Throws.InstanceOf<ArgumentOutOfRangeException>().With.Message.Contains("needs the argument 'height'"));
        Assert.That(() => registry.Parse("stripes(height=1, depth=3)"), Throws.InstanceOf<ArgumentOutOfRangeException>().With.Message.Contains("period, height, signed, tag, weekday"));
        Assert.That(() => InitializerRegistry.CreateDefault().Parse("stripes(height=1)"), Throws.InstanceOf<ArgumentOutOfRangeException>());
    }

    [Test]
    public void A_name_that_is_taken_or_unusable_is_refused_and_nothing_is_registered()
    {
        var registry = InitializerRegistry.CreateDefault();
        Assert.That(() => registry.Register("mine", _ => new Zeros(), "K-aiming"), Throws.ArgumentException.With.Message.Contains("'K-aiming' is taken"));
        Assert.That(() => registry.Parse("mine"), Throws.InstanceOf<ArgumentOutOfRangeException>());
        Assert.That(() => registry.Register("mine", _ => new Zeros(), "MINE"), Throws.ArgumentException);
        Assert.That(() => registry.Register(" _-", _ => new Zeros()), Throws.ArgumentException);
        Assert.That(() => registry.Register("a(b", _ => new Zeros()), Throws.ArgumentException);
        registry.Register("mine", _ => null!);
        Assert.That(() => registry.Parse("mine"), Throws.InvalidOperationException.With.Message.Contains("returned null"));
    }

    [Test]
    public void Resolving_parses_text_keeps_objects_and_turns_null_into_auto()
    {
        var he = VarianceScaling.He();
        Assert.That(s_registry.Resolve(he), Is.SameAs(he));
        Assert.That(s_registry.Resolve("orthogonal(gain=2)").Specification, Is.EqualTo("orthogonal(gain=2)"));
        Assert.That(s_registry.Resolve(null), Is.InstanceOf<Auto>());
    }

    sealed class Stripes(int period, float height, bool signed, string tag, DayOfWeek weekday) : WeightInitializer
    {
        public override string Name => "stripes";
        public (int, float, bool, string, DayOfWeek) Arguments { get; } = (period, height, signed, tag, weekday);
    }
}
