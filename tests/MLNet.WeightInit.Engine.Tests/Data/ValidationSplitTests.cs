using MLNet.WeightInit.Engine.Data;
using MLNet.WeightInit.Engine.Network;

namespace MLNet.WeightInit.Engine.Tests.Data;

[TestFixture]
internal sealed class ValidationSplitTests
{
    static TrainingSet Labels(params int[] labels) => new(new float[labels.Length], labels.Length, 1, [.. labels.Select(label => (float)label)], 1);

    [Test]
    public void Every_row_is_in_exactly_one_part_and_each_class_gives_its_share()
    {
        TrainingSet data = Labels([.. Enumerable.Range(0, 1000).Select(row => row % 10 == 0 ? 1 : 0)]);
        (int[] training, int[] validation) = ValidationSplit.Draw(data, classColumn: 0, 0.2, seed: 3);
        Assert.That(training.Concat(validation).Order(), Is.EqualTo(Enumerable.Range(0, 1000)));
        Assert.That(validation.Count(row => row % 10 == 0), Is.EqualTo(20));
        Assert.That(validation, Has.Length.EqualTo(200));
    }

    [Test]
    public void A_class_with_one_row_stays_in_training()
    {
        (int[] training, _) = ValidationSplit.Draw(Labels([0, 0, 0, 0, 0, 0, 2]), classColumn: 0, 0.9, seed: 1);
        Assert.That(training, Does.Contain(6));
    }

    [Test]
    public void The_draw_hangs_on_the_seed_alone()
    {
        TrainingSet data = Labels([.. Enumerable.Range(0, 100).Select(row => row % 3)]);
        int[] one = ValidationSplit.Draw(data, classColumn: 0, 0.2, 1).Validation;
        Assert.That(ValidationSplit.Draw(data, classColumn: 0, 0.2, 1).Validation, Is.EqualTo(one));
        Assert.That(ValidationSplit.Draw(data, classColumn: 0, 0.2, 2).Validation, Is.Not.EqualTo(one));
    }

    [Test]
    public void Rows_of_several_labels_give_their_share_whatever_the_labels()
    {
        var data = new TrainingSet(new float[50], 50, 1, [.. Enumerable.Range(0, 100).Select(i => (float)(i / 2 % 5 == 0 ? 1 : 0))], 2);
        (int[] training, int[] validation) = ValidationSplit.Draw(data, classColumn: null, 0.2, seed: 3);
        Assert.That(training.Concat(validation).Order(), Is.EqualTo(Enumerable.Range(0, 50)));
        Assert.That(validation, Has.Length.EqualTo(10));
    }

    [TestCase(0)]
    [TestCase(-0.0)]
    public void No_fraction_takes_no_rows(double fraction)
        => Assert.That(ValidationSplit.Draw(Labels(0, 1, 0, 1), classColumn: 0, fraction, 1).Validation, Is.Empty);
}
