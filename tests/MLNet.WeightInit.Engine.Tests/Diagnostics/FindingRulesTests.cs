using MLNet.WeightInit.Engine.Diagnostics;
using MLNet.WeightInit.Engine.Diagnostics.Findings;
using MLNet.WeightInit.Engine.Network;
using static MLNet.WeightInit.Engine.Tests.Diagnostics.Statistics;

namespace MLNet.WeightInit.Engine.Tests.Diagnostics;

/// <summary>Each finding on both sides of its limit.</summary>
public class FindingRulesTests
{
    [Test]
    public void A_healthy_chain_has_no_findings([Values(0, 1, 2, 30)] int hidden)
        => Assert.That(FindingRules.Examine(Context(Chain(hidden), Sgd)), Is.Empty);

    // Over 29 steps a factor f a layer is f²⁹: 1e-2 in the second moment is f = 0.9237, 1e-3 in the gradient is f = 0.788.
    [TestCase(0.93, 0.5, null)]
    [TestCase(0.92, 0.79, Verdict.Drifting)]
    [TestCase(0.85, 0.78, Verdict.VanishingForward)]
    [TestCase(1.08, 1.5, null)]
    [TestCase(1.09, 1.08, Verdict.Drifting)]
    [TestCase(1.2, 1.09, Verdict.ExplodingForward)]
    public void Forward_signal_is_judged_with_the_gradient(double signal, double gradient, Verdict? expected)
    {
        Finding? finding = Of(Chain(30, signal, gradient), Sgd).SingleOrDefault(found => found.Verdict is Verdict.Drifting or Verdict.VanishingForward or Verdict.ExplodingForward);
        Assert.That(finding?.Verdict, Is.EqualTo(expected));
        if (finding is not null)
        {
            Assert.That(finding.Severity, Is.EqualTo(expected == Verdict.Drifting ? Severity.Note : Severity.Warning));
            Assert.That((finding.FirstLayer, finding.LastLayer), Is.EqualTo((0, 29)));
        }
    }

    [Test]
    public void Algebraic_decay_is_a_note_even_where_the_gradient_is_small()
    {
        // Critical tanh: q = 1 / (2 l), here 1 / 200 at layer 100, under a gradient that vanishes for another reason.
        LayerStatistics[] layers = Chain(100, gradientFactor: 0.9, activation: "Tanh", width: 256);
        for (int index = 0; index < 100; index++)
            layers[index] = layers[index] with { PreActivationDeviation = 1 / Math.Sqrt(1 + 2 * index) };
        Assert.That(Of(layers, Sgd).Select(finding => finding.Verdict), Is.EquivalentTo(new[] { Verdict.Drifting, Verdict.VanishingGradient }));
    }

    [Test]
    public void A_signal_that_stops_at_zero_has_vanished()
    {
        LayerStatistics[] layers = Chain(4, gradientFactor: 1e-2);
        layers[2] = layers[2] with { PreActivationDeviation = 0 };
        layers[3] = layers[3] with { PreActivationDeviation = 0 };
        Assert.That(Of(layers, Sgd).Select(finding => finding.Verdict), Does.Contain(Verdict.VanishingForward));
    }

    // 29 steps: 1e-3 is a factor of 0.788; 1e3 is 1.269.
    [TestCase(0.79, null)]
    [TestCase(0.78, Verdict.VanishingGradient)]
    [TestCase(1.26, null)]
    [TestCase(1.28, Verdict.ExplodingGradient)]
    public void Gradients_are_judged_from_the_first_hidden_layer_to_the_last(double factor, Verdict? expected)
    {
        Finding? underSgd = Of(Chain(30, gradientFactor: factor), Sgd).SingleOrDefault(), underAdam = Of(Chain(30, gradientFactor: factor), Adam).SingleOrDefault();
        using (Assert.EnterMultipleScope())
        {
            Assert.That(underSgd?.Verdict, Is.EqualTo(expected));
            Assert.That(underAdam?.Verdict, Is.EqualTo(expected));
            Assert.That(underSgd?.Severity, Is.EqualTo(expected is null ? null : Severity.Warning));
            Assert.That(underAdam?.Severity, Is.EqualTo(expected is null ? null : Severity.Note), "Adam divides gradients by their size");
        }
    }

    /// <summary>A sign is a gradient divided by its own size: Lion's step is the rate, whatever the gradient (Chen et al. 2023, algorithm 2).</summary>
    [Test]
    public void Lion_moves_weights_by_the_rate_under_any_gradient()
    {
        Finding found = Of(Chain(30, gradientFactor: 0.5, weightGradient: 1e-12), Lion).Single();
        Assert.That((found.Verdict, found.Severity), Is.EqualTo((Verdict.VanishingGradient, Severity.Note)));
        Assert.That(found.Evidence, Does.EndWith("Lion divides gradients by their size and mends this"));
        Assert.That(Of(Chain(30, gradientFactor: 0.5, weightGradient: 1e-37), Lion).Single().Severity, Is.EqualTo(Severity.Error), "1e-37 / 64 is no normal number, and its average is flushed to 0");
    }

    [Test]
    public void The_optimizers_that_divide_by_size_are_told_by_their_epsilon_and_by_the_sign(
        [Values("SGD", "Momentum", "Nesterov", "RMSProp", "Adam", "AdamW", "LAMB", "Lion")] string optimizer)
        => Assert.That(Engine.Diagnostics.TrainingDynamics.Of(Engine.Training.Optimizers.Optimizers.Parse(optimizer)).DividesBySize, Is.EqualTo(optimizer is not ("SGD" or "Momentum" or "Nesterov")));

    [Test]
    public void The_output_layer_counts_for_neither_signal_nor_gradient()
    {
        LayerStatistics[] layers = Chain(5);
        layers[5] = layers[5] with { PreActivationDeviation = 1e-4, PreActivationGradientNorm = 1e5 };
        Assert.That(Of(layers, Sgd), Is.Empty);
    }

    // An element is norm / √(64 · 64).
    [TestCase(0.9e-8 * 64, Severity.Error)]
    [TestCase(1.1e-8 * 64, Severity.Note)]
    public void Gradients_below_epsilon_are_beyond_an_adaptive_optimizers_help(double weightGradientNorm, Severity expected)
        => Assert.That(Of(Chain(30, 0.5, 0.5, weightGradient: weightGradientNorm), Adam), Is.Not.Empty.And.All.Property(nameof(Finding.Severity)).EqualTo(expected));

    [Test]
    public void A_head_of_zeros_is_a_note([Values] bool adaptive)
    {
        Finding[] findings = FindingRules.Examine(Context(Chain(30), adaptive ? Adam : Sgd, zeroHead: true));
        Assert.That(findings, Has.Length.EqualTo(1));
        Assert.That((findings[0].Verdict, findings[0].Severity), Is.EqualTo((Verdict.VanishingGradient, Severity.Note)));
    }

    [Test]
    public void A_head_of_zeros_does_not_hide_a_vanishing_signal()
        => Assert.That(FindingRules.Examine(Context(Chain(30, 0.7), Sgd, zeroHead: true, predictedGradientRatio: 4e-5)).Where(finding => finding.Severity >= Severity.Warning).Select(finding => finding.Verdict),
            Is.EquivalentTo(new[] { Verdict.VanishingForward, Verdict.VanishingGradient }));

    [TestCase(0.4, 0.0, Severity.Note)]
    [TestCase(0.25, 0.0, null)]
    [TestCase(0.55, 0.31, null)]
    [TestCase(0.82, 0.31, Severity.Warning)]
    [TestCase(1, 0.9, Severity.Error)]
    public void Dead_units_are_judged_by_their_excess(double measured, double predicted, Severity? expected)
        => Assert.That(Judge(layer => layer with { DeadFraction = measured, PredictedDeadFraction = predicted }, Verdict.Dead)?.Severity, Is.EqualTo(expected));

    [Test]
    public void Units_that_a_bias_killed_get_a_bias_as_remedy()
        => Assert.That(Judge(layer => layer with { DeadFraction = 1, PreActivationMean = -10 }, Verdict.Dead)?.Remedies[0].Code, Is.EqualTo("BiasInit = \"zeros\""));

    [TestCase("Tanh", 0.05, null)]
    [TestCase("Tanh", 0.06, Severity.Note)]
    [TestCase("Tanh", 0.21, Severity.Warning)]
    [TestCase("Sigmoid", 0.38, null)]
    [TestCase("Sigmoid", 0.41, Severity.Note)]
    [TestCase("Sigmoid", 0.51, Severity.Warning)]
    [TestCase("HardTanh", 0.32, null)]
    [TestCase("HardTanh", 0.55, Severity.Warning)]
    public void Saturation_is_judged_by_the_activations_limits(string activation, double share, Severity? expected)
        => Assert.That(Judge(layer => layer with { Activation = activation, SaturatedFraction = share }, Verdict.Saturated)?.Severity, Is.EqualTo(expected));

    [TestCase(0, 0, 64, null)]
    [TestCase(0.03, 0, 64, Severity.Warning)]
    [TestCase(0.99, 0, 64, Severity.Warning, Description = "two units are left, and may be enough")]
    [TestCase(1, 0, 64, Severity.Error, Description = "one is")]
    [TestCase(0, 0.5, 64, null)]
    [TestCase(0, 0.51, 64, Severity.Warning)]
    [TestCase(0, 1, 15, null)]
    [TestCase(0, double.NaN, 64, null)]
    public void Symmetry_is_judged_by_twins_and_by_near_copies(double identical, double parallel, int inputs, Severity? expected)
        => Assert.That(Judge(layer => layer with { IdenticalFraction = identical, ParallelFraction = parallel, Inputs = inputs }, Verdict.Symmetric)?.Severity, Is.EqualTo(expected));

    [Test]
    public void Opposite_pairs_that_sum_to_nothing_are_no_symmetry()
    {
        LayerStatistics[] layers = Chain(1);
        layers[0] = layers[0] with { ParallelFraction = 1 };
        ReportContext context = Context(layers, Sgd);
        context.Probe.Layers[0].Weights[1] = -context.Probe.Layers[0].Weights[0];
        Assert.That(FindingRules.Examine(context), Is.Empty);
    }

    [Test]
    public void Layers_with_the_same_trouble_make_one_finding()
    {
        LayerStatistics[] layers = Chain(5);
        foreach ((int index, double share) in new[] { (1, 0.6), (2, 0.9), (4, 0.7) })
            layers[index] = layers[index] with { DeadFraction = share };
        Finding finding = Of(layers, Sgd).Single();
        using (Assert.EnterMultipleScope())
        {
            Assert.That((finding.FirstLayer, finding.LastLayer), Is.EqualTo((1, 4)));
            Assert.That(finding.Evidence, Does.StartWith("90 % of the 64 units of hidden[2]").And.EndsWith("in 2 more layers"));
        }
    }

    [TestCase("weights")]
    [TestCase("biases")]
    [TestCase("pre-activations")]
    [TestCase("outputs")]
    [TestCase("gradients")]
    public void A_value_that_is_not_finite_is_named_with_its_layer(string place)
    {
        ReportContext context = Context(Chain(2), Adam);
        LayerProbe layer = context.Probe.Layers[1];
        Span<float> target = place switch
        {
            "weights" => layer.Weights,
            "biases" => layer.Biases,
            "pre-activations" => layer.PreActivations.Span,
            "outputs" => layer.Activations.Span,
            _ => layer.PreActivationGradients.Span,
        };
        target[1] = float.NegativeInfinity;
        Finding finding = FindingRules.Examine(context)[0];
        Assert.That((finding.Verdict, finding.Severity, finding.FirstLayer, finding.Evidence), Is.EqualTo((Verdict.NonFinite, Severity.Error, 1, $"hidden[1] has {place} that are NaN or infinite")));
    }

    [Test]
    public void An_infinite_loss_is_not_finite()
        => Assert.That(FindingRules.Examine(Context(Chain(1), Sgd, initialLoss: double.PositiveInfinity)).Single().Verdict, Is.EqualTo(Verdict.NonFinite));

    /// <summary>1 % positives under a bias of 0: 0.693 against H(0.01) = 0.056. 100 rows of one logit, gradient (½ − y) / 100.</summary>
    [TestCase(0f, Severity.Warning)]
    [TestCase(-4.595f, null)]
    public void A_bias_that_ignores_a_rare_class_is_a_misplaced_prior(float bias, Severity? expected)
    {
        double loss = Math.Log(1 + Math.Exp(bias)) - 0.01 * bias;
        float probability = (float)(1 / (1 + Math.Exp(-bias)));
        LayerProbe output = Probes.Layer([.. Enumerable.Repeat(new[] { bias }, 100)], gradients: [.. Enumerable.Range(0, 100).Select(row => new[] { (probability - (row == 7 ? 1 : 0)) / 100 })], weights: [1]);
        Finding? finding = FindingRules.Examine(Context(Chain(1), Adam, output: output, loss: "BinaryCrossEntropy", initialLoss: loss, priorLoss: 0.056)).SingleOrDefault();
        Assert.That(finding?.Severity, Is.EqualTo(expected));
        Assert.That(finding?.Verdict, Is.EqualTo(expected is null ? (Verdict?)null : Verdict.MisplacedPrior));
    }

    /// <summary>Two rows of three classes, logits ±a that average 0: the constant costs ln 3, the rest, ln((eᵃ + e⁻ᵃ + 1) / 3), is variation. 1.499 and 1.534 nats lie about the note's limit of 1.5, 2.44 and 2.54 about the warning's of 2.5.</summary>
    [TestCase(0.5f, null)]
    [TestCase(1.5f, null)]
    [TestCase(2.514f, null)]
    [TestCase(2.553f, Severity.Note)]
    [TestCase(3.51f, Severity.Note)]
    [TestCase(3.62f, Severity.Warning)]
    [TestCase(9f, Severity.Warning)]
    public void Logits_that_vary_at_random_are_an_over_confident_head(float size, Severity? expected)
    {
        double wrong = Math.Log(Math.Exp(size) + Math.Exp(-size) + 1) + size, right = Math.Log(Math.Exp(size) + Math.Exp(-size) + 1) - size, loss = (wrong + right) / 2;
        LayerProbe output = Probes.Layer([[size, -size, 0], [-size, size, 0]], gradients: [[0.4f, -0.4f, 0], [0.1f, -0.1f, 0]], weights: [1, 2, 3]);
        Finding? finding = FindingRules.Examine(Context(Chain(1), Adam, output: output, initialLoss: loss, priorLoss: Math.Log(3))).SingleOrDefault();
        Assert.That(finding?.Severity, Is.EqualTo(expected));
        Assert.That(finding?.Verdict, Is.EqualTo(expected is null ? (Verdict?)null : Verdict.OverConfidentHead));
    }

    [Test]
    public void Squared_loss_is_split_exactly()
    {
        // Residuals 3, 3, 1, 5 of ½ r²: mean 3, so 4.5 of the loss of 5.5 is the offset; the prior is 0.5 and outputs vary by the rest.
        LayerProbe output = Probes.Layer([[3], [3], [1], [5]], gradients: [[0.75f], [0.75f], [0.25f], [1.25f]]);
        var split = OutputLossSplit.Of(output, 4, "Squared", 5.5, 0.5);
        Assert.That(split.Offset, Is.EqualTo(4.5).Within(1e-9));
        Assert.That(split.Variation, Is.EqualTo(0.5).Within(1e-9));
    }

    /// <summary>Logits (1, 0, 0) on rows of the classes 0, 0 and 1: predicted for all, they cost ln(e + 2) − 2/3. Nothing varies.</summary>
    [Test]
    public void Softmax_labels_are_read_back_from_the_gradient()
    {
        const float First = 0.5761169f, Other = 0.2119416f;                       // softmax(1, 0, 0)
        float[] ofFirst = [(First - 1) / 3, Other / 3, Other / 3], ofSecond = [First / 3, (Other - 1) / 3, Other / 3];
        LayerProbe output = Probes.Layer([[1, 0, 0], [1, 0, 0], [1, 0, 0]], gradients: [ofFirst, ofFirst, ofSecond]);
        double cost = Math.Log(Math.E + 2) - 2.0 / 3;
        var split = OutputLossSplit.Of(output, 3, "SoftmaxCrossEntropy", cost, 0.6365);
        Assert.That(split.Offset, Is.EqualTo(cost - 0.6365).Within(1e-9));
        Assert.That(split.Variation, Is.Zero.Within(1e-9));
    }

    [Test]
    public void A_certain_and_right_prediction_has_no_gradient_and_still_a_label()
    {
        LayerProbe output = Probes.Layer([[0, 200], [0, 200]]);
        Assert.That(OutputLossSplit.Of(output, 2, "SoftmaxCrossEntropy", 0, 0).Offset, Is.Zero.Within(1e-9));
    }

    [Test]
    public void An_unknown_prior_is_not_judged()
        => Assert.That(FindingRules.Examine(Context(Chain(1), Adam, initialLoss: 100, priorLoss: double.NaN)), Is.Empty);

    [Test]
    public void Findings_are_sorted_by_severity_verdict_and_layer()
    {
        LayerStatistics[] layers = Chain(30, 0.5, 0.5, "Tanh");
        layers[3] = layers[3] with { SaturatedFraction = 0.1 };
        layers[5] = layers[5] with { IdenticalFraction = 1 };
        Assert.That(Of(layers, Sgd).Select(finding => finding.Verdict), Is.EqualTo(new[] { Verdict.Symmetric, Verdict.VanishingGradient, Verdict.VanishingForward, Verdict.Saturated }));
    }

    [Test]
    public void No_remedy_is_what_the_network_already_has()
    {
        LayerStatistics[] layers = Chain(30, 0.5, 0.5);
        ReportContext context = Context(layers, Sgd);
        var withHe = new ReportContext
        {
            Layers = context.Layers,
            Probe = context.Probe,
            Training = context.Training,
            Initializers = ["he"],
            IsStandardized = true,
            Loss = context.Loss,
            PriorLoss = context.PriorLoss,
            PredictedGradientRatio = 1,
        };
        Assert.That(FindingRules.Examine(context)[0].Remedies[0].Code, Is.EqualTo("init: \"He\""));
        Assert.That(FindingRules.Examine(withHe)[0].Remedies[0].Code, Is.EqualTo("init: \"Auto\""));
    }

    static Finding[] Of(LayerStatistics[] layers, TrainingDynamics training) => FindingRules.Examine(Context(layers, training));

    static Finding? Judge(Func<LayerStatistics, LayerStatistics> change, Verdict verdict)
    {
        LayerStatistics[] layers = Chain(1);
        layers[0] = change(layers[0]);
        Finding? finding = Of(layers, Sgd).SingleOrDefault();
        Assert.That(finding?.Verdict ?? verdict, Is.EqualTo(verdict));
        return finding;
    }
}
