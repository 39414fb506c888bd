using Microsoft.ML;
using MLNet.WeightInit.Tests.Support;

namespace MLNet.WeightInit.Tests;

/// <summary>Options of NeuralNetOptions.Optimization.cs, from a pipeline to a saved model.</summary>
[TestFixture]
public sealed class OptimizationTests
{
    [Test]
    public void A_schedule_shows_in_the_history_of_a_saved_model()
    {
        var context = new MLContext(seed: 1);
        IDataView data = Samples.View(context);
        NeuralNetOptions options = Samples.Quick(epochs: 4);
        options.LearningRate = 0.01f;
        options.Schedule = "step(step_size=2, gamma=0.5)";
        ITransformer model = context.Transforms.NeuralNet(options).Fit(data);
        ITransformer loaded = context.Model.Load(new MemoryStream(ModelZip.Save(context, model, data.Schema)), out _);
        var history = ((ISingleFeaturePredictionTransformer<INeuralNetModel>)loaded).Model.History;
        Assert.That(history.Epochs.Select(epoch => epoch.LearningRate), Is.EqualTo([0.01f, 0.01f, 0.005f, 0.005f]).Within(1).Ulps);
    }

    [Test]
    public void A_schedule_that_does_not_fit_the_training_says_so()
    {
        var context = new MLContext(seed: 1);
        NeuralNetOptions options = Samples.Quick(epochs: 4);
        options.Schedule = "constant(warmup=10)";
        Assert.That(() => context.Transforms.NeuralNet(options).Fit(Samples.View(context)), Throws.InstanceOf<ArgumentOutOfRangeException>().With.Message.Contains("shorter than the training"));
    }
}
