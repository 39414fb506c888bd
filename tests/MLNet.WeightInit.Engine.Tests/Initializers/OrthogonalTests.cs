using MLNet.WeightInit.Engine.Kernels;
using static MLNet.WeightInit.Engine.Tests.Randomness.SampleStatistics;

namespace MLNet.WeightInit.Engine.Tests.Initializers;

[TestFixture]
public sealed class OrthogonalTests
{
    static float[] Fill(int inputs, int outputs, long seed, float gain = 1)
    {
        var weights = new float[inputs * outputs];
        new Orthogonal(gain).Fill(weights, WeightShape.Dense(inputs, outputs), new RandomSource(seed, "orthogonal"));
        return weights;
    }

    /// <summary>Largest entry of |V Vᵀ − gain² I| over the short side's vectors V.</summary>
    static double Error(float[] weights, int rows, int columns, double gain)
    {
        int vectors = Math.Min(rows, columns), length = Math.Max(rows, columns);
        double Entry(int vector, int i) => rows >= columns ? weights[i * columns + vector] : weights[vector * columns + i];
        double worst = 0;
        for (int a = 0; a < vectors; a++)
            for (int b = 0; b <= a; b++)
            {
                double dot = 0;
                for (int i = 0; i < length; i++)
                    dot += Entry(a, i) * Entry(b, i);
                worst = Math.Max(worst, Math.Abs(dot - (a == b ? gain * gain : 0)));
            }
        return worst;
    }

    [TestCase(512, 512, 1f)]
    [TestCase(300, 70, 1f)]
    [TestCase(70, 300, 1f)]
    [TestCase(33, 17, 1.4142135f)]
    [TestCase(64, 64, 1f)]
    [TestCase(65, 129, 1f)]
    [TestCase(300, 128, 1f)]
    [TestCase(1, 40, 1f)]
    [TestCase(40, 1, 1f)]
    [TestCase(1, 1, 3f)]
    public void Vectors_of_the_short_side_are_orthonormal(int inputs, int outputs, float gain)
        => Assert.That(Error(Fill(inputs, outputs, 1, gain), outputs, inputs, gain), Is.LessThan(1e-5 * gain * gain));

    /// <summary>H(0) H(1) … D in double, one reflection after the other, from the same draws: no blocks, no panels, no T. The largest error of an entry is some 2⁻²⁴ for each of √n reflections.</summary>
    [TestCase(12, 12)]
    [TestCase(20, 7)]
    [TestCase(7, 20)]
    [TestCase(64, 64)]
    [TestCase(130, 130)]
    [TestCase(65, 150)]
    [TestCase(150, 65)]
    public void The_matrix_is_the_product_of_the_reflections_that_are_drawn(int inputs, int outputs)
    {
        int vectors = Math.Min(inputs, outputs), length = Math.Max(inputs, outputs);
        var random = new RandomSource(3, "orthogonal");
        var reflections = new double[vectors][];
        var signs = new double[vectors];
        for (int k = 0; k < vectors; k++)
        {
            var draws = new float[length - k];
            random.FillNormal(draws, 1);
            double[] x = [.. draws.Select(value => (double)value)];
            double norm = Math.Sqrt(x.Sum(value => value * value));
            signs[k] = -Math.Sign(x[0]);                                   // x goes to −sign(x₀) ‖x‖ e₀, R's diagonal entry
            x[0] += Math.Sign(x[0]) * norm;
            reflections[k] = x;
        }
        float[] actual = Fill(inputs, outputs, 3);
        for (int v = 0; v < vectors; v++)
        {
            var column = new double[length];                               // Q e(v), by the last reflection first
            column[v] = signs[v];
            for (int k = vectors - 1; k >= 0; k--)
            {
                double[] x = reflections[k];
                double share = 2 * x.Select((value, i) => value * column[k + i]).Sum() / x.Sum(value => value * value);
                for (int i = 0; i < x.Length; i++)
                    column[k + i] -= share * x[i];
            }
            for (int i = 0; i < length; i++)
                Assert.That(actual[outputs > inputs ? i * inputs + v : v * inputs + i], Is.EqualTo(column[i]).Within(1e-7 * Math.Sqrt(100 + vectors)));
        }
    }

    [Test, Category("Determinism"), Category("Fused")]
    public void Every_width_gives_the_same_bits([Values(1, 17, 130, 200)] int inputs, [Values(1, 64, 129)] int outputs)
    {
        float[][] fills = [.. ((SimdLevel[])[SimdLevel.Width128, SimdLevel.Width256, SimdLevel.Width512]).Select(level =>
        {
            var weights = new float[inputs * outputs];
            new Orthogonal().Fill(weights, WeightShape.Dense(inputs, outputs), new RandomSource(1UL, 2, level));
            return weights;
        })];
        Assert.That(fills, Is.All.EqualTo(fills[0]));
    }

    /// <summary>Over two blocks of reflections: E tr Q = 0, Var tr Q = 1, E Q₁₁ = 0 and E Q₁₁² = 1 / n at n = 66, within five standard errors of 400 draws.</summary>
    [Test]
    public void Matrices_of_several_blocks_are_Haar_too()
    {
        const int n = 66, draws = 400;
        float[][] matrices = [.. Enumerable.Range(0, draws).Select(seed => Fill(n, n, seed))];
        Assert.That(matrices.Average(q => Enumerable.Range(0, n).Sum(i => (double)q[i * n + i])), Is.EqualTo(0).Within(5 / Math.Sqrt(draws)));
        foreach (int place in (int[])[0, n - 1, n * n - n, n * n - 1])
        {
            Assert.That(matrices.Average(q => (double)q[place]), Is.EqualTo(0).Within(5 / Math.Sqrt(draws * n)));
            Assert.That(matrices.Average(q => (double)q[place] * q[place]), Is.EqualTo(1.0 / n).Within(5 * Math.Sqrt(2.0 / draws) / n));
        }
    }

    /// <summary>Haar measure on O(4): E tr Q = 0 and Var tr Q = 1 (Diaconis and Shahshahani 1994), E Q₁₁² = ¼, and both signs of the determinant are equally likely.</summary>
    static bool LooksHaar(Func<long, float[]> draw)
    {
        const int draws = 4000;
        var traces = new float[draws];
        int positive = 0;
        for (int i = 0; i < draws; i++)
        {
            float[] q = draw(i);
            traces[i] = q[0] + q[5] + q[10] + q[15];
            positive += MathNet.Numerics.LinearAlgebra.Matrix<double>.Build.Dense(4, 4, (r, c) => q[r * 4 + c]).Determinant() > 0 ? 1 : 0;
        }
        return Math.Abs(Mean(traces)) < 5 / Math.Sqrt(draws) && Math.Abs(positive - draws / 2) < 5 * Math.Sqrt(draws) / 2;
    }

    [Test]
    public void Draws_are_Haar_and_without_the_sign_of_R_they_are_seen_not_to_be()
    {
        Assert.That(LooksHaar(seed => Fill(4, 4, seed)), Is.True);
        Assert.That(LooksHaar(WithoutSigns), Is.False);
    }

    /// <summary>What LAPACK's QR gives where nobody mends the signs.</summary>
    static float[] WithoutSigns(long seed)
    {
        var draws = new float[16];
        new RandomSource(seed, "orthogonal").FillNormal(draws, 1);
        var q = MathNet.Numerics.LinearAlgebra.Matrix<double>.Build.Dense(4, 4, (r, c) => draws[r * 4 + c]).QR().Q;
        return [.. Enumerable.Range(0, 16).Select(i => (float)q[i / 4, i % 4])];
    }

    /// <summary>Random orthonormal rows keep units / inputs of an input's squared norm, on average over their draws, times the gain's square; columns keep it all. Which they are doesn't hang on the order in memory.</summary>
    [TestCase(64, 16, TensorLayout.OutputsFirst, 2, "All 16 singular values are 2: keeps on average 0.25 of an input's squared norm times the gain's square; σ = 0.25 (")]
    [TestCase(64, 16, TensorLayout.OutputsLast, 2, "All 16 singular values are 2: keeps on average 0.25 of an input's squared norm times the gain's square; σ = 0.25 (")]
    [TestCase(16, 64, TensorLayout.OutputsLast, 1, "All 16 singular values are 1: keeps every input's norm; σ = 0.125 (")]
    [TestCase(16, 64, TensorLayout.OutputsFirst, 2, "All 16 singular values are 2: keeps every input's norm times the gain; σ = 0.25 (")]
    [TestCase(64, 1, TensorLayout.OutputsFirst, 1, "The only singular value is 1: keeps on average 0.0156 of an input's squared norm; σ = 0.125 (")]
    public void It_says_what_it_keeps(int inputs, int outputs, TensorLayout layout, float gain, string text)
    {
        WeightShape shape = layout == TensorLayout.OutputsFirst ? WeightShape.FromPyTorch(outputs, inputs) : WeightShape.FromKeras(inputs, outputs);
        Assert.That(new Orthogonal(gain).Explain(shape), Does.StartWith(text));
        double kept = 0;
        for (int seed = 0; seed < 400; seed++)
        {
            float[] weights = new Orthogonal(gain).Fill(shape, seed, "kept");
            kept += Enumerable.Range(0, outputs).Sum(unit => Math.Pow(weights[layout == TensorLayout.OutputsFirst ? unit * inputs : unit], 2)) / 400;      // of the input (1, 0, …, 0)
        }
        // The share of one axis in a random subspace has a relative deviation of at most √(2 / units): five standard errors of 400 draws.
        Assert.That(kept, Is.EqualTo(gain * gain * Math.Min(1.0, (double)outputs / inputs)).Within(outputs >= inputs ? 1e-5 : gain * gain * (double)outputs / inputs * 5 * Math.Sqrt(2.0 / outputs / 400)));
    }

    [Test]
    public void It_says_nothing_of_what_hangs_on_a_stride()
        => Assert.That(new Orthogonal().Explain(WeightShape.TransposedConvolution(4, 8, [3])), Does.StartWith("All 4 singular values are 1; σ"));

    /// <summary>One entry of a Haar matrix of order 3 is uniform on [−1, 1] (Archimedes).</summary>
    [Test]
    public void The_first_entry_of_order_three_is_uniform()
    {
        float[] entries = [.. Enumerable.Range(0, 10_000).Select(seed => Fill(3, 3, seed)[0])];
        Assert.That(KolmogorovSmirnov(entries, UniformDistribution), Is.GreaterThan(1e-4));
    }
}
