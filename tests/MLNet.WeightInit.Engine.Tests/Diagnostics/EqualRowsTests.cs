using MLNet.WeightInit.Engine.Data;
using MLNet.WeightInit.Engine.Diagnostics;
using MLNet.WeightInit.Engine.Network;
using MLNet.WeightInit.Engine.Tests.Training;
using MLNet.WeightInit.Engine.Training;

namespace MLNet.WeightInit.Engine.Tests.Diagnostics;

/// <summary>Features that are the same in all rows, where they are what stands in training's way.</summary>
[TestFixture]
internal sealed class EqualRowsTests
{
    const int Rows = 120, Features = 6;

    [Test]
    public void Rows_that_are_all_alike_are_named_as_the_cause([Values] bool standardize, [Values(3.5f, 0f, float.NaN)] float value)
    {
        TrainingSet data = Data(Features, value);
        TrainingResult result = NetworkTrainer.Train(data, Options(standardize) with { FillsMissing = float.IsNaN(value) });
        Finding found = result.Initialization.Findings[0];
        using (Assert.EnterMultipleScope())
        {
            Assert.That((result.Initialization.Verdict, found.Verdict, found.Severity), Is.EqualTo((Verdict.RankCollapse, Verdict.RankCollapse, Severity.Error)), result.Initialization.ToString());
            Assert.That(found.Evidence, Is.EqualTo("each of the 6 features has the same value in all 120 training rows: nothing tells one row from another, and no training gets below the best constant's loss"));
            Assert.That(result.Initialization.ToString().ReplaceLineEndings(" "), Does.StartWith($"RankCollapse: {found.Evidence}."));
            Assert.That(result.History.Epochs[^1].TrainingLoss, Is.GreaterThan(0.99 * result.Initialization.PriorLoss), "nor does it");
        }
    }

    [TestCase(0, "")]
    [TestCase(2, "")]
    [TestCase(3, "", Description = "half of them isn't the greater part")]
    [TestCase(4, "4 of 6 features (0, 1, 2 and 3, counted from 0) have the same value in all 120 training rows: their weights learn nothing that tells rows apart")]
    public void Some_constant_features_are_a_note_where_they_are_the_greater_part(int constant, string expected)
        => Assert.That(Notes(NetworkTrainer.Train(Data(constant, 3), Options(standardize: true))), Is.EqualTo(expected.Length > 0 ? [expected] : Array.Empty<string>()));

    /// <summary>Normal features have a mean square of 1: beside five of them a constant of 2 has 4 of 9, and one of 20 has 400 of some 405.</summary>
    [TestCase(2, "")]
    [TestCase(20, "1 of 6 features (0, counted from 0) has the same value in all 120 training rows, and 99 % of the rows' squared length is theirs: to the first layer rows look alike")]
    public void A_large_constant_is_a_note_where_features_come_as_they_are(float value, string expected)
    {
        Assert.That(Notes(NetworkTrainer.Train(Data(1, value), Options(standardize: false))), Is.EqualTo(expected.Length > 0 ? [expected] : Array.Empty<string>()));
        Assert.That(Notes(NetworkTrainer.Train(Data(1, value), Options(standardize: true))), Is.Empty, "standardized it is 0");
    }

    [Test]
    public void Sparse_rows_are_alike_or_not([Values] bool areAlike)
    {
        var sparse = new SparseRows(50);
        for (int row = 0; row < Rows; row++)
            sparse.Add([3, 10 + (areAlike ? 0 : row % 3)], [1f, 2f]);
        float[] labels = [.. Enumerable.Range(0, Rows).Select(row => (float)(row % 2))];
        InitializationReport report = NetworkTrainer.Train(new TrainingSet(sparse, labels, 1), Options(standardize: false)).Initialization;
        Assert.That(report.Findings.Any(finding => finding.Evidence.StartsWith("each of the 50 features", StringComparison.Ordinal)), Is.EqualTo(areAlike));
        Assert.That(Notes(new TrainingResult(null!, null!, report)), Is.Empty, "48 columns that no row has are usual");
    }

    /// <summary>Keys beside them tell the rows apart, and a column of features that says nothing is how one leaves them out.</summary>
    [Test]
    public void Constant_features_beside_categories_are_no_cause()
    {
        TrainingSet data = Trainings.WithCategories(Rows);
        Array.Fill(data.Features, 1);
        TrainingOptions options = Trainings.Options(NetworkTask.Multiclass, 3, [16], epochs: 0) with { Embeddings = Trainings.Categories() };
        InitializationReport report = NetworkTrainer.Train(data, options).Initialization;
        Assert.That(report.Findings.Where(finding => finding.Evidence.Contains("the same value in all", StringComparison.Ordinal)), Is.Empty);
        Assert.That(ConstantFeatures.Of(data, [.. Enumerable.Range(0, Rows)]).AreAll);
    }

    [Test]
    public void Missing_in_some_rows_is_not_constant()
    {
        float[] features = [1, 2, float.NaN, 0, 1, 2, float.NaN, 1, 1, float.NaN, float.NaN, 0];
        ConstantFeatures found = ConstantFeatures.Of(new TrainingSet(features, 3, 4, [0, 1, 0], 1), [0, 1, 2]);
        Assert.That((found.Slots, found.Features, found.Rows), Is.EqualTo((new[] { 0, 2 }, 4, 3L)));
        Assert.That(found.Values, Is.EqualTo(new[] { 1, float.NaN }));
        Assert.That(ConstantFeatures.Of(new TrainingSet(features, 3, 4, [0, 1, 0], 1), [0, 1]).Slots, Is.EqualTo(new[] { 0, 1, 2 }), "the rows that train, and no others");
    }

    /// <summary>Where nothing is told of the label, the finding says which features can't tell it.</summary>
    [Test]
    public void A_finding_on_labels_that_features_do_not_tell_names_constant_ones()
    {
        TrainingSet data = Data(2, 1);
        for (int row = 0; row < Rows; row++)
            data.Targets[row] = row * 7 % 5 < 2 ? 1 : 0;
        InitializationReport report = NetworkTrainer.Train(data, Options(standardize: true) with { LearningRate = 1e-7f }).Initialization;
        Assert.That(report.Findings[0].Evidence, Does.Contain(" from its features, and 2 of 6 features (0 and 1, counted from 0) have the same value in all 120 training rows"));
    }

    static string[] Notes(TrainingResult result) => [.. result.Initialization.Findings.Where(finding => finding is { Verdict: Verdict.RankCollapse, Severity: Severity.Note } && finding.Evidence.Contains("counted from 0", StringComparison.Ordinal)).Select(finding => finding.Evidence)];

    static TrainingOptions Options(bool standardize) => Trainings.Options(NetworkTask.Binary, 1, [16, 16], init: "he", learningRate: 0.003f, epochs: 20) with { Standardize = standardize };

    /// <param name="constant">The first so many features have the value.</param>
    static TrainingSet Data(int constant, float value)
    {
        float[] features = new float[Rows * Features], labels = new float[Rows];
        new RandomSource(5, "rows").FillNormal(features, 1);
        for (int row = 0; row < Rows; row++)
        {
            labels[row] = features[row * Features + 5] > 0 ? 1 : 0;
            features.AsSpan(row * Features, constant).Fill(value);
        }
        return new TrainingSet(features, Rows, Features, labels, 1);
    }
}
