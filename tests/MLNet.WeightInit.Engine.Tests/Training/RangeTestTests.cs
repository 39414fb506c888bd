using MLNet.WeightInit;
using MLNet.WeightInit.Engine.Data;
using MLNet.WeightInit.Engine.Kernels;
using MLNet.WeightInit.Engine.Network;
using MLNet.WeightInit.Engine.Training;
using MLNet.WeightInit.Engine.Training.Schedules;

namespace MLNet.WeightInit.Engine.Tests.Training;

[TestFixture]
internal sealed class RangeTestTests
{
    [Test]
    public void Rates_grow_by_one_factor_from_the_lowest_to_the_highest()
    {
        RangeTest test = Run(Trainings.Rings(100), Trainings.Options(NetworkTask.Multiclass, 3, epochs: 25), 1e-5f, 1e-2f, steps: 25);     // 4 batches an epoch
        Assert.That(test.Points.Select(point => point.LearningRate), Is.EqualTo(Enumerable.Range(0, 25).Select(step => (float)(1e-5f * Math.Pow((double)1e-2f / 1e-5f, step / 24.0)))).Within(1).Ulps);
    }

    [Test]
    public void Smoothed_losses_are_the_weighted_means_of_the_losses_so_far()
    {
        RangeTest test = Run(Trainings.Rings(100, weighted: true), Trainings.Options(NetworkTask.Multiclass, 3, epochs: 40), 1e-6f, 1e-2f, steps: 40);
        for (int last = 0; last < test.Points.Count; last++)
        {
            double sum = 0, weight = 0;
            for (int i = 0; i <= last; i++)
            {
                sum += Math.Pow(0.98, last - i) * test.Points[i].Loss;
                weight += Math.Pow(0.98, last - i);
            }
            Assert.That(test.Points[last].SmoothedLoss, Is.EqualTo(sum / weight).Within(1e-13), "some hundred roundings of numbers near 1, in double");
        }
    }

    [Test]
    public void A_quadratic_loss_falls_below_the_rate_of_2_over_its_curvature_and_rises_above()
    {
        // One standardized feature, full batches, no decay: the mean squared residual has the curvature 2 in weight and bias alike, so gradient descent is stable below a rate of 1.
        float[] features = [.. Enumerable.Range(0, 64).Select(row => row - 31.5f)];
        var data = new TrainingSet(features, 64, 1, [.. features.Select(value => 3 * value + 2)], 1);
        TrainingOptions options = Trainings.Options(NetworkTask.Regression, 1, [], optimizer: "SGD", batchSize: 64, epochs: 12) with { WeightDecay = 0 };
        RangeTest test = Run(data, options, 0.02f, 6, steps: 12);
        Assert.That(test.Points[^1].LearningRate, Is.GreaterThan(1.5f));
        for (int i = 0; i + 1 < test.Points.Count; i++)
            Assert.That(test.Points[i + 1].Loss < test.Points[i].Loss, Is.EqualTo(test.Points[i].LearningRate < 1), $"rate {test.Points[i].LearningRate}");
        Assert.That(test.Points[0].Loss, Is.EqualTo(NetworkTrainer.Train(data, options with { NumberOfEpochs = 1 }).History.Epochs[0].TrainingLoss), "the loss before the first step");
    }

    [Test]
    public void An_exploding_loss_ends_the_test()
    {
        RangeTest test = Run(Trainings.Waves(200), Trainings.Options(NetworkTask.Regression, 1, [32], optimizer: "SGD", epochs: 200), 1e-3f, 1e6f, steps: 200);
        Assert.That(test.Points, Has.Count.LessThan(150));
        Assert.That(test.Points[^1].SmoothedLoss, Is.GreaterThan(3 * test.Points.Min(point => point.SmoothedLoss)));
        float? suggestion = new LearningRateSearch(test.Points, test.LowestAt, 1e-3f).Suggestion;
        Assert.That(suggestion * 10, Is.EqualTo(test.LowestAt).Within(1).Ulps);
        Assert.That(test.LowestAt, Is.InRange(0.05f, 2), "plain steps on standardized features and labels");
    }

    [Test]
    public void A_range_whose_loss_never_falls_has_no_suggestion()
    {
        var test = new RangeTest(1, 4, steps: 3);
        foreach ((float rate, double loss) in ((float, double)[])[(1, 2), (2, 3), (4, 5)])
            test.Add(rate, loss, startLoss: 2);
        Assert.That(new LearningRateSearch(test.Points, test.LowestAt, 1).Suggestion, Is.Null);
    }

    /// <summary>Losses of a step are of its batch's statistics, or of units that it drops: the start is held against them as a step sees it, and not as it scores, where a running mean of 0 or all units would make another loss of it.</summary>
    [TestCase("Batch", 0f, "Adam")]
    [TestCase("Batch", 0f, "SGD")]
    [TestCase("None", 0.5f, "SGD")]
    [TestCase("None", 0.7f, "SGD")]
    [TestCase("Batch", 0.5f, "Adam")]
    public void Batch_normalization_and_dropout_are_the_same_on_both_sides(string normalization, float dropout, string optimizer)
    {
        // Weights of deviation 1: scored with the running mean of 0 and variance of 1 that batch normalization begins with, such a start has a loss of hundreds.
        (TrainingSet data, NetworkTask task, int outputs) = normalization == "Batch" ? (Trainings.Rings(640), NetworkTask.Multiclass, 3) : (Trainings.Waves(640), NetworkTask.Regression, 1);
        TrainingOptions options = Trainings.Options(task, outputs, [64, 64], init: normalization == "Batch" ? "normal(deviation=1)" : "he", optimizer: optimizer, batchSize: 64, epochs: 100) with
        {
            Normalization = Enum.Parse<Normalization>(normalization), Dropout = dropout > 0 ? new Dropout(dropout, isAlpha: false) : null,
        };
        RangeTest test = Run(data, options, 1e-7f, 10, steps: 100);
        float rate = new LearningRateSearch(test.Points, test.LowestAt, 1e-7f).Suggestion!.Value;
        Assert.That(rate, Is.InRange(1e-4f, 1));
        // A rate that trains: a tenth of the loss at least, in five epochs.
        double[] losses = [.. NetworkTrainer.Train(data, options with { LearningRate = rate, NumberOfEpochs = 5 }).History.Epochs.Select(epoch => epoch.TrainingLoss)];
        Assert.That(losses[^1], Is.LessThan(0.9 * losses[0]));
    }

    [Test]
    public void Neither_an_easy_batch_nor_a_hard_one_decides()
    {
        // The start's loss on the batches is 0.01 and then from 0.5 to 2; the weights' is 0.1 % better each step up to the 60th, and worse from there on.
        var test = new RangeTest(1e-6f, 1, steps: 100);
        RateCourse course = test.Begin(new(1, 100, 100, 1, false));
        for (int step = 0; step < 100; step++)
        {
            double start = step == 0 ? 0.01 : 0.5 + 1.5 * (step * 0.618 % 1);
            Assert.That(test.Add((float)course.Rate(step), start * (1 - 0.001 * (step <= 60 ? step : 120 - 8 * (step - 45))), start), Is.EqualTo(step < 99), $"step {step}");
        }
        Assert.That(test.LowestAt, Is.InRange(course.Rate(58), course.Rate(75)), "the mean lags behind");
    }

    [Test]
    public void Losses_below_0_and_a_suggestion_at_the_lowest_rate_are_losses_and_suggestions_like_others()
    {
        var test = new RangeTest(1e-3f, 1, steps: 4);
        foreach ((float rate, double loss) in ((float, double)[])[(0.001f, -200), (0.01f, -201), (0.1f, -199)])
            Assert.That(test.Add(rate, loss, startLoss: -200), Is.True);
        Assert.That(test.LowestAt, Is.EqualTo(0.01f));
        Assert.That(new LearningRateSearch(test.Points, 0.002f, 1e-3f).Suggestion, Is.EqualTo(1e-3f));
    }

    /// <summary>Few rows a batch and few positives: a batch's loss is from 0.05 to 1 by chance. Of 60 seeds three suggest up to 0.7, none less than 1e-4.</summary>
    [Test]
    public void Rates_of_noisy_batches_are_found([Range(1u, 12u)] uint seed)
    {
        TrainingSet rings = Trainings.Rings(800, seed: seed);
        var random = new RandomSource(seed, "rare");
        var data = new TrainingSet(rings.Features, 800, rings.FeatureCount, [.. rings.Targets.Select(ring => ring == 0 && random.NextDouble() < 0.2 ? 1f : 0f)], 1);
        RangeTest test = Run(data, Trainings.Options(NetworkTask.Binary, 1, [64], batchSize: 32, epochs: 100) with { Seed = seed }, 1e-7f, 10, steps: 100);
        Assert.That(new LearningRateSearch(test.Points, test.LowestAt, 1e-7f).Suggestion, Is.InRange(1e-4f, 0.3f));
    }

    [Test]
    [Category("Determinism")]
    [Category("Fused")]
    public void Threads_and_widths_do_not_reach_the_points()
    {
        TrainingOptions options = Trainings.Options(NetworkTask.Multiclass, 3, [256, 256], epochs: 20);
        IReadOnlyList<LearningRatePoint> points = Run(Trainings.Rings(150), options, 1e-5f, 1, steps: 20).Points;
        Assert.That(Run(Trainings.Rings(150), options with { Threads = 3, Simd = SimdLevel.Width128 }, 1e-5f, 1, steps: 20).Points, Is.EqualTo(points));
    }

    static RangeTest Run(TrainingSet data, TrainingOptions options, float lowest, float highest, int steps)
    {
        var test = new RangeTest(lowest, highest, steps);
        NetworkTrainer.Train(data, options with { RangeTest = test });
        return test;
    }
}
