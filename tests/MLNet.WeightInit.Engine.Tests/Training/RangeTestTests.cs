using MLNet.WeightInit.Engine.Data;
using MLNet.WeightInit.Engine.Kernels;
using MLNet.WeightInit.Engine.Network;
using MLNet.WeightInit.Engine.Training;

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
        Assert.That(test.Points[^1].SmoothedLoss, Is.GreaterThan(4 * test.Points.Min(point => point.SmoothedLoss)));
        float? suggestion = new LearningRateSearch(test.Points).Suggestion;
        Assert.That(suggestion * 10, Is.EqualTo(test.Points.MinBy(point => point.SmoothedLoss)!.LearningRate).Within(1).Ulps);
    }

    [Test]
    public void A_range_whose_loss_never_falls_has_no_suggestion()
        => Assert.That(new LearningRateSearch([new LearningRatePoint(1, 2, 2), new LearningRatePoint(2, 3, 2.5)]).Suggestion, Is.Null);

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
