using System.Globalization;
using System.Text.Json;
using MLNet.WeightInit.Engine.Data;
using MLNet.WeightInit.Engine.Kernels;
using MLNet.WeightInit.Engine.Network;
using MLNet.WeightInit.Engine.Tests.Kernels;
using MLNet.WeightInit.Engine.Training;
using MLNet.WeightInit.Engine.Training.Metrics;

namespace MLNet.WeightInit.Engine.Tests.Training;

/// <summary>What a history holds, and how it is written.</summary>
[TestFixture]
internal sealed class HistoryTests
{
    [Test]
    public void The_gradient_norm_is_the_distance_that_plain_descent_went_over_its_rate()
    {
        // One batch an epoch and no decay: w₁ = w₀ − η g, so ‖g‖ = ‖w₁ − w₀‖ / η. Layers of 5 and 3 units leave padding, which must not count.
        const float Rate = 0.125f;
        TrainingSet data = Trainings.Rings(60);
        TrainingOptions options = Trainings.Options(NetworkTask.Multiclass, 3, [5], optimizer: "SGD", learningRate: Rate, batchSize: 64, epochs: 1) with { WeightDecay = 0 };
        TrainingResult before = NetworkTrainer.Train(data, options with { NumberOfEpochs = 0 }), after = NetworkTrainer.Train(data, options);
        double squares = 0;
        for (int layer = 0; layer < 2; layer++)
        {
            squares += Distance(before.Network.DenseLayers[layer].GetWeights(), after.Network.DenseLayers[layer].GetWeights());
            squares += Distance(before.Network.DenseLayers[layer].GetBiases(), after.Network.DenseLayers[layer].GetBiases());
        }
        // Each weight, below 2, is rounded to 2⁻²⁴ of itself when it is moved; 43 of them by some hundredths: a relative 1e-5 of the distance.
        double expected = Math.Sqrt(squares) / Rate;
        Assert.That(after.History.Epochs[0].GradientNorm, Is.EqualTo(expected).Within(1e-5 * expected));

        static double Distance(float[] a, float[] b) => a.Zip(b, (x, y) => Math.Pow((double)x - y, 2)).Sum();
    }

    /// <summary>One batch an epoch, so that the first epoch's gradient is the start's: LAMB, which puts a direction in its place, records what SGD does of it, clipped or not.</summary>
    [Test]
    public void The_gradient_norm_does_not_depend_on_the_optimizer([Values(null, "norm(0.05)", "value(0.001)")] string? clipping, [Values] bool hasL1, [Values] bool normalized)
    {
        double Norm(string optimizer) => NetworkTrainer.Train(Trainings.Rings(60), Trainings.Options(NetworkTask.Multiclass, 3, [5, 7], optimizer: optimizer, batchSize: 64, epochs: 2) with
        {
            WeightDecay = 0, GradientClipping = clipping is null ? null : GradientClipping.Parse(clipping), L1 = hasL1 ? 0.01f : 0, WeightNormalization = normalized,
        }).History.Epochs[0].GradientNorm!.Value;
        // Sums of squares in another order, in double, of the same Singles.
        Assert.That(Norm("LAMB"), Is.EqualTo(Norm("SGD")).Within(1e-6).Percent);
        if (clipping == "norm(0.05)" && !hasL1)
            Assert.That(Norm("LAMB"), Is.EqualTo(0.05).Within(1e-4).Percent, "as it reaches the optimizer");
    }

    [Test]
    [Category("Determinism")]
    [Category("Fused")]
    public void A_history_is_the_same_on_any_threads_and_any_width()
    {
        string Written(NetworkTask task, int outputs, string metric, int? epochs, int threads, SimdLevel level)
        {
            TrainingSet data = task == NetworkTask.Regression ? Trainings.Waves(150, 40) : Trainings.Rings(150, 40, outputs == 1 ? 2 : outputs, weighted: true);
            TrainingOptions options = Trainings.Options(task, outputs, [130, 33], "GELU", epochs: epochs, threads: threads) with { Simd = level, Metric = Metrics.Parse(metric), Patience = 2, MinimumImprovement = 0.001 };
            return NetworkTrainer.Train(data, epochs is null ? options : options with { ValidationFraction = 0.2f }).History.ToJson();
        }
        foreach ((NetworkTask task, int outputs, string metric, int? epochs) in ((NetworkTask, int, string, int?)[])[
            (NetworkTask.Multiclass, 3, "MacroAccuracy", 3), (NetworkTask.Binary, 1, "AUC", 3), (NetworkTask.Binary, 1, "AUPRC", null), (NetworkTask.Regression, 1, "RMSE", 3)])
        {
            string expected = Written(task, outputs, metric, epochs, 1, SimdLevel.Width128);
            foreach (int threads in (int[])[1, 2, 3, 8])
                foreach (SimdLevel level in Widths.Fused)
                    Assert.That(Written(task, outputs, metric, epochs, threads, level), Is.EqualTo(expected), $"{metric}, {threads} threads, {level}");
        }
    }

    [Test]
    public void Json_reads_back_to_every_bit()
    {
        TrainingHistory history = Trained();
        using JsonDocument document = JsonDocument.Parse(history.ToJson());
        JsonElement root = document.RootElement;
        Assert.That(root.EnumerateObject().Select(property => property.Name), Is.EqualTo(new[] { "schema", "metric", "bestEpoch", "stopReason", "epochs" }));
        Assert.That(root.GetProperty("schema").GetInt32(), Is.EqualTo(TrainingHistory.SchemaVersion));
        Assert.That(root.GetProperty("metric").GetString(), Is.EqualTo("AUC"));
        Assert.That(root.GetProperty("bestEpoch").GetInt32(), Is.EqualTo(history.BestEpoch));
        Assert.That(root.GetProperty("stopReason").GetString(), Is.EqualTo(history.StopReason));
        JsonElement[] epochs = [.. root.GetProperty("epochs").EnumerateArray()];
        Assert.That(epochs[0].EnumerateObject().Select(property => property.Name),
            Is.EqualTo(new[] { "epoch", "trainingLoss", "validationLoss", "trainingMetric", "validationMetric", "learningRate", "gradientNorm" }));
        IEnumerable<EpochRecord> read = epochs.Select(epoch => new EpochRecord(epoch.GetProperty("epoch").GetInt32(), epoch.GetProperty("trainingLoss").GetDouble(),
            epoch.GetProperty("validationLoss").GetDouble(), epoch.GetProperty("learningRate").GetSingle())
        {
            TrainingMetric = epoch.GetProperty("trainingMetric").GetDouble(),
            ValidationMetric = epoch.GetProperty("validationMetric").GetDouble(),
            GradientNorm = epoch.GetProperty("gradientNorm").GetDouble(),
        });
        Assert.That(read, Is.EqualTo(history.Epochs));
    }

    [Test]
    public void Csv_reads_back_to_every_bit_in_a_culture_that_writes_commas()
    {
        TrainingHistory history = Trained();
        string csv, json;
        CultureInfo before = CultureInfo.CurrentCulture, commas = (CultureInfo)CultureInfo.InvariantCulture.Clone();
        commas.NumberFormat.NumberDecimalSeparator = ",";
        try
        {
            CultureInfo.CurrentCulture = commas;
            csv = history.ToCsv();
            json = history.ToJson();
        }
        finally
        {
            CultureInfo.CurrentCulture = before;
        }
        Assert.That(json, Is.EqualTo(history.ToJson()));
        string[] lines = csv.Split('\n');
        Assert.That(lines[0], Is.EqualTo("epoch,training_loss,validation_loss,training_metric,validation_metric,learning_rate,gradient_norm"));
        Assert.That(lines[^1], Is.Empty, "the last line ends too");
        IEnumerable<EpochRecord> read = lines[1..^1].Select(line => line.Split(',')).Select(cells => new EpochRecord(int.Parse(cells[0]), Number(cells[1]), Number(cells[2]), (float)Number(cells[5]))
        {
            TrainingMetric = Number(cells[3]),
            ValidationMetric = Number(cells[4]),
            GradientNorm = Number(cells[6]),
        });
        Assert.That(read, Is.EqualTo(history.Epochs));

        static double Number(string cell) => double.Parse(cell, CultureInfo.InvariantCulture);
    }

    [Test]
    public void What_has_no_value_is_empty_in_csv_and_null_in_json_and_what_is_no_number_has_a_name()
    {
        var history = new TrainingHistory([new EpochRecord(1, 0.5, null, 0.001f), new EpochRecord(2, 0.25, double.PositiveInfinity, 0.001f) { ValidationMetric = double.NaN }], 1, "Said \"so\".");
        Assert.That(history.ToCsv().Split('\n')[1..3], Is.EqualTo(new[] { "1,0.5,,,,0.001,", "2,0.25,Infinity,,NaN,0.001," }));
        Assert.That(history.ToJson(), Is.EqualTo("""
            {"schema":1,"metric":null,"bestEpoch":1,"stopReason":"Said \"so\".","epochs":[{"epoch":1,"trainingLoss":0.5,"validationLoss":null,"trainingMetric":null,"validationMetric":null,"learningRate":0.001,"gradientNorm":null},{"epoch":2,"trainingLoss":0.25,"validationLoss":"Infinity","trainingMetric":null,"validationMetric":"NaN","learningRate":0.001,"gradientNorm":null}]}
            """));
        Assert.That(new TrainingHistory([], 0, "Not trained.").ToJson(), Does.EndWith("\"epochs\":[]}"));
    }

    [Test]
    public void Timings_are_written_on_request_only_and_an_untimed_history_says_why_it_has_none()
    {
        TrainingHistory history = Trained();
        Assert.That(history.ToCsv() + history.ToJson(), Does.Not.Contain("lapsed"));
        string[] lines = history.ToCsv(timings: true).Split('\n');
        Assert.That(lines[0], Does.EndWith(",gradient_norm,elapsed_seconds"));
        Assert.That(lines[1..^1].Select(line => double.Parse(line.Split(',')[^1], CultureInfo.InvariantCulture)), Is.EqualTo(history.Timings!.Select(time => time.TotalSeconds)));
        using JsonDocument document = JsonDocument.Parse(history.ToJson(timings: true));
        Assert.That(document.RootElement.GetProperty("epochs").EnumerateArray().Select(epoch => epoch.GetProperty("elapsedSeconds").GetDouble()), Is.EqualTo(history.Timings!.Select(time => time.TotalSeconds)));
        var loaded = new TrainingHistory(history.Epochs, history.BestEpoch, history.StopReason);
        Assert.That(() => loaded.ToCsv(timings: true), Throws.InvalidOperationException.With.Message.Contains("model files hold no clock"));
        Assert.That(() => loaded.ToJson(timings: true), Throws.InvalidOperationException);
    }

    /// <summary>A clock that ticks once a batch.</summary>
    static TrainingHistory Trained()
    {
        int batches = 0;
        TrainingOptions options = Trainings.Options(NetworkTask.Binary, 1, epochs: 6) with
        {
            Metric = Metrics.Parse("AUC"),
            ValidationFraction = 0.25f,
            CheckAlive = () => batches++,
            Clock = () => TimeSpan.FromMilliseconds(40 * batches),
        };
        return NetworkTrainer.Train(Trainings.Rings(200, classes: 2), options).History;
    }
}
