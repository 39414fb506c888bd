using MathNet.Numerics.LinearAlgebra;

namespace MLNet.WeightInit.Engine.Tests.Initializers;

[TestFixture]
public sealed class SpectralTests
{
    /// <summary>By MathNet's decomposition.</summary>
    static double LargestSingularValue(float[] weights, int rows, int columns)
        => Matrix<double>.Build.Dense(rows, columns, (row, column) => weights[row * columns + column]).Svd(computeVectors: false).S[0];

    /// <summary>The value that is found comes up to the true one from below, so what is left is never below the norm but by a float's rounding.</summary>
    [TestCase(100, 60)]
    [TestCase(60, 100)]
    [TestCase(80, 80)]
    [TestCase(150, 150)]
    [TestCase(3, 3)]
    [TestCase(1, 30)]
    [TestCase(30, 1)]
    [TestCase(1, 1)]
    public void The_largest_singular_value_is_the_norm(int inputs, int outputs)
    {
        var shape = WeightShape.Dense(inputs, outputs);
        for (int seed = 0; seed < 20; seed++)
        {
            double found = LargestSingularValue(new Spectral(3).Fill(shape, seed, "w"), outputs, inputs) / 3;
            Assert.That(found, Is.GreaterThan(1 - 1e-6).And.LessThan(1 + 2e-6), $"seed {seed}");
        }
    }

    /// <summary>k steps see all of the Krylov space that k steps of the power iteration end in: the error after k is about (ln(4 √n) / (2 k − 1))² / 2 for any spectrum (Kuczyński and Woźniakowski 1992, theorem 3.2 for the squared matrix: 0.103 (ln n / (k − 1))² of its mean), and half of that for the root.</summary>
    [Test]
    public void Few_steps_are_nearly_as_good([Values(5, 10, 20)] int iterations)
    {
        double worst = 0;
        for (int seed = 0; seed < 20; seed++)
        {
            double found = LargestSingularValue(new Spectral(1, iterations: iterations).Fill(WeightShape.Dense(80, 80), seed, "w"), 80, 80);
            Assert.That(found, Is.GreaterThan(1 - 1e-6));
            worst = Math.Max(worst, found - 1);
        }
        Assert.That(worst, Is.LessThan(0.103 * Math.Pow(Math.Log(80) / (iterations - 1), 2)), "twice the mean's bound, since one of 20 may be beyond the mean");
    }

    /// <summary>√(fo / fi), the condition of the spectral form of muP.</summary>
    [Test]
    public void Scaled_norms_follow_the_fans()
    {
        float[] weights = WeightInitializer.Parse("spectral(norm=0.5, scaled=true)").Fill(WeightShape.Dense(16, 64), 1, "w");
        Assert.That(LargestSingularValue(weights, 64, 16), Is.EqualTo(0.5 * 2).Within(2e-6));
    }

    [Test]
    public void Each_gate_has_the_norm()
    {
        float[] weights = new Spectral().Fill(WeightShape.Recurrent(12, 8, gates: 3), 1, "w");
        for (int gate = 0; gate < 3; gate++)
            Assert.That(LargestSingularValue(weights[(gate * 96)..((gate + 1) * 96)], 8, 12), Is.EqualTo(1).Within(2e-6));
    }

    [Test]
    public void The_directions_of_the_weights_are_those_of_normal_draws()
    {
        var draws = new float[200];
        new RandomSource(1, "w").FillNormal(draws, 1);
        float[] weights = new Spectral().Fill(WeightShape.Dense(20, 10), 1, "w");
        Assert.That(weights.Zip(draws, (weight, draw) => (double)weight / draw), Is.All.EqualTo((double)weights[0] / draws[0]).Within(1e-6));
    }

    [Test]
    public void Arguments_outside_their_range_are_refused()
    {
        Assert.That(() => new Spectral(-1), Throws.TypeOf<ArgumentOutOfRangeException>());
        Assert.That(() => new Spectral(iterations: 0), Throws.TypeOf<ArgumentOutOfRangeException>().With.Message.Contains("1 to 10000"));
        Assert.That(new Spectral(2, scaled: true, 5).Specification, Is.EqualTo("spectral(norm=2, scaled=true, iterations=5)"));
    }
}
