using MLNet.WeightInit.Engine.Data;
using MLNet.WeightInit.Engine.Training;

namespace MLNet.WeightInit.Engine.Tests.Training;

/// <summary>Which rows a report looks at.</summary>
internal sealed class ProbeSampleTests
{
    /// <summary>Rows of class 0, 1 and 2 in the given numbers, in an order without a pattern.</summary>
    static TrainingSet Classes(params int[] sizes)
    {
        int[] labels = [.. sizes.SelectMany((size, label) => Enumerable.Repeat(label, size))];
        new RandomSource(1, "labels").Shuffle(labels);
        return new TrainingSet(new float[labels.Length], labels.Length, 1, [.. labels.Select(label => (float)label)], 1);
    }

    static int[] All(TrainingSet data) => [.. Enumerable.Range(0, data.Rows)];

    [Test]
    public void Each_class_gives_its_share_rounded_up_or_down([Range(1, 20)] int seed)
    {
        TrainingSet data = Classes(9_700, 100, 200);
        int[] chosen = ProbeSample.Choose(data, All(data), classColumn: 0, seed, 256);
        int[] counts = [.. Enumerable.Range(0, 3).Select(label => chosen.Count(row => data.Targets[row] == label))];
        Assert.That(chosen, Has.Length.EqualTo(256).And.Unique.And.Ordered);
        double[] shares = [256 * 0.97, 256 * 0.01, 256 * 0.02];
        for (int label = 0; label < 3; label++)
            Assert.That(counts[label], Is.AnyOf((int)Math.Floor(shares[label]), (int)Math.Ceiling(shares[label])), $"class {label}");
    }

    /// <summary>Each of the 100 rows of class 1 comes up in 2.56 of 100 draws of three or two: 1,000 seeds choose a row 25.6 times, with a deviation of 5 (binomial).</summary>
    [Test]
    public void Rows_of_a_class_come_up_alike()
    {
        TrainingSet data = Classes(9_900, 100);
        var counts = new int[data.Rows];
        for (int seed = 0; seed < 1_000; seed++)
            foreach (int row in ProbeSample.Choose(data, All(data), classColumn: 0, seed, 256))
                counts[row]++;
        Assert.That(counts.Where((_, row) => data.Targets[row] == 1), Is.All.InRange(1, 25.6 + 5 * 5));
    }

    [Test]
    public void Few_rows_are_all_taken_and_values_are_drawn_without_regard_to_them()
    {
        TrainingSet data = Classes(200, 56);
        Assert.That(ProbeSample.Choose(data, All(data), classColumn: 0, 1, 256), Is.EqualTo(All(data)));
        Assert.That(ProbeSample.Choose(data, [3, 7, 9], classColumn: 0, 1, 256), Is.EqualTo(new[] { 3, 7, 9 }));
        int[] order = All(data);
        new RandomSource(1, "probe/rows").Shuffle(order);
        Assert.That(ProbeSample.Choose(data, All(data), classColumn: null, 1, 10), Is.EquivalentTo(order[..10]));
    }

    /// <summary>Classes one after another, each in the order drawn, of which every n/256-th row is taken.</summary>
    [Test]
    public void The_drawn_order_goes_on_within_a_class()
    {
        TrainingSet data = Classes(700, 200, 100);
        int[] order = All(data);
        new RandomSource(3, "probe/rows").Shuffle(order);
        order = [.. order.OrderBy(row => data.Targets[row])];
        Assert.That(ProbeSample.Choose(data, All(data), classColumn: 0, 3, 256), Is.EqualTo(Enumerable.Range(0, 256).Select(i => order[(2 * i + 1) * 1_000 / 512]).Order()));
    }

    /// <summary>From Python: hashlib.sha256 of struct.pack('&lt;ififf', column, feature, key, target, weight), row after row; each has one feature that isn't 0.</summary>
    [Test]
    public void The_hash_is_of_features_keys_targets_and_weights()
    {
        var data = new TrainingSet([1, 0, 3, 4, 0, 6], 3, 2, [0, 1, 2], 1);
        data.AddKeys([7, 8, 9], 1);
        Assert.That(ProbeSample.Hash(data, [0, 2]), Is.EqualTo("fcbc3cb246955afb443a0f3bf4b6feb35ba7871229a40b07d841e51270879d1a"));
        Assert.That(ProbeSample.Hash(data, [0, 1]), Is.Not.EqualTo(ProbeSample.Hash(data, [0, 2])));
    }
}
