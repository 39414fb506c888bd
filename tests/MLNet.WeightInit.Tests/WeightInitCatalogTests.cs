using Microsoft.ML;
using MLNet.WeightInit.Tests.Support;
using ThirdPartyInitializers;

namespace MLNet.WeightInit.Tests;

[TestFixture]
public sealed class WeightInitCatalogTests
{
    [Test]
    public void One_context_has_one_catalog_by_property_and_by_method()
    {
        var context = new MLContext();
        WeightInitCatalog first = context.WeightInit, second = context.WeightInit;
        Assert.That(second, Is.SameAs(first));
        Assert.That(context.GetWeightInit(), Is.SameAs(first));
        Assert.That(new MLContext().WeightInit, Is.Not.SameAs(context.WeightInit));
    }

    [Test]
    public void A_registered_name_is_known_to_that_context_only()
    {
        var context = new MLContext();
        context.WeightInit.Register("checkerboard", _ => new Checkerboard(1));
        Assert.That(context.WeightInit.Parse("Checker-Board"), Is.InstanceOf<Checkerboard>());
        Assert.That(() => context.Regression.Trainers.NeuralNet(init: "checkerboard"), Throws.Nothing);
        Assert.That(() => new MLContext().Regression.Trainers.NeuralNet(init: "checkerboard"), Throws.InstanceOf<ArgumentOutOfRangeException>());
    }

    [Test]
    public void A_model_without_a_network_has_no_report()
    {
        var context = new MLContext(seed: 1);
        var data = Samples.View(context);
        Assert.That(context.WeightInit.ReportOf(context.Regression.Trainers.Sdca(nameof(SampleRow.Value)).Fit(data)), Is.Null);
    }

    [Test]
    public void The_report_is_found_in_a_chain_of_chains_and_after_loading()
    {
        var context = new MLContext(seed: 1);
        var data = Samples.View(context);
        var inner = context.Transforms.CopyColumns("Copy", "Features").Append(context.Transforms.NeuralNet(Samples.Quick()));
        ITransformer model = context.Transforms.CopyColumns("Copy2", "Features").Append(inner).Append(context.Transforms.CopyColumns("Copy3", "Features")).Fit(data);
        string report = context.WeightInit.ReportOf(model)!.ToJson();
        Assert.That(context.WeightInit.ReportOf(ModelZip.Load(new MLContext(), ModelZip.Save(context, model, data.Schema)))!.ToJson(), Is.EqualTo(report));
    }

    /// <summary>Wild outputs are sure of what they can't know; zeros are not.</summary>
    [Test]
    public void A_diagnosis_measures_remedies_and_draws_and_a_training_does_not()
    {
        var context = new MLContext(seed: 1);
        var data = Samples.View(context);
        NeuralNetOptions options = Samples.Quick(epochs: 0);
        options.OutputInit = "normal(deviation=30)";
        InitializationReport report = context.WeightInit.Diagnose(data, options), trained = context.Transforms.NeuralNet(options).Fit(data).Model.Initialization;
        Finding finding = report.Findings.Single(finding => finding.Verdict == Verdict.OverConfidentHead);
        Remedy zeros = finding.Remedies.Single(remedy => remedy.Code == "OutputInit = \"zeros\"");
        Assert.That(zeros.Effect!.Before, Is.EqualTo(finding.Judged!.Value));
        Assert.That(zeros.Effect.After, Is.EqualTo(0).Within(1e-6), "a loss near 1, from Singles");
        Assert.That($"{zeros}", Is.EqualTo("OutputInit = \"zeros\""));
        Assert.That(report.Draws!.Count, Is.EqualTo(5));
        Assert.That(trained.Draws, Is.Null);
        Assert.That(trained.Findings.SelectMany(found => found.Remedies).Select(remedy => remedy.Effect), Is.All.Null);
        Assert.That(trained.Verdict, Is.EqualTo(Verdict.OverConfidentHead), "nothing was trained");
        Assert.That((report.Verdict, finding.Severity), Is.EqualTo((Verdict.Healthy, Severity.Note)), "the training was tried, and learns all the same");
    }
}
