using Microsoft.ML;
using MLNet.WeightInit.Tests.Support;

namespace MLNet.WeightInit.Tests;

/// <summary>Initializers of somebody else: what they may do, and what is said where they do what they must not.</summary>
[TestFixture]
public sealed class CustomInitializerTests
{
    readonly MLContext _context = new(seed: 1);

    [Test]
    public void A_plan_may_use_any_name_that_the_context_knows()
    {
        _context.WeightInit.Register("threes", arguments => new Constant(3 * arguments.GetSingle("times", 1)));
        InitializationReport report = Fit(new Custom { OnPlan = plan =>
        {
            foreach (PlannedTensor tensor in plan.Weights)
                tensor.Use(tensor.Shape.Role == TensorRole.Output ? "threes(times=2)" : "Orthogonal(gain=2)");
        } }).Initialization;
        Assert.That(report.Plan.Where(row => row.Shape.Role != TensorRole.Bias).Select(row => row.Initializer), Is.EqualTo(new[] { "orthogonal(gain=2)", "constant(value=6)" }));
    }

    [Test]
    public void A_plan_that_uses_an_unknown_name_fails_with_the_nearest()
        => AssertFails(new Custom { OnPlan = plan => plan.Tensors[0].Use("orthogonl") }, "nearest names are orthogonal");

    [Test]
    public void A_plan_that_throws_or_uses_nothing_is_named_with_the_reason()
    {
        AssertFails(new Custom { OnPlan = _ => throw new TimeZoneNotFoundException("no zone") }, "'custom' failed at the network's plan: no zone");
        AssertFails(new Custom { OnPlan = plan => plan.Tensors[0].Use(null!) }, "'custom' failed at the network's plan");
        AssertFails(new Custom { OnPlan = _ => { } }, "chose none for hidden[0].weights");
    }

    [Test]
    public void A_multiplier_of_the_learning_rate_is_at_least_0_and_finite([Values(float.NaN, -1f, float.PositiveInfinity)] float multiplier)
        => AssertFails(new Custom { OnPlan = plan => plan.Tensors[0].LearningRateMultiplier = multiplier }, "multiplier of the learning rate of hidden[0].weights must be at least 0 and finite");

    [Test]
    public void A_multiplier_of_0_keeps_a_tensor_as_it_starts()
    {
        INeuralNetModel model = Fit(new Custom
        {
            OnPlan = plan =>
            {
                foreach (PlannedTensor tensor in plan.Weights)
                    tensor.Use("constant(value=0.25)");
                plan.Tensors[0].LearningRateMultiplier = 0;
            },
        }, epochs: 3, weightDecay: 0);
        Assert.That(model.Network.DenseLayers[0].GetWeights(), Is.All.EqualTo(0.25f));
        Assert.That(model.Network.DenseLayers[1].GetWeights(), Is.Not.All.EqualTo(0.25f));
    }

    [Test]
    public void A_calibration_that_sets_what_is_not_finite_or_does_not_fit_is_named()
    {
        AssertFails(new Custom { OnCalibrate = context => context.SetWeights(1, [.. context.GetWeights(1)[1..], float.NaN]) }, "set value 23 of the weights of output to NaN");
        AssertFails(new Custom { OnCalibrate = context => context.SetBiases(0, [float.PositiveInfinity, 0, 0, 0, 0, 0, 0, 0]) }, "set value 0 of the biases of hidden[0] to");
        AssertFails(new Custom { OnCalibrate = context => context.SetWeights(0, [1, 2]) }, "8 × 3 = 24 weights, but 2 were given");
        AssertFails(new Custom { OnCalibrate = _ => throw new TimeZoneNotFoundException("no zone") }, "'custom' failed at the network's calibration: no zone");
    }

    [Test]
    public void A_calibration_changes_the_model_that_trains()
    {
        INeuralNetModel model = Fit(new Custom { OnCalibrate = context => context.SetBiases(0, [1, 2, 3, 4, 5, 6, 7, 8]) });
        Assert.That(model.Network.DenseLayers[0].GetBiases(), Is.EqualTo(new float[] { 1, 2, 3, 4, 5, 6, 7, 8 }));
    }

    [Test]
    public void An_initializer_without_a_name_fails([Values(null, "", " ")] string? name)
        => AssertFails(new Custom { CustomName = name! }, "must have a name");

    [Test]
    public void A_name_of_any_characters_is_kept_in_a_saved_model()
    {
        const string Odd = "a \"b\"\n{0} \\ ü";
        IDataView data = Samples.View(_context);
        ITransformer model = _context.Transforms.NeuralNet(Options(new Custom { CustomName = Odd })).Fit(data);
        ITransformer loaded = ModelZip.Load(_context, ModelZip.Save(_context, model, data.Schema));
        Assert.That(_context.WeightInit.ReportOf(loaded)!.Plan[0].Initializer, Is.EqualTo(Odd));
    }

    [Test]
    public void An_initializer_that_explains_nothing_was_asked_for()
        => Assert.That(Fit(new Custom { Explanation = null }).Initialization.Plan[0].Reason, Is.EqualTo("custom was asked for."));

    [Test]
    public void An_initializer_that_changes_nothing_gives_a_symmetric_network()
        => Assert.That(Fit(new Custom { Writes = false }).Initialization.Verdict, Is.EqualTo(Verdict.Symmetric));

    [Test]
    public void A_text_that_nobody_resolved_says_so()
    {
        WeightInitializer text = "He";
        Assert.That(() => text.Fill(new float[12], WeightShape.Dense(3, 4), new RandomSource(1, "test")),
            Throws.InstanceOf<NotSupportedException>().With.Message.Contains("mlContext.WeightInit.Parse"));
    }

    static NeuralNetOptions Options(WeightInitializer init, int epochs = 0)
    {
        NeuralNetOptions options = Samples.Quick(epochs: epochs);
        options.Init = init;
        return options;
    }

    INeuralNetModel Fit(WeightInitializer init, int epochs = 0, float? weightDecay = null)
    {
        NeuralNetOptions options = Options(init, epochs);
        options.WeightDecay = weightDecay;
        return _context.Transforms.NeuralNet(options).Fit(Samples.View(_context)).Model;
    }

    void AssertFails(WeightInitializer init, string message)
        => Assert.That(() => Fit(init), Throws.InvalidOperationException.With.Message.Contains(message));

    sealed class Custom : WeightInitializer
    {
        public string CustomName { get; init; } = "custom";
        public string? Explanation { get; init; } = "For a test.";
        public bool Writes { get; init; } = true;
        public Action<InitializationPlan>? OnPlan { get; init; }
        public Action<CalibrationContext>? OnCalibrate { get; init; }

        public override string Name => CustomName;

        public override void Fill(Span<float> weights, in WeightShape shape, RandomSource random)
        {
            if (Writes)
                random.FillNormal(weights, 0.3f);
        }

        public override string Explain(in WeightShape shape) => Explanation!;

        public override void Plan(InitializationPlan plan)
        {
            if (OnPlan is null)
                base.Plan(plan);
            else
                OnPlan(plan);
        }

        public override void Calibrate(CalibrationContext context) => OnCalibrate?.Invoke(context);
    }
}
