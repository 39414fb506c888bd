using MLNet.WeightInit.Engine.Data;
using MLNet.WeightInit.Engine.Network;
using MLNet.WeightInit.Engine.Tests.Training;
using MLNet.WeightInit.Engine.Training;

namespace MLNet.WeightInit.Engine.Tests.Diagnostics;

/// <summary>Schoenholz et al. 2017, section 5: networks train down to a few of their depth scales ξ_c and no deeper.</summary>
[TestFixture]
internal sealed class TrainableDepthTests
{
    const int Features = 64, Width = 64, Rows = 1920, TestRows = 400, Centers = 30;

    static readonly TrainingSet s_training = Prototypes(Rows, 3), s_test = Prototypes(TestRows, 4);

    /// <summary>docs/benchmarks/mean-field.md has the medians of three seeds after 400 steps of SGD at 0.05 on twice the rows: 0.75 of 10 layers at σw² = 1, from 10 ξ_c on 0.10, which is chance, and 0.72 and more to 20 layers at criticality. One seed of each
    /// lies within 0.05 of it.</summary>
    [Test]
    public void Tanh_networks_learn_within_three_depth_scales_and_beyond_ten_only_at_criticality()
    {
        (double shallow, double ofShallow) = Accuracy(1, 10);
        (double deep, double ofDeep) = Accuracy(0.5, 14);
        (double critical, double ofCritical) = Accuracy(1.761, 14);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(10 / ofShallow, Is.LessThanOrEqualTo(3), "depth in ξ_c");
            Assert.That(14 / ofDeep, Is.GreaterThanOrEqualTo(10), "depth in ξ_c");
            Assert.That(14 / ofCritical, Is.LessThan(0.5), "depth in ξ_c");
            Assert.That(shallow, Is.GreaterThan(0.5));
            Assert.That(deep, Is.LessThan(0.2));
            Assert.That(critical, Is.GreaterThan(0.5));
        }
    }

    /// <summary>After 400 steps, biases of variance 0.05; and ξ_c by the report of the start.</summary>
    static (double Accuracy, double SimilarityDepth) Accuracy(double variance, int depth)
    {
        TrainingOptions options = Trainings.Options(NetworkTask.Multiclass, 10, [.. Enumerable.Repeat(Width, depth)], "Tanh", optimizer: "SGD", init: FormattableString.Invariant($"variance_scaling(scale={variance})"), learningRate: 0.05f, batchSize: 64, epochs: 14) with
        {
            BiasInit = InitializerRegistry.CreateDefault().Parse("normal(deviation=0.2236068)"),
            MaximumSteps = 400,
            Standardize = false,
            EarlyStopping = false,
        };
        TrainingResult result = NetworkTrainer.Train(s_training, options);
        int right = 0;
        var scores = new float[10];
        for (int row = 0; row < TestRows; row++)
        {
            result.Network.Predict(s_test.Row(row), scores);
            right += Array.IndexOf(scores, scores.Max()) == (int)s_test.Targets[row] ? 1 : 0;
        }
        return ((double)right / TestRows, result.Initialization.Theory!.SimilarityDepth);
    }

    /// <summary>Ten classes of three Gaussian prototypes each: x = (μ + N(0, 1)) / √1.3025, μ ~ 0.55 N(0, 1).</summary>
    static TrainingSet Prototypes(int rows, long seed)
    {
        float[] centers = new float[Centers * Features], values = new float[rows * Features], labels = new float[rows];
        new RandomSource(1, "prototypes/centers").FillNormal(centers, 0.55f);
        new RandomSource(seed, "prototypes/rows").FillNormal(values, 1);
        for (int row = 0; row < rows; row++)
        {
            labels[row] = row % Centers / 3;
            for (int feature = 0; feature < Features; feature++)
                values[row * Features + feature] = (values[row * Features + feature] + centers[row % Centers * Features + feature]) / MathF.Sqrt(1.3025f);
        }
        return new TrainingSet(values, rows, Features, labels, 1);
    }
}
