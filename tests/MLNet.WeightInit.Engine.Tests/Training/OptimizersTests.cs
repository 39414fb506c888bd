using System.Globalization;
using MLNet.WeightInit.Engine.Kernels;
using MLNet.WeightInit.Engine.Tests.Kernels;
using MLNet.WeightInit.Engine.Training.Optimizers;

namespace MLNet.WeightInit.Engine.Tests.Training;

[TestFixture]
[Category("Kernels")]
internal sealed unsafe class OptimizersTests
{
    static readonly float[] s_start = [0.5f, -1.25f, 3, 1e-3f];
    static readonly float[][] s_gradients = [[0.1f, -0.2f, 5, 1e-4f], [0.3f, 0.2f, -4, -2e-4f], [-0.5f, 0.25f, 2, 0], [0.05f, -0.75f, 1, 3e-4f], [0.2f, 0.1f, -8, 1e-4f]];

    static IEnumerable<TestCaseData> PyTorchCases()
    {
        using var reader = new StreamReader(typeof(OptimizersTests).Assembly.GetManifestResourceStream("MLNet.WeightInit.Engine.Tests.Goldens.optimizers.csv")!);
        string[][] lines = [.. reader.ReadToEnd().Split('\n', StringSplitOptions.RemoveEmptyEntries).Skip(1).Select(line => line.Split(';'))];
        foreach (var group in lines.GroupBy(line => (line[0], line[1])))
            yield return new TestCaseData(group.Key.Item1, float.Parse(group.Key.Item2, CultureInfo.InvariantCulture),
                group.Select(line => line[3].Split(' ').Select(value => double.Parse(value, CultureInfo.InvariantCulture)).ToArray()).ToArray()).SetArgDisplayNames(group.Key.Item1, group.Key.Item2);
    }

    [TestCaseSource(nameof(PyTorchCases))]
    public void Five_steps_match_PyTorch(string specification, float decay, double[][] expected)
    {
        foreach (SimdLevel level in Enum.GetValues<SimdLevel>())
        {
            var run = new Run(specification, level, 16);
            s_start.CopyTo(run.Parameters.Span);
            for (int step = 0; step < s_gradients.Length; step++)
            {
                s_gradients[step].CopyTo(run.Gradient.Span);
                run.Step(0.05f, decay);
                // A step rounds about ten times; with division by √v̂ each error stays of the step's own size (at most 0.4 here), so 5 steps are within 5 · 10 · 2⁻²⁴ of |w| + steps.
                for (int i = 0; i < s_start.Length; i++)
                    Assert.That((double)run.Parameters.Span[i], Is.EqualTo(expected[step][i]).Within(50.0 / (1 << 24) * (Math.Abs(expected[step][i]) + 0.5)), $"{level}, step {step + 1}, parameter {i}");
            }
        }
    }

    [Test]
    public void Lion_follows_algorithm_2_of_its_paper([Values] SimdLevel level, [Values(0f, 0.1f)] float decay)
    {
        const double Beta1 = 0.8, Beta2 = 0.95;
        const float Rate = 0.05f;
        var run = new Run("Lion(beta1=0.8, beta2=0.95)", level, 16);
        s_start.CopyTo(run.Parameters.Span);
        double[] weights = [.. s_start.Select(value => (double)value)], means = new double[weights.Length];
        for (int step = 0; step < s_gradients.Length; step++)
        {
            s_gradients[step].CopyTo(run.Gradient.Span);
            run.Step(Rate, decay);
            for (int i = 0; i < weights.Length; i++)
            {
                weights[i] -= Rate * (Math.Sign(Beta1 * means[i] + (1 - Beta1) * s_gradients[step][i]) + decay * weights[i]);
                means[i] = Beta2 * means[i] + (1 - Beta2) * s_gradients[step][i];
                // Two roundings a step of a weight below 4, and those of rate and decay.
                Assert.That((double)run.Parameters.Span[i], Is.EqualTo(weights[i]).Within(5 * 4.0 / (1 << 24) * (Math.Abs(weights[i]) + Rate)), $"step {step + 1}, parameter {i}");
                // Three roundings a step of a mean that stays below 1: a twentieth of gradients whose sizes sum to at most 20.
                Assert.That((double)run.State1.Span[i], Is.EqualTo(means[i]).Within(5 * 3.0 / (1 << 24)), $"mean after step {step + 1}, parameter {i}");
            }
        }
        Assert.That(run.Parameters.Span[s_start.Length..].ToArray(), Is.All.Zero, "no gradient, no sign: padding stays zero");
    }

    [Test]
    [Category("Fused")]
    public void Every_width_gives_the_same_bits([Values("SGD", "Momentum", "Nesterov", "RMSProp", "Adam", "AdamW", "Lion")] string specification)
    {
        float[][] results = [.. Widths.Fused.Select(level =>
        {
            var run = new Run(specification, level, 64);
            run.Parameters.Filled(1);
            for (uint step = 0; step < 20; step++)
            {
                run.Gradient.Filled(100 + step);
                run.Step(0.01f, 0.01f);
            }
            return run.Parameters.Span.ToArray();
        })];
        Assert.That(results[1], Is.EqualTo(results[0]));
        Assert.That(results[2], Is.EqualTo(results[0]));
    }

    [Test]
    public void Nothing_outside_of_the_run_is_touched([Values("SGD", "Momentum", "Nesterov", "RMSProp", "Adam", "AdamW", "Lion")] string specification, [Values] SimdLevel level)
    {
        for (int length = 16; length <= 256; length += 16)
        {
            var run = new Run(specification, level, length);
            run.Parameters.Filled(1);
            run.Gradient.Filled(2);
            run.Step(0.01f, 0.01f);
            Assert.That(run.IsMoatUntouched, Is.True);
            Assert.That(run.Parameters.Span.ToArray(), Is.All.Matches<float>(float.IsFinite));
        }
    }

    [Test]
    public void Averages_of_a_dead_unit_reach_zero_and_never_a_denormal([Values("Momentum", "Nesterov", "RMSProp", "Adam", "AdamW", "Lion")] string specification)
    {
        var run = new Run(specification, SimdLevels.Best, 16);
        run.Gradient.Span.Fill(1e-3f);
        run.Step(0.01f, 0);
        run.Gradient.Span.Clear();
        for (int step = 0; step < 150_000; step++)
            run.Step(0.01f, 0);
        Assert.That(run.State1.Span.ToArray(), Is.All.Zero);
        Assert.That(run.State2.Span.ToArray(), Is.All.Zero);
    }

    [Test]
    public void A_gradient_whose_square_would_be_denormal_counts_as_zero([Values("RMSProp", "Adam", "AdamW")] string specification)
    {
        var run = new Run(specification, SimdLevels.Best, 16);
        run.Gradient.Span.Fill(1e-20f);
        run.Step(0.01f, 0);
        Assert.That(run.State1.Span.ToArray(), Is.All.Zero);
    }

    [Test]
    public void A_gradient_that_is_not_a_number_makes_the_parameter_one([Values("SGD", "Momentum", "Nesterov", "RMSProp", "Adam", "AdamW", "Lion")] string specification)
    {
        var run = new Run(specification, SimdLevels.Best, 16);
        run.Gradient.Span.Fill(float.NaN);
        run.Step(0.01f, 0);
        Assert.That(run.Parameters.Span.ToArray(), Is.All.NaN);
    }

    [Test]
    public void A_rate_multiplier_multiplies_the_learning_rate([Values("SGD", "Momentum", "Nesterov", "RMSProp", "Adam", "AdamW", "Lion")] string specification)
    {
        var plain = new Run(specification, SimdLevels.Best, 16);
        var multiplied = new Run(specification, SimdLevels.Best, 16);
        plain.Gradient.Filled(3);
        multiplied.Gradient.Filled(3);
        plain.Step(0.01f, 0.1f);
        multiplied.Step(0.02f, 0.1f, rateMultiplier: 0.5f);
        Assert.That(multiplied.Parameters.Span.ToArray(), Is.EqualTo(plain.Parameters.Span.ToArray()));
    }

    [Test]
    [Category("Determinism")]
    public void Rows_get_the_update_of_runs_and_those_that_come_next_get_none([Values("SGD", "Momentum", "Nesterov", "RMSProp", "Adam", "AdamW", "Lion")] string specification, [Values] SimdLevel level, [Values(16, 48, 1024)] int width)
    {
        const int All = 12, Updated = 3;
        int[] rows = [1, 4, 5, 7, 11];
        Optimizer optimizer = Optimizers.Parse(specification);
        OptimizerKernel kernel = optimizer.CreateKernel(level);
        Moat parameters = new Moat(All * width).Filled(1), gradient = new Moat(Updated * width).Filled(2), state1 = new(All * width), state2 = new(All * width);
        Moat expected = new Moat(All * width).Filled(1), expected1 = new(All * width), expected2 = new(All * width);
        for (int step = 0; step < 2; step++)
        {
            kernel.BeginStep(0.05f);
            kernel.UpdateRows(parameters.Pointer, gradient.Pointer, Or(state1, 1), Or(state2, 2), rows, Updated, width, 0.5f, 0.1f);
            for (int i = 0; i < Updated; i++)
                kernel.Update(expected.Pointer + rows[i] * width, gradient.Pointer + i * width, At(expected1, 1, rows[i]), At(expected2, 2, rows[i]), width, 0.5f, 0.1f);
        }
        Assert.That(parameters.Span.SequenceEqual(expected.Span) && state1.Span.SequenceEqual(expected1.Span) && state2.Span.SequenceEqual(expected2.Span), Is.True);
        Assert.That(parameters.IsUntouched && gradient.IsUntouched && state1.IsUntouched && state2.IsUntouched, Is.True);

        float* Or(Moat state, int place) => optimizer.StateCount >= place ? state.Pointer : null;
        float* At(Moat state, int place, int row) => optimizer.StateCount >= place ? state.Pointer + row * width : null;
    }

    [TestCase("adam", "Adam(beta1=0.9, beta2=0.999, epsilon=1E-08)")]
    [TestCase("ADAM_W(beta_1 = 0.8)", "AdamW(beta1=0.8, beta2=0.999, epsilon=1E-08)")]
    [TestCase("rms-prop(decay=0.95)", "RMSProp(decay=0.95, epsilon=1E-08)")]
    [TestCase("Momentum(momentum=0.5)", "Momentum(momentum=0.5)")]
    [TestCase("nesterov", "Nesterov(momentum=0.9)")]
    [TestCase("sgd", "SGD")]
    public void Specifications_are_read_and_round_trip(string text, string canonical)
    {
        Assert.That(Optimizers.Parse(text).Specification, Is.EqualTo(canonical));
        Assert.That(Optimizers.Parse(canonical).Specification, Is.EqualTo(canonical));
    }

    [TestCase("adma", "Adam")]
    [TestCase("sgd(momentum=0.9)", "takes no arguments")]
    [TestCase("adam(beta3=1)", "beta1, beta2, epsilon")]
    [TestCase("adam(beta1=1)", "below 1")]
    [TestCase("adam(beta2=-0.1)", "at least 0")]
    [TestCase("adam(epsilon=0)", "at least 1e-12")]
    [TestCase("momentum(momentum=nan)", "momentum")]
    [TestCase("rmsprop(decay=2)", "below 1")]
    public void A_wrong_specification_says_what_is_right(string text, string expected)
        => Assert.That(() => Optimizers.Parse(text), Throws.InstanceOf<ArgumentOutOfRangeException>().With.Message.Contains(expected));

    sealed class Run(string specification, SimdLevel level, int length)
    {
        readonly Optimizer _optimizer = Optimizers.Parse(specification);
        readonly OptimizerKernel _kernel = Optimizers.Parse(specification).CreateKernel(level);

        public Moat Parameters { get; } = new(length);
        public Moat Gradient { get; } = new(length);
        public Moat State1 { get; } = new(length);
        public Moat State2 { get; } = new(length);
        public bool IsMoatUntouched => Parameters.IsUntouched && Gradient.IsUntouched && State1.IsUntouched && State2.IsUntouched;

        public void Step(float learningRate, float weightDecay, float rateMultiplier = 1)
        {
            _kernel.BeginStep(learningRate);
            _kernel.Update(Parameters.Pointer, Gradient.Pointer, _optimizer.StateCount > 0 ? State1.Pointer : null, _optimizer.StateCount > 1 ? State2.Pointer : null, length, rateMultiplier, weightDecay);
        }
    }
}
