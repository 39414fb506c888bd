using MLNet.WeightInit.Engine.Data;
using MLNet.WeightInit.Engine.Diagnostics;
using MLNet.WeightInit.Engine.Network;
using MLNet.WeightInit.Engine.Tests.Architecture;
using MLNet.WeightInit.Engine.Tests.Training;
using MLNet.WeightInit.Engine.Training;

namespace MLNet.WeightInit.Engine.Tests.Diagnostics;

/// <summary>What the forecast adds to the rules, against trainings to their end.</summary>
[TestFixture]
internal sealed class ForecastJudgementTests
{
    static readonly TrainingSet s_rings = Trainings.Rings(400);

    /// <summary>No rule has a limit for a rate that is too small or somewhat too large; the remedy that is named must do what it promises.</summary>
    [TestCase("SGD", 1e-6f, Verdict.Stalling)]
    [TestCase("Adam", 1e-7f, Verdict.Stalling)]
    [TestCase("Adam", 1f, Verdict.LrUnstable)]
    public void A_rate_out_of_reach_is_named_with_one_that_learns(string optimizer, float rate, Verdict expected)
    {
        TrainingOptions options = Trainings.Options(NetworkTask.Multiclass, 3, [32, 32], init: "he", optimizer: optimizer, learningRate: rate, epochs: 60);
        TrainingResult result = NetworkTrainer.Train(s_rings, options);
        Finding found = result.Initialization.Findings[0];
        Assert.That(found.Evidence, Does.StartWith("of trainings that start like this one ").And.Contain("at a learning rate of"), result.Initialization.ToString());
        TrainingResult mended = NetworkTrainer.Train(s_rings, RemedyTrials.Apply(found.Remedies[0].Code, options)!);
        double prior = result.Initialization.PriorLoss;
        using (Assert.EnterMultipleScope())
        {
            Assert.That((result.Initialization.Verdict, found.Severity), Is.EqualTo((expected, Severity.Warning)));
            Assert.That(result.History.Epochs[^1].TrainingLoss, Is.GreaterThan(0.9 * prior), "as it is");
            Assert.That(mended.History.Epochs[^1].TrainingLoss, Is.LessThan(0.5 * prior), found.Remedies[0].Code);
            Assert.That(mended.Initialization.Verdict, Is.EqualTo(Verdict.Healthy), found.Remedies[0].Code);
        }
    }

    [Test]
    public void Too_few_epochs_are_named_with_as_many_as_learn()
    {
        TrainingOptions options = Trainings.Options(NetworkTask.Multiclass, 3, [32, 32], init: "he", optimizer: "SGD", learningRate: 0.01f, epochs: 1);
        InitializationReport report = NetworkTrainer.Train(s_rings, options).Initialization;
        Assert.That(report.Verdict, Is.EqualTo(Verdict.Stalling), report.ToString());
        Assert.That(NetworkTrainer.Train(s_rings, options with { NumberOfEpochs = 200 }).Initialization.Verdict, Is.EqualTo(Verdict.Healthy));
    }

    /// <summary>Saturated by every rule, and yet it learns, as trainings of three such layers do.</summary>
    [Test]
    public void A_warning_that_training_mends_is_a_note()
    {
        TrainingOptions options = Trainings.Options(NetworkTask.Multiclass, 3, [64, 64], activation: "Tanh", init: "normal(deviation=1)", optimizer: "Adam", learningRate: 0.003f, epochs: 60);
        TrainingResult result = NetworkTrainer.Train(s_rings, options);
        Finding found = result.Initialization.Findings.Single(finding => finding.Verdict == Verdict.Saturated);
        Assert.That((result.Initialization.Verdict, found.Severity), Is.EqualTo((Verdict.Healthy, Severity.Note)));
        Assert.That(found.Evidence, Does.Contain("of trainings that start like this one ").And.EndsWith("learn all the same"));
        Assert.That(result.History.Epochs[^1].TrainingLoss, Is.LessThan(0.5 * result.Initialization.PriorLoss));
    }

    [Test]
    public void An_error_stays_one()
    {
        InitializationReport report = NetworkTrainer.Train(s_rings, Trainings.Options(NetworkTask.Multiclass, 3, [32], init: "constant(value=0.1)", optimizer: "Adam", learningRate: 0.003f, epochs: 60)).Initialization;
        Assert.That((report.Verdict, report.Findings[0].Severity), Is.EqualTo((Verdict.Symmetric, Severity.Error)));
    }

    /// <summary>A loss that the study doesn't have: no forecast, and nothing but the rules before the training.</summary>
    [Test]
    public void Without_a_forecast_the_rules_judge_alone()
    {
        InitializationReport report = NetworkTrainer.Train(s_rings, Trainings.Options(NetworkTask.Regression, 1, [16], loss: "Huber", init: "he", learningRate: 1e-7f) with { OnlyMeasures = true }).Initialization;
        Assert.That((report.Forecast, report.Reliability, report.Verdict), Is.EqualTo(((TrainabilityForecast?)null, (VerdictReliability?)null, Verdict.Healthy)));
    }

    /// <summary>Labels that are drawn without a look at the features.</summary>
    [Test]
    public void Labels_that_the_features_do_not_tell_are_named_as_the_cause()
    {
        const int Rows = 400;
        var random = new RandomSource(3, "noise");
        float[] features = new float[Rows * 6], labels = new float[Rows];
        random.FillNormal(features, 1);
        for (int row = 0; row < Rows; row++)
            labels[row] = random.NextInt32(4);
        Finding found = NetworkTrainer.Train(new TrainingSet(features, Rows, 6, labels, 1), Trainings.Options(NetworkTask.Multiclass, 4, [8], init: "he", optimizer: "SGD", learningRate: 0.003f, epochs: 20)).Initialization.Findings[0];
        Assert.That(found.Verdict, Is.EqualTo(Verdict.Stalling), found.Evidence);
        Assert.That(found.Evidence, Does.Contain("from its features"));
    }

    /// <summary>10 healthy of which 8 learned, 5 saturated of which 1 did: 2 of 6 failing missed, 1 of 9 learning a false alarm.</summary>
    [Test]
    public void Reliability_is_a_share_of_those_that_fail_and_of_those_that_learn()
    {
        Dictionary<Verdict, (int, int)> study = VerdictReliability.Read("Healthy 10 8\nSaturated 5 1\n");
        Assert.That(VerdictReliability.Of(Verdict.Saturated, study), Is.EqualTo(new VerdictReliability(2 / 6.0, 1 / 9.0, 5, 1)));
        Assert.That(VerdictReliability.Of(Verdict.Dead, study), Is.Null);
    }

    [Test]
    public void The_text_says_how_often_verdicts_are_wrong()
    {
        InitializationReport report = NetworkTrainer.Train(s_rings, Trainings.Options(NetworkTask.Multiclass, 3, [32], init: "he", optimizer: "Adam", learningRate: 0.003f, epochs: 60)).Initialization;
        VerdictReliability rates = report.Reliability!;
        string text = report.ToString().ReplaceLineEndings(" ");
        Assert.That(text, Does.Contain(FormattableString.Invariant($"Verdicts miss {rates.MissRate:P0} of the trainings that fail and give a false alarm for {rates.FalseAlarmRate:P0} of those that learn; of {rates.Trainings} that were Healthy {rates.Learned / (double)rates.Trainings:P0} learned.")));
        Assert.That(report.ToJson(), Does.Contain("\"missRate\":").And.Contain("\"falseAlarmRate\":"));
        Assert.That(InitializationReport.FromJson(report.ToJson()).Reliability, Is.EqualTo(rates));
        VerdictReliability ofStarts = NetworkTrainer.Train(s_rings, Trainings.Options(NetworkTask.Multiclass, 3, [32], init: "he", optimizer: "Adam", learningRate: 0.003f, epochs: 60) with { OnlyMeasures = true }).Initialization.Reliability!;
        Assert.That(Repository.Read("docs/benchmarks/trainability.md"), Does.Contain(FormattableString.Invariant($"| the report, by the start alone | {ofStarts.MissRate:P0} | {ofStarts.FalseAlarmRate:P0} |"))
            .And.Contain(FormattableString.Invariant($"| **the report, by the training's end** | **{rates.MissRate:P0}** | **{rates.FalseAlarmRate:P0}** |")));
    }
}
