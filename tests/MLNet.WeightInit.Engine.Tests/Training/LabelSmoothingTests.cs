using MLNet.WeightInit.Engine.Data;
using MLNet.WeightInit.Engine.Training;

namespace MLNet.WeightInit.Engine.Tests.Training;

[TestFixture]
[Category("Kernels")]
internal sealed class LabelSmoothingTests
{
    /// <summary>PyTorch's <c>CrossEntropyLoss(label_smoothing=ε)</c>: −Σ q' log softmax, with q' = (1 − ε) q + ε / K.</summary>
    [Test]
    public void Softmax_is_compared_with_the_smoothed_label([Values(2, 10, 16, 40)] int classes, [Values(0.1f, 0.75f)] float smoothing, [Values] bool weighted)
    {
        const int Rows = 19;
        float[] labels = [.. Enumerable.Range(0, Rows).Select(row => (float)(row * 5 % classes))];
        var run = new LossRun(FormattableString.Invariant($"SoftmaxCrossEntropy(label_smoothing={smoothing})"), Engine.Kernels.SimdLevels.Best, Rows, classes, 4, labels, 1, weighted);
        double total = 0;
        for (int row = 0; row < Rows; row++)
        {
            double[] logits = run.Row(row);
            double logarithm = Math.Log(logits.Sum(Math.Exp)), weight = run.Weight(row);
            for (int unit = 0; unit < classes; unit++)
            {
                double label = (1 - smoothing) * (unit == (int)labels[row] ? 1 : 0) + smoothing / classes;
                total -= weight * label * (logits[unit] - logarithm);
                double expected = weight * 0.25 * (Math.Exp(logits[unit] - logarithm) - label);
                Assert.That((double)run.GradientAt(row, unit), Is.EqualTo(expected).Within(LossRun.Bound(classes, 4)));
            }
        }
        Assert.That(run.Loss, Is.EqualTo(total).Within(Rows * 2 * LossRun.Bound(classes, 4)));
        run.CheckPaddingAndMoat();
    }

    [Test]
    public void A_binary_label_moves_half_of_the_share_towards_the_other([Values(1, 3)] int units, [Values(0.1f, 0.75f)] float smoothing, [Values] bool weighted)
    {
        const int Rows = 19;
        float[] labels = [.. Enumerable.Range(0, Rows * units).Select(i => i % 3 == 0 ? 1f : 0)];
        var run = new LossRun(FormattableString.Invariant($"BinaryCrossEntropy(label_smoothing={smoothing})"), Engine.Kernels.SimdLevels.Best, Rows, units, 4, labels, units, weighted);
        double total = 0;
        for (int row = 0; row < Rows; row++)
        {
            for (int unit = 0; unit < units; unit++)
            {
                double sigmoid = 1 / (1 + Math.Exp(-run.Row(row)[unit])), label = labels[row * units + unit] == 1 ? 1 - smoothing / 2 : smoothing / 2, weight = run.Weight(row) / units;
                total -= weight * (label * Math.Log(sigmoid) + (1 - label) * Math.Log(1 - sigmoid));
                Assert.That((double)run.GradientAt(row, unit), Is.EqualTo(0.25 * weight * (sigmoid - label)).Within(LossRun.Bound(1, 1)));
            }
        }
        Assert.That(run.Loss, Is.EqualTo(total).Within(Rows * LossRun.Bound(units, 4)));
        run.CheckPaddingAndMoat();
    }

    /// <summary>In floats, added up over 400 rows: far less than 1e-5.</summary>
    [Test]
    public void The_best_constant_costs_the_entropy_of_the_smoothed_shares()
    {
        const double Smoothing = 0.2;
        TrainingSet classes = Trainings.Rings(400, classes: 3), flags = Trainings.Rings(400, classes: 2);
        double[] shares = [.. Enumerable.Range(0, 3).Select(label => (1 - Smoothing) * classes.Targets.Count(target => target == label) / 400 + Smoothing / 3)];
        double share = (1 - Smoothing) * flags.Targets.Sum() / 400 + Smoothing / 2;

        TrainingOptions multiclass = Trainings.Options(NetworkTask.Multiclass, 3, loss: "SoftmaxCrossEntropy(label_smoothing=0.2)", epochs: 0) with { ValidationFraction = 0 };
        TrainingOptions binary = Trainings.Options(NetworkTask.Binary, 1, loss: "BinaryCrossEntropy(label_smoothing=0.2)", epochs: 0) with { ValidationFraction = 0 };
        Assert.That(NetworkTrainer.Train(classes, multiclass).Initialization.PriorLoss, Is.EqualTo(-shares.Sum(p => p * Math.Log(p))).Within(1e-5));
        Assert.That(NetworkTrainer.Train(flags, binary).Initialization.PriorLoss, Is.EqualTo(-share * Math.Log(share) - (1 - share) * Math.Log(1 - share)).Within(1e-5));
        Assert.That(NetworkTrainer.Train(classes, multiclass).Initialization.Verdict, Is.EqualTo(Verdict.Healthy));
    }

    [Test]
    public void A_smoothed_network_is_less_certain()
    {
        TrainingSet data = Trainings.Rings(150, classes: 3);
        double Certainty(string loss)
        {
            FeedForwardNetwork network = NetworkTrainer.Train(data, Trainings.Options(NetworkTask.Multiclass, 3, [32], loss: loss, learningRate: 0.01f, epochs: 100) with { ValidationFraction = 0, WeightDecay = 0 }).Network;
            var scores = new float[3];
            double sum = 0;
            for (int row = 0; row < data.Rows; row++)
            {
                network.Predict(data.Row(row), scores);
                sum += scores.Max();
            }
            return sum / data.Rows;
        }
        // A smoothed label's best probability is 1 − ε + ε / K = 0.8.
        Assert.That(Certainty("SoftmaxCrossEntropy"), Is.GreaterThan(0.9));
        Assert.That(Certainty("SoftmaxCrossEntropy(label_smoothing=0.3)"), Is.LessThan(0.83));
    }
}
