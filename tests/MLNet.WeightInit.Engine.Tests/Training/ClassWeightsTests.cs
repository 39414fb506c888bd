using MLNet.WeightInit.Engine.Data;
using MLNet.WeightInit.Engine.Training;

namespace MLNet.WeightInit.Engine.Tests.Training;

[TestFixture]
internal sealed class ClassWeightsTests
{
    /// <summary>Full batches without standardization: the mean gradient of a row of weight 3 among others is that of three equal rows, but for the order of the sum.</summary>
    [TestCase(NetworkTask.Multiclass, 3)]
    [TestCase(NetworkTask.Binary, 1)]
    public void A_class_of_weight_3_trains_like_one_with_every_row_three_times(NetworkTask task, int outputs)
    {
        TrainingSet weighted = Trainings.Rings(60, classes: Math.Max(2, outputs)), plain = Trainings.Rings(60, classes: Math.Max(2, outputs));
        int[] rows = [.. Enumerable.Range(0, 60).SelectMany(row => Enumerable.Repeat(row, plain.Targets[row] == 1 ? 3 : 1))];
        var repeated = new TrainingSet([.. rows.SelectMany(row => plain.Row(row).ToArray())], rows.Length, plain.FeatureCount, [.. rows.Select(row => plain.Targets[row])], 1);
        weighted.WeightClasses([1, 3, 1]);

        TrainingOptions options = Trainings.Options(task, outputs, [12], "Tanh", optimizer: "Momentum", init: "glorot_uniform", learningRate: 0.1f, batchSize: 1_000, epochs: 20)
            with { ValidationFraction = 0, Standardize = false, WeightDecay = 0 };
        TrainingResult first = NetworkTrainer.Train(weighted, options), second = NetworkTrainer.Train(repeated, options);
        Assert.That(first.History.Epochs[^1].TrainingLoss, Is.EqualTo(second.History.Epochs[^1].TrainingLoss).Within(1e-5));
        // The prior is smoothed by one row of mean weight, which is another one: 1 / 60 against 1 / 100 of a row in each share.
        Assert.That(first.Initialization.PriorLoss, Is.EqualTo(second.Initialization.PriorLoss).Within(1e-3));
        Assert.That(first.Network.DenseLayers[0].GetWeights(), Is.EqualTo(second.Network.DenseLayers[0].GetWeights()).Within(1e-5f));
    }

    [Test]
    public void Balanced_classes_start_at_even_odds_and_the_report_finds_nothing_wrong()
    {
        TrainingSet data = Rare();
        data.WeightClasses([300f / (2 * 294), 300f / (2 * 6)]);
        InitializationReport report = Untrained(data);
        Assert.That(report.PriorLoss, Is.EqualTo(Math.Log(2)).Within(1e-6));
        Assert.That(report.Findings, Is.Empty);
    }

    /// <summary>2 % of the rows with 95 % of the weight: the label's average is 0.95, where an unweighted look at the probe sees one of 0.02 and a prior that is wrong by far.</summary>
    [Test]
    public void The_prior_is_judged_by_the_weighted_shares()
    {
        TrainingSet data = Rare();
        data.WeightClasses([1, 1_000]);
        double share = 6_000 / 6_294d;
        InitializationReport report = Untrained(data);
        Assert.That(report.PriorLoss, Is.EqualTo(-share * Math.Log(share) - (1 - share) * Math.Log(1 - share)).Within(1e-3), "smoothed by one row of 300");
        Assert.That(report.Verdict, Is.EqualTo(Verdict.Healthy));
        Assert.That(report.Findings.Select(finding => finding.Verdict), Is.All.EqualTo(Verdict.Drifting), "nothing of the prior; that chance in six rows is wider than in 300 may be noted");
    }

    [Test]
    public void Weights_whose_product_is_nothing_are_refused_with_the_row()
    {
        var data = new TrainingSet(new float[4], 4, 1, [0, 1, 0, 1], 1, [1, 1, 1, 1e-30f]);
        Assert.That(() => data.WeightClasses([1, 1e-30f]), Throws.InvalidOperationException.With.Message.Contains("row 3").And.Message.Contains("1E-30"));
    }

    /// <summary>300 rows, 6 of them positive.</summary>
    static TrainingSet Rare()
    {
        TrainingSet rings = Trainings.Rings(300);
        return new TrainingSet(rings.Features, 300, rings.FeatureCount, [.. Enumerable.Range(0, 300).Select(row => row % 50 == 0 ? 1f : 0)], 1);
    }

    static InitializationReport Untrained(TrainingSet data)
        => NetworkTrainer.Train(data, Trainings.Options(NetworkTask.Binary, 1, epochs: 0) with { ValidationFraction = 0 }).Initialization;
}
