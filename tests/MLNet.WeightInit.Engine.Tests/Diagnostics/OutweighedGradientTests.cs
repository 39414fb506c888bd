using MLNet.WeightInit.Engine.Data;
using MLNet.WeightInit.Engine.Diagnostics;
using MLNet.WeightInit.Engine.Diagnostics.Findings;
using MLNet.WeightInit.Engine.Network;
using MLNet.WeightInit.Engine.Tests.Training;
using MLNet.WeightInit.Engine.Training;

namespace MLNet.WeightInit.Engine.Tests.Diagnostics;

/// <summary>Decay that an optimizer makes as large as the loss's gradient, against what training does.</summary>
[TestFixture]
internal sealed class OutweighedGradientTests
{
    /// <summary>λ · 0.18 against a gradient of 1 over √(64 · 64) or √(64 · 10) an element: 11.52 λ and 4.55 λ, and the smaller one decides; 2 is at λ = 0.439.</summary>
    [TestCase(0.43, true, false)]
    [TestCase(0.45, true, true)]
    [TestCase(0.45, false, false, Description = "SGD steps in proportion")]
    [TestCase(0, true, false)]
    public void Every_layer_must_be_outweighed(double decay, bool divides, bool isFound)
    {
        Finding[] found = [.. new OutweighedGradient().Examine(Context(decay, divides))];
        Assert.That(found, Has.Length.EqualTo(isFound ? 1 : 0));
        if (isFound)
            Assert.That((found[0].Verdict, found[0].Severity, found[0].FirstLayer, found[0].LastLayer), Is.EqualTo((Verdict.Stalling, Severity.Warning, 0, 2)));
    }

    [Test]
    public void It_says_how_hard_decay_pulls_and_how_soon_it_is_done()
    {
        Finding found = new OutweighedGradient().Examine(Context(1.5, divides: true)).Single();
        // 1.5 · 0.18 · √640 and 0.18 / 0.01.
        Assert.That(found.Evidence, Is.EqualTo("a weight decay of 1.5 pulls at the weights of every layer at least 6.83 times as hard as the loss does, and Adam divides the sum of both by its size: that takes the weights to 0 in some 18 steps"));
        Assert.That(found.Remedies.Select(remedy => remedy.Code), Is.EqualTo(new[] { "WeightDecay = 0f", "init: \"Auto\"", "Optimizer = \"AdamW\"" }));
    }

    /// <summary>A network as somebody has it who tries a language model's initializer on a small table, all else by default: decay is 2 / 400.</summary>
    [TestCase("gpt2", 10)]
    [TestCase("bert", 20)]
    [TestCase("dcgan", 50)]
    [TestCase("uniform(limit=0.05)", 100)]
    public void A_start_for_wide_networks_is_outweighed_in_a_small_one_and_its_remedies_learn(string init, int epochs)
    {
        TrainingSet rows = Rows(classes: 2);
        TrainingOptions options = Options(init, epochs, classes: 2);
        TrainingResult result = NetworkTrainer.Train(rows, options);
        double prior = result.Initialization.PriorLoss;
        Finding found = result.Initialization.Findings[0];
        using (Assert.EnterMultipleScope())
        {
            Assert.That(result.History.Epochs[^1].TrainingLoss, Is.GreaterThan(0.98 * prior), "it learns nothing");
            Assert.That((result.Initialization.Verdict, found.Severity), Is.EqualTo((Verdict.Stalling, Severity.Warning)), result.Initialization.ToString());
            Assert.That(found.Evidence, Does.StartWith("a weight decay of 0.005 pulls at the weights of every layer"));
            Assert.That(result.Initialization.Forecast, Is.Null, "the study has none of the kind");
        }
        foreach (Remedy remedy in found.Remedies)
            Assert.That(NetworkTrainer.Train(rows, RemedyTrials.Apply(remedy.Code, options)! with { NumberOfEpochs = 100 }).History.Epochs[^1].TrainingLoss, Is.LessThan(0.5 * prior), remedy.Code);
    }

    /// <summary>The same decay, and starts that are made for networks of this size.</summary>
    [Test]
    public void Other_starts_are_healthy([Values("he", "glorot", "lecun", "pytorch_default", "orthogonal", "auto")] string init, [Values(2, 3)] int classes)
    {
        TrainingResult result = NetworkTrainer.Train(Rows(classes), Options(init, 40, classes));
        Assert.That(result.History.Epochs[^1].TrainingLoss, Is.LessThan(0.8 * result.Initialization.PriorLoss));
        Assert.That(result.Initialization.Verdict, Is.EqualTo(Verdict.Healthy), result.Initialization.ToString());
    }

    /// <summary>Three layers of 64 units: hidden, hidden and the output.</summary>
    static ReportContext Context(double decay, bool divides)
    {
        ReportContext plain = Statistics.Context(Statistics.Chain(2).Select(layer => layer with { WeightDeviation = 0.18, WeightGradientNorm = 1 }).ToArray(), divides ? Statistics.Adam : Statistics.Sgd);
        return new ReportContext
        {
            Layers = plain.Layers, Probe = plain.Probe, Training = plain.Training, Initializers = plain.Initializers, IsStandardized = true, Loss = plain.Loss, PriorLoss = plain.PriorLoss, PredictedGradientRatio = 1,
            WeightDecay = decay, LearningRate = 0.01f,
        };
    }

    static TrainingOptions Options(string init, int epochs, int classes)
        => Trainings.Options(classes == 2 ? NetworkTask.Binary : NetworkTask.Multiclass, classes == 2 ? 1 : classes, [16, 16, 16], loss: classes == 2 ? "BinaryCrossEntropy" : "SoftmaxCrossEntropy", init: init, optimizer: "Adam", learningRate: 0.001f, epochs: epochs) with { BatchSize = 64, WeightDecay = null };

    /// <summary>400 rows of ten features, of which two lines tell the class.</summary>
    static TrainingSet Rows(int classes)
    {
        const int Count = 400, Width = 10;
        float[] features = new float[Count * Width], labels = new float[Count];
        new RandomSource(11, "rows").FillNormal(features, 1);
        for (int row = 0; row < Count; row++)
        {
            float score = features[row * Width] + 0.7f * features[row * Width + 1] - 0.5f * features[row * Width + 2];
            labels[row] = classes == 2 ? score > 0 ? 1 : 0 : score < -0.6f ? 0 : score < 0.6f ? 1 : 2;
        }
        return new TrainingSet(features, Count, Width, labels, 1);
    }
}
