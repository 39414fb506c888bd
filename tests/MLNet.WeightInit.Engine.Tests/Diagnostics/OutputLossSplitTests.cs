using MLNet.WeightInit.Engine.Data;
using MLNet.WeightInit.Engine.Diagnostics;
using MLNet.WeightInit.Engine.Diagnostics.Findings;
using MLNet.WeightInit.Engine.Network;
using MLNet.WeightInit.Engine.Tests.Training;
using MLNet.WeightInit.Engine.Training;
using static MLNet.WeightInit.Engine.Tests.Diagnostics.Statistics;

namespace MLNet.WeightInit.Engine.Tests.Diagnostics;

/// <summary>Weights, smoothed labels and counts; FindingRulesTests has the plain cases.</summary>
[TestFixture]
internal sealed class OutputLossSplitTests
{
    /// <summary>exp f is 1 and 3, the counts 2 and 1: their gradients are −1 and 2, over the rows and times the weights.</summary>
    [TestCase(1f, 1f)]
    [TestCase(3f, 1f)]
    public void Counts_are_read_back_from_the_gradient(float first, float second)
    {
        float logarithm = MathF.Log(3), total = first + second;
        LayerProbe output = Probes.Layer([[0], [logarithm]], gradients: [[-first / 2], [2 * second / 2]]);
        double mean = second * logarithm / total, count = (2 * first + second) / total, constant = Math.Exp(mean) - count * mean;
        double loss = (first * 1 + second * (3 - logarithm)) / total, prior = count - count * Math.Log(count);
        var split = OutputLossSplit.Of(output, 2, "Poisson", loss, prior, weights: [first, second]);
        Assert.That(split.Offset, Is.EqualTo(constant - prior).Within(1e-6));
        Assert.That(split.Variation, Is.EqualTo(loss - constant).Within(1e-6));
    }

    /// <summary>A logit of ln 9 on labels 1 and 0 of weights 9 and 1 is the weighted prior: predicted for all it costs the entropy of 0.9. Without weights it would be far off.</summary>
    [Test]
    public void Weighted_rows_count_as_much_as_they_weigh()
    {
        float logit = MathF.Log(9);
        LayerProbe binary = Probes.Layer([[logit], [logit]], gradients: [[-0.1f * 9], [0.9f]]);
        LayerProbe softmax = Probes.Layer([[0, logit], [0, logit]], gradients: [[0.9f, -0.9f], [-0.9f, 0.9f]]);
        double entropy = -0.9 * Math.Log(0.9) - 0.1 * Math.Log(0.1);
        Assert.That(OutputLossSplit.Of(binary, 2, "BinaryCrossEntropy", entropy, entropy, weights: [9, 1]).Offset, Is.Zero.Within(1e-6));
        Assert.That(OutputLossSplit.Of(softmax, 2, "SoftmaxCrossEntropy", entropy, entropy, weights: [9, 1]).Offset, Is.Zero.Within(1e-6));
        Assert.That(OutputLossSplit.Of(binary, 2, "BinaryCrossEntropy", entropy, entropy).Offset, Is.GreaterThan(0.5));
    }

    /// <summary>All labels 1, smoothed by 0.2: a logit of ln 9 is right.</summary>
    [Test]
    public void Smoothed_labels_are_what_a_constant_is_compared_with()
    {
        float logit = MathF.Log(9);
        LayerProbe binary = Probes.Layer([[logit], [logit]], gradients: [[-1e-6f], [-1e-6f]]);
        LayerProbe softmax = Probes.Layer([[0, logit], [0, logit]], gradients: [[1e-6f, -1e-6f], [1e-6f, -1e-6f]]);
        double entropy = -0.9 * Math.Log(0.9) - 0.1 * Math.Log(0.1);
        Assert.That(OutputLossSplit.Of(binary, 2, "BinaryCrossEntropy", entropy, entropy, smoothing: 0.2).Offset, Is.Zero.Within(1e-6));
        Assert.That(OutputLossSplit.Of(softmax, 2, "SoftmaxCrossEntropy", entropy, entropy, smoothing: 0.2).Offset, Is.Zero.Within(1e-6));
    }

    /// <summary>Counts of 1 and a bias of f: the loss of a constant f is exp(f) − f, that of the best 1. The note begins 0.25 above it, the warning 2.5 above.</summary>
    [TestCase(0.6f, null)]                                     // excess 0.22
    [TestCase(0.7f, Severity.Note)]                            // 0.31
    [TestCase(1.4f, Severity.Note)]                            // 1.66
    [TestCase(1.8f, Severity.Warning)]                         // 3.25
    public void Misplaced_counts_are_judged_in_nats(float bias, Severity? expected)
    {
        float gradient = (MathF.Exp(bias) - 1) / 2;
        LayerProbe output = Probes.Layer([[bias], [bias]], gradients: [[gradient], [gradient]], name: "output");
        double loss = Math.Exp(bias) - bias;
        Finding? finding = FindingRules.Examine(Context(Chain(1), Adam, output: output, loss: "Poisson", initialLoss: loss, priorLoss: 1)).SingleOrDefault();
        Assert.That(finding?.Severity, Is.EqualTo(expected));
        Assert.That(finding?.Verdict, Is.EqualTo(expected is null ? (Verdict?)null : Verdict.MisplacedPrior));
    }

    /// <summary>Logarithms of the mean count, 1.5 above and below the right one: whatever it is, they cost its multiple by cosh 1.5 − 1 = 1.35. Counts below 1 are held against 1.</summary>
    [TestCase(0.01, null)]
    [TestCase(1, Severity.Note)]
    [TestCase(100, Severity.Note)]
    [TestCase(1e6, Severity.Note)]
    public void What_outputs_cost_is_held_against_the_mean_count(double count, Severity? expected)
    {
        float center = (float)Math.Log(count);
        float[] outputs = [center + 1.5f, center - 1.5f];
        LayerProbe output = Probes.Layer([[outputs[0]], [outputs[1]]], gradients: [[(float)((Math.Exp(outputs[0]) - count) / 2)], [(float)((Math.Exp(outputs[1]) - count) / 2)]], name: "output");
        double loss = outputs.Average(value => Math.Exp(value) - count * value), prior = count - count * Math.Log(count);
        Finding? finding = FindingRules.Examine(Context(Chain(1), Adam, output: output, loss: "Poisson", initialLoss: loss, priorLoss: prior)).SingleOrDefault();
        Assert.That(finding?.Severity, Is.EqualTo(expected));
        Assert.That(finding?.Verdict, Is.EqualTo(expected is null ? (Verdict?)null : Verdict.OverConfidentHead));
    }

    /// <summary>A sum of several labels' losses, of which a count's may be far below 0, has no ratio: its excess is held against its size.</summary>
    [TestCase(1.5, -1, null)]
    [TestCase(1.5, 1, null)]
    [TestCase(70, 1, Severity.Note)]
    [TestCase(700, -1, Severity.Warning)]
    public void A_negative_loss_of_several_labels_is_judged_by_its_size(double excess, float secondGradient, Severity? expected)
    {
        const double Prior = -240;
        LayerProbe output = Probes.Layer([[1], [-1]], gradients: [[1], [secondGradient]], name: "output");
        Finding? finding = FindingRules.Examine(Context(Chain(1), Adam, output: output, loss: "Heads", initialLoss: Prior + excess, priorLoss: Prior)).SingleOrDefault();
        Assert.That(finding?.Severity, Is.EqualTo(expected));
        Assert.That(finding?.Verdict, Is.EqualTo(expected is null ? (Verdict?)null : Verdict.OverConfidentHead));
    }

    /// <summary>Weights of 0.5 behind rectifiers add some to every logit. Where the biases hold the label's prior, asking for it again would change nothing: with the weights at 0 nothing of the cost is left.</summary>
    [Test]
    public void What_weights_add_to_the_mean_is_mended_at_the_weights()
    {
        TrainingSet rings = Trainings.Rings(200);
        var data = new TrainingSet(rings.Features, 200, rings.FeatureCount, [.. rings.Targets.Select(ring => ring == 0 ? 1f : 0f)], 1);
        TrainingOptions options = Trainings.Options(NetworkTask.Binary, 1, [32], init: "he", epochs: 0) with { OutputInit = new Constant(0.5f) };
        Assert.That(Remedies(new PriorBias()), Is.EqualTo(new[] { "OutputInit = \"zeros\"", "init: \"Auto\"" }));
        Assert.That(Remedies(new Zeros()), Is.EqualTo(new[] { "init: \"Auto\"", "BiasInit = \"Auto\"" }));
        Assert.That(NetworkTrainer.Train(data, options with { BiasInit = new PriorBias(), OutputInit = new Zeros() }).Initialization.Findings.Select(finding => finding.Verdict), Has.No.Member(Verdict.MisplacedPrior));

        string[] Remedies(WeightInitializer bias) => [.. NetworkTrainer.Train(data, options with { BiasInit = bias }).Initialization.Findings.Single(one => one.Verdict == Verdict.MisplacedPrior).Remedies.Select(remedy => remedy.Code)];
    }
}
