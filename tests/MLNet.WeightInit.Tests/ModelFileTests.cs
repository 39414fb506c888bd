using System.Globalization;
using System.Text;
using System.Text.Json;
using Microsoft.ML;
using Microsoft.ML.Data;
using MLNet.WeightInit.Tests.Support;
using ThirdPartyInitializers;

namespace MLNet.WeightInit.Tests;

[TestFixture]
public sealed class ModelFileTests
{
    static readonly MLContext s_context = new(seed: 1);

    [Test]
    public void The_report_and_the_network_are_entries_of_their_own()
    {
        IDataView data = Samples.View(s_context);
        var model = s_context.Transforms.NeuralNet(Samples.Quick()).Fit(data);
        var entries = ModelZip.Entries(ModelZip.Save(s_context, model, data.Schema));
        byte[] report = entries.Single(entry => entry.Key.Replace('\\', '/').EndsWith("Initialization/report.json", StringComparison.Ordinal)).Value;
        Assert.That(Encoding.UTF8.GetString(report), Is.EqualTo(model.Model.Initialization.ToJson()));
        using JsonDocument plan = JsonDocument.Parse(entries.Single(entry => entry.Key.Replace('\\', '/').EndsWith("Initialization/plan.json", StringComparison.Ordinal)).Value);
        JsonElement table = plan.RootElement.GetProperty("plan");
        string[] columns = [.. table.GetProperty("columns").EnumerateArray().Select(column => column.GetString()!)];
        string Cell(JsonElement row, string column) => row[Array.IndexOf(columns, column)].ToString();
        Assert.That(plan.RootElement.GetProperty("seed").GetInt64(), Is.EqualTo(model.Model.Initialization.Seed));
        Assert.That(table.GetProperty("rows").EnumerateArray().Select(row => (Cell(row, "tensor"), Cell(row, "initializer"), Cell(row, "stream"), plan.RootElement.GetProperty("reasons")[int.Parse(Cell(row, "reason"), CultureInfo.InvariantCulture)].GetString())),
            Is.EqualTo(model.Model.Initialization.Plan.Select(row => (row.Tensor, row.Initializer, row.Stream, row.Reason))));
        Assert.That(table.GetProperty("rows").EnumerateArray().Select(row => Cell(row, "sha256")), Is.EqualTo(model.Model.Initialization.Plan.Select(row => row.Sha256)).And.All.Length.EqualTo(64));
        byte[] bytes = entries.Single(entry => entry.Key.EndsWith("Network.bin", StringComparison.Ordinal)).Value;
        FeedForwardNetwork network = FeedForwardNetwork.Load(new MemoryStream(bytes));
        Assert.That(network.DenseLayers[1].GetWeights(), Is.EqualTo(model.Model.Network.DenseLayers[1].GetWeights()));
    }

    [Test]
    public void Report_and_history_are_there_after_loading()
    {
        IDataView data = Samples.View(s_context);
        var model = s_context.Transforms.NeuralNet(Samples.Quick(nameof(SampleRow.Flag))).Fit(data);
        var loaded = (IPredictionTransformer<INeuralNetModel>)ModelZip.Load(new MLContext(), ModelZip.Save(s_context, model, data.Schema));
        Assert.That(loaded.Model.Initialization.ToJson(), Is.EqualTo(model.Model.Initialization.ToJson()));
        Assert.That(loaded.Model.Initialization.Plan, Is.EqualTo(model.Model.Initialization.Plan));
        Assert.That(loaded.Model.History.Epochs, Is.EqualTo(model.Model.History.Epochs));
        Assert.That(loaded.Model.History.BestEpoch, Is.EqualTo(model.Model.History.BestEpoch));
        Assert.That(loaded.Model.History.StopReason, Is.EqualTo(model.Model.History.StopReason));
    }

    [Test]
    public void Metrics_and_gradient_norms_are_there_after_loading_and_no_clock_is()
    {
        IDataView data = Samples.View(s_context);
        NeuralNetOptions options = Samples.Quick(nameof(SampleRow.Flag));
        options.ValidationFraction = 0.25f;
        options.Metric = "AUC";
        var estimator = s_context.Transforms.NeuralNet(options);
        TrainingHistory history = estimator.Fit(data).Model.History;
        byte[] zip = ModelZip.Save(s_context, estimator.Fit(data), data.Schema);
        TrainingHistory loaded = ((IPredictionTransformer<INeuralNetModel>)ModelZip.Load(new MLContext(), zip)).Model.History;
        Assert.That(loaded.ToJson(), Is.EqualTo(history.ToJson()));
        Assert.That(loaded.Epochs.Select(epoch => epoch.ValidationMetric), Is.All.InRange(0.0, 1.0));
        Assert.That(loaded.Epochs.Select(epoch => epoch.GradientNorm), Is.All.GreaterThan(0.0));
        Assert.That(history.Timings, Has.Count.EqualTo(5).And.Ordered);
        Assert.That(loaded.Timings, Is.Null);
        Assert.That(ModelZip.Entries(zip), Is.EqualTo(ModelZip.Entries(ModelZip.Save(s_context, estimator.Fit(data), data.Schema))));
    }

    /// <summary>Goldens/history-version-1.zip was saved by the last version that had no metrics: hidden layers 4, label <c>Value</c>, <c>Samples.View(context, 40)</c>, a quarter for validation, 3 epochs, seed 1.</summary>
    [Test]
    public void A_model_of_the_version_before_metrics_loads()
    {
        byte[] zip = File.ReadAllBytes(Engine.Tests.Architecture.Repository.PathOf("tests/MLNet.WeightInit.Tests/Goldens/history-version-1.zip"));
        ITransformer loaded = ModelZip.Load(new MLContext(), zip);
        TrainingHistory history = ((IPredictionTransformer<INeuralNetModel>)loaded).Model.History;
        // As that version printed them.
        Assert.That(history.ToCsv().Split('\n')[1..4], Is.EqualTo(new[]
        {
            "1,1.2799650961795945,0.7979978128349808,,,0.001,", "2,1.2748897476477346,0.7941446712885792,,,0.001,", "3,1.269848113184952,0.7903305526391307,,,0.001,",
        }));
        Assert.That((history.BestEpoch, history.StopReason, history.Metric), Is.EqualTo((3, "All 3 epochs were trained.", (string?)null)));
        // Read from text of seven digits.
        Assert.That(loaded.Transform(Samples.View(s_context, 40)).GetColumn<float>("Score").Take(3), Is.EqualTo(new[] { 8.773102f, 10.735335f, 8.196714f }).Within(1e-6));
    }

    [Test]
    public void A_model_is_no_larger_than_its_parameters_and_100_KB()
    {
        IDataView data = Samples.View(s_context);
        NeuralNetOptions options = Samples.Quick(epochs: 1);
        options.HiddenLayers = [200, 200, 200];
        var model = s_context.Transforms.NeuralNet(options).Fit(data);
        long bytes = ModelZip.Entries(ModelZip.Save(s_context, model, data.Schema)).Values.Sum(entry => (long)entry.Length);
        long parameters = model.Model.Network.DenseLayers.Sum(layer => (layer.Inputs + 1L) * layer.Outputs);
        Assert.That(bytes, Is.LessThanOrEqualTo(4 * parameters + 100_000));
    }

    [Test]
    public void A_model_with_a_damaged_network_does_not_load()
    {
        IDataView data = Samples.View(s_context);
        byte[] zip = ModelZip.Save(s_context, s_context.Transforms.NeuralNet(Samples.Quick()).Fit(data), data.Schema);
        using var changed = new MemoryStream();
        changed.Write(zip);
        using (var archive = new System.IO.Compression.ZipArchive(changed, System.IO.Compression.ZipArchiveMode.Update, leaveOpen: true))
        {
            using Stream network = archive.Entries.Single(entry => entry.FullName.EndsWith("Network.bin", StringComparison.Ordinal)).Open();
            network.Seek(-20, SeekOrigin.End);
            network.Write([1, 2, 3, 4]);
        }
        Assert.That(() => ModelZip.Load(s_context, changed.ToArray()), Throws.Exception);
    }

    [Test]
    public void A_fresh_process_loads_and_scores_the_same_bits([Values("Label", nameof(SampleRow.Flag), nameof(SampleRow.Value), nameof(SampleRow.Values), nameof(SampleRow.Flags), nameof(SampleRow.Features))] string label)
    {
        IDataView data = Samples.View(s_context, 30);
        ITransformer model = s_context.Transforms.NeuralNet(Samples.Quick(label)).Fit(data);
        string[] lines = RunFreshProcess(model, data.Schema, Samples.Rows()[0].Features);
        Assert.That(lines[0], Is.EqualTo(SchemaComparison.Cells(model.Transform(data), "Score")[0]));
    }

    [Test]
    public void A_model_of_a_third_partys_initializer_loads_where_its_assembly_is_absent_and_shows_it_as_text()
    {
        IDataView data = Samples.View(s_context, 30);
        NeuralNetOptions byObject = Samples.Quick();
        byObject.Init = new Checkerboard(0.25f);
        ITransformer model = s_context.Transforms.NeuralNet(byObject).Fit(data);

        var registered = new MLContext(seed: 1);
        registered.WeightInit.Register("checkerboard", arguments => new Checkerboard(arguments.GetSingle("size", 0.5f)));
        NeuralNetOptions byName = Samples.Quick();
        byName.Init = "Checkerboard(size=0.25)";
        ITransformer named = registered.Transforms.NeuralNet(byName).Fit(Samples.View(registered, 30));
        SchemaComparison.AssertSameValues(model.Transform(data), named.Transform(data));

        string[] lines = RunFreshProcess(named, data.Schema, Samples.Rows()[0].Features);
        Assert.That(lines[0], Is.EqualTo(SchemaComparison.Cells(model.Transform(data), "Score")[0]));
        Assert.That(lines[1], Is.EqualTo("checkerboard(size=0.25)"));
    }

    static string[] RunFreshProcess(ITransformer model, DataViewSchema schema, float[] features)
    {
        string file = Path.GetTempFileName();
        try
        {
            File.WriteAllBytes(file, ModelZip.Save(s_context, model, schema));
            OtherProgram.Outcome outcome = OtherProgram.Run("FreshProcess", [file, .. features.Select(feature => feature.ToString("R", CultureInfo.InvariantCulture))]);
            Assert.That(outcome.ExitCode, Is.Zero, outcome.Errors);
            return outcome.Lines;
        }
        finally
        {
            File.Delete(file);
        }
    }
}
