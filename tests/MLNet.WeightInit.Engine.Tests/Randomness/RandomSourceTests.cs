using MLNet.WeightInit.Engine.Kernels;
using MLNet.WeightInit.Engine.Randomness;
using static MLNet.WeightInit.Engine.Tests.Randomness.SampleStatistics;

namespace MLNet.WeightInit.Engine.Tests.Randomness;

[TestFixture]
public sealed class RandomSourceTests
{
    delegate void Sampler(RandomSource random, Span<float> destination);

    static readonly (string Name, Sampler Fill)[] s_samplers =
    [
        ("normal", (random, destination) => random.FillNormal(destination, 1)),
        ("shifted normal", (random, destination) => random.FillNormal(destination, 3, 0.5f)),
        ("truncated", (random, destination) => random.FillTruncatedNormal(destination, 1)),
        ("uniform", (random, destination) => random.FillUniform(destination, 1)),
        ("interval", (random, destination) => random.FillUniform(destination, 0.25f, 0.75f)),
    ];

    [Test]
    public void Filling_in_parts_gives_what_filling_at_once_gives()
    {
        foreach ((string name, Sampler fill) in s_samplers)
        {
            var whole = new float[1000];
            fill(new RandomSource(7, "parts"), whole);
            foreach (int first in (int[])[0, 1, 15, 16, 63, 64, 65, 128, 500, 999, 1000])
            {
                var parts = new float[1000];
                var random = new RandomSource(7, "parts");
                fill(random, parts.AsSpan(0, first));
                fill(random, parts.AsSpan(first));
                Assert.That(parts, Is.EqualTo(whole), $"{name}, first part {first}");
            }
        }
    }

    [Test]
    public void Every_value_of_every_method_takes_one_word()
    {
        var words = new uint[300];
        var plain = new RandomSource(1, "words");
        for (int i = 0; i < words.Length; i++)
            words[i] = plain.NextUInt32();

        var mixed = new RandomSource(1, "words");
        mixed.FillNormal(new float[70], 1);
        Assert.That(mixed.NextUInt32(), Is.EqualTo(words[70]));
        mixed.FillTruncatedNormal(new float[3], 1);
        Assert.That(mixed.NextInt32(1000), Is.EqualTo((int)((ulong)words[74] * 1000 >> 32)));
        mixed.FillUniform(new float[64], 1);
        Assert.That(mixed.NextSingle(), Is.EqualTo((words[139] >> 8) / 16777216f));
        mixed.FillUniform(new float[59], 0, 1);
        Assert.That(mixed.NextDouble(), Is.EqualTo(words[199] / 4294967296.0));
        mixed.Shuffle(new int[11]);
        Assert.That(mixed.NextUInt32(), Is.EqualTo(words[210]));
    }

    /// <summary>Reference: the inverse by Wichura's AS 241, in double; the code's word is a side and a tail probability of (t + ½) / 2³².</summary>
    [TestCase(0u, 6.337957754553789)]
    [TestCase(1u, 6.166429517819749)]
    [TestCase(7u, 5.906597343983775)]
    [TestCase(1000u, 5.039851125968711)]
    [TestCase(123456789u, 1.899573995506065)]
    [TestCase(1073741824u, 0.6744897498297384)]
    [TestCase(2147483646u, 8.754298118749871e-10)]
    [TestCase(2147483647u, 2.9180993729166234e-10)]
    public unsafe void The_normal_quantile_is_right_to_a_millionth_from_the_centre_to_the_last_tail_word(uint tail, double expected)
    {
        uint* words = stackalloc uint[Philox.GroupWords];
        float* values = stackalloc float[Philox.GroupWords];
        foreach (SimdLevel level in Enum.GetValues<SimdLevel>())
            foreach (bool positive in (bool[])[true, false])
            {
                new Span<uint>(words, Philox.GroupWords).Fill(positive ? tail : tail | 1u << 31);
                RandomKernel.Of(level).Normal(words, values, 0, 1);
                for (int i = 0; i < Philox.GroupWords; i++)
                    Assert.That(values[i], Is.EqualTo(positive ? expected : -expected).Within(1e-6 * expected));
            }
    }

    [Test]
    public unsafe void The_normal_quantile_is_right_to_a_millionth_all_along()
    {
        uint* words = stackalloc uint[Philox.GroupWords];
        float* values = stackalloc float[Philox.GroupWords];
        double worst = 0;
        // Tail probabilities in a geometric row of 20,000 steps from 2⁻³³ to ½, so that every binade counts alike.
        for (int step = 0; step < 20_000; step += Philox.GroupWords)
        {
            for (int i = 0; i < Philox.GroupWords; i++)
                words[i] = (uint)Math.Min(int.MaxValue, Math.Pow(2, 31.0 * (step + i) / 20_000));
            RandomKernel.Of(SimdLevels.Best).Normal(words, values, 0, 1);
            for (int i = 0; i < Philox.GroupWords; i++)
            {
                double exact = -MathNet.Numerics.Distributions.Normal.InvCDF(0, 1, (words[i] + 0.5) / 4294967296.0);
                if (exact > 1e-6)                  // nearer the median the reference itself cancels; the cases above cover it
                    worst = Math.Max(worst, Math.Abs(values[i] / exact - 1));
            }
        }
        Assert.That(worst, Is.LessThan(1e-6));
    }

    [Test, Category("Fused")]
    public void Every_fused_width_gives_the_same_bits()
    {
        foreach ((string name, Sampler fill) in s_samplers)
        {
            float[] Draw(SimdLevel level)
            {
                var values = new float[100_003];
                fill(new RandomSource(3, 5, level), values);
                return values;
            }
            float[] expected = Draw(SimdLevel.Width128);
            Assert.That(Draw(SimdLevel.Width256), Is.EqualTo(expected), name);
            Assert.That(Draw(SimdLevel.Width512), Is.EqualTo(expected), name);
        }
    }

    [Test]
    public void Without_fused_multiply_add_values_differ_in_last_bits_only()
    {
        foreach ((string name, Sampler fill) in s_samplers)
        {
            var unfused = new float[10_000];
            var best = new float[10_000];
            fill(new RandomSource(3, 5, SimdLevel.Unfused128), unfused);
            fill(new RandomSource(3, 5, SimdLevels.Best), best);
            for (int i = 0; i < best.Length; i++)
                Assert.That(unfused[i], Is.EqualTo(best[i]).Within(2e-6 * Math.Max(1, Math.Abs(best[i]))), name);
        }
    }

    [Test]
    public void Draws_follow_their_distribution_on_forty_seeds_and_on_a_million_values()
    {
        (string Name, Sampler Fill, Func<double, double> Distribution)[] laws =
        [
            ("normal", s_samplers[0].Fill, NormalDistribution),
            ("truncated", s_samplers[2].Fill, TruncatedDistribution),
            ("uniform", s_samplers[3].Fill, UniformDistribution),
        ];
        foreach (var law in laws)
            for (int seed = 0; seed <= 40; seed++)
            {
                var sample = new float[seed == 40 ? 1_000_000 : 10_000];
                law.Fill(new RandomSource(seed, "law"), sample);
                Assert.That(KolmogorovSmirnov(sample, law.Distribution), Is.GreaterThan(1e-4), $"{law.Name}, seed {seed}");
            }
    }

    [Test]
    public void The_distribution_test_sees_a_uniform_of_equal_variance_for_a_normal_and_an_uncut_normal()
    {
        var uniform = new float[10_000];
        new RandomSource(1, "law").FillUniform(uniform, MathF.Sqrt(3));
        Assert.That(KolmogorovSmirnov(uniform, NormalDistribution), Is.LessThan(1e-4));
        var normal = new float[10_000];
        new RandomSource(1, "law").FillNormal(normal, 1);
        Assert.That(KolmogorovSmirnov(normal, TruncatedDistribution), Is.LessThan(1e-4));
    }

    /// <summary>Standard errors over n independent values: mean σ/√n, variance σ²√((κ − 1)/n); kurtosis from the distribution's own higher moments, √((μ₈ − 4μ₄μ₆ + 4μ₄³ − μ₄²)/n) for unit variance and zero skewness.</summary>
    [TestCase(0, 1.0, 3.0, 24.0)]                       // normal: the expression above is 24
    [TestCase(2, 0.773741, 2.365537, 3.848)]            // cut at ±2: E z² = 1 − 4c, E zᵏ = (k − 1) E zᵏ⁻² − 2ᵏ c with c = φ(2) / (½ − Φ(−2)) / 2 = 0.0565647
    [TestCase(3, 1 / 3.0, 1.8, 1.317)]                  // U(−1, 1): moments 9/5, 27/7, 9 of √3 · U
    public void Draws_have_their_moments_within_five_standard_errors(int sampler, double variance, double kurtosis, double kurtosisVariance)
    {
        const int n = 1_000_000;
        var sample = new float[n];
        s_samplers[sampler].Fill(new RandomSource(11, "moments"), sample);
        Assert.That(Mean(sample), Is.EqualTo(0).Within(5 * Math.Sqrt(variance / n)));
        Assert.That(Variance(sample), Is.EqualTo(variance).Within(5 * variance * Math.Sqrt((kurtosis - 1) / n)));
        Assert.That(Kurtosis(sample), Is.EqualTo(kurtosis).Within(5 * Math.Sqrt(kurtosisVariance / n)));
    }

    [Test]
    public void Values_stay_within_their_bounds()
    {
        var sample = new float[1_000_000];
        foreach (float scale in (float[])[1, 0.1f, 3e-5f, 123.456f])
        {
            new RandomSource(2, "bounds").FillTruncatedNormal(sample, scale);
            Assert.That(sample.Max(MathF.Abs), Is.LessThanOrEqualTo(2 * scale).And.GreaterThan(1.9999f * scale));
            new RandomSource(2, "bounds").FillUniform(sample, scale);
            Assert.That(sample.Max(MathF.Abs), Is.LessThan(scale).And.GreaterThan(0.9999f * scale));
            Assert.That(sample, Has.None.EqualTo(0f));
            new RandomSource(2, "bounds").FillUniform(sample, -scale, 3 * scale);
            Assert.That(sample.Min(), Is.GreaterThanOrEqualTo(-scale).And.LessThan(-0.999f * scale));
            Assert.That(sample.Max(), Is.LessThanOrEqualTo(3 * scale).And.GreaterThan(2.999f * scale));
        }
    }

    /// <summary>The words nearest to the cut may round onto it. A float at 2 holds 2.4e-7 · φ(2) / 0.9545 of the mass, 1.4e-8; ten times that would be an atom.</summary>
    [Test]
    public unsafe void The_cut_of_the_truncated_normal_is_no_atom()
    {
        uint* words = stackalloc uint[Philox.GroupWords];
        float* values = stackalloc float[Philox.GroupWords];
        int atTheCut = 0;
        for (uint tail = 0; tail < 64_000; tail += Philox.GroupWords)
        {
            for (uint i = 0; i < Philox.GroupWords; i++)
                words[i] = tail + i;
            RandomKernel.Of(SimdLevels.Best).TruncatedNormal(words, values, 1);
            for (int i = 0; i < Philox.GroupWords; i++)
                atTheCut += values[i] == 2 ? 1 : 0;
        }
        Assert.That(atTheCut / (double)(1u << 31), Is.LessThan(1.4e-7));
    }

    [Test]
    public void Streams_seeds_and_splits_are_independent_of_one_another()
    {
        const int n = 20_000;
        float[] Draw(RandomSource random)
        {
            var values = new float[n];
            random.FillNormal(values, 1);
            return values;
        }
        var parent = new RandomSource(1, "a");
        float[][] draws =
        [
            Draw(new RandomSource(1, "a")), Draw(new RandomSource(2, "a")), Draw(new RandomSource(1, "b")), Draw(new RandomSource(1, 0)), Draw(new RandomSource(1, 1)),
            Draw(new RandomSource(1L << 32, 0)), Draw(new RandomSource(1, 1L << 32)), Draw(parent.Split("a")), Draw(parent.Split("b")), Draw(parent.Split("a").Split("a")),
        ];
        for (int i = 0; i < draws.Length; i++)
            for (int j = 0; j < i; j++)
                Assert.That(Math.Abs(Correlation(draws[i], draws[j])), Is.LessThan(5 / Math.Sqrt(n)), $"{i}, {j}");
    }

    [Test]
    public void A_split_depends_on_the_name_and_not_on_what_was_drawn()
    {
        var fresh = new RandomSource(1, "a");
        var used = new RandomSource(1, "a");
        used.NextUInt32();
        Assert.That(used.Split("child").NextUInt32(), Is.EqualTo(fresh.Split("child").NextUInt32()));
        Assert.That(fresh.Split("child").NextUInt32(), Is.Not.EqualTo(fresh.Split("other").NextUInt32()));
    }

    [Test]
    public void A_shuffle_is_a_permutation_and_each_order_is_equally_likely()
    {
        var counts = new Dictionary<string, int>();
        var random = new RandomSource(4, "shuffle");
        const int draws = 24_000;
        for (int i = 0; i < draws; i++)
        {
            int[] values = [0, 1, 2, 3];
            random.Shuffle(values);
            string order = string.Join(',', values);
            counts[order] = counts.GetValueOrDefault(order) + 1;
        }
        Assert.That(counts, Has.Count.EqualTo(24));
        // χ² of 24 cells has mean 23 and deviation √46: five deviations above.
        double chiSquared = counts.Values.Sum(count => Math.Pow(count - draws / 24.0, 2) / (draws / 24.0));
        Assert.That(chiSquared, Is.LessThan(23 + 5 * Math.Sqrt(46)));
    }

    [Test]
    public void Integers_are_evenly_spread_below_the_bound()
    {
        var random = new RandomSource(4, "integers");
        var counts = new int[7];
        for (int i = 0; i < 70_000; i++)
            counts[random.NextInt32(7)]++;
        Assert.That(counts.Sum(count => Math.Pow(count - 10_000, 2) / 10_000), Is.LessThan(6 + 5 * Math.Sqrt(12)));
        Assert.That(random.NextInt32(1), Is.Zero);
    }

    [Test]
    public void Fills_allocate_nothing()
    {
        var random = new RandomSource(1, "memory");
        var values = new float[1000];
        foreach ((_, Sampler fill) in s_samplers)
            fill(random, values);
        long before = GC.GetAllocatedBytesForCurrentThread();
        foreach ((_, Sampler fill) in s_samplers)
            fill(random, values);
        Assert.That(GC.GetAllocatedBytesForCurrentThread() - before, Is.Zero);
    }

    [TestCase(-1f)]
    [TestCase(float.NaN)]
    [TestCase(float.PositiveInfinity)]
    public void A_scale_that_is_negative_or_not_finite_is_refused_by_value(float scale)
    {
        var random = new RandomSource(1, "errors");
        foreach (Action fill in (Action[])[() => random.FillNormal(new float[1], scale), () => random.FillTruncatedNormal(new float[1], scale), () => random.FillUniform(new float[1], scale)])
            Assert.That(fill, Throws.InstanceOf<ArgumentOutOfRangeException>().With.Property("ActualValue").EqualTo(scale).And.Message.Contain("finite number of at least 0"));
    }

    [Test]
    public void Other_illegal_arguments_are_refused()
    {
        var random = new RandomSource(1, "errors");
        Assert.That(() => random.NextInt32(0), Throws.InstanceOf<ArgumentOutOfRangeException>());
        Assert.That(() => random.FillUniform(new float[1], 2, 1), Throws.InstanceOf<ArgumentOutOfRangeException>().With.Message.Contains("at least the minimum"));
        Assert.That(() => random.FillUniform(new float[1], float.NaN, 1), Throws.InstanceOf<ArgumentOutOfRangeException>());
        Assert.That(() => random.FillNormal(new float[1], float.NaN, 1), Throws.InstanceOf<ArgumentOutOfRangeException>());
        Assert.That(() => random.Split(null!), Throws.ArgumentNullException);
        Assert.That(() => new RandomSource(1, null!), Throws.ArgumentNullException);
    }

    [Test]
    public void A_scale_of_zero_gives_the_centre_alone()
    {
        var values = new float[100];
        var random = new RandomSource(1, "zero");
        random.FillNormal(values, 0);
        Assert.That(values, Has.All.EqualTo(0f));
        random.FillUniform(values, 0);
        Assert.That(values, Has.All.EqualTo(0f));
        random.FillNormal(values, 2, 0);
        Assert.That(values, Has.All.EqualTo(2f));
    }
}
