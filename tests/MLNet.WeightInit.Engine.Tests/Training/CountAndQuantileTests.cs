using MLNet.WeightInit.Engine.Data;
using MLNet.WeightInit.Engine.Kernels;
using MLNet.WeightInit.Engine.Training;

namespace MLNet.WeightInit.Engine.Tests.Training;

[TestFixture]
internal sealed class CountAndQuantileTests
{
    /// <summary>PyTorch's <c>PoissonNLLLoss()</c>: exp(f) − y f.</summary>
    [Test]
    [Category("Kernels")]
    public void Poisson_loss_matches_its_definition([Values(1, 3)] int units, [Values] bool weighted)
    {
        const int Rows = 9;
        float[] counts = [.. Enumerable.Range(0, Rows * units).Select(i => (float)(i % 5))];
        var run = new LossRun("Poisson", SimdLevels.Best, Rows, units, 3, counts, units, weighted);
        double total = 0;
        for (int row = 0; row < Rows; row++)
        {
            for (int unit = 0; unit < units; unit++)
            {
                double logarithm = run.Row(row)[unit], count = counts[row * units + unit], weight = run.Weight(row) / units;
                total += weight * (Math.Exp(logarithm) - count * logarithm);
                double slope = 0.25 * weight * (Math.Exp(logarithm) - count);
                Assert.That((double)run.GradientAt(row, unit), Is.EqualTo(slope).Within(Math.Abs(slope) / (1 << 24)), "one rounding");
            }
        }
        Assert.That(run.Loss, Is.EqualTo(total).Within(1e-12 * Rows * units * Math.Exp(3)));
        run.CheckPaddingAndMoat();
    }

    [Test]
    public void The_best_constant_for_counts_is_their_mean()
    {
        TrainingSet data = Trainings.Counts(300);
        double mean = data.Targets.Average();
        TrainingResult result = NetworkTrainer.Train(data, Poisson(epochs: 0));
        Assert.That(result.Initialization.PriorLoss, Is.EqualTo(mean - mean * Math.Log(mean)).Within(1e-5));
        Assert.That(result.Initialization.Verdict, Is.EqualTo(Verdict.Healthy));
        Assert.That(Trainings.Bytes(FeedForwardNetwork.Load(new MemoryStream(Trainings.Bytes(result.Network)))), Is.EqualTo(Trainings.Bytes(result.Network)));
    }

    [Test]
    public void A_network_of_counts_predicts_their_mean_and_never_less_than_zero()
    {
        TrainingSet data = Trainings.Counts(1_000);
        FeedForwardNetwork network = NetworkTrainer.Train(data, Poisson(epochs: 60)).Network, loaded = FeedForwardNetwork.Load(new MemoryStream(Trainings.Bytes(network)));
        double logarithms = 0, fitted = 0, actual = 0;
        float[] score = [0], again = [0];
        for (int row = 0; row < data.Rows; row++)
        {
            network.Predict(data.Row(row), score);
            loaded.Predict(data.Row(row), again);
            Assert.That(score[0], Is.GreaterThan(0).And.EqualTo(again[0]));
            fitted += score[0];
            actual += data.Targets[row];
            // The mean that the counts were made with, but for the rounding down: noise has mean 1, and about half a count is cut off.
            double mean = Math.Exp(1 + (double)data.Row(row)[0] - data.Row(row)[1]);
            logarithms += Math.Abs(Math.Log((score[0] + 0.5) / mean));
        }
        Assert.That(fitted, Is.EqualTo(actual).Within(0.05 * actual), "a log link with a bias reproduces the total where the gradient is 0");
        Assert.That(logarithms / data.Rows, Is.LessThan(0.15));
    }

    [Test]
    public void Counts_that_are_all_zero_train_to_almost_nothing()
    {
        var data = new TrainingSet([.. Enumerable.Range(0, 40).Select(i => (float)i)], 40, 1, new float[40], 1);
        FeedForwardNetwork network = NetworkTrainer.Train(data, Poisson(epochs: 5)).Network;
        float[] score = [0];
        network.Predict([3], score);
        Assert.That(score[0], Is.GreaterThan(0).And.LessThan(0.05), "half a count in 40 rows");
    }

    [Test]
    public void A_model_of_counts_goes_on_with_counts_only()
    {
        TrainingSet data = Trainings.Counts(60);
        TrainingOptions counts = Poisson(epochs: 2), values = counts with { Loss = Engine.Training.Losses.Losses.Parse("Squared") };
        TrainingResult ofCounts = NetworkTrainer.Train(data, counts), ofValues = NetworkTrainer.Train(data, values);
        FeedForwardNetwork more = NetworkTrainer.Train(data, counts, start: new TrainingStart(ofCounts.Network, ofCounts.Initialization)).Network;
        float[] score = [0];
        more.Predict(data.Row(0), score);
        Assert.That(score[0], Is.GreaterThan(0));
        Assert.That(() => NetworkTrainer.Train(data, values, start: new TrainingStart(ofCounts.Network, ofCounts.Initialization)),
            Throws.InstanceOf<ArgumentOutOfRangeException>().With.Message.Contains("its logarithm in the model, its standardized value asked for"));
        Assert.That(() => NetworkTrainer.Train(data, counts, start: new TrainingStart(ofValues.Network, ofValues.Initialization)), Throws.InstanceOf<ArgumentOutOfRangeException>());
    }

    /// <summary>The lowest pinball loss of all constants is at one of the labels, so trying all of them finds it.</summary>
    [TestCase(0.1)]
    [TestCase(0.5)]
    [TestCase(0.93)]
    public void The_best_constant_for_a_quantile_is_the_quantile(double level)
    {
        TrainingSet waves = Trainings.Waves(101), data = new(waves.Features, waves.Rows, waves.FeatureCount, waves.Targets, 1, [.. Enumerable.Range(0, 101).Select(row => 1f + row % 4)]);
        TrainingOptions options = Trainings.Options(NetworkTask.Regression, 1, loss: FormattableString.Invariant($"Quantile(level={level})"), epochs: 0) with { ValidationFraction = 0 };
        TrainingResult result = NetworkTrainer.Train(data, options);
        double best = data.Targets.Min(constant => data.Targets.Select((target, row) => data.Weights![row] * Math.Max(level * (target - constant), (level - 1) * (target - constant))).Sum()) / data.Weights!.Sum();
        // The loss is in units of the label's deviation; labels are standardized in single precision.
        double deviation = result.Network.TargetScale.Scales[0];
        Assert.That(result.Initialization.PriorLoss * deviation, Is.EqualTo(best).Within(1e-5 * best));
    }

    [TestCase(0.1)]
    [TestCase(0.9)]
    public void A_quantile_network_has_its_share_of_labels_below_it(double level)
    {
        // Noise with a spread that grows with the feature: y = x · u with u uniform over (−1, 1), whose quantile is x (2 level − 1).
        const int Rows = 2_000;
        float[] x = [.. Networks().Take(Rows).Select(value => 1 + Math.Abs(value))], u = [.. Networks().Skip(Rows)];
        var data = new TrainingSet(x, Rows, 1, [.. x.Zip(u, (spread, noise) => spread * noise)], 1);
        FeedForwardNetwork network = NetworkTrainer.Train(data, Trainings.Options(NetworkTask.Regression, 1, [16], loss: FormattableString.Invariant($"Quantile(level={level})"), epochs: 40) with { ValidationFraction = 0 }).Network;
        int below = 0;
        float[] score = [0];
        for (int row = 0; row < Rows; row++)
        {
            network.Predict(data.Row(row), score);
            below += data.Targets[row] < score[0] ? 1 : 0;
            Assert.That(score[0], Is.EqualTo(x[row] * (2 * level - 1)).Within(0.25));
        }
        // Five standard errors of a share of Rows: √(0.09 / 2,000) = 0.007 each.
        Assert.That(below / (double)Rows, Is.EqualTo(level).Within(0.035));

        static float[] Networks() => Tests.Network.Networks.Values(2 * Rows, 77, 1);
    }

    static TrainingOptions Poisson(int epochs) => Trainings.Options(NetworkTask.Regression, 1, [16], "Tanh", "Poisson", learningRate: 0.01f, epochs: epochs) with { ValidationFraction = 0 };
}
