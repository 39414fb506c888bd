using MLNet.WeightInit.Engine.Data;
using MLNet.WeightInit.Engine.Training;

namespace MLNet.WeightInit.Engine.Tests.Training;

[TestFixture]
internal sealed class EpochSearchTests
{
    /// <summary>Classes of one row each, with labels that are multiples of the number of folds: dealing by label alone would put all of them into one fold.</summary>
    static readonly float[][] s_labels =
    [
        [.. Enumerable.Range(0, 25).Select(row => (float)(5 * row))],
        [.. Enumerable.Range(0, 40).Select(row => row < 37 ? 0f : 1)],
        [.. Enumerable.Range(0, 101).Select(row => (float)(row % 7))],
        [.. Enumerable.Range(0, 20).Select(row => row == 0 ? 124f : 3)],
    ];

    [Test]
    public void Folds_differ_by_one_row_at_most_in_size_and_in_every_class([ValueSource(nameof(s_labels))] float[] labels)
    {
        var data = new TrainingSet(new float[labels.Length], labels.Length, 1, labels, 1);
        int[] folds = EpochSearch.AssignFolds(data, [.. Enumerable.Range(0, labels.Length)], Trainings.Options(NetworkTask.Multiclass, 125));
        AssertEven(folds);
        foreach (float label in labels.Distinct())
            AssertEven([.. folds.Where((_, row) => labels[row] == label)]);
    }

    [Test]
    public void Folds_of_a_regression_differ_by_one_row_at_most([Values(20, 21, 104)] int rows)
        => AssertEven(EpochSearch.AssignFolds(Trainings.Waves(rows), [.. Enumerable.Range(0, rows)], Trainings.Options(NetworkTask.Regression, 1)));

    [Test]
    public void A_cancelled_search_gives_finite_weights_of_a_finished_epoch_or_throws([Values] bool returnBest)
    {
        using var source = new CancellationTokenSource();
        int batches = 0;
        TrainingOptions options = Trainings.Options(NetworkTask.Multiclass, 3, init: "he", epochs: null) with
        {
            Standardize = false,
            WeightDecay = 0,
            CancellationToken = source.Token,
            ReturnBestOnCancel = returnBest,
            CheckAlive = () => { if (++batches == 64) source.Cancel(); },
        };
        TrainingSet data = Trainings.Rings(100);               // four fifths are 3 batches of at most 32 rows, and a fifth is validated in one: an epoch of all folds is 20, and the 64th is in the fourth
        if (!returnBest)
        {
            Assert.That(() => NetworkTrainer.Train(data, options), Throws.InstanceOf<OperationCanceledException>());
            return;
        }
        TrainingResult result = NetworkTrainer.Train(data, options);
        Assert.That(result.History.StopReason, Does.Contain("Cancelled in epoch 4 of the search"));
        Assert.That(result.History.BestEpoch, Is.EqualTo(3), "the loss still falls");

        // Nothing here hangs on rows but the steps: the same rows alone give the same weights.
        int[] folds = EpochSearch.AssignFolds(data, [.. Enumerable.Range(0, 100)], options);
        int[] rows = [.. Enumerable.Range(0, 100).Where(row => folds[row] != 0)];
        var part = new TrainingSet([.. rows.SelectMany(row => data.Row(row).ToArray())], rows.Length, data.FeatureCount, [.. rows.Select(row => data.Targets[row])], 1);
        TrainingOptions asked = options with { NumberOfEpochs = 3, CancellationToken = default, CheckAlive = null };
        Assert.That(Trainings.Bytes(result.Network), Is.EqualTo(Trainings.Bytes(NetworkTrainer.Train(part, asked).Network)));
    }

    static void AssertEven(int[] folds)
    {
        int[] sizes = [.. Enumerable.Range(0, EpochSearch.Folds).Select(fold => folds.Count(found => found == fold))];
        Assert.That(sizes.Max() - sizes.Min(), Is.LessThanOrEqualTo(1), string.Join(", ", sizes));
    }
}
