using MLNet.WeightInit.Engine.Data;

namespace MLNet.WeightInit.Engine.Tests.Data;

[TestFixture]
internal sealed class SparseRowsTests
{
    [Test]
    public void Rows_come_back_as_they_went_in_beyond_the_first_capacity()
    {
        var rows = new SparseRows(3_000);
        for (int row = 0; row < 100; row++)
            rows.Add([.. Enumerable.Range(0, row).Select(i => 30 * i + row % 30)], [.. Enumerable.Range(0, row).Select(i => row + i / 100f)]);
        Assert.That((rows.Count, rows.ValueCount), Is.EqualTo((100, 99 * 100 / 2)));
        for (int row = 0; row < 100; row++)
        {
            Assert.That(rows.Columns(row).ToArray(), Is.EqualTo(Enumerable.Range(0, row).Select(i => 30 * i + row % 30)));
            Assert.That(rows.Values(row).ToArray(), Is.EqualTo(Enumerable.Range(0, row).Select(i => row + i / 100f)));
        }
    }

    [Test]
    public void A_row_has_zeros_where_nothing_was_given()
    {
        var rows = new SparseRows(5);
        rows.Add([1, 4], [2, -3]);
        rows.Add([], []);
        rows.AddDense([0, 7, 0, 0, 8]);
        var row = new float[6];
        row.AsSpan().Fill(9);
        rows.CopyTo(0, row);
        Assert.That(row, Is.EqualTo((float[])[0, 2, 0, 0, -3, 9]));
        rows.CopyTo(1, row);
        Assert.That(row, Is.EqualTo((float[])[0, 0, 0, 0, 0, 9]));
        Assert.That(rows.Columns(2).ToArray(), Is.EqualTo((int[])[1, 4]), "zeros of a dense row are left out");
    }

    [Test]
    public void Cleared_rows_make_room_for_others()
    {
        var rows = new SparseRows(5);
        rows.Add([0, 1, 2], [1, 2, 3]);
        rows.Clear();
        rows.Add([3], [4]);
        Assert.That((rows.Count, rows.ValueCount, rows.Columns(0)[0], rows.Values(0)[0]), Is.EqualTo((1, 1L, 3, 4f)));
    }

    [TestCase(2, 1)]
    [TestCase(1, 1)]
    [TestCase(0, 5)]
    [TestCase(-1, 0)]
    public void Columns_that_do_not_ascend_within_the_row_fail(params int[] columns)
        => Assert.That(() => new SparseRows(5).Add(columns, new float[columns.Length]), Throws.ArgumentException.With.Message.Contains("must ascend from 0 to 4"));

    [Test]
    public void Rows_have_the_same_features_where_columns_and_values_are_the_same()
    {
        var rows = new SparseRows(5);
        rows.Add([1, 4], [2, 3]);
        rows.Add([1, 4], [2, 3]);
        rows.Add([1, 3], [2, 3]);
        rows.Add([1, 4], [2, 4]);
        var data = new TrainingSet(rows, new float[4], 1);
        Assert.That(Enumerable.Range(0, 4).Select(row => data.HaveSameFeatures(row, 0)), Is.EqualTo((bool[])[true, true, false, false]));
    }

    [Test]
    public void A_set_needs_a_target_for_each_row()
    {
        var rows = new SparseRows(5);
        rows.Add([1], [2]);
        rows.Add([1], [2]);
        Assert.That(() => new TrainingSet(rows, new float[1], 1), Throws.ArgumentException.With.Message.Contains("2 rows need 2 targets"));
        Assert.That(() => new TrainingSet(rows, new float[2], 1, new float[1]), Throws.ArgumentException);
    }
}
