using Microsoft.ML;
using Microsoft.ML.Data;
using MLNet.WeightInit.Tests.Support;

namespace MLNet.WeightInit.Tests;

/// <summary>What a training did, in the report of its model, through the public API.</summary>
[TestFixture]
public sealed class EarlyTrainingTests
{
    readonly MLContext _context = new(seed: 1);

    [Test]
    public void A_trained_model_has_it_and_keeps_it_in_its_file([Values("Label", nameof(SampleRow.Flag), nameof(SampleRow.Value), nameof(SampleRow.Values), nameof(SampleRow.Flags), "Features")] string label)
    {
        IDataView data = Samples.View(_context);
        NeuralNetOptions options = Samples.Quick(label, epochs: 5);
        var model = _context.Transforms.NeuralNet(options).Fit(data);
        EarlyTraining early = _context.WeightInit.ReportOf(model)!.EarlyTraining!;
        Assert.That(early.Steps.Select(step => step.Step), Is.EqualTo(Enumerable.Range(1, 20)), "200 rows in batches of 64, five times");
        Assert.That(early.Steps[0].Loss, Is.GreaterThan(0));
        Assert.That(early.Layers.Select(layer => layer.Movement), Has.All.GreaterThan(0));

        using var stream = new MemoryStream();
        _context.Model.Save(model, data.Schema, stream);
        stream.Position = 0;
        InitializationReport loaded = _context.WeightInit.ReportOf(new MLContext().Model.Load(stream, out _))!;
        Assert.That(loaded.ToJson(), Is.EqualTo(_context.WeightInit.ReportOf(model)!.ToJson()));
        Assert.That(loaded.EarlyTraining!.Steps, Is.EqualTo(early.Steps));
    }

    [Test]
    public void Nothing_trained_or_asked_for_has_none()
    {
        IDataView data = Samples.View(_context);
        Assert.That(_context.WeightInit.Diagnose(data, Samples.Quick()).EarlyTraining, Is.Null);
        Assert.That(Report(Samples.Quick(epochs: 0)).EarlyTraining, Is.Null);
        NeuralNetOptions off = Samples.Quick();
        off.Diagnostics = DiagnosticsLevel.Off;
        Assert.That(Report(off).EarlyTraining, Is.Null);

        InitializationReport Report(NeuralNetOptions options) => _context.WeightInit.ReportOf(_context.Transforms.NeuralNet(options).Fit(data))!;
    }

    [Test]
    public void A_model_that_goes_on_moves_from_where_it_was()
    {
        IDataView data = Samples.View(_context);
        var trainer = _context.Regression.Trainers.NeuralNet(Samples.Quick(nameof(SampleRow.Value), epochs: 20));
        NeuralNetRegressionModelParameters first = trainer.Fit(data).Model, second = trainer.Fit(data, first).Model;
        float[] before = first.Network.DenseLayers[0].GetWeights(), after = second.Network.DenseLayers[0].GetWeights();
        double moved = Math.Sqrt(after.Zip(before, (a, b) => ((double)a - b) * ((double)a - b)).Sum() / before.Sum(weight => (double)weight * weight));
        Assert.That(second.Initialization.EarlyTraining!.Layers[0].Movement, Is.EqualTo(moved).Within(0.51).Percent, "three digits");
        Assert.That(second.Initialization.Layers, Is.EqualTo(first.Initialization.Layers), "the start's report stays");
    }
}
