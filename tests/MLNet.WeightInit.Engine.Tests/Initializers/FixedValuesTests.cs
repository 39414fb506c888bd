namespace MLNet.WeightInit.Engine.Tests.Initializers;

[TestFixture]
public sealed class FixedValuesTests
{
    static float[] Fill(WeightInitializer initializer, int inputs, int outputs)
    {
        var weights = new float[inputs * outputs];
        initializer.Fill(weights, WeightShape.Dense(inputs, outputs), new RandomSource(1, 1));
        return weights;
    }

    [Test]
    public void Identity_passes_each_input_on_and_fits_a_rectangle()
    {
        Assert.That(Fill(new Identity(), 2, 2), Is.EqualTo((float[])[1, 0, 0, 1]));
        Assert.That(Fill(new Identity(-3), 3, 2), Is.EqualTo((float[])[-3, 0, 0, 0, -3, 0]));
        Assert.That(Fill(new Identity(2), 2, 3), Is.EqualTo((float[])[2, 0, 0, 2, 0, 0]));
    }

    /// <summary>Two entries of 2 and four of 0: mean ⅔, variance 8/6 − 4/9 = 8/9.</summary>
    [Test]
    public void Identitys_target_deviation_is_that_of_its_entries()
        => Assert.That(new Identity(2).TargetDeviation(WeightShape.Dense(2, 3)), Is.EqualTo(Math.Sqrt(8 / 9.0)).Within(1e-12));

    [Test]
    public void Constants_are_constant()
    {
        Assert.That(Fill(new Zeros(), 2, 3), Has.All.EqualTo(0f));
        Assert.That(Fill(new Ones(), 2, 3), Has.All.EqualTo(1f));
        Assert.That(Fill(new Constant(-0.25f), 2, 3), Has.All.EqualTo(-0.25f));
    }

    [Test]
    public void An_array_is_copied_row_by_row_and_must_fit()
    {
        float[] values = [1, 2, 3, 4, 5, 6];
        var initializer = new FromArray(values);
        values[0] = 99;
        Assert.That(Fill(initializer, 3, 2), Is.EqualTo((float[])[1, 2, 3, 4, 5, 6]));
        Assert.That(() => Fill(initializer, 2, 2), Throws.ArgumentException.With.Message.Contains("2 × 2 = 4 numbers").And.Message.Contains("has 6"));
        Assert.That(initializer.TargetDeviation(WeightShape.Dense(3, 2)), Is.EqualTo(Math.Sqrt(35 / 12.0)).Within(1e-12));    // of 1 … 6
    }

    [Test]
    public void A_long_array_is_named_by_its_fingerprint()
    {
        string text = new FromArray(new float[65]).Specification;
        Assert.That(text, Does.StartWith("from_array(count=65, sha256="));
        Assert.That(text, Is.Not.EqualTo(new FromArray([.. new float[64], 1]).Specification));
    }
}
