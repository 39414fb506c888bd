using MLNet.WeightInit.Engine.Data;
using MLNet.WeightInit.Engine.Kernels;

namespace MLNet.WeightInit.Engine.Tests.Data;

/// <summary>The order of rows that are streamed, and what happens where a reading gives others than the first one. A row's feature is its number.</summary>
[TestFixture]
internal sealed class StreamedRowsTests
{
    static TrainingSet Numbered(int rows) => new([.. Enumerable.Range(0, rows).Select(row => (float)row)], rows, 1, [.. Enumerable.Range(0, rows).Select(row => row % 2f)], 1);

    static StreamedRows Rows(RowStream stream, int poolRows, int batchSize, float? validation = 0, long seed = 1)
    {
        var survey = new StreamSurvey(stream, new SurveyPlan { Task = NetworkTask.Regression, Outputs = 1, Seed = seed, PoolRows = poolRows, ValidationFraction = validation });
        return new StreamedRows(survey, Gatherer(survey.Sample), batchSize, seed);
    }

    static BatchGatherer Gatherer(TrainingSet data) => new(data, AffineScale.None, AffineScale.None, 1, PassKernels().Rows, 8);

    static MLNet.WeightInit.Engine.Network.PassKernels PassKernels() => MLNet.WeightInit.Engine.Network.PassKernels.Create(SimdLevels.Best, WorkerPool.CallerOnly);

    /// <summary>The batches of one epoch, as numbers of rows.</summary>
    static List<int[]> Epoch(EpochRows rows, int epoch, int batchSize)
    {
        var batches = new List<int[]>();
        rows.Begin(epoch);
        for (long seen = 0; seen < rows.Count; seen += batches[^1].Length)
        {
            Assert.That(rows.TryPrepare(() => false));
            var batch = new List<int>();
            foreach (int row in rows.Next(batchSize))
                batch.Add((int)rows.Gatherer.Data.Row(row)[0]);
            batches.Add([.. batch]);
        }
        return batches;
    }

    [Test]
    public void Each_epoch_takes_each_row_once_in_whole_batches_and_none_further_from_its_place_than_a_pool([Values(1, 2, 100, 199, 200)] int rows, [Values(1, 7, 30)] int batchSize, [Values(30, 59, 128, 500)] int poolRows)
    {
        StreamedRows streamed = Rows(new SetStream(Numbered(rows)), poolRows, batchSize);
        for (int epoch = 1; epoch <= 3; epoch++)
        {
            List<int[]> batches = Epoch(streamed, epoch, batchSize);
            int[] order = [.. batches.SelectMany(batch => batch)];
            Assert.That(order, Is.EquivalentTo(Enumerable.Range(0, rows)));
            Assert.That(batches.SkipLast(1), Has.All.Length.EqualTo(batchSize));
            for (int place = 0; place < rows; place++)
                Assert.That(Math.Abs(order[place] - place), Is.LessThan(poolRows));
            Assert.That(streamed.Weight, Is.EqualTo(rows));
        }
    }

    [Test]
    public void The_order_is_another_in_each_epoch_and_for_each_seed_and_the_same_in_each_training()
    {
        string[] Orders(long seed)
        {
            StreamedRows rows = Rows(new SetStream(Numbered(200)), 64, 8, seed: seed);
            return [.. Enumerable.Range(1, 3).Select(epoch => string.Join(' ', Epoch(rows, epoch, 8).SelectMany(batch => batch)))];
        }
        string[] first = Orders(1), again = Orders(1);
        Assert.That(first.Concat(Orders(2)), Is.Unique);
        Assert.That(again, Is.EqualTo(first));
    }

    [Test]
    public void Borders_between_pools_lie_elsewhere_in_each_epoch()
    {
        StreamedRows rows = Rows(new SetStream(Numbered(400)), 80, 8);
        // Where all rows so far are the first ones, there is a border; within a pool of 16 rows that is chance once in 12,870 times, in longer ones rarer.
        int[] Borders(int epoch)
        {
            int[] order = [.. Epoch(rows, epoch, 8).SelectMany(batch => batch)];
            return [.. Enumerable.Range(1, order.Length / 8).Select(batch => 8 * batch).Where(count => order[..count].Max() == count - 1)];
        }
        int[][] borders = [.. Enumerable.Range(1, 6).Select(Borders)];
        Assert.That(borders.Select(border => border[0]).Distinct().Count(), Is.GreaterThan(2), "of ten places that the first border may have");
        foreach (int[] border in borders)
            Assert.That(border, Has.Length.InRange(5, 6), "400 rows in pools of 80, the first of them shorter");
    }

    [Test]
    public void One_pool_takes_rows_in_the_order_that_they_have_in_memory([Values(50, 51, 1_000)] int poolRows)
    {
        TrainingSet data = Numbered(50);
        StreamedRows streamed = Rows(new SetStream(data), poolRows, 8), resumed = Rows(new SetStream(data), poolRows, 8);
        var resident = new ResidentRows(Gatherer(data), [.. Enumerable.Range(0, 50)], seed: 1);
        for (int epoch = 1; epoch <= 3; epoch++)
            Assert.That(Epoch(streamed, epoch, 8), Is.EqualTo(Epoch(resident, epoch, 8)));
        resumed.Skip(1);
        resumed.Skip(2);
        Assert.That(Epoch(resumed, 3, 8), Is.EqualTo(Epoch(Again(), 3, 8)));

        ResidentRows Again()
        {
            var again = new ResidentRows(Gatherer(data), [.. Enumerable.Range(0, 50)], seed: 1);
            again.Skip(1);
            again.Skip(2);
            return again;
        }
    }

    [Test]
    public void Rows_that_validate_are_the_ones_that_no_epoch_takes([Values(40, 700)] int poolRows)
    {
        StreamedRows rows = Rows(new SetStream(Numbered(600)), poolRows, 8, validation: 0.01f);
        var survey = new StreamSurvey(new SetStream(Numbered(600)), new SurveyPlan { Task = NetworkTask.Regression, Outputs = 1, Seed = 1, PoolRows = poolRows, ValidationFraction = 0.01f });
        int[] validating = [.. Enumerable.Range(0, survey.Validation!.Rows).Select(row => (int)survey.Validation.Row(row)[0])];
        Assert.That(validating, Is.Not.Empty);
        for (int epoch = 1; epoch <= 2; epoch++)
            Assert.That(Epoch(rows, epoch, 8).SelectMany(batch => batch), Is.EquivalentTo(Enumerable.Range(0, 600).Except(validating)));
    }

    static IEnumerable<TestCaseData> OtherReadings()
    {
        yield return Case("fewer rows", place => place < 90 ? place : -1, "epoch 2 had 90 usable rows, where the first reading had 100 usable rows");
        yield return Case("none", _ => -1, "epoch 2 had 0 usable rows");
        yield return Case("more rows", place => place < 101 ? Math.Min(place, 99) : -1, "epoch 2 had more than 100 usable rows");
        yield return Case("another first row", place => place == 0 ? 5 : place < 100 ? place : -1, "epoch 2 began with another row");
        yield return Case("the other way round", place => 99 - place, "epoch 2 began with another row");
        yield return Case("two rows changed places", place => place == 20 ? 21 : place == 21 ? 20 : place < 100 ? place : -1, "epoch 2 had other rows, or the same in another order, among the first 32");
        yield return Case("the last row", place => place == 99 ? 98 : place < 100 ? place : -1, "epoch 2 had another checksum");

        static TestCaseData Case(string name, Func<int, int> second, string message) => new TestCaseData(second, message).SetArgDisplayNames(name);
    }

    [TestCaseSource(nameof(OtherReadings))]
    public void Other_rows_than_at_first_are_an_error_that_says_in_which_epoch(Func<int, int> second, string message)
    {
        foreach (int poolRows in (int[])[40, 100])
        {
            StreamedRows rows = Rows(new SetStream(Numbered(100), (reading, place) => reading == 2 ? second(place) : place < 100 ? place : -1), poolRows, 8);
            Epoch(rows, 1, 8);
            Assert.That(() => Epoch(rows, 2, 8), Throws.InvalidOperationException.With.Message.Contains(message).And.Message.Contains("SaveAsBinary"));
        }
    }

    /// <summary>Two rows that have one category, one weight or one label other than the other's, and nothing else, changed places.</summary>
    [TestCase("keys")]
    [TestCase("weights")]
    [TestCase("labels")]
    public void A_row_with_another_category_weight_or_label_is_another_row(string what)
    {
        float[] ones = [.. Enumerable.Repeat(1f, 100)], weights = [.. ones], labels = [.. ones];
        int[] keys = [.. Enumerable.Repeat(1, 100)];
        (keys[20], weights[20], labels[20]) = (what == "keys" ? 2 : 1, what == "weights" ? 2 : 1, what == "labels" ? 2 : 1);
        var data = new TrainingSet(ones, 100, 1, labels, 1, weights);
        data.AddKeys(keys, 1);
        StreamedRows rows = Rows(new SetStream(data, (reading, place) => place == 100 ? -1 : reading == 2 && place is (20 or 21) ? 41 - place : place), 100, 8);
        Epoch(rows, 1, 8);
        Assert.That(() => Epoch(rows, 2, 8), Throws.InvalidOperationException.With.Message.Contains("among the first 32"));
    }

    [Test]
    public void A_pool_that_keeps_some_rows_keeps_all_that_they_have([Values] bool weighted)
    {
        const int Count = 300;                                 // more than the first capacity, so that the pool has grown
        var data = new TrainingSet([.. Enumerable.Range(0, 2 * Count).Select(i => (float)i)], Count, 2, [.. Enumerable.Range(0, Count).Select(i => -i - 0.5f)], 1,
            weighted ? [.. Enumerable.Range(1, Count).Select(i => (float)i)] : null);
        data.AddKeys([.. Enumerable.Range(0, 2 * Count).Select(i => 7 * i)], 2);
        var pool = new RowPool(new SetStream(data), Count);
        for (int row = 0; row < Count; row++)
            pool.Add(data.Row(row), data.Targets.AsSpan(row, 1), data.KeysOf(row), (float)data.WeightOf(row));
        pool.Keep(row => row % 3 == 1);
        Assert.That(pool.Rows, Is.EqualTo(Count / 3));
        TrainingSet set = pool.ToTrainingSet();
        for (int row = 0; row < pool.Rows; row++)
        {
            int from = 3 * row + 1;
            Assert.That(set.Row(row).SequenceEqual(data.Row(from)), Is.True);
            Assert.That(set.Targets[row], Is.EqualTo(data.Targets[from]));
            Assert.That(set.KeysOf(row).SequenceEqual(data.KeysOf(from)), Is.True);
            Assert.That(set.WeightOf(row), Is.EqualTo(data.WeightOf(from)));
        }
    }

    [Test]
    public void A_reading_that_is_cancelled_gives_no_batch()
    {
        StreamedRows rows = Rows(new SetStream(Numbered(100)), 40, 8);
        rows.Begin(1);
        int asked = 0;
        Assert.That(rows.TryPrepare(() => ++asked == 5), Is.False);
        Assert.That(asked, Is.EqualTo(5), "each row asks");
    }

    [Test]
    public void Memory_does_not_grow_with_the_rows()
    {
        long[] allocated = [.. ((int[])[20_000, 500_000]).Select(Allocated)];
        // A pool allocates a set and the names of its random streams, under 1 KB; 480,000 rows more are 120 pools of 4,000, and would take 5.8 MB themselves.
        Assert.That(allocated[1] - allocated[0], Is.LessThan(120 * 1_000));

        static long Allocated(int rows)
        {
            float[] row = [1, 2], label = [0.5f];
            var data = new TrainingSet(row, 1, 2, label, 1);
            long before = GC.GetAllocatedBytesForCurrentThread();
            StreamedRows streamed = Rows(new SetStream(data, (_, place) => place < rows ? 0 : -1), 4_000, 50);
            streamed.Begin(1);
            for (long seen = 0; seen < streamed.Count;)
            {
                streamed.TryPrepare(() => false);
                seen += streamed.Next(50).Length;
            }
            return GC.GetAllocatedBytesForCurrentThread() - before;
        }
    }
}
