using MLNet.WeightInit.Engine.Data;
using MLNet.WeightInit.Engine.Kernels;
using MLNet.WeightInit.Engine.Network;
using MLNet.WeightInit.Engine.Tests.Kernels;
using MLNet.WeightInit.Engine.Tests.Network;
using MLNet.WeightInit.Engine.Training;
using MLNet.WeightInit.Engine.Training.Losses;

namespace MLNet.WeightInit.Engine.Tests.Training;

/// <summary>Several quantiles of one label: they never cross, and each is what it says.</summary>
[TestFixture]
internal sealed class QuantilesTests
{
    static readonly double[] s_levels = [0.05, 0.3, 0.5, 0.6, 0.95];

    static string Loss(params double[] levels) => $"Quantiles(levels=({string.Join(", ", levels.Select(level => FormattableString.Invariant($"{level}")))}))";

    /// <summary>The loss by its definition, quantile by quantile, and its slopes by the chain rule over an explicit matrix of ∂quantile/∂output.</summary>
    [Test]
    [Category("Kernels")]
    public void The_loss_matches_its_definition([Values(1, 2, 3, 5)] int count, [Values(2f, 60f)] float size, [Values] bool weighted, [Values] SimdLevel level)
    {
        const int Rows = 9;
        double[] levels = [.. Enumerable.Range(1, count).Select(i => i / (count + 1.0))];
        float[] targets = Networks.Values(Rows, 5, 2);
        var run = new LossRun(Loss(levels), level, Rows, count, size, targets, 1, weighted);
        int middle = (count - 1) / 2;
        double total = 0;
        for (int row = 0; row < Rows; row++)
        {
            double[] outputs = run.Row(row), quantiles = Quantiles(outputs), slopes = new double[count];
            double weight = run.Weight(row) / count;
            for (int i = 0; i < count; i++)
            {
                double residual = quantiles[i] - targets[row];
                total += weight * Math.Max(-levels[i] * residual, (1 - levels[i]) * residual);
                for (int j = Math.Min(i, middle); j <= Math.Max(i, middle); j++)
                    slopes[j] += (residual < 0 ? -levels[i] : 1 - levels[i]) * (j == middle ? 1 : (i > middle ? 1 : -1) / (1 + Math.Exp(-outputs[j])));
            }
            for (int i = 0; i < count; i++)
                Assert.That((double)run.GradientAt(row, i), Is.EqualTo(0.25 * weight * slopes[i]).Within(count * 0.25 * weight / (1 << 23)), $"row {row}, output {i}");
        }
        // Sums of up to count numbers as large as count steps, in double.
        Assert.That(run.Loss, Is.EqualTo(total).Within(1e-13 * Rows * count * count * size));
        run.CheckPaddingAndMoat();
    }

    static double[] Quantiles(double[] outputs)
    {
        int middle = (outputs.Length - 1) / 2;
        return [.. outputs.Select((_, i) => outputs[middle]
            + outputs.Select((output, j) => j > middle && j <= i ? Softplus(output) : j < middle && j >= i ? -Softplus(output) : 0).Sum())];

        static double Softplus(double x) => x > 30 ? x : Math.Log(1 + Math.Exp(x));      // beyond 30 they differ by e⁻³⁰ = 1e-13
    }

    [Test]
    public void Quantiles_ascend_in_every_row_whatever_it_holds_and_survive_saving([Values] SimdLevel level)
    {
        FeedForwardNetwork network = Train(Trainings.Waves(200), s_levels, epochs: 5), loaded = FeedForwardNetwork.Load(new MemoryStream(Trainings.Bytes(network)));
        Assert.That(Trainings.Bytes(loaded), Is.EqualTo(Trainings.Bytes(network)));
        Assert.That(loaded.TargetScale.Heads.Single().Levels, Is.EqualTo(s_levels));
        float[] features = [.. Networks.Values(5 * 300, 9, 1e3), .. Networks.Values(5 * 300, 10, 1e18), .. Networks.Values(5 * 300, 11, 0.1)];
        float[] scores = new float[900 * 5], one = new float[5];
        new NetworkScorer(loaded, 64, level).Score(features, 900, scores);
        var alone = new NetworkScorer(network, 1, level);
        for (int row = 0; row < 900; row++)
        {
            ReadOnlySpan<float> quantiles = scores.AsSpan(row * 5, 5);
            alone.Score(features.AsSpan(row * 5, 5), one);
            Assert.That(quantiles.SequenceEqual(one), Is.True, "alone as in a batch");
            for (int i = 1; i < 5; i++)
                Assert.That(quantiles[i], Is.GreaterThanOrEqualTo(quantiles[i - 1]), $"row {row}");
        }
    }

    /// <summary>Scores are the definition's quantiles of the linear outputs, in the label's unit.</summary>
    [Test]
    public void Scores_are_the_quantiles_of_the_outputs()
    {
        var head = new OutputHead("", NetworkTask.Quantiles, 5, 1) { Levels = s_levels };
        FeedForwardNetwork network = Networks.Create(4, [9], 5, "Tanh", NetworkTask.Quantiles, targets: new AffineScale([300], [20]) { Heads = [head] });
        var scores = new float[5];
        for (uint row = 0; row < 50; row++)
        {
            float[] features = Networks.Values(4, row, 3);
            network.Predict(features, scores);
            double[] expected = Quantiles(Networks.Logits(network, features, Math.Tanh));
            for (int i = 0; i < 5; i++)
                Assert.That(scores[i], Is.EqualTo(300 + 20 * expected[i]).Within(2e-4), "some twenty roundings of numbers below 400 and of their twentieths");
        }
    }

    [Test]
    public void A_row_that_is_not_finite_scores_NaN()
    {
        float[] scores = new float[5];
        Train(Trainings.Waves(60), s_levels, epochs: 1).Predict([1, float.NaN, 0, 0, 0], scores);
        Assert.That(scores, Is.All.NaN);
    }

    /// <summary>The lowest pinball loss of all constants is at one of the labels, so trying all of them, level by level, finds it.</summary>
    [TestCase(0.1, 0.5, 0.93)]
    [TestCase(0.05, 0.2, 0.3, 0.45, 0.7, 0.8, 0.95)]
    public void The_untrained_network_starts_at_the_labels_own_quantiles(params double[] levels)
    {
        TrainingSet waves = Trainings.Waves(101), data = new(waves.Features, waves.Rows, waves.FeatureCount, waves.Targets, 1, [.. Enumerable.Range(0, 101).Select(row => 1f + row % 4)]);
        TrainingResult result = NetworkTrainer.Train(data, Options(levels, epochs: 0));
        double best = levels.Average(level => data.Targets.Min(constant => data.Targets.Select((target, row) => data.Weights![row] * Math.Max(level * (target - constant), (level - 1) * (target - constant))).Sum()) / data.Weights!.Sum());
        // The loss is in units of the label's deviation; labels and outputs are in single precision.
        Assert.That(result.Initialization.PriorLoss * result.Network.TargetScale.Scales[0], Is.EqualTo(best).Within(1e-5 * best));
        Assert.That(result.Initialization.Verdict, Is.EqualTo(Verdict.Healthy));
    }

    [Test]
    public void Each_quantile_has_its_share_of_labels_below_it()
    {
        // y = x · u with u uniform over (−1, 1): the quantile is x (2 level − 1), wider where x is larger.
        const int Rows = 3_000;
        float[] noise = Networks.Values(4 * Rows, 41), x = [.. noise[..(2 * Rows)].Select(value => 1 + Math.Abs(value))];
        TrainingSet Set(int first) => new(x[first..(first + Rows)], Rows, 1, [.. Enumerable.Range(first, Rows).Select(i => x[i] * noise[2 * Rows + i])], 1);
        TrainingSet data = Set(0), held = Set(Rows);
        double[] levels = [0.1, 0.25, 0.5, 0.75, 0.9];
        FeedForwardNetwork network = Train(data, levels, epochs: 40);
        var scores = new float[levels.Length];
        double[] below = new double[levels.Length], error = new double[levels.Length];
        for (int row = 0; row < Rows; row++)
        {
            network.Predict(held.Row(row), scores);
            for (int i = 0; i < levels.Length; i++)
            {
                below[i] += held.Targets[row] <= scores[i] ? 1.0 / Rows : 0;
                error[i] += Math.Abs(scores[i] - held.Row(row)[0] * (2 * levels[i] - 1)) / Rows;
            }
        }
        for (int i = 0; i < levels.Length; i++)
        {
            // Five standard errors of a share of the held rows, and as much again for the training rows that the quantile was fitted to.
            double standardError = Math.Sqrt(levels[i] * (1 - levels[i]) / Rows);
            Assert.That(below[i], Is.EqualTo(levels[i]).Within(5 * Math.Sqrt(2) * standardError), $"level {levels[i]}");
            // The label's density at its quantile is 1 / 2x, so an error of a share s moves the quantile by 2x s: twice what the share may be off, for a line that is fitted in two parameters.
            Assert.That(error[i], Is.LessThan(2 * 3 * 5 * standardError), $"level {levels[i]}");
        }
    }

    [Test]
    public void Labels_that_are_all_equal_are_predicted_as_they_are()
    {
        var data = new TrainingSet(Networks.Values(80, 3), 40, 2, [.. Enumerable.Repeat(7f, 40)], 1);
        var scores = new float[5];
        Train(data, s_levels, epochs: 2).Predict([0.5f, -1], scores);
        Assert.That(scores, Is.All.EqualTo(7));
    }

    /// <summary>More than half of the labels are 0, so that three of the quantiles are the same.</summary>
    [Test]
    public void Quantiles_that_coincide_train_towards_one_another()
    {
        float[] features = Networks.Values(600, 3);
        var data = new TrainingSet(features, 600, 1, [.. features.Select((value, row) => row % 10 < 7 ? 0 : 1 + value)], 1);
        FeedForwardNetwork network = Train(data, [0.1, 0.3, 0.6, 0.9], epochs: 60);
        var scores = new float[4];
        network.Predict([0.2f], scores);
        Assert.That(scores[..3], Is.All.EqualTo(0).Within(0.05), "a tenth of the label's deviation");
        Assert.That(scores[3], Is.GreaterThan(0.5));
    }

    /// <summary>Where most labels are equal, quantiles start 1/64 of a deviation apart: ln(1 + e^x) of a smaller step has a slope that no gradient comes through.</summary>
    [Test]
    public void Quantiles_that_coincide_start_a_little_apart()
    {
        float[] labels = [.. Enumerable.Range(0, 100).Select(row => row % 10 < 7 ? 0 : 1f + row)];
        var data = new TrainingSet(Networks.Values(100, 3), 100, 1, labels, 1);
        int[] rows = [.. Enumerable.Range(0, 100)];
        double[] levels = [0.1, 0.3, 0.5, 0.6, 0.9];
        Engine.Training.Losses.Loss loss = Losses.Parse(Loss(levels));
        AffineScale scale = loss.TargetScale(data, rows, standardize: true);
        double[] quantiles = Quantiles([.. loss.PriorBias(data, rows, NetworkTask.Quantiles, 5, scale).Select(value => (double)value)]);
        // Outputs near −4 are rounded by 2⁻²², and e^−4 of that is left.
        for (int i = 1; i < 4; i++)
            Assert.That(quantiles[i] - quantiles[i - 1], Is.EqualTo(1 / 64.0).Within(1e-7), "three of them are 0");
        Assert.That(scale.ToNetwork(labels.Order().ElementAt(89), 0) - quantiles[3], Is.EqualTo(quantiles[4] - quantiles[3]).Within(1 / 32.0), "the last is its own but for the steps below it");
    }

    [Test]
    public void A_model_goes_on_with_its_own_levels_only()
    {
        TrainingSet data = Trainings.Waves(60);
        TrainingResult first = NetworkTrainer.Train(data, Options(s_levels, epochs: 2));
        var start = new TrainingStart(first.Network, first.Initialization);
        Assert.That(NetworkTrainer.Train(data, Options(s_levels, epochs: 2), start: start).History.Epochs[^1].TrainingLoss, Is.LessThan(first.History.Epochs[0].TrainingLoss));
        Assert.That(() => NetworkTrainer.Train(data, Options([0.05, 0.3, 0.5, 0.7, 0.95], epochs: 2), start: start),
            Throws.InstanceOf<ArgumentOutOfRangeException>().With.Message.Contains("heads: Quantiles 0.05 0.3 0.5 0.6 0.95 in the model, Quantiles 0.05 0.3 0.5 0.7 0.95 asked for"));
    }

    static TrainingOptions Options(double[] levels, int epochs) => Trainings.Options(NetworkTask.Quantiles, levels.Length, [16], loss: Loss(levels), epochs: epochs) with { ValidationFraction = 0 };

    static FeedForwardNetwork Train(TrainingSet data, double[] levels, int epochs) => NetworkTrainer.Train(data, Options(levels, epochs)).Network;
}
