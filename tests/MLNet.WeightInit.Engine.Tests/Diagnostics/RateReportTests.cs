using System.Text.RegularExpressions;
using MLNet.WeightInit.Engine.Data;
using MLNet.WeightInit.Engine.Diagnostics;
using MLNet.WeightInit.Engine.Diagnostics.Findings;
using MLNet.WeightInit.Engine.Diagnostics.Rates;
using MLNet.WeightInit.Engine.Tests.Training;
using MLNet.WeightInit.Engine.Training;

namespace MLNet.WeightInit.Engine.Tests.Diagnostics;

/// <summary>What a report says of the learning rate, and trials of sparse rows.</summary>
internal sealed class RateReportTests
{
    static readonly ComparedRate s_compared = new(0.2, 0, 0.5, 0.6, 0.5, 10, 5, LeadsAway: false);

    /// <summary>Where one start trains at a rate at which another doesn't, and so at every rung, there is an edge and no largest stable rate.</summary>
    [TestCase(0.8, 1.2, "The largest rate that trained", "up to 0.800 lowers")]
    [TestCase(double.NaN, 1.2, "None trained from every one of 9 starts, in 7 rates tried over 40 steps, batches of 32, in 9 orders of the rows; at 1.20 half of them do.", "none lowers the loss from every start in 40 steps; 1.20 does from half of them.")]
    [TestCase(double.NaN, double.NaN, "No rate brought the loss clearly below", "none that was tried brings the loss clearly below the start's and the best constant's in 40 steps.")]
    public void The_edge_is_told_as_it_is(double stable, double diverged, string reason, string line)
    {
        LearningRateAdvice advice = Write(new RateEdge(stable, diverged, 6), s_compared, asked: 0.05);
        Assert.That(advice.LargestStableReason, Does.StartWith(reason));
        InitializationReport report = NetworkTrainer.Train(Trainings.Rings(60), Trainings.Options(NetworkTask.Multiclass, 3, [4], epochs: 0) with { Diagnostics = DiagnosticsLevel.Full, MaximumSteps = 8 }).Initialization;
        string json = report.ToJson();
        foreach ((string name, double value) in new[] { ("largestStableRate", stable), ("divergenceRate", diverged) })
            json = Regex.Replace(json, $"\"{name}\":\\s*[^,]*", $"\"{name}\":{(double.IsNaN(value) ? "\"NaN\"" : value)}");
        json = Regex.Replace(json, "\"trialSteps\":\\s*[^,]*", "\"trialSteps\":40");
        Assert.That(Regex.Replace(InitializationReport.FromJson(json).ToString(), @"\s+", " "), Does.Contain($"Learning rate: {line}"));
    }

    [Test]
    public void A_proposal_says_how_it_was_chosen()
    {
        var edge = new RateEdge(0.8, 1.2, 6);
        LearningRateAdvice nearest = Write(edge, s_compared, asked: 0.05), kept = Write(edge, s_compared with { Rate = 0.05f, Loss = 0.6 }, asked: 0.05f), led = Write(edge, s_compared with { LeadsAway = true, Asked = double.PositiveInfinity }, asked: 0.8);
        LearningRateAdvice alone = Write(edge, ComparedRate.None, asked: 0.05), none = Write(new RateEdge(double.NaN, double.NaN, 6), ComparedRate.None, asked: 0.05), halved = Write(edge, s_compared with { Rate = 0.05f / 16 }, asked: 0.05f);
        Assert.That(nearest.ProposedRateReason, Does.Contain("the nearest to the options' that is within a twentieth of the best one's loss, on rows held out, after 70 steps, over 5 parts of the rows: 0.500; the options' gave 0.600."));
        Assert.That(kept.ProposedRateReason, Does.StartWith("The options' own").And.Contain("none gave a loss lower by 2 % on rows held out"));
        Assert.That(led.ProposedRateReason, Does.Contain("the best one, the options' being next to the edge or beyond, on rows held out"));
        Assert.That(alone.ProposedRateReason, Does.StartWith("An eighth"));
        Assert.That(none.ProposedRateReason, Is.EqualTo("There is none to propose."));
        Assert.That((nearest.ProposedRate, (float)kept.ProposedRate, alone.ProposedRate, none.ProposedRate, halved.ProposedRate), Is.EqualTo((0.2, 0.05f, 0.1, double.NaN, 0.00313)));
        Assert.That(kept.ProposedRate, Is.EqualTo(0.05), "the shortest number that is the options' rate");
        Assert.That((nearest.ProposedLoss, nearest.AskedLoss, alone.ProposedLoss), Is.EqualTo((0.5, 0.6, double.NaN)));
        Assert.That((nearest.ComparedSteps, alone.ComparedSteps), Is.EqualTo((70, 0)));
        Assert.That((nearest.Curvature, nearest.StabilityBound, nearest.LargestStableRate, nearest.DivergenceRate, nearest.TrialSteps), Is.EqualTo((4.0, 2.0, 0.8, 1.2, 40)));
    }

    /// <summary>5,000 words of 64 units: 320,000 weights, of which a row has 64. Counted as dense, 60 steps of 64 rows would be tried in fewer draws, and Adam's averages of a word that was seen once say nothing of how it goes on.</summary>
    [TestCase("SGD")]
    [TestCase("Adam")]
    public void One_hot_rows_cost_what_their_values_cost(string optimizer)
    {
        const int Words = 5_000, Rows = 600;
        var random = new RandomSource(7, "words");
        var features = new SparseRows(Words);
        var targets = new float[Rows];
        for (int row = 0; row < Rows; row++)
        {
            int word = random.NextInt32(10) < 7 ? random.NextInt32(20) : random.NextInt32(Words);
            features.Add([word], [1f]);
            targets[row] = word % 3 == 0 ? 1 : 0;
        }
        TrainingOptions options = Trainings.Options(NetworkTask.Binary, 1, [64], optimizer: optimizer, epochs: 0) with { Diagnostics = DiagnosticsLevel.Full, Standardize = false, MaximumSteps = 60 };
        InitializationReport report = NetworkTrainer.Train(new TrainingSet(features, targets, 1), options).Initialization;
        LearningRateAdvice advice = report.LearningRateAdvice!;
        Assert.That(advice.TrialSteps, Is.EqualTo(60));
        Assert.That(advice.LargestStableReason, Does.Contain("in 9 orders of the rows"));
        Assert.That(double.IsNaN(advice.Curvature), Is.EqualTo(optimizer == "Adam"));
        if (optimizer == "Adam")
            Assert.That(advice.CurvatureReason, Does.StartWith("Updates are lazy"));
        Assert.That(report.Findings.Where(finding => finding is { Verdict: Verdict.LrUnstable, Severity: Severity.Note } && finding.Evidence.Contains("where the loss is quadratic", StringComparison.Ordinal)), Is.Empty);
    }

    /// <summary>A rate above the quadratic bound: the note says what the trial did, and doesn't propose a still larger one.</summary>
    [TestCase(0.6, 0.02, "still lowers the loss, to 0.600; rates up to 0.110 lower it", 1)]
    [TestCase(0.69, 0.02, "leaves the loss at 0.690; rates up to 0.110 lower it", 1)]
    [TestCase(0.6, 0.1, "still lowers the loss, to 0.600; rates up to 0.110 lower it", 0)]
    [TestCase(0.6, 0.4, "still lowers the loss, to 0.600; rates up to 0.110 lower it", 0)]
    public void A_note_of_the_curvature_says_what_the_trial_did(double end, double proposed, string text, int remedies)
    {
        LearningRateAdvice advice = Write(new RateEdge(0.11, 0.2, 6), s_compared with { Rate = proposed }, asked: 0.1) with { Curvature = 2 / 0.09 };
        ReportContext plain = Statistics.Context(Statistics.Chain(2), Statistics.Sgd);
        var context = new ReportContext
        {
            Layers = plain.Layers, Probe = plain.Probe, Training = plain.Training, Initializers = plain.Initializers, IsStandardized = true, Loss = plain.Loss, PriorLoss = plain.PriorLoss, PredictedGradientRatio = 1,
            Rates = new RateMeasurement(new TrialOutcome(32, 0.693, end), Highest: 0.1, DefaultRate: 0.05, advice, StepsAnEpoch: 20),
        };
        Finding finding = new UnstableLearningRate().Examine(context).Single();
        Assert.That(finding.Evidence, Does.Contain(text));
        Assert.That(finding.Remedies, Has.Count.EqualTo(remedies));
    }

    static LearningRateAdvice Write(in RateEdge edge, in ComparedRate compared, double asked)
        => AdviceText.Write(edge, tried: 7, curvature: 4, "", new StabilityBound(2, false, 0, 0), new RateBudget(40, 9, 5, 70), batchSize: 32, compared.WarmUpSteps, compared, asked);
}
