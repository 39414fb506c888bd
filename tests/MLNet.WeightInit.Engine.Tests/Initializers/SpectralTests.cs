using MathNet.Numerics.LinearAlgebra;

namespace MLNet.WeightInit.Engine.Tests.Initializers;

[TestFixture]
public sealed class SpectralTests
{
    /// <summary>By MathNet's decomposition.</summary>
    static double LargestSingularValue(float[] weights, int rows, int columns)
        => Matrix<double>.Build.Dense(rows, columns, (row, column) => weights[row * columns + column]).Svd(computeVectors: false).S[0];

    /// <summary>Power iteration finds no more than there is, so what is left is never below the norm; the error of its estimate after k steps is about ln(n) / (4 k) of it for any spectrum (Kuczyński and Woźniakowski 1992, theorem 3.1, for the squared matrix).</summary>
    [TestCase(100, 60)]
    [TestCase(60, 100)]
    [TestCase(80, 80)]
    [TestCase(1, 30)]
    [TestCase(30, 1)]
    [TestCase(1, 1)]
    public void The_largest_singular_value_is_the_norm(int inputs, int outputs)
    {
        var shape = WeightShape.Dense(inputs, outputs);
        foreach (int iterations in (int[])[20, 400])
            for (int seed = 0; seed < 5; seed++)
            {
                double found = LargestSingularValue(new Spectral(3, iterations: iterations).Fill(shape, seed, "w"), outputs, inputs) / 3;
                double bound = Math.Log(Math.Max(3, Math.Min(inputs, outputs))) / (4 * iterations);
                Assert.That(found, Is.GreaterThan(1 - 1e-6).And.LessThan(1 + bound + 1e-6), $"{iterations} iterations, seed {seed}");
            }
    }

    /// <summary>√(fo / fi), the condition of the spectral form of muP.</summary>
    [Test]
    public void Scaled_norms_follow_the_fans()
    {
        float[] weights = WeightInitializer.Parse("spectral(norm=0.5, scaled=true, iterations=400)").Fill(WeightShape.Dense(16, 64), 1, "w");
        Assert.That(LargestSingularValue(weights, 64, 16), Is.EqualTo(0.5 * 2).Within(2e-3));
    }

    [Test]
    public void Each_gate_has_the_norm()
    {
        float[] weights = new Spectral(iterations: 400).Fill(WeightShape.Recurrent(12, 8, gates: 3), 1, "w");
        for (int gate = 0; gate < 3; gate++)
            Assert.That(LargestSingularValue(weights[(gate * 96)..((gate + 1) * 96)], 8, 12), Is.EqualTo(1).Within(1e-3));
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
