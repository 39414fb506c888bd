using static MLNet.WeightInit.Engine.Tests.Randomness.SampleStatistics;

namespace MLNet.WeightInit.Engine.Tests.Initializers;

/// <summary>Initializers whose values, or those that aren't 0, are independent draws of one distribution: which one, by the papers' formulas written out.</summary>
[TestFixture]
internal sealed class IndependentDrawsTests
{
    /// <summary>A standardized distribution: its cumulative function in units of the scale, and E x², E x⁴, E x⁶, E x⁸ of a unit scale.</summary>
    internal sealed record Law(string Name, Func<double, double> Cumulative, double[] Moments, double Bound)
    {
        public double Variance => Moments[0];

        public double Kurtosis => Moments[1] / (Variance * Variance);

        /// <summary>√n times the standard error of a sample's kurtosis, by the delta method; √24 for a normal.</summary>
        public double KurtosisError
        {
            get
            {
                double k4 = Kurtosis, k6 = Moments[2] / Math.Pow(Variance, 3), k8 = Moments[3] / Math.Pow(Variance, 4);
                return Math.Sqrt(k8 - k4 * k4 + 4 * k4 * k4 * (k4 - 1) - 4 * k4 * (k6 - k4));
            }
        }

        public override string ToString() => Name;
    }

    static readonly Law s_normal = new("normal", NormalDistribution, [1, 3, 15, 105], 6.5);
    static readonly Law s_uniform = new("uniform", UniformDistribution, [1 / 3.0, 1 / 5.0, 1 / 7.0, 1 / 9.0], 1);
    static readonly Law s_truncated = new("truncated", TruncatedDistribution, [.. new[] { 2, 4, 6, 8 }.Select(TruncatedMoment)], 2);

    /// <summary>E z^power of a unit normal given |z| ≤ 2, by Simpson's rule.</summary>
    static double TruncatedMoment(int power)
    {
        double sum = 0, mass = 0;
        for (int i = 0; i <= 4000; i++)
        {
            double z = -2 + i / 1000.0, weight = (i is 0 or 4000 ? 1 : i % 2 == 1 ? 4 : 2) * Math.Exp(-z * z / 2);
            sum += weight * Math.Pow(z, power);
            mass += weight;
        }
        return sum / mass;
    }

    /// <param name="Place">What the shape has beside its sides.</param>
    /// <param name="Scale">Of the law, by the shape.</param>
    /// <param name="Inputs">That give 10⁴ values with <paramref name="Outputs"/> units, zeros left out.</param>
    internal sealed record Row(string Specification, Law Law, Func<WeightShape, WeightShape> Place, Func<WeightShape, double> Scale, int Inputs = 125, int Outputs = 80, int LargeInputs = 1000, int LargeOutputs = 1000)
    {
        public override string ToString() => Specification;
    }

    static WeightShape Inner(WeightShape shape) => Fills.Layer(shape.Columns, shape.Rows);

    static WeightShape Output(WeightShape shape) => Fills.Layer(shape.Columns, shape.Rows, index: 2);

    static WeightShape BranchEnd(WeightShape shape) => Inner(shape) with { ResidualBranches = 8, BranchDepth = 2, BranchLayer = 2 };

    static readonly Row[] s_rows =
    [
        new("sparse(sparsity=0.9)", s_normal, Inner, _ => 0.01, 1000, 100, 10_000, 1000),
        new("sparse(sparsity=0.2, deviation=3)", s_normal, Inner, _ => 3, 125, 100, 1250, 1000),
        new("martens", s_normal, Inner, _ => 1, 125, 667, 100, 66_667),
        new("martens(connections=4, deviation=0.25)", s_normal, Inner, _ => 0.25, 125, 2500, 20, 250_000),
        new("random_walk", s_normal, Inner, shape => Math.Sqrt(2) * Math.Exp(1.2 / (Math.Max(shape.Rows, 6) - 2.4)) / Math.Sqrt(shape.Columns)),
        new("random_walk(gain=0.5)", s_normal, shape => Inner(shape) with { Activation = "Identity" }, shape => 0.5 * Math.Exp(1 / (2.0 * shape.Rows)) / Math.Sqrt(shape.Columns)),
        new("siren", s_uniform, Inner, shape => Math.Sqrt(6.0 / shape.Columns)),
        new("siren(frequency=10)", s_uniform, shape => Fills.Layer(shape.Columns, shape.Rows, "Sin", 0), shape => 10.0 / shape.Columns),
        new("siren(frequency=10, folded=false)", s_uniform, Inner, shape => Math.Sqrt(6.0 / shape.Columns) / 10),
        new("siren(frequency=5)", s_uniform, Output, shape => Math.Sqrt(6.0 / shape.Columns) / 5),
        new("selu", s_normal, Inner, shape => 1 / Math.Sqrt(shape.Columns)),
        new("dcgan", s_normal, Inner, _ => 0.02),
        new("bert", s_truncated, Inner, _ => 0.02),
        new("gpt2", s_truncated, BranchEnd, _ => 0.02 / Math.Sqrt(8)),
        new("gpt2(deviation=0.5, distribution=normal)", s_normal, Output, _ => 0.5),
        new("gpt2(distribution=uniform)", s_uniform, Inner, _ => 0.02 * Math.Sqrt(3)),
        new("mup", s_normal, Inner, shape => Math.Sqrt(2.0 / shape.Columns)),
        new("mup(base_width=100)", s_normal, Output, shape => 10.0 / shape.Columns),
        new("nguyen_widrow", s_uniform, Output, _ => 0.5),
    ];

    static float[] Values(Row row, WeightShape shape, long seed)
    {
        float[] weights = Fills.Of(row.Specification, row.Place(shape), seed);
        // No independent draw is exactly 0: the normals and uniforms leave it out.
        return row.Specification.StartsWith("sparse", StringComparison.Ordinal) || row.Specification.StartsWith("martens", StringComparison.Ordinal) ? [.. weights.Where(weight => weight != 0)] : weights;
    }

    [TestCaseSource(nameof(s_rows))]
    public void Draws_follow_their_distribution_on_forty_seeds_and_a_million_values(Row row)
    {
        var shape = WeightShape.Dense(row.Inputs, row.Outputs);
        for (int seed = 0; seed < 40; seed++)
        {
            float[] values = Values(row, shape, seed);
            Assert.That(values, Has.Length.InRange(9_990, 10_020));
            Assert.That(KolmogorovSmirnov(values, x => row.Law.Cumulative(x / row.Scale(shape))), Is.GreaterThan(1e-4), $"seed {seed}");
        }
        var large = WeightShape.Dense(row.LargeInputs, row.LargeOutputs);
        float[] million = Values(row, large, 7);
        Assert.That(million, Has.Length.InRange(999_000, 1_001_000));
        Assert.That(KolmogorovSmirnov(million, x => row.Law.Cumulative(x / row.Scale(large))), Is.GreaterThan(1e-4));
    }

    /// <summary>Mean, deviation and kurtosis within five standard errors, and every value within the distribution's bound, on a tall, a wide and a square tensor.</summary>
    [TestCaseSource(nameof(s_rows))]
    public void Draws_have_the_moments_of_their_distribution_on_any_shape(Row row)
    {
        foreach ((int inputs, int outputs) in new[] { (200, 900), (900, 200), (400, 400) })
        {
            var shape = WeightShape.Dense(inputs, outputs);
            float[] values = Values(row, shape, 3);
            double n = values.Length, scale = row.Scale(shape), deviation = scale * Math.Sqrt(row.Law.Variance);
            Assert.That(Mean(values), Is.EqualTo(0).Within(5 * deviation / Math.Sqrt(n)), $"{inputs} × {outputs}");
            Assert.That(Math.Sqrt(Variance(values)), Is.EqualTo(deviation).Within(5 * deviation * Math.Sqrt((row.Law.Kurtosis - 1) / n) / 2), $"{inputs} × {outputs}");
            Assert.That(Kurtosis(values), Is.EqualTo(row.Law.Kurtosis).Within(5 * row.Law.KurtosisError / Math.Sqrt(n)), $"{inputs} × {outputs}");
            Assert.That(values.Max(MathF.Abs), Is.LessThanOrEqualTo(row.Law.Bound * scale * (1 + 1e-6)));
            WeightShape placed = row.Place(shape);
            double zeros = 1 - n / placed.Count;
            Assert.That(Fills.Registry.Parse(row.Specification).TargetDeviation(placed), Is.EqualTo(deviation * Math.Sqrt(1 - zeros)).Within(2e-6 * deviation), "the report's deviation is that of all values");
        }
    }

    /// <summary>Each is a mistake that the tests above are for.</summary>
    [Test]
    public void The_tests_see_the_mistakes_that_they_are_for()
    {
        WeightShape small = Fills.Layer(64, 16), large = Fills.Layer(1000, 1000);
        float[] walk = Fills.Of("random_walk", Fills.Layer(1000, 16));
        double he = Math.Sqrt(2.0 / 1000);
        Assert.That(Math.Abs(Math.Sqrt(Variance(walk)) - he), Is.GreaterThan(5 * he * Math.Sqrt(2.0 / walk.Length) / 2), "no correction for finite width");
        Assert.That(KolmogorovSmirnov(Fills.Of("bert", large).AsSpan(0, 10_000), x => TruncatedDistribution(x / (0.02 / 0.87962566103423978))), Is.LessThan(1e-4), "a correction of the cut that shall not be");
        Assert.That(KolmogorovSmirnov(Fills.Of("bert", large), x => NormalDistribution(x / 0.02)), Is.LessThan(1e-4), "no cut");
        Assert.That(KolmogorovSmirnov(Fills.Of("siren", large).AsSpan(0, 10_000), x => UniformDistribution(x / Math.Sqrt(2.0 / 1000))), Is.LessThan(1e-4), "√2 for √6");
        Assert.That(KolmogorovSmirnov(Fills.Of("selu", large).AsSpan(0, 10_000), x => UniformDistribution(x / Math.Sqrt(3.0 / 1000))), Is.LessThan(1e-4), "a uniform for a normal");
        Assert.That(KolmogorovSmirnov(Fills.Of("mup", Fills.Layer(300, 784, index: 1)).AsSpan(0, 10_000), x => NormalDistribution(x / Math.Sqrt(2.0 / 784))), Is.LessThan(1e-4), "swapped fans");
        Assert.That(Variance(Fills.Of("martens", small)), Is.LessThan(0.5), "zeros count");
    }
}
