namespace MLNet.WeightInit.Engine.Tests.Initializers;

/// <summary>Fills of tensors that this library doesn't train: convolutions, recurrent layers, attention.</summary>
[TestFixture]
public sealed class TensorFillsTests
{
    static readonly TensorLayout[] s_layouts = [TensorLayout.OutputsFirst, TensorLayout.OutputsLast];

    static float[] Fill(string initializer, WeightShape shape, long seed = 1) => WeightInitializer.Parse(initializer).Fill(shape, seed, "tensor");

    /// <summary>Largest entry of |V Vᵀ − I|, V the vectors of the short side.</summary>
    static double OrthogonalityError(double[,] matrix)
    {
        int rows = matrix.GetLength(0), columns = matrix.GetLength(1), vectors = Math.Min(rows, columns);
        double worst = 0;
        for (int a = 0; a < vectors; a++)
            for (int b = 0; b <= a; b++)
            {
                double dot = 0;
                for (int i = 0; i < Math.Max(rows, columns); i++)
                    dot += rows >= columns ? matrix[i, a] * matrix[i, b] : matrix[a, i] * matrix[b, i];
                worst = Math.Max(worst, Math.Abs(dot - (a == b ? 1 : 0)));
            }
        return worst;
    }

    static double[,] Matrix(int rows, int columns, Func<int, int, double> entry)
    {
        var matrix = new double[rows, columns];
        for (int i = 0; i < rows; i++)
            for (int j = 0; j < columns; j++)
                matrix[i, j] = entry(i, j);
        return matrix;
    }

    [Test]
    public void Recurrent_weights_are_orthogonal_a_gate([ValueSource(nameof(s_layouts))] TensorLayout layout, [Values(3, 4)] int gates, [Values(12, 20)] int inputs)
    {
        const int units = 12;
        float[] weights = Fill("orthogonal", WeightShape.Recurrent(inputs, units, gates, layout));
        double Entry(int gate, int unit, int input) => layout == TensorLayout.OutputsFirst ? weights[(gate * units + unit) * inputs + input] : weights[input * gates * units + gate * units + unit];
        for (int gate = 0; gate < gates; gate++)
            Assert.That(OrthogonalityError(Matrix(units, inputs, (unit, input) => Entry(gate, unit, input))), Is.LessThan(1e-6), $"gate {gate}");
        Assert.That(Entry(0, 0, 0), Is.Not.EqualTo(Entry(1, 0, 0)), "gates are drawn independently");
    }

    /// <summary>The control for the test above: one matrix over all gates is another thing.</summary>
    [Test]
    public void A_matrix_over_all_gates_is_not_orthogonal_a_gate()
    {
        float[] weights = Fill("orthogonal", WeightShape.Dense(12, 48));
        Assert.That(OrthogonalityError(Matrix(12, 12, (unit, input) => weights[unit * 12 + input])), Is.GreaterThan(0.1));
    }

    [Test]
    public void Grouped_convolutions_are_orthogonal_a_group([ValueSource(nameof(s_layouts))] TensorLayout layout)
    {
        const int groups = 3, inputs = 12, outputs = 6, positions = 9, perGroup = inputs / groups, ours = outputs / groups;
        float[] weights = Fill("orthogonal", WeightShape.Convolution(inputs, outputs, [3, 3], groups, layout));
        for (int group = 0; group < groups; group++)
            Assert.That(OrthogonalityError(Matrix(ours, perGroup * positions, (output, read) => layout == TensorLayout.OutputsFirst
                ? weights[(group * ours + output) * perGroup * positions + read]
                : weights[read * outputs + group * ours + output])), Is.LessThan(1e-6), $"group {group}");
    }

    [Test]
    public void Attention_matrices_are_orthogonal_each_on_its_own([ValueSource(nameof(s_layouts))] TensorLayout layout)
    {
        float[] output = Fill("orthogonal", WeightShape.AttentionOutput(heads: 3, headSize: 4, outputs: 12, layout));
        Assert.That(OrthogonalityError(Matrix(12, 12, (i, j) => output[i * 12 + j])), Is.LessThan(1e-6));
        float[] projection = Fill("orthogonal", WeightShape.AttentionProjection(12, heads: 3, headSize: 4, layout: layout));
        Assert.That(OrthogonalityError(Matrix(12, 12, (i, j) => projection[i * 12 + j])), Is.LessThan(1e-6));
        float[] stacked = Fill("orthogonal", WeightShape.AttentionProjection(12, heads: 3, headSize: 4, stacked: 3));
        for (int part = 0; part < 3; part++)
            Assert.That(OrthogonalityError(Matrix(12, 12, (i, j) => stacked[(part * 12 + i) * 12 + j])), Is.LessThan(1e-6));
    }

    /// <summary>‖W⁵⁰⁰ h‖ = ‖h‖ for an orthogonal W: single precision adds some 2⁻²⁴ √500 a direction. A normal matrix of the same deviation has a spectral radius that is 1 only for infinite width.</summary>
    [Test]
    public void Five_hundred_steps_of_an_orthogonal_state_keep_its_norm_and_normal_ones_do_not()
    {
        WeightShape shape = WeightShape.Recurrent(64, 64, gates: 4);
        Assert.That(NormAfter(500, Fill("orthogonal", shape)), Is.EqualTo(1).Within(1e-3));
        foreach (long seed in (long[])[1, 2, 3])
            Assert.That(Math.Abs(Math.Log(NormAfter(500, Fill("lecun", shape, seed)))), Is.GreaterThan(Math.Log(10)), $"seed {seed}");
    }

    /// <summary>Of a unit vector under the first gate's matrix, in single precision as a recurrent layer would compute it.</summary>
    static double NormAfter(int steps, float[] weights)
    {
        const int units = 64;
        var state = new float[units];
        state[0] = 1;
        for (int step = 0; step < steps; step++)
            state = [.. Enumerable.Range(0, units).Select(unit => state.Select((value, i) => weights[unit * units + i] * value).Sum())];
        return Math.Sqrt(state.Sum(value => (double)value * value));
    }

    /// <summary>The loops of torch.nn.init.dirac_, over an array with an index a dimension.</summary>
    [TestCase(8, 8, 1, new[] { 3, 3 })]
    [TestCase(6, 9, 3, new[] { 5 })]
    [TestCase(9, 6, 3, new[] { 2, 4 })]
    [TestCase(4, 4, 4, new[] { 3, 2, 5 })]
    [TestCase(5, 7, 1, new[] { 1 })]
    public void Dirac_is_PyTorchs_with_groups(int inputs, int outputs, int groups, int[] kernel)
    {
        int perGroup = inputs / groups, positions = kernel.Aggregate(1, (product, size) => product * size), middle = 0;
        foreach (int size in kernel)
            middle = middle * size + size / 2;
        var expected = new float[outputs * perGroup * positions];
        for (int group = 0; group < groups; group++)
            for (int d = 0; d < Math.Min(outputs / groups, perGroup); d++)
                expected[((group * (outputs / groups) + d) * perGroup + d) * positions + middle] = 1;
        Assert.That(Fill("dirac", WeightShape.Convolution(inputs, outputs, kernel, groups)), Is.EqualTo(expected));
        Assert.That(Fill("identity", WeightShape.Convolution(inputs, outputs, kernel, groups)), Is.EqualTo(expected));
        float[] last = Fill("dirac", WeightShape.Convolution(inputs, outputs, kernel, groups, TensorLayout.OutputsLast));
        for (int output = 0; output < outputs; output++)
            for (int input = 0; input < perGroup; input++)
                for (int position = 0; position < positions; position++)
                    Assert.That(last[(position * perGroup + input) * outputs + output], Is.EqualTo(expected[(output * perGroup + input) * positions + position]));
    }

    /// <summary>A convolution with the Dirac kernel gives its input back, written as the sum that a convolution is.</summary>
    [Test]
    public void A_Dirac_convolution_passes_a_signal_on()
    {
        const int channels = 4, length = 9, size = 3;
        float[] weights = Fill("dirac", WeightShape.Convolution(channels, channels, [size], groups: 2));
        float[] signal = Fill("normal(deviation=1)", WeightShape.Dense(length, channels));
        for (int output = 0; output < channels; output++)
            for (int at = 1; at < length - 1; at++)
            {
                double sum = 0;
                for (int input = 0; input < channels / 2; input++)
                    for (int k = 0; k < size; k++)
                        sum += weights[(output * channels / 2 + input) * size + k] * signal[(output / 2 * 2 + input) * length + at + k - size / 2];
                Assert.That(sum, Is.EqualTo(signal[output * length + at]));
            }
    }

    [Test]
    public void Delta_orthogonal_is_an_orthogonal_matrix_at_the_middle_and_0_elsewhere([ValueSource(nameof(s_layouts))] TensorLayout layout, [Values(1, 2)] int groups)
    {
        const int inputs = 8, outputs = 12, positions = 15, middle = 7;      // of 3 × 5: row 1, column 2
        int perGroup = inputs / groups, ours = outputs / groups;
        float[] weights = Fill("delta_orthogonal(gain=2)", WeightShape.Convolution(inputs, outputs, [3, 5], groups, layout));
        double Entry(int output, int input, int position) => layout == TensorLayout.OutputsFirst ? weights[(output * perGroup + input) * positions + position] : weights[(position * perGroup + input) * outputs + output];
        for (int group = 0; group < groups; group++)
            Assert.That(OrthogonalityError(Matrix(ours, perGroup, (output, input) => Entry(group * ours + output, input, middle) / 2)), Is.LessThan(1e-6));
        Assert.That(weights.Count(value => value != 0), Is.EqualTo(outputs * perGroup));
        double meanSquare = weights.Average(value => (double)value * value);
        Assert.That(new DeltaOrthogonal(2).TargetDeviation(WeightShape.Convolution(inputs, outputs, [3, 5], groups, layout)), Is.EqualTo(Math.Sqrt(meanSquare)).Within(1e-6));
    }

    [Test]
    public void Without_a_kernel_delta_orthogonal_is_orthogonal_and_dirac_the_identity()
    {
        var shape = WeightShape.Dense(5, 8);
        Assert.That(Fill("delta_orthogonal", shape), Is.EqualTo(Fill("orthogonal", shape)));
        Assert.That(Fill("dirac", shape), Is.EqualTo(Fill("identity", shape)));
    }

    [Test]
    public void Recurrent_identity_is_one_a_gate()
    {
        float[] weights = Fill("identity(gain=0.5)", WeightShape.Recurrent(3, 3, gates: 2));
        Assert.That(weights, Is.EqualTo((float[])[0.5f, 0, 0, 0, 0.5f, 0, 0, 0, 0.5f, 0.5f, 0, 0, 0, 0.5f, 0, 0, 0, 0.5f]));
    }

    [Test]
    public void Only_the_forget_gate_starts_open([ValueSource(nameof(s_layouts))] TensorLayout layout)
    {
        WeightShape bias = WeightShape.Bias(WeightShape.Recurrent(10, 3, gates: 4, layout));
        Assert.That(Fill("forget_bias", bias), Is.EqualTo((float[])[0, 0, 0, 1, 1, 1, 0, 0, 0, 0, 0, 0]));
        Assert.That(new ForgetBias(2).Fill(bias, 1, "bias").Sum(), Is.EqualTo(6));
        Assert.That(new ForgetBias().TargetDeviation(bias), Is.EqualTo(Math.Sqrt(3) / 4).Within(1e-12));    // of 0, 0, 0, 1 about ¼
        foreach (WeightShape other in (WeightShape[])[WeightShape.Dense(4, 3), WeightShape.Recurrent(10, 3, gates: 3, layout), WeightShape.AttentionProjection(8, 2, 4, stacked: 3)])
            Assert.That(Fill("forget_bias", WeightShape.Bias(other)), Has.All.EqualTo(0f));
    }

    /// <summary>Var = 2 / 147 for PyTorch's Conv2d(3, 64, 7), and 2 / 3136 by the other fan: five standard errors of 9,408 normal values are 7 % of it.</summary>
    [Test]
    public void A_variance_follows_the_kernels_fans([ValueSource(nameof(s_layouts))] TensorLayout layout)
    {
        WeightShape shape = WeightShape.Convolution(3, 64, [7, 7], layout: layout);
        foreach ((string mode, double fan) in ((string, double)[])[("fan_in", 147), ("fan_out", 3136)])
        {
            double variance = Randomness.SampleStatistics.Variance(Fill($"he(mode={mode})", shape));
            Assert.That(variance, Is.EqualTo(2 / fan).Within(5 * 2 / fan * Math.Sqrt(2.0 / 9408)), mode);
        }
    }

    [Test]
    public void Gates_that_do_not_divide_the_rows_are_refused()
        => Assert.That(() => Fill("orthogonal", WeightShape.Dense(4, 7) with { Gates = 3 }), Throws.ArgumentException.With.Message.Contains("multiple of 3 rows").And.Message.Contains("has 7"));

    [Test]
    public void Tensors_are_filled_without_an_estimator_each_from_its_own_stream()
    {
        WeightInitializer parsed = WeightInitializer.Parse("he_uniform");
        var shape = WeightShape.Dense(7, 5);
        var expected = new float[35];
        VarianceScaling.He(distribution: WeightDistribution.Uniform).Fill(expected, shape, new RandomSource(3, "w"));
        Assert.That(parsed.Fill(shape, 3, "w"), Is.EqualTo(expected));
        Assert.That(parsed.Fill(shape, 3, "v"), Is.Not.EqualTo(expected));
        Assert.That(parsed.Fill(shape, 4, "w"), Is.Not.EqualTo(expected));
        Assert.That(() => WeightInitializer.Parse("no such"), Throws.TypeOf<ArgumentOutOfRangeException>().With.Message.Contains("nearest"));
        Assert.That(() => parsed.Fill(shape, 3, null!), Throws.ArgumentNullException);
        WeightInitializer text = "he_uniform";
        Assert.That(() => text.Fill(shape, 3, "w"), Throws.TypeOf<NotSupportedException>().With.Message.Contains("WeightInitializer.Parse"));
    }

    [TestCase("dirac", "A Dirac kernel: 8 inputs pass on unmixed.")]
    [TestCase("delta_orthogonal", "A dense layer is the middle alone: 8 singular values of 1 (Xiao et al. 2018, algorithm 1).")]
    public void A_dense_layer_is_explained_without_a_kernel(string initializer, string expected)
        => Assert.That(WeightInitializer.Parse(initializer).Explain(WeightShape.Dense(inputs: 8, outputs: 12)), Is.EqualTo(expected));
}
