using MLNet.WeightInit.Engine.Data;
using MLNet.WeightInit.Engine.Diagnostics.Findings;
using MLNet.WeightInit.Engine.Tests.Training;
using MLNet.WeightInit.Engine.Training;
using static MLNet.WeightInit.Engine.Tests.Diagnostics.Statistics;
using ActivationList = MLNet.WeightInit.Engine.Kernels.Activations.Activations;

namespace MLNet.WeightInit.Engine.Tests.Diagnostics.Details;

/// <summary>The notes that only Full gives, on both sides of their limits.</summary>
internal sealed class DetailRulesTests
{
    static readonly TrainingSet s_prototypes = Prototypes();

    static readonly string[] s_said = ["singular value of", "effective rank of", "straight line", "follow chance", "tangent kernel"];

    /// <summary>Without eight layers of GELU under weights that are too small for it: their signal falls seventyfold, and the gradient of what is left does follow chance.</summary>
    [Test]
    public void Healthy_networks_have_none([Values("ReLU", "Tanh", "GELU", "SELU")] string activation, [Values("auto", "he", "glorot", "orthogonal", "he_uniform")] string init, [Values(1, 8)] int depth)
        => Assert.That(Evidence(Report(activation, activation == "GELU" && init is "glorot" or "orthogonal" ? "he" : init, depth)), Has.None.Matches<string>(evidence => s_said.Any(said => evidence!.Contains(said, StringComparison.Ordinal))));

    [Test]
    public void Weights_with_a_mean_are_named()
        => Assert.That(Evidence(Report("ReLU", "uniform(limit=0.2)", 2, new Shifted(0.05f))), Has.Some.Contains("singular value of"));

    [Test]
    public void Weights_of_few_directions_are_named()
    {
        InitializationReport report = Report("ReLU", "he", 2, new TwoDirections());
        Finding finding = report.Findings.First(finding => finding.Evidence.Contains("effective rank of 2", StringComparison.Ordinal) || finding.Evidence.Contains("effective rank of 1.", StringComparison.Ordinal));
        Assert.That((finding.Verdict, finding.Severity), Is.EqualTo((Verdict.Symmetric, Severity.Note)));
    }

    [TestCase("Tanh", 0.01, true)]
    [TestCase("Tanh", 0.1, false)]
    [TestCase("ReLU", 0.01, false)]
    public void A_layer_that_works_as_a_linear_one_is_named(string activation, double deviation, bool isNamed)
        => Assert.That(Evidence(Report(activation, FormattableString.Invariant($"normal(deviation={deviation})"), 2)), Has.Exactly(isNamed ? 1 : 0).Contains("straight line"));

    [TestCase(0.9e-3, true)]
    [TestCase(1.1e-3, false)]
    [TestCase(0, false, Description = "no gradient at all, of which other rules say why")]
    [TestCase(double.PositiveInfinity, false)]
    public void A_gradient_of_chance_is_named(double signal, bool isNamed)
    {
        Finding[] found = Examine(1, details => details with { Noise = new GradientNoise { SignalToNoise = signal, NoiseScale = 1, BatchSize = 64, Microbatches = 8 } });
        Assert.That(found, Has.Length.EqualTo(isNamed ? 1 : 0));
        if (isNamed)
            Assert.That((found[0].Verdict, found[0].Severity, found[0].Remedies[0].Code), Is.EqualTo((Verdict.LrUnstable, Severity.Note, "BatchSize = 256")));
    }

    [TestCase(1.1e8, 2, true)]
    [TestCase(0.9e8, 2, false)]
    [TestCase(double.PositiveInfinity, 2, true)]
    [TestCase(double.PositiveInfinity, 0, false)]
    [TestCase(double.NaN, 2, false)]
    public void A_kernel_that_loses_rows_is_named(double condition, int hidden, bool isNamed)
    {
        Finding[] found = Examine(hidden, details => details with { Kernel = new NeuralTangentKernel { Rows = 64, Condition = condition, MeanDiagonal = 1, Alignment = 0.1 } });
        Assert.That(found.Select(finding => (finding.Verdict, finding.Severity)), Is.EqualTo(Enumerable.Repeat((Verdict.RankCollapse, Severity.Note), isNamed ? 1 : 0)));
    }

    static Finding[] Examine(int hidden, Func<InitializationDetails, InitializationDetails> change)
    {
        LayerStatistics[] layers = Chain(hidden);
        InitializationDetails details = NetworkTrainer.Train(s_prototypes, Options("ReLU", "he", hidden)).Initialization.Details! with { Kernel = null, Noise = null };
        ReportContext plain = Context(layers, Sgd);
        return FindingRules.Examine(new ReportContext
        {
            Layers = plain.Layers,
            Probe = plain.Probe,
            Training = plain.Training,
            Initializers = plain.Initializers,
            IsStandardized = true,
            Loss = plain.Loss,
            PriorLoss = plain.PriorLoss,
            PredictedGradientRatio = 1,
            Details = change(details with { Layers = [.. details.Layers.Select(layer => layer with { Spectrum = layer.Spectrum with { LargestSingularValue = 0 } })] }),
        });
    }

    static string[] Evidence(InitializationReport report) => [.. report.Findings.Select(finding => finding.Evidence)];

    static InitializationReport Report(string activation, string init, int depth, WeightInitializer? own = null) => NetworkTrainer.Train(s_prototypes, Options(activation, init, depth) with { Init = own ?? InitializerRegistry.CreateDefault().Parse(init) }).Initialization;

    // L-BFGS has no trials of rates: the details alone are looked at.
    static TrainingOptions Options(string activation, string init, int depth)
        => Trainings.Options(NetworkTask.Multiclass, 3, [.. Enumerable.Repeat(40, depth)], activation, init: init, optimizer: "L-BFGS", epochs: 0) with { Activation = ActivationList.Parse(activation), Diagnostics = DiagnosticsLevel.Full };

    /// <summary>Three classes about centres of their own.</summary>
    static TrainingSet Prototypes()
    {
        const int Rows = 200, Features = 40;
        float[] values = SingularValuesTests.Normal(Rows * Features, 21), centers = SingularValuesTests.Normal(3 * Features, 22);
        for (int i = 0; i < values.Length; i++)
            values[i] += 0.7f * centers[i / Features % 3 * Features + i % Features];
        return new TrainingSet(values, Rows, Features, [.. Enumerable.Range(0, Rows).Select(row => (float)(row % 3))], 1);
    }

    /// <summary>Independent weights with a mean.</summary>
    sealed class Shifted(float mean) : WeightInitializer
    {
        public override string Name => "shifted";

        public override void Fill(Span<float> weights, in WeightShape shape, RandomSource random)
        {
            random.FillNormal(weights, 0.1f);
            foreach (ref float weight in weights)
                weight += mean;
        }
    }

    /// <summary>Sums of two vectors with factors of their own.</summary>
    sealed class TwoDirections : WeightInitializer
    {
        public override string Name => "two_directions";

        public override void Fill(Span<float> weights, in WeightShape shape, RandomSource random)
        {
            float[] first = new float[shape.Columns], second = new float[shape.Columns], factors = new float[2 * shape.Rows];
            random.FillNormal(first, 0.2f);
            random.FillNormal(second, 0.2f);
            random.FillNormal(factors, 1);
            for (int row = 0; row < shape.Rows; row++)
                for (int column = 0; column < shape.Columns; column++)
                    weights[row * shape.Columns + column] = factors[2 * row] * first[column] + factors[2 * row + 1] * second[column];
        }
    }
}
