using MLNet.WeightInit.Engine.Data;
using MLNet.WeightInit.Engine.Network;
using MLNet.WeightInit.Engine.Training;
using MLNet.WeightInit.Engine.Training.Losses;

namespace MLNet.WeightInit.Engine.Tests.Training;

[TestFixture]
internal sealed class TrainingStartTests
{
    static readonly TrainingSet s_data = Trainings.Waves(80);
    static readonly TrainingOptions s_options = Trainings.Options(NetworkTask.Regression, 1, [6], epochs: 2);

    [Test]
    public void A_loss_that_needs_another_output_than_the_model_has_is_named()
    {
        TrainingOptions poisson = s_options with { Loss = Losses.Parse("Poisson") };
        Assert.That(() => NetworkTrainer.Train(s_data, poisson, start: Start(s_options)), Throws.TypeOf<ArgumentOutOfRangeException>().With.Message.Contains("its standardized value in the model, its logarithm asked for"));
        Assert.That(() => NetworkTrainer.Train(s_data, s_options, start: Start(poisson)), Throws.TypeOf<ArgumentOutOfRangeException>().With.Message.Contains("its logarithm in the model, its standardized value asked for"));
    }

    [Test]
    public void Another_loss_of_the_same_output_goes_on([Values("Absolute", "Huber(delta=2)", "Quantile(level=0.9)")] string loss, [Values] bool standardized)
    {
        TrainingStart start = Start(s_options with { Standardize = standardized });
        FeedForwardNetwork network = NetworkTrainer.Train(s_data, s_options with { Loss = Losses.Parse(loss) }, start: start).Network;
        Assert.That(network.TargetScale, Is.SameAs(start.Network.TargetScale));
        Assert.That(Trainings.Bytes(network), Is.Not.EqualTo(Trainings.Bytes(start.Network)));
    }

    [Test]
    [Category("Determinism")]
    public void Going_on_gives_the_same_model_on_any_threads()
    {
        TrainingStart start = Start(s_options);
        byte[] expected = Trainings.Bytes(NetworkTrainer.Train(s_data, s_options, start: start).Network);
        foreach (int threads in (int[])[2, 3, 8])
            Assert.That(Trainings.Bytes(NetworkTrainer.Train(s_data, s_options with { Threads = threads }, start: start).Network), Is.EqualTo(expected));
    }

    static TrainingStart Start(TrainingOptions options)
    {
        TrainingResult result = NetworkTrainer.Train(s_data, options);
        return new TrainingStart(result.Network, result.Initialization);
    }
}
