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
    [TestCase(1, 40, 1f)]
    [TestCase(40, 1, 1f)]
    [TestCase(1, 1, 3f)]
    public void Vectors_of_the_short_side_are_orthonormal(int inputs, int outputs, float gain)
        => Assert.That(Error(Fill(inputs, outputs, 1, gain), outputs, inputs, gain), Is.LessThan(1e-5 * gain * gain));

    /// <summary>The factor with a positive diagonal of R is unique, and Gram–Schmidt finds it too: an oracle that has no reflections and no signs to mend.</summary>
    [TestCase(12, 12)]
    [TestCase(20, 7)]
    [TestCase(7, 20)]
    public void The_matrix_is_what_Gram_and_Schmidt_make_of_the_same_draws(int inputs, int outputs)
    {
        var draws = new float[inputs * outputs];
        new RandomSource(3, "orthogonal").FillNormal(draws, 1);
        int vectors = Math.Min(inputs, outputs), length = Math.Max(inputs, outputs);
        int Index(int vector, int i) => outputs >= inputs ? i * inputs + vector : vector * inputs + i;
        var basis = new double[vectors][];
        for (int v = 0; v < vectors; v++)
        {
            double[] own = [.. Enumerable.Range(0, length).Select(i => (double)draws[Index(v, i)])];
            for (int pass = 0; pass < 2; pass++)                       // twice is enough (Kahan; Parlett 1980)
                for (int earlier = 0; earlier < v; earlier++)
                {
                    double dot = own.Zip(basis[earlier], (a, b) => a * b).Sum();
                    own = [.. own.Zip(basis[earlier], (a, b) => a - dot * b)];
                }
            double norm = Math.Sqrt(own.Sum(a => a * a));
            basis[v] = [.. own.Select(a => a / norm)];
        }
        float[] actual = Fill(inputs, outputs, 3);
        for (int v = 0; v < vectors; v++)
            for (int i = 0; i < length; i++)
                Assert.That(actual[Index(v, i)], Is.EqualTo(basis[v][i]).Within(1e-6));
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

    /// <summary>One entry of a Haar matrix of order 3 is uniform on [−1, 1] (Archimedes).</summary>
    [Test]
    public void The_first_entry_of_order_three_is_uniform()
    {
        float[] entries = [.. Enumerable.Range(0, 10_000).Select(seed => Fill(3, 3, seed)[0])];
        Assert.That(KolmogorovSmirnov(entries, UniformDistribution), Is.GreaterThan(1e-4));
    }

    [Test]
    public void A_repeated_column_still_gives_finite_orthonormal_columns()
    {
        var matrix = new MLNet.WeightInit.Engine.Initializers.HouseholderMatrix(5, 3);
        for (int i = 0; i < 5; i++)
            (matrix.Column(0)[i], matrix.Column(1)[i]) = (i + 1, i + 1);
        matrix.Orthonormalize();
        for (int a = 0; a < 3; a++)
            for (int b = 0; b < 3; b++)
            {
                double dot = 0;
                for (int i = 0; i < 5; i++)
                    dot += matrix.Column(a)[i] * matrix.Column(b)[i];
                Assert.That(dot, Is.EqualTo(a == b ? 1 : 0).Within(1e-14));
            }
    }

    [Test]
    public void A_matrix_beyond_the_largest_array_is_refused_with_its_bytes()
        => Assert.That(() => new MLNet.WeightInit.Engine.Initializers.HouseholderMatrix(60_000, 60_000), Throws.InvalidOperationException.With.Message.Contains("28800000000 bytes"));
}
