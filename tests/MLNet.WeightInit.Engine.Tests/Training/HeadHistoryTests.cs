using System.Text.Json;
using MLNet.WeightInit.Engine.Data;
using MLNet.WeightInit.Engine.Kernels;
using MLNet.WeightInit.Engine.Network;
using MLNet.WeightInit.Engine.Tests.Kernels;
using MLNet.WeightInit.Engine.Training;
using MLNet.WeightInit.Engine.Training.Losses;
using MLNet.WeightInit.Engine.Training.Metrics;

namespace MLNet.WeightInit.Engine.Tests.Training;

/// <summary>Each of several labels by itself: its loss and metric in the history, and early stopping by one of them.</summary>
[TestFixture]
internal sealed class HeadHistoryTests
{
    static readonly float[] s_classWeights = [1, 4, 0.5f, 2, 1], s_flagWeights = [3, 0.25f];

    /// <summary>Five heads with metrics; two of them with class weights, where these are asked for.</summary>
    static HeadsLoss Loss(bool classWeights, string? ofFlag = "AUC") => new(
    [
        Part("Class", NetworkTask.Multiclass, 5, "SoftmaxCrossEntropy", 1, "Accuracy", classWeights ? s_classWeights : null),
        Part("Value", NetworkTask.Regression, 1, "Squared", 0.5f, "RMSE"),
        Part("Yes", NetworkTask.Binary, 1, "BinaryCrossEntropy", 3, ofFlag, classWeights ? s_flagWeights : null),
        Part("Range", NetworkTask.Quantiles, 3, "Quantiles(levels=(0.1, 0.5, 0.9))", 2, null),
        Part("Count", NetworkTask.Regression, 1, "Poisson", 1, "MAE"),
    ]);

    static HeadLoss Part(string name, NetworkTask task, int outputs, string loss, float weight, string? metric, float[]? classWeights = null)
        => new(new OutputHead(name, task, outputs, 1), Losses.Parse(loss), weight) { Metric = metric is null ? null : Metrics.Parse(metric), ClassWeights = classWeights };

    /// <summary>The last epoch's numbers against plain sums over the validation rows, from the finished network's scores. Scores are floats: half a unit in the last place of numbers up to 1e3, and logarithms of probabilities that are
    /// as exact, leave six digits of a mean.</summary>
    [Test]
    public void Each_heads_validation_loss_and_metric_are_what_the_network_scores([Values] bool classWeights, [Values] bool weighted)
    {
        TrainingSet data = Trainings.Mixed(200, weighted: weighted), held = Trainings.Mixed(90, weighted: weighted);
        HeadsLoss loss = Loss(classWeights);
        TrainingOptions options = Trainings.HeadsOptions(loss, [12], epochs: 6) with { RestoreBest = false, EarlyStopping = false };
        TrainingResult result = NetworkTrainer.Train(data, options, validation: held);
        double[,] sums = new double[5, 2], metrics = new double[5, 2];
        var ranked = new List<(float Logit, bool IsYes, double Weight)>();
        double deviation = result.Network.TargetScale.Scales[1];
        float[] scores = new float[11];
        for (int row = 0; row < held.Rows; row++)
        {
            result.Network.Predict(held.Row(row), scores);
            float[] labels = [.. Enumerable.Range(0, 5).Select(column => held.Targets[row * 5 + column])];
            double weight = held.WeightOf(row), ofClass = weight * (classWeights ? s_classWeights[(int)labels[0]] : 1), ofFlag = weight * (classWeights ? s_flagWeights[(int)labels[2]] : 1);
            Add(0, ofClass, -Math.Log(scores[(int)labels[0]]), Array.IndexOf(scores, scores[..5].Max()) == (int)labels[0] ? 1 : 0);
            double residual = scores[5] - labels[1];
            Add(1, weight, residual * residual / (deviation * deviation), residual * residual);
            Add(2, ofFlag, Math.Log(1 + Math.Exp(labels[2] == 1 ? -scores[6] : scores[6])), 0);
            ranked.Add((scores[6], labels[2] == 1, ofFlag));
            double range = 0;
            double[] levels = [0.1, 0.5, 0.9];
            for (int level = 0; level < 3; level++)
            {
                double above = (labels[3] - scores[7 + level]) / result.Network.TargetScale.Scales[3];
                range += Math.Max(levels[level] * above, (levels[level] - 1) * above);
            }
            Add(3, weight, range / 3, 0);
            Add(4, weight, scores[10] - labels[4] * Math.Log(scores[10]), Math.Abs(scores[10] - labels[4]));

            void Add(int head, double rowWeight, double rowLoss, double metric)
            {
                sums[head, 0] += rowWeight * rowLoss;
                sums[head, 1] += rowWeight;
                metrics[head, 0] += rowWeight * metric;
                metrics[head, 1] += rowWeight;
            }
        }
        EpochRecord last = result.History.Epochs[^1];
        Assert.That(last.Heads.Select(head => (head.LabelColumnName, head.Metric)), Is.EqualTo(new[] { ("Class", "Accuracy"), ("Value", "RMSE"), ("Yes", "AUC"), ("Range", null), ("Count", "MAE") }));
        double total = 0;
        for (int head = 0; head < 5; head++)
        {
            double expected = sums[head, 0] / sums[head, 1];
            Assert.That(last.Heads[head].ValidationLoss, Is.EqualTo(expected).Within(1e-5 * Math.Max(1, Math.Abs(expected))), last.Heads[head].LabelColumnName);
            total += loss.Heads[head].Weight * last.Heads[head].ValidationLoss!.Value;
        }
        Assert.That(last.ValidationLoss, Is.EqualTo(total).Within(1e-12), "sums of some hundred doubles in another order");
        Assert.That(last.Heads[0].ValidationMetric, Is.EqualTo(metrics[0, 0] / metrics[0, 1]).Within(1e-6), "float weights");
        Assert.That(last.Heads[1].ValidationMetric, Is.EqualTo(Math.Sqrt(metrics[1, 0] / metrics[1, 1])).Within(1e-3), "values up to 1e3");
        double pairs = 0, all = 0;
        foreach ((float logit, bool isYes, double weight) in ranked.Where(row => row.IsYes))
            foreach ((float other, _, double otherWeight) in ranked.Where(row => !row.IsYes))
            {
                pairs += weight * otherWeight * (logit > other ? 1 : logit == other ? 0.5 : 0);
                all += weight * otherWeight;
            }
        Assert.That(last.Heads[2].ValidationMetric, Is.EqualTo(pairs / all).Within(1e-6), "float weights");
        Assert.That(last.Heads[3].ValidationMetric, Is.Null);
        Assert.That(last.Heads[4].ValidationMetric, Is.EqualTo(metrics[4, 0] / metrics[4, 1]).Within(1e-5));
    }

    [Test]
    public void The_training_loss_is_the_weighted_sum_of_the_heads_with_every_optimizer_and_in_the_search([Values] bool classWeights, [Values("Adam", "L-BFGS")] string optimizer, [Values] bool search)
    {
        HeadsLoss loss = Loss(classWeights);
        TrainingOptions options = Trainings.HeadsOptions(loss, [12], epochs: search ? null : 5) with
        {
            Optimizer = Engine.Training.Optimizers.Optimizers.Parse(optimizer),
            ValidationFraction = search ? null : 0.25f,
            Patience = 3,
            BatchSize = optimizer == "Adam" ? 33 : 150,
        };
        TrainingHistory history = NetworkTrainer.Train(Trainings.Mixed(150, weighted: true), options).History;
        Assert.That(history.Epochs, Is.Not.Empty);
        foreach (EpochRecord epoch in history.Epochs)
        {
            Assert.That(epoch.Heads, Has.Count.EqualTo(5));
            // Sums of 150 doubles and of float weights in another order: 150 · 2⁻²⁴ of a number near 10 at most.
            Assert.That(epoch.Heads.Zip(loss.Heads, (head, part) => part.Weight * head.TrainingLoss).Sum(), Is.EqualTo(epoch.TrainingLoss).Within(1e-4));
            Assert.That(epoch.Heads.Zip(loss.Heads, (head, part) => part.Weight * head.ValidationLoss).Sum(), Is.EqualTo(epoch.ValidationLoss!.Value).Within(1e-4));
            Assert.That(epoch.Heads[0].TrainingMetric, Is.InRange(0.0, 1.0));
            Assert.That(epoch.Heads[0].ValidationMetric, Is.InRange(0.0, 1.0));
        }
    }

    [Test]
    public void One_heads_metric_or_loss_decides_which_epoch_is_best([Values] bool search, [Values("Accuracy", "AUC", null)] string? metric)
    {
        HeadsLoss loss = Loss(classWeights: true);
        var deciding = new HeadMetric(loss, head: 2, metric is null ? null : Metrics.Parse(metric));
        TrainingOptions options = Trainings.HeadsOptions(loss, [12], epochs: search ? null : 40) with { Metric = deciding, ValidationFraction = search ? null : 0.25f, Patience = 4, LearningRate = 0.01f };
        TrainingSet data = Trainings.Mixed(150);
        TrainingHistory history = NetworkTrainer.Train(data, options).History, bySum = NetworkTrainer.Train(data, options with { Metric = null }).History;
        string name = $"Yes:{metric ?? "Loss"}";
        Assert.That(history.Metric, Is.EqualTo(name));
        if (search || history.Epochs.Count < 40)
            Assert.That(history.StopReason, Does.Contain(name));
        // AUC is the head's own metric, Accuracy one beside it.
        double Of(EpochRecord epoch) => metric is null ? -(search ? epoch.ValidationMetric!.Value : epoch.Heads[2].ValidationLoss!.Value) : metric == "AUC" ? epoch.Heads[2].ValidationMetric!.Value : epoch.ValidationMetric!.Value;
        int best = history.Epochs.MaxBy(Of)!.Epoch;                // the first of equal ones
        Assert.That(search ? history.Epochs.Count : history.BestEpoch, Is.EqualTo(best));
        Assert.That(history.Epochs.Select(epoch => epoch.ValidationMetric), Is.All.Not.Null);
        Assert.That(bySum.Metric, Is.Null);
        int common = Math.Min(history.Epochs.Count, bySum.Epochs.Count);
        if (!search)
        {
            Assert.That(history.Epochs.Count, Is.EqualTo(Math.Min(40, best + 4)), "patience");
            Assert.That(bySum.Epochs.Take(common).Select(epoch => epoch.Heads), Is.EqualTo(history.Epochs.Take(common).Select(epoch => epoch.Heads)), "what decides changes no step");
        }
    }

    [Test]
    public void A_metric_that_the_validation_rows_cant_have_is_refused_with_its_head()
    {
        TrainingSet data = Trainings.Mixed(100), held = Trainings.Mixed(40);
        for (int row = 0; row < held.Rows; row++)
            held.Targets[row * 5 + 2] = 1;
        HeadsLoss loss = Loss(classWeights: false);
        TrainingOptions options = Trainings.HeadsOptions(loss, [8], epochs: 2);
        Assert.That(() => NetworkTrainer.Train(data, options with { Metric = new HeadMetric(loss, 2, Metrics.Parse("AUC")) }, held), Throws.InvalidOperationException.With.Message.Contains("Yes:AUC needs rows of both classes"));
        TrainingHistory history = NetworkTrainer.Train(data, options with { Metric = new HeadMetric(loss, 2, null) }, held).History;
        Assert.That(history.Epochs[0].Heads[2].ValidationMetric, Is.NaN, "only measured, it stops nobody");
    }

    [Test]
    [Category("Determinism")]
    [Category("Fused")]
    public void The_history_is_the_same_on_any_threads_and_any_width([Values] bool search)
    {
        string Written(int threads, SimdLevel level)
        {
            HeadsLoss loss = Loss(classWeights: true);
            TrainingOptions options = Trainings.HeadsOptions(loss, [40], "GELU", epochs: search ? null : 3) with { Simd = level, Threads = threads, ValidationFraction = search ? null : 0.2f, Patience = 2, Metric = new HeadMetric(loss, 2, Metrics.Parse("AUC")) };
            return NetworkTrainer.Train(Trainings.Mixed(150, weighted: true), options).History.ToJson();
        }
        string expected = Written(1, SimdLevel.Width128);
        foreach (int threads in (int[])[1, 2, 3, 8])
            foreach (SimdLevel level in Widths.Fused)
                Assert.That(Written(threads, level), Is.EqualTo(expected), $"{threads} threads, {level}");
    }

    [Test]
    public void Csv_and_json_have_each_head_by_its_name()
    {
        var history = new TrainingHistory(
        [
            new EpochRecord(1, 0.5, 0.25, 0.001f)
            {
                Heads = new HeadRecordList([new HeadRecord("A, \"b\"", "AUC", 0.125, 2) { TrainingMetric = 0.75, ValidationMetric = double.NaN }, new HeadRecord("C", null, 3, null)]),
            },
        ], 1, "Stopped.");
        Assert.That(history.ToCsv(), Is.EqualTo("epoch,training_loss,validation_loss,training_metric,validation_metric,learning_rate,gradient_norm,"
            + "\"A, \"\"b\"\".training_loss\",\"A, \"\"b\"\".validation_loss\",\"A, \"\"b\"\".training_metric\",\"A, \"\"b\"\".validation_metric\",C.training_loss,C.validation_loss,C.training_metric,C.validation_metric\n"
            + "1,0.5,0.25,,,0.001,,0.125,2,0.75,NaN,3,,,\n"));
        using JsonDocument document = JsonDocument.Parse(history.ToJson());
        JsonElement epoch = document.RootElement.GetProperty("epochs")[0];
        Assert.That(epoch.EnumerateObject().Last().Name, Is.EqualTo("heads"));
        Assert.That(epoch.GetProperty("heads").GetRawText(), Is.EqualTo("""
            [{"label":"A, \"b\"","metric":"AUC","trainingLoss":0.125,"validationLoss":2,"trainingMetric":0.75,"validationMetric":"NaN"},{"label":"C","metric":null,"trainingLoss":3,"validationLoss":null,"trainingMetric":null,"validationMetric":null}]
            """));
        Assert.That(history.Epochs[0], Is.Not.EqualTo(history.Epochs[0] with { Heads = HeadRecordList.Empty }));
    }

    [Test]
    public void Progress_has_what_the_history_has()
    {
        var reports = new List<EpochProgress>();
        TrainingOptions options = Trainings.HeadsOptions(Loss(classWeights: true), [8], epochs: 4) with { ValidationFraction = 0.25f, Progress = new Immediate(reports.Add) };
        TrainingHistory history = NetworkTrainer.Train(Trainings.Mixed(100), options).History;
        Assert.That(reports.Select(report => report.Heads), Is.EqualTo(history.Epochs.Select(epoch => epoch.Heads)));
    }

    [Test]
    public void Another_heads_metric_or_class_weight_is_another_training()
    {
        using var folder = new Persistence.TemporaryFolder();
        TrainingSet data = Trainings.Mixed(60);
        TrainingOptions options = Trainings.HeadsOptions(Loss(classWeights: true), [6], epochs: 2) with { Checkpoint = new(folder["a"]) };
        NetworkTrainer.Train(data, options);
        Assert.That(() => NetworkTrainer.Train(data, options with { Loss = Loss(classWeights: true, ofFlag: "F1") }), Throws.InvalidOperationException.With.Message.Contains("metrics of the heads (Accuracy, RMSE, AUC, none, MAE in the checkpoint, Accuracy, RMSE, F1, none, MAE here)"));
        Assert.That(() => NetworkTrainer.Train(data, options with { Loss = Loss(classWeights: false) }), Throws.InvalidOperationException.With.Message.Contains("classes 1 4 0.5 2 1"));
        Assert.That(() => NetworkTrainer.Train(data, options with { Metric = new HeadMetric(Loss(classWeights: true), 0, null) }), Throws.InvalidOperationException.With.Message.Contains("metric (none in the checkpoint, Class:Loss here)"));
    }

    sealed class Immediate(Action<EpochProgress> action) : IProgress<EpochProgress>
    {
        public void Report(EpochProgress value) => action(value);
    }
}
