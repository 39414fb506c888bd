using System.Text.Json.Nodes;
using MLNet.WeightInit.Engine.Data;
using MLNet.WeightInit.Engine.Diagnostics.Findings;
using MLNet.WeightInit.Engine.Network;
using MLNet.WeightInit.Engine.Tests.Training;
using MLNet.WeightInit.Engine.Training;
using MLNet.WeightInit.Engine.Training.Optimizers;

namespace MLNet.WeightInit.Engine.Tests.Diagnostics;

/// <summary>Units before and after training, what is judged of a training, and how a report says it.</summary>
[TestFixture]
internal sealed class EarlyTrainingTests
{
    static readonly TrainingSet s_rings = Trainings.Rings(200, features: 5), s_many = Trainings.Rings(700, features: 5);

    /// <summary>A rate that rounds away: the network after training is the one before, and so are its shares, if the rows are.</summary>
    [Test]
    public void Shares_of_a_network_that_did_not_move_are_those_before([Values("ReLU", "HardTanh", "Sigmoid")] string activation, [Values(0, 0.3f)] float dropout)
    {
        TrainingOptions options = Trainings.Options(NetworkTask.Multiclass, 3, [24, 16], activation, optimizer: "SGD", init: "normal(deviation=2)", learningRate: 1e-30f, epochs: 3) with { WeightDecay = 0, Dropout = new Dropout(dropout, isAlpha: false) };
        foreach (LayerChange layer in NetworkTrainer.Train(s_many, options).Initialization.EarlyTraining!.Layers)
        {
            Assert.That((layer.ZeroFraction, layer.DeadFraction, layer.SaturatedFraction), Is.EqualTo((layer.ZeroFractionBefore, layer.DeadFractionBefore, layer.SaturatedFractionBefore)), layer.Layer);
            Assert.That(layer.Movement, Is.Zero);
        }
    }

    /// <summary>All rows are in the probe, and a ReLU's unit is dead where no row's sum is positive: told by a forward pass in double.</summary>
    [Test]
    public void Dead_units_after_training_are_those_of_a_naive_forward_pass()
    {
        TrainingOptions options = Trainings.Options(NetworkTask.Multiclass, 3, [24, 16], optimizer: "SGD", learningRate: 1.5f, epochs: 30) with { Standardize = false, ValidationFraction = 0 };
        TrainingResult trained = NetworkTrainer.Train(s_rings, options);
        double[][] rows = [.. Enumerable.Range(0, 200).Select(row => s_rings.Row(row).ToArray().Select(value => (double)value).ToArray())];
        bool anyDied = false;
        for (int index = 0; index < 2; index++)
        {
            DenseLayer layer = trained.Network.DenseLayers[index];
            float[] weights = layer.GetWeights(), biases = layer.GetBiases();
            rows = [.. rows.Select(row => Enumerable.Range(0, layer.Outputs).Select(unit => Math.Max(0, biases[unit] + row.Select((value, i) => value * weights[unit * layer.Inputs + i]).Sum())).ToArray())];
            double dead = Enumerable.Range(0, layer.Outputs).Count(unit => rows.All(row => row[unit] == 0)) / (double)layer.Outputs, zero = rows.Average(row => row.Count(value => value == 0) / (double)layer.Outputs);
            LayerChange change = trained.Initialization.EarlyTraining!.Layers[index];
            Assert.That(change.DeadFraction, Is.EqualTo(dead).Within(0.51).Percent, "three digits");
            Assert.That(change.ZeroFraction, Is.EqualTo(zero).Within(2.0 / (200 * layer.Outputs) + 0.0051 * zero), "a sum near 0 may round to either side");
            anyDied |= change.DeadFraction > change.DeadFractionBefore;
        }
        Assert.That(anyDied, "so that the test sees something");
    }

    [TestCase(0.1, false, null)]
    [TestCase(0.101, false, Severity.Note)]
    [TestCase(0.101, true, Severity.Warning)]
    [TestCase(1e-5, true, null)]
    public void Steps_that_are_large_beside_the_weights_are_judged_by_the_loss(double ratio, bool failed, Severity? expected)
    {
        Finding[] found = Examine([Change(ratio), Change(1e-3)], failed);
        Assert.That(found.Select(finding => (finding.Verdict, finding.Severity, finding.FirstLayer)), expected is { } severity ? Is.EqualTo(new[] { (Verdict.LrUnstable, severity, 0) }) : Is.Empty);
        Assert.That(found.SelectMany(finding => finding.Remedies.Select(remedy => remedy.Code)), expected is null ? Is.Empty : Is.EqualTo(new[] { "LearningRate = 0.001f" }));
    }

    [TestCase(9.9e-6, 9.9e-4, true, false, Severity.Warning)]
    [TestCase(9.9e-6, 9.9e-4, false, false, Severity.Note)]
    [TestCase(1e-5, 9.9e-4, true, false, null)]
    [TestCase(9.9e-6, 1e-3, true, false, null)]
    [TestCase(9.9e-6, 9.9e-4, true, true, null)]
    public void Steps_that_are_small_are_judged_where_all_of_training_moved_little(double ratio, double movement, bool failed, bool continued, Severity? expected)
    {
        Finding[] found = Examine([Change(ratio, movement), Change(ratio, movement)], failed, continued);
        Assert.That(found.Select(finding => (finding.Verdict, finding.Severity, finding.LastLayer)), expected is { } severity ? Is.EqualTo(new[] { (Verdict.Stalling, severity, 1) }) : Is.Empty);
        Assert.That(Examine([Change(ratio, movement), Change(1e-3)], failed, continued).Select(finding => finding.Severity), expected is null ? Is.Empty : Is.EqualTo(new[] { Severity.Note }), "the other layer learns");
    }

    [Test]
    public void A_layer_that_is_not_judged_and_a_short_training_have_no_finding()
    {
        Assert.That(Examine([Change(0.5), Change(1e-3)], failed: true, judged: [false, true]), Is.Empty);
        Assert.That(Examine([Change(0.5), Change(1e-3)], failed: true, steps: 19), Is.Empty);
        Assert.That(Examine([Change(0.5), Change(1e-3)], failed: true, optimizer: "L-BFGS"), Is.Empty);
    }

    [TestCase(0.25, 0.50, false, null)]
    [TestCase(0.25, 0.51, false, Severity.Note)]
    [TestCase(0.25, 0.75, true, Severity.Note)]
    [TestCase(0.25, 0.76, true, Severity.Warning)]
    [TestCase(0.25, 0.76, false, Severity.Note)]
    [TestCase(0.25, double.NaN, true, null)]
    public void Units_that_died_are_judged_by_their_excess(double before, double after, bool failed, Severity? expected)
        => Assert.That(Examine([Change(1e-3) with { DeadFractionBefore = before, DeadFraction = after }, Change(1e-3)], failed).Select(finding => (finding.Verdict, finding.Severity)),
            expected is { } severity ? Is.EqualTo(new[] { (Verdict.Dead, severity) }) : Is.Empty);

    [TestCase(0.05, 0.5, false, null)]
    [TestCase(0.05, 0.51, false, Severity.Note)]
    [TestCase(0.06, 0.51, false, null)]
    [TestCase(0.05, 0.2, true, null)]
    [TestCase(0.05, 0.21, true, Severity.Warning)]
    public void Units_that_saturated_are_judged_where_they_had_not_before(double before, double after, bool failed, Severity? expected)
        => Assert.That(Examine([Change(1e-3) with { SaturatedFractionBefore = before, SaturatedFraction = after }, Change(1e-3)], failed, activation: "Tanh").Select(finding => (finding.Verdict, finding.Severity)),
            expected is { } severity ? Is.EqualTo(new[] { (Verdict.Saturated, severity) }) : Is.Empty);

    [Test]
    public void A_rate_that_is_far_too_small_is_told_with_the_usual_one_and_leaves_the_verdict()
    {
        InitializationReport report = NetworkTrainer.Train(s_rings, Trainings.Options(NetworkTask.Multiclass, 3, [24], learningRate: 1e-8f, epochs: 5)).Initialization;
        Finding finding = report.EarlyTraining!.Findings.Single();
        Assert.That((finding.Verdict, finding.Severity, finding.Remedies.Single().Code), Is.EqualTo((Verdict.Stalling, Severity.Warning, "LearningRate = 0.001f")));
        Assert.That(report.Findings, Has.None.EqualTo(finding));
    }

    /// <summary>What a bad start ends in is mended at the start: thirty layers of 0.01 leave the units dead, and a tenth of the rate would leave them so.</summary>
    [Test]
    public void A_bad_start_has_the_last_word_on_what_to_try()
    {
        InitializationReport report = NetworkTrainer.Train(s_many, Trainings.Options(NetworkTask.Multiclass, 3, [.. Enumerable.Repeat(16, 12)], init: "normal(deviation=0.01)", optimizer: "SGD", learningRate: 0.05f, epochs: 20)).Initialization;
        Assert.That(report.Verdict, Is.EqualTo(Verdict.VanishingGradient));
        Assert.That(report.EarlyTraining!.Findings, Is.Not.Empty);
        Assert.That(report.EarlyTraining.Findings.Select(finding => string.Join("; ", finding.Remedies)), Is.All.EqualTo(string.Join("; ", report.Findings[0].Remedies)).And.All.Contain("init: \"He\""));
    }

    /// <summary>A small start under a small rate: weights move, but outputs stay near 0, and ln 3 is the best constant's loss of three classes.</summary>
    [Test]
    public void A_training_that_ends_at_the_best_constant_says_so()
    {
        InitializationReport report = NetworkTrainer.Train(s_many, Trainings.Options(NetworkTask.Multiclass, 3, [16, 16, 16], init: "normal(deviation=0.1)", optimizer: "SGD", learningRate: 0.001f, epochs: 20)).Initialization;
        Finding finding = report.EarlyTraining!.Findings.Single(finding => finding.Severity == Severity.Warning);
        Assert.That((finding.Verdict, finding.Remedies.Single().Code), Is.EqualTo((Verdict.Stalling, "LearningRate = 0.003f")));
        Assert.That(finding.Evidence, Does.Contain("the best constant's is 0.818"));
    }

    [TestCase(0.996, false, 20, 1)]
    [TestCase(1.5, false, 20, 1)]
    [TestCase(0.994, false, 20, 0)]
    [TestCase(double.NaN, false, 20, 0)]
    [TestCase(0.996, true, 20, 0)]
    [TestCase(0.996, false, 19, 0)]
    public void Nothing_learnt_is_told_of_long_first_trainings(double finalLoss, bool continued, int steps, int expected)
        => Assert.That(Examine([Change(1e-3), Change(1e-3)], failed: true, continued, steps: steps, finalLoss: finalLoss).Select(finding => finding.Verdict), Is.EqualTo(Enumerable.Repeat(Verdict.Stalling, expected)));

    [Test]
    public void Nothing_learnt_is_not_told_of_a_label_that_is_a_constant()
        => Assert.That(Examine([Change(1e-3), Change(1e-3)], failed: true, finalLoss: 0.01, priorLoss: 0), Is.Empty);

    [Test]
    public void Nothing_learnt_is_not_told_where_a_rule_says_why()
        => Assert.That(Examine([Change(0.5), Change(1e-3)], failed: true, finalLoss: 1).Select(finding => finding.Verdict), Is.EqualTo(new[] { Verdict.LrUnstable }));

    /// <summary>What people build and what trains gives no warning: several optimizers, activations, starts.</summary>
    [Test]
    public void Trainings_that_learn_have_no_warning([Values("SGD", "Momentum", "Adam", "AdamW", "RMSProp", "Lion", "LAMB")] string optimizer, [Values("ReLU", "Tanh")] string activation)
    {
        InitializationReport report = NetworkTrainer.Train(s_many, Trainings.Options(NetworkTask.Multiclass, 3, [32, 32], activation, optimizer: optimizer, epochs: 20)).Initialization;
        Assert.That(report.EarlyTraining!.Findings.Where(finding => finding.Severity > Severity.Note), Is.Empty);
    }

    [Test]
    public void It_reads_back_equal_and_a_report_without_it_still_loads()
    {
        InitializationReport report = NetworkTrainer.Train(s_rings, Trainings.Options(NetworkTask.Multiclass, 3, [24], optimizer: "SGD", learningRate: 1.5f, epochs: 8) with { OutputInit = InitializerRegistry.CreateDefault().Parse("zeros") }).Initialization;
        InitializationReport read = InitializationReport.FromJson(report.ToJson());
        Assert.That(read.ToJson(), Is.EqualTo(report.ToJson()));
        Assert.That(read.EarlyTraining!.Steps, Is.EqualTo(report.EarlyTraining!.Steps));
        Assert.That(read.EarlyTraining.Layers[1].UpdateRatios, Is.EqualTo(report.EarlyTraining.Layers[1].UpdateRatios));
        Assert.That((read.ToString(), read.ToMarkdown()), Is.EqualTo((report.ToString(), report.ToMarkdown())));
        JsonObject older = JsonNode.Parse(report.ToJson())!.AsObject();
        Assert.That(older.Remove("earlyTraining"));
        Assert.That(InitializationReport.FromJson(older.ToJsonString()).EarlyTraining, Is.Null);
    }

    [TestCase("steps")]
    [TestCase("layers")]
    [TestCase("findings")]
    public void A_damaged_part_is_an_error_that_names_it(string part)
    {
        JsonObject json = JsonNode.Parse(NetworkTrainer.Train(s_rings, Trainings.Options(NetworkTask.Multiclass, 3, [8], epochs: 1)).Initialization.ToJson())!.AsObject();
        json["earlyTraining"]!.AsObject().Remove(part);
        Assert.That(() => InitializationReport.FromJson(json.ToJsonString()), Throws.TypeOf<InvalidDataException>().With.Message.Contains(part));
    }

    [Test]
    public void A_trained_network_of_a_hundred_layers_stays_under_64_KB_and_keeps_the_ratios_of_some_steps([Values("Tanh", "ReLU")] string activation)
    {
        InitializationReport report = NetworkTrainer.Train(s_rings, Trainings.Options(NetworkTask.Multiclass, 3, [.. Enumerable.Repeat(16, 99)], activation, init: "edge_of_chaos", epochs: 4)).Initialization;
        Assert.That(System.Text.Encoding.UTF8.GetByteCount(report.ToJson()), Is.LessThan(60 * 1024), "with room for what else a report may hold");
        Assert.That(report.EarlyTraining!.RatioSteps, Is.EqualTo(new[] { 4, 8, 12, 16, 20 }));
        Assert.That(report.EarlyTraining.Layers.Select(layer => layer.UpdateRatios.Count), Has.All.EqualTo(5));
    }

    /// <summary>A model that goes on has other shares before training than its report's layers; both must read back.</summary>
    [Test]
    public void Shares_before_training_read_back_whether_or_not_the_layers_have_them()
    {
        TrainingOptions options = Trainings.Options(NetworkTask.Multiclass, 3, [24, 16], optimizer: "SGD", learningRate: 1.5f, epochs: 8);
        TrainingResult first = NetworkTrainer.Train(s_rings, options), second = NetworkTrainer.Train(s_rings, options, start: new TrainingStart(first.Network, first.Initialization));
        foreach (InitializationReport report in (InitializationReport[])[first.Initialization, second.Initialization])
            for (int layer = 0; layer < 3; layer++)
                Assert.That(InitializationReport.FromJson(report.ToJson()).EarlyTraining!.Layers[layer] with { UpdateRatios = report.EarlyTraining!.Layers[layer].UpdateRatios }, Is.EqualTo(report.EarlyTraining.Layers[layer]));
        Assert.That(second.Initialization.EarlyTraining!.Layers[0].ZeroFractionBefore, Is.Not.EqualTo(first.Initialization.EarlyTraining!.Layers[0].ZeroFractionBefore));
        Assert.That((first.Initialization.ToJson().Contains("zeroFractionBefore"), second.Initialization.ToJson().Contains("zeroFractionBefore")), Is.EqualTo((false, true)));
    }

    [Test]
    public void The_text_tells_the_steps_and_the_movement_in_two_sentences()
    {
        InitializationReport report = NetworkTrainer.Train(s_many, Trainings.Options(NetworkTask.Multiclass, 3, [32, 32], epochs: 20)).Initialization;
        EarlyTraining early = report.EarlyTraining!;
        string text = string.Join(' ', report.ToString().Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
        Assert.That(text, Does.Contain("The first 20 steps: loss").And.Contain("Training moved layers by"));
        Assert.That(report.ToMarkdown(), Does.Contain("| Layer | update, step 20 | moved |").And.Contain("| hidden[1] |"));
        Assert.That(report.ToString().Split('\n').Max(line => line.Length), Is.LessThanOrEqualTo(100));
        Assert.That(early.Layers, Has.Count.EqualTo(3));
    }

    static LayerChange Change(double ratio, double movement = 0.5) => new()
    {
        Layer = "hidden", UpdateRatios = [.. Enumerable.Repeat(ratio, 20)], Movement = movement, ZeroFractionBefore = 0, ZeroFraction = 0, DeadFractionBefore = 0, DeadFraction = 0, SaturatedFractionBefore = 0, SaturatedFraction = 0,
    };

    static Finding[] Examine(LayerChange[] layers, bool failed, bool continued = false, bool[]? judged = null, int steps = 20, string optimizer = "Adam", string activation = "ReLU", double? finalLoss = null, double priorLoss = 1) => FindingRules.Examine(new TrainedContext
    {
        Training = new EarlyTraining { RatioSteps = [], Steps = [.. Enumerable.Range(1, steps).Select(step => new EarlyStep(step, 1, 1))], Layers = layers, Findings = [] },
        Layers = new NetworkLayout(4, [8], activation, 3).Layers,
        IsJudged = judged ?? [true, true],
        Optimizer = Optimizers.Parse(optimizer),
        LearningRate = 0.01f,
        PriorLoss = priorLoss,
        FinalLoss = finalLoss ?? (failed ? 0.981 : 0.979),
        IsContinued = continued,
    });
}
