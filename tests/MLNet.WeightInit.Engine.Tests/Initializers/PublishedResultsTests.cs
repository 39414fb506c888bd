using MathNet.Numerics.LinearAlgebra;
using ZeroValues = MathNet.Numerics.LinearAlgebra.Zeros;

namespace MLNet.WeightInit.Engine.Tests.Initializers;

/// <summary>What the papers found of signals, gradients and Jacobians at the start, by the fills of this library and nothing else of it: products in double by MathNet.Numerics.</summary>
[TestFixture]
internal sealed class PublishedResultsTests
{
    const int Width = 256, Rows = 64;

    static readonly long[] s_seeds = [1, 2, 3, 4, 5];

    /// <param name="FirstDeviation">Of z over rows and units, in the first layer.</param>
    /// <param name="LastMean">Of φ(z), in the last layer.</param>
    /// <param name="LastDeviation">Of z in the last layer.</param>
    /// <param name="OutputDeviation">Of φ(z) in the last layer.</param>
    /// <param name="GradientRatio">‖∂/∂z‖ in the first layer by that in the last, for a random normal gradient of the last layer's output.</param>
    readonly record struct Propagation(double FirstDeviation, double LastDeviation, double LastMean, double OutputDeviation, double GradientRatio);

    static Matrix<double>[] Layers(string initializer, string activation, int width, int layers, long seed)
    {
        int[] widths = [.. Enumerable.Repeat(width, layers + 1), 1];
        float[][] weights = Fills.Plan(initializer, widths, activation).Weights(seed);
        return [.. weights[..layers].Select(layer => Matrix<double>.Build.Dense(width, width, (row, column) => layer[row * width + column]))];
    }

    /// <summary>Rows of N(0, 1) forward, and a random cotangent back.</summary>
    static Propagation Propagate(string initializer, string activation, int layers, long seed, Func<double, double> function, Func<double, double> derivative)
    {
        Matrix<double>[] weights = Layers(initializer, activation, Width, layers, seed);
        var products = new Matrix<double>[layers];
        Matrix<double> signal = Normal("rows");
        for (int layer = 0; layer < layers; layer++)
        {
            products[layer] = weights[layer] * signal;
            signal = products[layer].Map(function);
        }
        Matrix<double> gradient = Normal("cotangent").PointwiseMultiply(products[^1].Map(derivative, ZeroValues.Include));
        double last = gradient.FrobeniusNorm();
        for (int layer = layers - 1; layer > 0; layer--)
            gradient = weights[layer].TransposeThisAndMultiply(gradient).PointwiseMultiply(products[layer - 1].Map(derivative, ZeroValues.Include));
        double mean = signal.Enumerate().Average();
        return new Propagation(Deviation(products[0]), Deviation(products[^1]), mean, Deviation(signal), gradient.FrobeniusNorm() / last);

        Matrix<double> Normal(string stream)
        {
            var values = new float[Width * Rows];
            new RandomSource(seed, stream).FillNormal(values, 1);
            return Matrix<double>.Build.Dense(Width, Rows, (row, column) => values[row * Rows + column]);
        }
    }

    static double Deviation(Matrix<double> values)
    {
        double mean = values.Enumerate().Average();
        return Math.Sqrt(values.Enumerate().Average(value => (value - mean) * (value - mean)));
    }

    static Propagation Relu(string initializer, long seed) => Propagate(initializer, "ReLU", 30, seed, z => Math.Max(0, z), z => z > 0 ? 1 : 0);

    /// <summary>He et al. 2015, section 2.2: √(2 / fan-in) carries signal and gradient through 30 ReLU layers, and Xavier's loses a factor of √2 in each: 2^(−29/2) is 4.3e-5. The factor's logarithm has a deviation of √(5 / (4 · 256)) = 0.07
    /// a layer, 0.38 over 29, so that five deviations of one seed are a factor of 6.6, which the bounds of the mean of five seeds keep within.</summary>
    [Test]
    public void He_carries_signal_and_gradient_through_thirty_ReLU_layers_and_Xavier_loses_them()
    {
        foreach (long seed in s_seeds)
        {
            Propagation he = Relu("he", seed), xavier = Relu("glorot", seed);
            Assert.That(he.LastDeviation / he.FirstDeviation, Is.InRange(0.4, 2.5));
            Assert.That(he.GradientRatio, Is.InRange(0.4, 2.5));
            Assert.That(xavier.LastDeviation / xavier.FirstDeviation, Is.InRange(1e-5, 1e-4));
            Assert.That(xavier.GradientRatio, Is.InRange(1e-5, 1.1e-4));
            Assert.That(Relu("pytorch_default", seed).LastDeviation, Is.LessThan(1e-10));
            Assert.That(Relu("normal(deviation=0.01)", seed).LastDeviation, Is.LessThan(1e-25));
        }
        double slope = s_seeds.Average(seed => Math.Log(Relu("glorot", seed) is var xavier ? xavier.LastDeviation / xavier.FirstDeviation : 0) / 29);
        Assert.That(slope, Is.EqualTo(-Math.Log(2) / 2).Within(0.02));
    }

    const double Lambda = 1.0507009873554805, Alpha = 1.6732632423543772;

    static Propagation Selu(string initializer, int layers, long seed)
        => Propagate(initializer, "SELU", layers, seed, z => z > 0 ? Lambda * z : Lambda * Alpha * (Math.Exp(z) - 1), z => z > 0 ? Lambda : Lambda * Alpha * Math.Exp(z));

    /// <summary>Klambauer et al. 2017, section 2: with variance 1 / fan-in SELU keeps mean 0 and variance 1 at any depth, though not the gradient, whose square grows by E φ′² = 1.0716 a layer. He's variance, and that of PyTorch's gain of 3/4, don't.</summary>
    [TestCase(32)]
    [TestCase(100)]
    public void SELU_keeps_mean_0_and_variance_1_with_LeCuns_variance(int layers)
    {
        Propagation[] found = [.. s_seeds.Select(seed => Selu("lecun", layers, seed))];
        foreach (Propagation one in found)
        {
            Assert.That(one.LastMean, Is.EqualTo(0).Within(0.05));
            Assert.That(one.OutputDeviation, Is.EqualTo(1).Within(0.05));
        }
        double growth = Math.Exp(found.Average(one => Math.Log(one.GradientRatio)));
        Assert.That(growth, Is.EqualTo(Math.Pow(1.071575, (layers - 1) / 2.0)).Within(layers == 32 ? 15 : 25).Percent);       // measured at 100 layers: 14 % above
        Assert.That(Selu("he", layers, 1).OutputDeviation, Is.GreaterThan(2));
        Assert.That(Selu("lecun(gain=0.75)", layers, 1).OutputDeviation, Is.LessThan(0.5));
    }

    /// <summary>Singular values of ∂h_L / ∂x at one input: the layers' products with φ′, exactly.</summary>
    static double[] SingularValues(string initializer, int layers, Func<double, double> function, Func<double, double> derivative, double inputScale, long seed)
    {
        const int Units = 64;
        Matrix<double>[] weights = Layers(initializer, "Tanh", Units, layers, seed);
        var input = new float[Units];
        new RandomSource(seed, "input").FillNormal(input, 1);
        Vector<double> signal = Vector<double>.Build.Dense(Units, unit => inputScale * input[unit]);
        Matrix<double> jacobian = Matrix<double>.Build.DenseIdentity(Units);
        foreach (Matrix<double> layer in weights)
        {
            Vector<double> products = layer * signal;
            signal = products.Map(function);
            jacobian = Matrix<double>.Build.DenseOfDiagonalVector(products.Map(derivative, ZeroValues.Include)) * (layer * jacobian);
        }
        return [.. jacobian.Svd(computeVectors: false).S];
    }

    /// <summary>Var s² / (E s²)² of the singular values: 0 for an isometry.</summary>
    static double RelativeVariance(double[] values)
    {
        double mean = values.Average(value => value * value);
        return values.Average(value => (value * value - mean) * (value * value - mean)) / (mean * mean);
    }

    /// <summary>Pennington, Schoenholz and Ganguli 2017: orthogonal weights near criticality keep a deep tanh network an isometry ("dynamical isometry"), Gaussian weights of the same variance don't, and ReLU can't.</summary>
    [TestCase(1)]
    [TestCase(2)]
    [TestCase(3)]
    public void Orthogonal_weights_give_deep_tanh_networks_dynamical_isometry_and_neither_Gaussian_ones_nor_ReLU(int seed)
    {
        const double Sigma = 1.0125;
        Func<double, double> slope = z => 1 - Math.Tanh(z) * Math.Tanh(z);
        double[] orthogonal = SingularValues($"orthogonal(gain={Sigma})", 32, Math.Tanh, slope, 0.15, seed), gaussian = SingularValues($"lecun(gain={Sigma})", 32, Math.Tanh, slope, 0.15, seed);
        Assert.That(RelativeVariance(orthogonal), Is.LessThan(0.3));
        Assert.That(orthogonal.Max(), Is.LessThan(1.15));
        Assert.That(RelativeVariance(gaussian), Is.GreaterThan(8));

        double[] linear = SingularValues("orthogonal", 50, z => z, _ => 1, 1, seed), linearGaussian = SingularValues("lecun", 50, z => z, _ => 1, 1, seed);
        Assert.That(linear.Max() / linear.Min(), Is.EqualTo(1).Within(5e-5));         // 50 matrices, each off by at most √64 · 2⁻²⁴ where weights are rounded to 24 bits, up or down
        Assert.That(RelativeVariance(linearGaussian), Is.GreaterThan(8));

        double[] relu = SingularValues("orthogonal(gain=1.4142135)", 32, z => Math.Max(0, z), z => z > 0 ? 1 : 0, 1, seed);
        Assert.That(RelativeVariance(relu), Is.GreaterThan(8));
    }
}
