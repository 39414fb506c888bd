using MathNet.Numerics.LinearAlgebra;

namespace MLNet.WeightInit.Engine.Tests.Initializers;

[TestFixture]
internal sealed class LooksLinearTests
{
    /// <summary>Singular values of ∂f/∂x of a ReLU network without biases at a random input: the product of its weights with the gates that this input opens, in double.</summary>
    static double[] SingularValues(InitializationPlan plan, int inputs)
    {
        float[][] weights = plan.Weights();
        var draws = new float[inputs];
        new RandomSource(9, "input").FillNormal(draws, 1);
        Vector<double> signal = Vector<double>.Build.Dense(inputs, i => draws[i]);
        Matrix<double> jacobian = Matrix<double>.Build.DenseIdentity(inputs);
        for (int layer = 0; layer < weights.Length; layer++)
        {
            WeightShape shape = plan.Weights[layer].Shape;
            Matrix<double> matrix = Matrix<double>.Build.Dense(shape.Rows, shape.Columns, (row, column) => weights[layer][row * shape.Columns + column]);
            (signal, jacobian) = (matrix * signal, matrix * jacobian);
            for (int row = 0; row < shape.Rows && layer < weights.Length - 1; row++)
                if (signal[row] <= 0)
                {
                    signal[row] = 0;
                    jacobian.ClearRow(row);
                }
        }
        return [.. jacobian.Svd(computeVectors: false).S];
    }

    static int[] Widths(int inputs, int width, int layers, int outputs) => [inputs, .. Enumerable.Repeat(width, layers - 1), outputs];

    /// <summary>Balduzzi et al. 2017: a mirrored orthogonal ReLU network is an isometry at any depth. 100 products of orthogonal matrices in 32 bits: 100 · 2⁻²⁴ · √32 is 3e-5.</summary>
    [TestCase(32)]
    [TestCase(100)]
    public void A_mirrored_ReLU_network_is_an_isometry_at_any_depth(int layers)
    {
        double[] values = SingularValues(Fills.Plan("looks_linear", Widths(32, 64, layers, 32)), 32);
        Assert.That(values, Has.Length.EqualTo(32).And.All.EqualTo(1).Within(1e-4));
    }

    /// <summary>φ(z) − φ(−z) has a slope of 1 + α at 0, which the gain of the blocks makes up for: so small signals keep their size.</summary>
    [TestCase(0.5f)]
    [TestCase(1f)]
    [TestCase(2f)]
    public void An_ELUs_slope_below_0_counts(float alpha)
    {
        InitializationPlan plan = Fills.Plan("looks_linear", [16, 32, 32, 32, 2], string.Create(System.Globalization.CultureInfo.InvariantCulture, $"ELU(alpha={alpha})"));
        Assert.That(plan.Weights.Skip(1).Select(tensor => ((LooksLinear)tensor.Initializer!).Gain), Is.All.EqualTo(1 / (1 + alpha)).Within(1e-6f));
    }

    /// <summary>Mish's slope at 0 is tanh(ln 2) = 0.6, and so is what falls on the other side of it: pairs have 1.2, not GELU's and SiLU's 1.</summary>
    [TestCase("Mish", 1 / 1.2f)]
    [TestCase("GELU", 1)]
    [TestCase("SiLU", 1)]
    [TestCase("HardSwish", 1)]
    public void Smooth_rectifiers_have_their_own_slope(string activation, float gain)
        => Assert.That(Fills.Plan("looks_linear", [16, 32, 32, 2], activation).Weights.Skip(1).Select(tensor => ((LooksLinear)tensor.Initializer!).Gain), Is.All.EqualTo(gain).Within(1e-6f));

    /// <summary>What the test of singular values must see: plain orthogonal weights, even with ReLU's gain, are far from it (condition 5e8 at 32 layers).</summary>
    [Test]
    public void Plain_orthogonal_weights_are_none()
    {
        double[] values = SingularValues(Fills.Plan("orthogonal(gain=1.4142135)", Widths(32, 64, 32, 32)), 32);
        Assert.That(values.Max() / Math.Max(values.Min(), 1e-300), Is.GreaterThan(1e3));
    }

    [Test]
    public void Blocks_are_mirrored_in_their_places()
    {
        InitializationPlan plan = Fills.Plan("looks_linear(gain=2)", [5, 6, 8, 3]);
        float[][] weights = plan.Weights();
        for (int row = 0; row < 3; row++)
            for (int column = 0; column < 5; column++)
                Assert.That(weights[0][(row + 3) * 5 + column], Is.EqualTo(-weights[0][row * 5 + column]));
        for (int row = 0; row < 4; row++)
            for (int column = 0; column < 3; column++)
            {
                float block = weights[1][row * 6 + column];
                Assert.That(block, Is.Not.Zero);
                Assert.That((weights[1][row * 6 + column + 3], weights[1][(row + 4) * 6 + column], weights[1][(row + 4) * 6 + column + 3]), Is.EqualTo((-block, -block, block)));
            }
        for (int row = 0; row < 3; row++)
            for (int column = 0; column < 4; column++)
                Assert.That(weights[2][row * 8 + column + 4], Is.EqualTo(-weights[2][row * 8 + column]));
        // Rows of the output's block are orthogonal with norm 2.
        Assert.That(Enumerable.Range(0, 4).Sum(i => (double)weights[2][i] * weights[2][i]), Is.EqualTo(4).Within(1e-5));
        Assert.That(Enumerable.Range(0, 4).Sum(i => (double)weights[2][i] * weights[2][8 + i]), Is.EqualTo(0).Within(1e-5));
    }

    static double Phi(string activation, double z) => activation switch
    {
        "LeakyReLU(slope=0.2)" => z > 0 ? z : 0.2 * z,
        "GELU" => z * MathNet.Numerics.Distributions.Normal.CDF(0, 1, z),
        "SiLU" => z / (1 + Math.Exp(-z)),
        "HardSwish" => z * Math.Clamp(z + 3, 0, 6) / 6,
        "Softplus" => Math.Log(1 + Math.Exp(z)),
        "Identity" => z,
        _ => throw new ArgumentOutOfRangeException(nameof(activation)),
    };

    /// <summary>φ(z) − φ(−z) is a multiple of z for each of these, so the untrained network keeps every input's norm; φ written out here.</summary>
    [Test]
    public void Activations_whose_odd_part_is_linear_keep_the_norm_too([Values("LeakyReLU(slope=0.2)", "GELU", "SiLU", "HardSwish", "Softplus", "Identity")] string activation)
    {
        InitializationPlan plan = Fills.Plan("looks_linear", Widths(16, 32, 20, 16), activation);
        float[][] weights = plan.Weights();
        double[] signal = [.. Enumerable.Range(0, 16).Select(i => Math.Sin(i + 1))];
        double norm = Norm(signal);
        for (int layer = 0; layer < weights.Length; layer++)
        {
            int rows = plan.Weights[layer].Shape.Rows, columns = plan.Weights[layer].Shape.Columns;
            double[] next = [.. Enumerable.Range(0, rows).Select(row => Enumerable.Range(0, columns).Sum(column => weights[layer][row * columns + column] * signal[column]))];
            signal = layer == weights.Length - 1 ? next : [.. next.Select(z => Phi(activation, z))];
        }
        Assert.That(Norm(signal), Is.EqualTo(norm).Within(1e-5 * norm));
    }

    static double Norm(double[] values) => Math.Sqrt(values.Sum(value => value * value));

    [Test]
    public void An_odd_hidden_layer_is_refused_with_the_number_to_take()
        => Assert.That(() => Fills.Plan("looks_linear", [5, 6, 7, 3]), Throws.InvalidOperationException.With.Message.Contains("hidden[1].weights has 7").And.Message.Contains("Use 8"));

    [Test]
    public void The_target_deviation_is_the_root_mean_square_of_the_entries([Values(0, 1, 2)] int layer)
    {
        InitializationPlan plan = Fills.Plan("looks_linear(gain=3)", [20, 30, 50, 8]);
        float[] weights = plan.Weights()[layer];
        Assert.That(plan.Weights[layer].Initializer!.TargetDeviation(plan.Weights[layer].Shape), Is.EqualTo(Math.Sqrt(weights.Average(weight => (double)weight * weight))).Within(1e-5));
    }
}
