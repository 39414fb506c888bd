using MLNet.WeightInit.Engine.Data;
using MLNet.WeightInit.Engine.Diagnostics;
using MLNet.WeightInit.Engine.Network;
using MLNet.WeightInit.Engine.Tests.Training;
using MLNet.WeightInit.Engine.Training;

namespace MLNet.WeightInit.Engine.Tests.Diagnostics;

/// <summary>Verdicts against what trainings come to: starts of one kind that learn on some data and not on others.</summary>
public class VerdictsByTrainingTests
{
    const int Rows = 400;

    /// <summary>Half of the best constant's loss.</summary>
    const double Learned = 0.5;

    [Test]
    public void Twins_fail_at_many_classes_and_learn_a_value_that_is_linear()
    {
        TrainingSet line = Made("line", 6, (x, _) => x[0] - 2 * x[1] + x[2]), clusters = Made("clusters", 6, (x, random) => Cluster(x, random));
        TrainingOptions value = Trainings.Options(NetworkTask.Regression, 1, [8], "Tanh", init: "constant(value=0.5)", learningRate: 0.01f, epochs: 40),
            classes = Trainings.Options(NetworkTask.Multiclass, 8, [8, 8], "Tanh", init: "constant(value=0.5)", learningRate: 0.01f, epochs: 20);
        (InitializationReport ofValue, double valueLoss) = Train(line, value);
        (InitializationReport ofClasses, double classLoss) = Train(clusters, classes);
        Assert.That((valueLoss < Learned, classLoss < Learned), Is.EqualTo((true, false)), $"{valueLoss}, {classLoss}");
        Assert.That((ofValue.Verdict, Symmetry(ofValue).Severity, ofClasses.Verdict, Symmetry(ofClasses).Severity), Is.EqualTo((Verdict.Healthy, Severity.Note, Verdict.Symmetric, Severity.Error)));
        Assert.That(Symmetry(ofClasses).Evidence, Does.Contain("the layer works as one unit"));
        Assert.That(ofClasses.ToString(), Does.Not.Contain("NaN").And.Not.Contain("- (rows)"), "of what theory doesn't know nothing is said");
        Assert.That(Train(clusters, classes with { Init = Trainings.Options(NetworkTask.Multiclass, 8, init: "he").Init }).Loss, Is.LessThan(Learned), "it isn't the data");
    }

    /// <summary>Seven features are copied to the first 7 of 16 units, and the other nine are alike: 8 units, which is no error.</summary>
    [Test]
    public void Layers_of_copied_features_learn_with_the_units_that_differ()
    {
        (InitializationReport report, double loss) = Train(Made("line", 7, (x, _) => x[0] - 2 * x[1] + x[2]), Trainings.Options(NetworkTask.Regression, 1, [16, 16, 16, 16], init: "identity", learningRate: 0.003f, epochs: 40));
        Assert.That(loss, Is.LessThan(Learned));
        Assert.That(report.Verdict, Is.EqualTo(Verdict.Healthy));
        Assert.That(Symmetry(report).Evidence, Does.StartWith("56 % of the 16 units of hidden[0]").And.Contains("the layer works as 8 units"));
    }

    /// <summary>Rows on a coil, the value their place along it: neighbours know it, and no plane does.</summary>
    [Test]
    public void A_linear_model_of_a_coil_is_an_error_and_of_a_plane_is_none()
    {
        TrainingSet coil = Made("coil", 3, (x, random) =>
        {
            float turn = 5 + 9 * random.NextSingle();
            (x[0], x[2]) = (turn * MathF.Cos(turn), turn * MathF.Sin(turn));
            return turn;
        });
        TrainingOptions linear = Trainings.Options(NetworkTask.Regression, 1, [], learningRate: 0.01f, epochs: 60);
        (InitializationReport report, double loss) = Train(coil, linear);
        Finding found = report.Findings[0];
        Assert.That(loss, Is.GreaterThan(Learned));
        Assert.That((report.Verdict, found.Severity, found.Remedies[0].Code), Is.EqualTo((Verdict.Stalling, Severity.Error, "hiddenLayers: [128, 64]")));
        Assert.That(found.Evidence, Does.StartWith("without hidden layers the network is a linear model, which tells "));
        Assert.That(Train(coil, RemedyTrials.Apply(found.Remedies[0].Code, linear)!).Loss, Is.LessThan(Learned));
        (InitializationReport onLine, double lineLoss) = Train(Made("line", 3, (x, _) => x[0] - 2 * x[1] + x[2]), linear);
        Assert.That((onLine.Verdict, lineLoss < Learned), Is.EqualTo((Verdict.Healthy, true)));
    }

    static Finding Symmetry(InitializationReport report) => report.Findings.Single(finding => finding.Verdict == Verdict.Symmetric);

    /// <summary>The report, and the last epoch's loss over the best constant's.</summary>
    static (InitializationReport Report, double Loss) Train(TrainingSet data, TrainingOptions options)
    {
        TrainingResult result = NetworkTrainer.Train(data, options);
        return (result.Initialization, result.History.Epochs[^1].TrainingLoss / result.Initialization.PriorLoss);
    }

    /// <summary>Eight classes at the corners of a cube: more than one direction puts in order.</summary>
    static float Cluster(Span<float> x, RandomSource random)
    {
        int label = random.NextInt32(8);
        for (int bit = 0; bit < 3; bit++)
            x[bit] = 0.3f * x[bit] + 2 * (label >> bit & 1);
        return label;
    }

    delegate float Labelling(Span<float> x, RandomSource random);

    static TrainingSet Made(string name, int width, Labelling label)
    {
        var random = new RandomSource(3, name);
        float[] features = new float[Rows * width], labels = new float[Rows];
        random.FillNormal(features, 1);
        for (int row = 0; row < Rows; row++)
            labels[row] = label(features.AsSpan(row * width, width), random);
        return new TrainingSet(features, Rows, width, labels, 1);
    }
}
