using Microsoft.ML;
using Microsoft.ML.Data;

namespace MLNet.WeightInit.Tests;

/// <summary>Verdicts on small tables with default options, against what the model then does.</summary>
[TestFixture]
public sealed class VerdictTests
{
    sealed class Row
    {
        [VectorType(10)]
        public float[] Features { get; set; } = [];
        public bool Label { get; set; }
    }

    MLContext _context = null!;

    [SetUp]
    public void CreateContext() => _context = new MLContext(seed: 1);

    [TestCase("gpt2", Verdict.Stalling)]
    [TestCase("uniform(limit=0.05)", Verdict.Stalling)]
    [TestCase("He", Verdict.Healthy)]
    [TestCase("Auto", Verdict.Healthy)]
    public void A_start_for_wide_networks_is_told_from_one_that_learns(string init, Verdict expected)
    {
        var warnings = new List<string>();
        _context.Log += (_, message) =>
        {
            if (message.Kind == Microsoft.ML.Runtime.ChannelMessageKind.Warning)
                warnings.Add(message.RawMessage);
        };
        NeuralNetOptions options = new() { HiddenLayers = [16, 16, 16], Init = init, NumberOfEpochs = 40 };
        ITransformer model = _context.BinaryClassification.Trainers.NeuralNet(options).Fit(View(constant: 0));
        InitializationReport report = _context.WeightInit.ReportOf(model)!;
        double accuracy = _context.BinaryClassification.Evaluate(model.Transform(View(constant: 0))).Accuracy;
        using (Assert.EnterMultipleScope())
        {
            Assert.That(report.Verdict, Is.EqualTo(expected), report.ToString());
            Assert.That(accuracy, expected == Verdict.Healthy ? Is.GreaterThan(0.8) : Is.LessThan(0.6));
            Assert.That(warnings.Any(warning => warning.Contains("a weight decay of 0.005 pulls", StringComparison.Ordinal)), Is.EqualTo(expected != Verdict.Healthy));
        }
        if (expected == Verdict.Healthy)
            return;
        Assert.That(report.Findings[0].Remedies[0].Code, Is.EqualTo("WeightDecay = 0f"));
        options.WeightDecay = 0f;
        Assert.That(_context.BinaryClassification.Evaluate(_context.BinaryClassification.Trainers.NeuralNet(options).Fit(View(constant: 0)).Transform(View(constant: 0))).Accuracy, Is.GreaterThan(0.8));
    }

    /// <summary>There is no model to ask then: the log says what the exception's report does. A search for the rate drives trainings to their end on purpose, and says nothing.</summary>
    [Test]
    public void A_training_that_overflows_has_its_verdict_in_the_log()
    {
        var warnings = new List<string>();
        _context.Log += (_, message) =>
        {
            if (message.Kind == Microsoft.ML.Runtime.ChannelMessageKind.Warning)
                warnings.Add(message.RawMessage);
        };
        NeuralNetOptions options = new() { HiddenLayers = [16, 16], Activation = "Identity", Optimizer = "SGD", LearningRate = 1e4f, NumberOfEpochs = 40 };
        NonFiniteTrainingException failure = Assert.Throws<NonFiniteTrainingException>(() => _context.BinaryClassification.Trainers.NeuralNet(options).Fit(View(constant: 0)))!;
        Assert.That(failure.Initialization.Verdict, Is.Not.EqualTo(Verdict.Healthy));
        Assert.That(warnings, Has.One.StartsWith($"The initialization is not healthy. {failure.Initialization.Verdict}").And.One.EndsWith("The exception's Initialization has the whole report."));
        warnings.Clear();
        _context.WeightInit.FindLearningRate(View(constant: 0), options, highest: 1e6f);
        Assert.That(warnings, Is.Empty);
    }

    /// <summary>No decay has no pull, nor has AdamW's; weights of the right size have a gradient above it.</summary>
    [Test]
    public void Remedies_of_decay_say_what_is_left_of_it()
    {
        InitializationReport report = _context.WeightInit.Diagnose(View(constant: 0), new NeuralNetOptions { HiddenLayers = [16, 16, 16], Init = "gpt2", NumberOfEpochs = 40 });
        Finding finding = report.Findings.First(one => one.Verdict == Verdict.Stalling);
        Dictionary<string, RemedyEffect> effects = finding.Remedies.ToDictionary(remedy => remedy.Code, remedy => remedy.Effect!);
        Assert.That(effects.Values.Select(effect => (effect.Figure, effect.Before > 2)), Is.All.EqualTo(("decay by gradient", true)));
        Assert.That((effects["WeightDecay = 0f"].After, effects["Optimizer = \"AdamW\""].After), Is.EqualTo((0.0, 0.0)));
        Assert.That(effects["init: \"Auto\""].After, Is.GreaterThan(0).And.LessThan(1));
    }

    [Test]
    public void Features_that_are_all_constant_are_the_cause_that_is_named()
    {
        InitializationReport report = _context.WeightInit.Diagnose(View(constant: 10), new NeuralNetOptions { HiddenLayers = [16], NumberOfEpochs = 5 });
        Assert.That((report.Verdict, report.Findings[0].Severity), Is.EqualTo((Verdict.RankCollapse, Severity.Error)));
        Assert.That(report.Findings[0].Evidence, Does.StartWith("each of the 10 features has the same value in all 400 training rows"));
    }

    IDataView View(int constant)
    {
        var random = new Random(3);
        return _context.Data.LoadFromEnumerable(Enumerable.Range(0, 400).Select(_ =>
        {
            float[] features = [.. Enumerable.Range(0, 10).Select(slot => slot < constant ? 2 : (float)(random.NextDouble() + random.NextDouble() + random.NextDouble() - 1.5))];
            return new Row { Features = features, Label = constant == 10 ? random.Next(2) == 0 : features[0] + 0.7f * features[1] - 0.5f * features[2] > 0 };
        }).ToArray());
    }
}
