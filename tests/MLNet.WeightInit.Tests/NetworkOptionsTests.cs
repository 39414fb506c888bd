using Microsoft.ML;
using Microsoft.ML.Data;
using MLNet.WeightInit.Tests.Support;

namespace MLNet.WeightInit.Tests;

/// <summary>The options that change the network between its layers, through ML.NET: trained, saved, loaded, on any number of threads.</summary>
[TestFixture]
public sealed class NetworkOptionsTests
{
    static IEnumerable<TestCaseData> Options()
    {
        yield return Case("dropout", options => options.Dropout = 0.2f);
        yield return Case("alpha-dropout", options => (options.Activation, options.Dropout) = ("SELU", 0.1f));
        yield return Case("standard dropout of SELU", options => (options.Activation, options.Dropout, options.DropoutKind) = ("SELU", 0.1f, DropoutKind.Standard));
        yield return Case("layer normalization", options => options.Normalization = "Layer");
        yield return Case("layer normalization and dropout", options => (options.Activation, options.Normalization, options.Dropout) = ("GELU", "layer", 0.2f));
        yield return Case("batch normalization", options => options.Normalization = "batch");
        yield return Case("batch normalization in residual blocks, dropout", options => (options.HiddenLayers, options.Residual, options.Normalization, options.Dropout) = ([24, 10, 24], new ResidualBlocks(2), "Batch", 0.1f));
        yield return Case("residual blocks", options => (options.HiddenLayers, options.Residual) = ([40, 24, 40, 40, 40], new ResidualBlocks(2)));
        yield return Case("residual blocks of one layer", options => (options.HiddenLayers, options.Residual, options.Activation) = ([24, 24, 24], new ResidualBlocks(1), "Tanh"));
        yield return Case("residual blocks of normalized layers", options => (options.HiddenLayers, options.Residual, options.Normalization, options.Dropout) = (new ResidualBlocks(3).Layers(2, 20), new ResidualBlocks(3), "layer", 0.1f));
        yield return Case("residual blocks that start at 0", options => (options.HiddenLayers, options.Residual) = ([24, 24, 24], new ResidualBlocks(2) { Start = ResidualStart.ZeroWeights }));

        static TestCaseData Case(string name, Action<NeuralNetOptions> change) => new TestCaseData(change).SetArgDisplayNames(name);
    }

    static NeuralNetOptions Changed(Action<NeuralNetOptions> change, int threads = 1)
    {
        NeuralNetOptions options = Samples.Quick(nameof(SampleRow.Value));
        options.HiddenLayers = [40, 24];
        options.NumberOfThreads = threads;
        change(options);
        return options;
    }

    [TestCaseSource(nameof(Options))]
    public void A_model_trains_saves_loads_and_does_not_depend_on_threads(Action<NeuralNetOptions> change)
    {
        var context = new MLContext(seed: 1);
        IDataView data = Samples.View(context);
        ITransformer model = context.Transforms.NeuralNet(Changed(change)).Fit(data);
        byte[] saved = ModelZip.Save(context, model, data.Schema);
        Assert.That(ModelZip.Entries(ModelZip.Save(context, context.Transforms.NeuralNet(Changed(change, threads: 2)).Fit(data), data.Schema)), Is.EqualTo(ModelZip.Entries(saved)));
        ITransformer loaded = new MLContext().Model.Load(new MemoryStream(saved), out _);
        Assert.That(loaded.Transform(data).GetColumn<float>("Score"), Is.EqualTo(model.Transform(data).GetColumn<float>("Score")));
        ITransformer plain = context.Transforms.NeuralNet(Changed(_ => { })).Fit(data);
        Assert.That(plain.Transform(data).GetColumn<float>("Score"), Is.Not.EqualTo(model.Transform(data).GetColumn<float>("Score")), "the option must do something");
    }

    [TestCaseSource(nameof(Options))]
    public void A_model_exports_to_ONNX(Action<NeuralNetOptions> change)
        => OnnxTests.AssertSameScores(new MLContext(seed: 1).Regression.Trainers.NeuralNet(Changed(change)), ["Score"]);

    [Test]
    public void Normalizations_work_in_every_operator_set([Values(9, 10, 11, 12)] int operatorSet, [Values("layer", "batch")] string normalization)
        => OnnxTests.AssertSameScores(new MLContext(seed: 1).Regression.Trainers.NeuralNet(Changed(options => options.Normalization = normalization)), ["Score"], operatorSet);

    [Test]
    public void A_normalized_multiclass_model_exports_probabilities_and_label()
    {
        NeuralNetOptions options = Samples.Quick();
        (options.Normalization, options.HiddenLayers) = ("layer", [20, 12]);
        OnnxTests.AssertSameScores(new MLContext(seed: 1).MulticlassClassification.Trainers.NeuralNet(options), ["Score", "PredictedLabel"]);
    }

    [Test]
    public void Dropout_of_SELU_is_alpha_dropout_unless_asked_otherwise()
    {
        float[] Scores(string activation, DropoutKind kind)
        {
            var context = new MLContext(seed: 1);
            IDataView data = Samples.View(context);
            NeuralNetOptions options = Changed(o => (o.Activation, o.Dropout, o.DropoutKind) = (activation, 0.1f, kind));
            return [.. context.Transforms.NeuralNet(options).Fit(data).Transform(data).GetColumn<float>("Score")];
        }
        Assert.That(Scores("SELU", DropoutKind.Automatic), Is.EqualTo(Scores("selu", DropoutKind.Alpha)));
        Assert.That(Scores("SELU", DropoutKind.Automatic), Is.Not.EqualTo(Scores("SELU", DropoutKind.Standard)));
        Assert.That(Scores("ReLU", DropoutKind.Automatic), Is.EqualTo(Scores("ReLU", DropoutKind.Standard)));
    }

    [TestCase(new int[] { 40, 24, 32 }, 2, "HiddenLayers[2]", "hidden[2], which ends the block that starts from hidden[0], has 32 units")]
    [TestCase(new int[] { 40, 40, 40, 40 }, 2, "HiddenLayers", "fill no block")]
    [TestCase(new int[] { 128, 64 }, 1, "HiddenLayers[1]", "Give it 128 units")]
    public void Layers_that_form_no_residual_blocks_are_refused_before_any_data_is_read(int[] hidden, int branchDepth, string option, string message)
        => Assert.That(() => new MLContext(seed: 1).Transforms.NeuralNet(Changed(options => (options.HiddenLayers, options.Residual) = (hidden, new ResidualBlocks(branchDepth)))),
            Throws.TypeOf<ArgumentOutOfRangeException>().With.Message.Contains(message).And.Property("ParamName").EqualTo(option));

    [Test]
    public void Scales_of_residual_branches_that_could_never_leave_0_are_refused_before_any_data_is_read()
        => Assert.That(() => new MLContext(seed: 1).Transforms.NeuralNet(Changed(options => (options.HiddenLayers, options.Residual, options.Normalization) = ([8, 8, 8], new ResidualBlocks(2) { Start = ResidualStart.ZeroScales }, "layer"))),
            Throws.TypeOf<ArgumentOutOfRangeException>().With.Message.Contains("ReLU has a slope of 0").And.Message.Contains("ZeroWeights"));

    [Test]
    public void The_plan_says_what_dropout_does_to_the_gain()
    {
        var context = new MLContext(seed: 1);
        var model = context.Transforms.NeuralNet(Changed(options => options.Dropout = 0.5f)).Fit(Samples.View(context)).Model;
        TensorPlan hidden = model.Initialization.Plan.Single(row => row.Tensor == "hidden[1].weights");
        Assert.That(hidden.Shape.InputDropout, Is.EqualTo(0.5f));
        Assert.That(hidden.Reason, Does.Contain("Dropout"));
        Assert.That(hidden.TargetDeviation, Is.EqualTo(Math.Sqrt(0.5 * 2 / 40)).Within(1e-6));
    }
}
