using System.Reflection;
using System.Text.Json.Nodes;
using MLNet.WeightInit.Engine.Data;
using MLNet.WeightInit.Engine.Kernels;
using MLNet.WeightInit.Engine.Network;
using MLNet.WeightInit.Engine.Tests.Data;
using MLNet.WeightInit.Engine.Tests.Kernels;
using MLNet.WeightInit.Engine.Tests.Training;
using MLNet.WeightInit.Engine.Training;

namespace MLNet.WeightInit.Engine.Tests.Diagnostics.Details;

/// <summary>What Full adds, of networks that the trainer itself initialized.</summary>
internal sealed class InitializationDetailsTests
{
    static readonly TrainingSet s_rings = Trainings.Rings(200);

    [Test]
    public void Only_Full_has_them([Values] DiagnosticsLevel level)
        => Assert.That(NetworkTrainer.Train(s_rings, Options([12, 10]) with { Diagnostics = level }).Initialization.Details is not null, Is.EqualTo(level == DiagnosticsLevel.Full));

    [Test]
    public void Figures_agree_with_the_layers_own()
    {
        InitializationReport report = NetworkTrainer.Train(s_rings, Options([12, 10])).Initialization;
        using (Assert.EnterMultipleScope())
            foreach ((LayerStatistics layer, LayerDetails details) in report.Layers.Zip(report.Details!.Layers))
            {
                Assert.That(details.Layer, Is.EqualTo(layer.Layer));
                Assert.That(details.Histogram!.Counts.Sum(), Is.EqualTo(report.ProbeRows * layer.Outputs));
                Assert.That((details.Histogram.Low + details.Histogram.High) / 2, Is.EqualTo(layer.PreActivationMean).Within(1e-4));
                Assert.That((details.Histogram.High - details.Histogram.Low) / 8, Is.EqualTo(layer.PreActivationDeviation).Within(1e-4 * layer.PreActivationDeviation));
                Assert.That((details.Deviation.Lower + details.Deviation.Upper) / 2, Is.EqualTo(layer.PreActivationDeviation).Within(1e-4 * layer.PreActivationDeviation));
                Assert.That((details.GradientNorm.Lower + details.GradientNorm.Upper) / 2, Is.EqualTo(layer.PreActivationGradientNorm).Within(1e-4 * layer.PreActivationGradientNorm));
                Assert.That(details.Spectrum.GradientStableRank, Is.GreaterThan(0.999).And.LessThanOrEqualTo(Math.Min(layer.Inputs, layer.Outputs)));
            }
    }

    /// <summary>4-12-10-3 on 200 rows: 48 + 120 + 30 = 198 weights, of which 150 pass a gradient to their inputs.</summary>
    [Test]
    public void Cost_is_counted()
    {
        InitializationCost plain = NetworkTrainer.Train(s_rings, Options([12, 10])).Initialization.Details!.Cost, calibrated = NetworkTrainer.Train(s_rings, Options([12, 10]) with { Init = new Looking() }).Initialization.Details!.Cost;
        using (Assert.EnterMultipleScope())
        {
            Assert.That((plain.CalibrationPasses, plain.CalibrationOperations), Is.EqualTo((0, 0.0)));
            Assert.That(plain.OperationsAnEpoch, Is.EqualTo((4 * 198 + 2 * 150) * 200));
            Assert.That(plain.MeasurementOperations, Is.GreaterThan((4 * 198 + 2 * 150) * 200));
            Assert.That(plain.ParameterBytes, Is.GreaterThanOrEqualTo(4 * (198 + 25)).And.LessThan(4 * 2000), "with padding");
            Assert.That(plain.TrainingBytes, Is.EqualTo(4 * plain.ParameterBytes + 8 * (4 + 12 + 10 + 3) * 32), "Adam: gradient and two averages; batches of 32");
            Assert.That((calibrated.CalibrationPasses, calibrated.CalibrationOperations), Is.EqualTo((3, 3 * 2.0 * 198 * 200)));
            Assert.That(calibrated.CalibrationShare, Is.EqualTo(calibrated.CalibrationOperations / calibrated.OperationsAnEpoch));
        }
    }

    [Test]
    public void They_read_back_equal()
    {
        InitializationReport report = NetworkTrainer.Train(s_rings, Options([12, 10])).Initialization, read = InitializationReport.FromJson(report.ToJson());
        InitializationDetails expected = report.Details!, details = read.Details!;
        using (Assert.EnterMultipleScope())
        {
            Assert.That(read.ToJson(), Is.EqualTo(report.ToJson()));
            Assert.That(read.ToMarkdown(), Is.EqualTo(report.ToMarkdown()));
            Assert.That(details.Layers.Select(layer => layer with { Histogram = null }), Is.EqualTo(expected.Layers.Select(layer => layer with { Histogram = null })));
            Assert.That(details.Layers.Select(layer => layer.Histogram!.Counts), Is.EqualTo(expected.Layers.Select(layer => layer.Histogram!.Counts)));
            Assert.That(details.Cost, Is.EqualTo(expected.Cost));
        }
    }

    /// <summary>Distinct values everywhere: two columns that were swapped would show.</summary>
    [Test]
    public void Every_column_keeps_its_own_value()
    {
        LayerDetails layer = NetworkTrainer.Train(s_rings, Options([12, 10])).Initialization.Details!.Layers[0];
        double next = 0.125;
        foreach (PropertyInfo property in typeof(LayerSpectrum).GetProperties().Where(property => property is { CanWrite: true } && property.PropertyType == typeof(double)))
            property.SetValue(layer.Spectrum, next++);
        LayerDetails distinct = layer with { WeightKurtosis = next++, Deviation = new RowInterval(next++, next++), GradientNorm = new RowInterval(next++, next++), NearZeroFraction = next++, Histogram = null };
        InitializationReport plain = Reports.Create(1);
        InitializationReport report = With(plain, new InitializationDetails { Layers = [distinct], Cost = new InitializationCost { CalibrationPasses = 1, CalibrationOperations = 2, MeasurementOperations = 3, OperationsAnEpoch = 4, ParameterBytes = 5, TrainingBytes = 6 } });
        InitializationDetails read = InitializationReport.FromJson(report.ToJson()).Details!;
        Assert.That(read.Layers[0], Is.EqualTo(distinct));
        Assert.That(read.Cost, Is.EqualTo(report.Details!.Cost));
        Assert.That(plain.ToJson(), Does.Not.Contain("details"), "reports of lower levels have none");
    }

    [Test]
    public void A_damaged_histogram_is_an_error_of_the_report()
    {
        InitializationReport report = NetworkTrainer.Train(s_rings, Options([12, 10])).Initialization;
        JsonNode root = JsonNode.Parse(report.ToJson())!;
        root["details"]!["histograms"]!["rows"]!.AsArray().RemoveAt(0);
        Assert.That(() => InitializationReport.FromJson(root.ToJsonString()), Throws.TypeOf<InvalidDataException>().With.Message.Contains("histograms"));
        root = JsonNode.Parse(report.ToJson())!;
        root["details"]!["histograms"]!["rows"]![0]![2] = 3;
        Assert.That(() => InitializationReport.FromJson(root.ToJsonString()), Throws.TypeOf<InvalidDataException>().With.Message.Contains("counts"));
    }

    [Test]
    public void A_hundred_layers_stay_under_64_KB_without_histograms()
    {
        JsonNode root = JsonNode.Parse(NetworkTrainer.Train(s_rings, Options([.. Enumerable.Repeat(16, 100)])).Initialization.ToJson())!;
        root["details"]!.AsObject().Remove("histograms");
        Assert.That(System.Text.Encoding.UTF8.GetByteCount(root.ToJsonString(new System.Text.Json.JsonSerializerOptions { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping })), Is.LessThan(64 * 1024));
    }

    [Test]
    public void They_are_the_same_on_any_number_of_threads_and_at_any_width([Values("plain", "sparse", "batch", "residual")] string kind)
    {
        TrainingSet data = kind == "sparse" ? SparseSets.Create(150, 300, 0.05) : s_rings;
        TrainingOptions options = Options([20, 20, 20]) with { Normalization = kind == "batch" ? Normalization.Batch : Normalization.None, Residual = kind == "residual" ? new ResidualBlocks(2) : null };
        if (kind == "sparse")
            options = options with { Standardize = false };
        string? expected = null;
        foreach (SimdLevel level in Widths.Fused)
            foreach (int threads in new[] { 1, 2 })
            {
                string markdown = NetworkTrainer.Train(data, options with { Simd = level, Threads = threads }).Initialization.ToMarkdown();
                Assert.That(markdown, Is.EqualTo(expected ??= markdown), $"{level}, {threads} threads");
            }
    }

    /// <summary>Looks at every layer's pre-activations, and changes nothing.</summary>
    sealed class Looking : WeightInitializer
    {
        public override string Name => "looking";

        public override void Fill(Span<float> weights, in WeightShape shape, RandomSource random) => random.FillNormal(weights, 0.1f);

        public override void Calibrate(CalibrationContext context)
        {
            for (int layer = 0; layer < context.LayerCount; layer++)
                context.ComputePreActivations(layer);
        }
    }

    static TrainingOptions Options(int[] hidden, string init = "he") => Trainings.Options(NetworkTask.Multiclass, 3, hidden, init: init, epochs: 0) with { Diagnostics = DiagnosticsLevel.Full };

    static InitializationReport With(InitializationReport report, InitializationDetails details) => new()
    {
        Findings = report.Findings,
        Plan = report.Plan,
        Layers = report.Layers,
        Seed = report.Seed,
        Optimizer = report.Optimizer,
        LearningRate = report.LearningRate,
        ProbeRows = report.ProbeRows,
        InitialLoss = report.InitialLoss,
        PriorLoss = report.PriorLoss,
        Details = details,
    };
}
