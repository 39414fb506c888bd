using Microsoft.ML;
using MLNet.WeightInit.Tests.Support;

namespace MLNet.WeightInit.Tests;

/// <summary>The levels of the report through the public API.</summary>
[TestFixture]
public sealed class DiagnosticsLevelTests
{
    [Test]
    public void Diagnose_measures_everything_whatever_the_option_says()
    {
        var context = new MLContext(seed: 1);
        InitializationReport report = context.WeightInit.Diagnose(Samples.View(context), Options(DiagnosticsLevel.Off));
        Assert.That(report.Level, Is.EqualTo(DiagnosticsLevel.Full));
        Assert.That(report.LearningRateAdvice!.Curvature, Is.GreaterThan(0));
    }

    [Test]
    public void Fit_measures_what_the_option_says([Values] DiagnosticsLevel level)
    {
        var context = new MLContext(seed: 1);
        InitializationReport report = context.Regression.Trainers.NeuralNet(Options(level)).Fit(Samples.View(context)).Model.Initialization;
        Assert.That(report.Level, Is.EqualTo(level));
        Assert.That((report.Layers.Count > 0, report.LearningRateAdvice is not null), Is.EqualTo((level != DiagnosticsLevel.Off, level == DiagnosticsLevel.Full)));
    }

    [Test]
    public void Details_are_in_the_saved_model()
    {
        var context = new MLContext(seed: 1);
        IDataView data = Samples.View(context);
        var model = context.Regression.Trainers.NeuralNet(Options(DiagnosticsLevel.Full)).Fit(data);
        using var stream = new MemoryStream();
        context.Model.Save(model, data.Schema, stream);
        stream.Position = 0;
        InitializationDetails saved = model.Model.Initialization.Details!, loaded = context.WeightInit.ReportOf(context.Model.Load(stream, out _))!.Details!;
        Assert.That(loaded.Layers.Select(layer => layer.Spectrum), Is.EqualTo(saved.Layers.Select(layer => layer.Spectrum)));
        Assert.That(loaded.Layers[0].Histogram!.Counts, Is.EqualTo(saved.Layers[0].Histogram!.Counts));
    }

    [Test]
    public void A_level_that_is_none_is_refused()
        => Assert.That(() => new MLContext().Regression.Trainers.NeuralNet(Options((DiagnosticsLevel)3)), Throws.InstanceOf<ArgumentOutOfRangeException>().With.Message.Contains("Off, Summary or Full"));

    static NeuralNetOptions Options(DiagnosticsLevel level) => new() { LabelColumnName = nameof(SampleRow.Value), HiddenLayers = [8], NumberOfEpochs = 1, Diagnostics = level };
}
