namespace MLNet.WeightInit.Engine.Tests.Initializers;

[TestFixture]
internal sealed class RandomWalkTests
{
    /// <summary>Mean over networks of ln(‖h_L‖² / ‖h_0‖²) of 50 layers of 64 units.</summary>
    static double Drift(string specification, Func<double, double> activation, string name, int networks)
    {
        const int width = 64, layers = 50;
        WeightInitializer initializer = Fills.Registry.Parse(specification);
        double sum = 0;
        for (int network = 0; network < networks; network++)
        {
            double[] signal = [.. Enumerable.Range(0, width).Select(i => Math.Cos(i * i + network))];
            double start = signal.Sum(h => h * h);
            for (int layer = 0; layer < layers; layer++)
            {
                float[] weights = Fills.Of(initializer, Fills.Layer(width, width, name, layer, layers + 1), 1000 * network + layer);
                var next = new double[width];
                for (int row = 0; row < width; row++)
                {
                    double z = 0;
                    for (int column = 0; column < width; column++)
                        z += weights[row * width + column] * signal[column];
                    next[row] = activation(z);
                }
                signal = next;
            }
            sum += Math.Log(signal.Sum(h => h * h) / start);
        }
        return sum / networks;
    }

    /// <summary>
    /// E ln ‖h‖² falls by (κ − 1) / 2N a layer where E ‖h‖² stays: 5 / 128 · 50 = 1.95 for He (measured −2.05; higher orders). Its variance is (κ − 1) / N a layer, 3.9 over 50, so that the mean
    /// of 200 networks has a standard error of 0.14: the paper's gain is within five of 0, He's is not.
    /// </summary>
    [Test]
    public void The_mean_of_the_logarithm_of_the_norm_stays_where_Hes_falls()
    {
        static double Relu(double z) => Math.Max(0, z);
        Assert.That(Drift("random_walk", Relu, "ReLU", 200), Is.EqualTo(0).Within(0.7));
        Assert.That(Drift("he", Relu, "ReLU", 200), Is.EqualTo(-1.95).Within(0.7).And.LessThan(-1.2));
    }

    /// <summary>κ = 3 for linear layers, and 6 (1 + a⁴) / (1 + a²)² for a slope of a: (2 · 50) / 128 = 0.78 and, with a = 0.5, 3.08 · 50 / 128 = 1.2 would be lost.</summary>
    [Test]
    public void Linear_and_leaky_layers_keep_it_too()
    {
        // Variances 2 · 50 / 64 and 3.08 · 50 / 64 a network: standard errors 0.063 and 0.078 of 400 networks.
        Assert.That(Drift("random_walk", z => z, "Identity", 400), Is.EqualTo(0).Within(0.32));
        Assert.That(Drift("random_walk", z => z > 0 ? z : 0.5 * z, "LeakyReLU(slope=0.5)", 400), Is.EqualTo(0).Within(0.4));
        Assert.That(Drift("he(negative_slope=0.5)", z => z > 0 ? z : 0.5 * z, "LeakyReLU(slope=0.5)", 400), Is.LessThan(-0.7));
    }
}
