using MLNet.WeightInit.Engine.Data;
using MLNet.WeightInit.Engine.Diagnostics.Details;
using MLNet.WeightInit.Engine.Expectations;
using MLNet.WeightInit.Engine.Kernels;
using MLNet.WeightInit.Engine.Network;
using MLNet.WeightInit.Engine.Tests.Training;
using MLNet.WeightInit.Engine.Training;
using ActivationList = MLNet.WeightInit.Engine.Kernels.Activations.Activations;
using NormalLaw = MathNet.Numerics.Distributions.Normal;

namespace MLNet.WeightInit.Engine.Tests.Diagnostics.Details;

/// <summary>Figures of Full against closed forms, where sides are unlike and rows differ.</summary>
[TestFixture]
internal sealed class DetailOracleTests
{
    /// <summary>4-12-10-3 on 200 rows: a row forward is 2 · 198 operations, there and back 4 · 48 + 6 · 150; a spectrum 4 s² l − 4 s³ / 3. The probe, the microbatches once, the quotient three times, the kernel's three ways back and the
    /// products of its rows, the Jacobian's columns.</summary>
    [Test]
    public void Every_measurement_is_counted()
    {
        InitializationDetails details = NetworkTrainer.Train(Trainings.Rings(200), Trainings.Options(NetworkTask.Multiclass, 3, [12, 10], init: "he", epochs: 0) with { Diagnostics = DiagnosticsLevel.Full }).Initialization.Details!;
        double forward = 2 * 198, back = 4 * 48 + 6 * 150, kernel = details.Kernel!.Rows, jacobian = details.Jacobian!.Rows, spectra = 0;
        foreach ((double small, double large) in new[] { (4.0, 12.0), (10, 12), (3, 10) })
            spectra += 4 * small * small * large - 4 * small * small * small / 3;
        double expected = 200 * back * (1 + 1 + 3) + spectra + kernel * (forward + 3 * (back - forward + kernel * 25)) + 2 * jacobian * 12 * 120;
        Assert.That(details.Cost.MeasurementOperations, Is.EqualTo(expected).Within(2e-5 * expected), "six digits, twice");
        Assert.That((details.Noise is null, double.IsNaN(details.GradientQuotient)), Is.EqualTo((false, false)));
        // An estimate has 30 vectors there and back, and as many Lanczos steps; rows of which two features are there cost the first layer two.
        NetworkProbe probe = Probe(null);
        InitializationDetails none = new() { Layers = [], GradientQuotient = double.NaN, Cost = details.Cost with { MeasurementOperations = 0 } };
        Assert.That(CostCount.With(none with { Jacobian = details.Jacobian with { IsExact = false, Rows = 1 } }, probe).MeasurementOperations, Is.EqualTo(2 * 30 * 4 * 120));
        Assert.That(CostCount.With(none with { Noise = details.Noise }, probe).MeasurementOperations, Is.EqualTo(50 * back));
        Assert.That(CostCount.With(none with { Noise = details.Noise }, Probe(Sparse(50, 2))).MeasurementOperations, Is.EqualTo(50 * (4 * 2 * 12 + 6 * 150)));

        static NetworkProbe Probe(SparseBatch? sparse) => new(50, 1, [Probes.Layer([new float[12]], inputs: 4), Probes.Layer([new float[10]], inputs: 12), Probes.Layer([new float[3]], inputs: 10)]) { SparseInputs = sparse };
    }

    [Test]
    public void An_optimizer_of_all_rows_has_the_noise_of_such_a_batch()
        => Assert.That(NetworkTrainer.Train(Trainings.Rings(200), Trainings.Options(NetworkTask.Multiclass, 3, [12], optimizer: "L-BFGS", epochs: 0) with { Diagnostics = DiagnosticsLevel.Full, EarlyStopping = false }).Initialization.Details!.Noise!.BatchSize, Is.EqualTo(200));

    /// <summary>A linear model on y: z = w x + b and ∂L/∂z = 2 (z − y) / rows. Half of the rows has half of the squares, and is asked for the norm of all.</summary>
    [Test]
    public void Intervals_and_shares_of_a_linear_model_are_those_of_its_rows()
    {
        const int Rows = 64, Features = 3;
        float[] values = SingularValuesTests.Normal(Rows * Features, 31);
        var data = new TrainingSet(values, Rows, Features, [.. Enumerable.Range(0, Rows).Select(row => values[row * Features] + 0.5f * values[row * Features + 1])], 1);
        TrainingOptions options = Trainings.Options(NetworkTask.Regression, 1, [], init: "normal(deviation=0.2)", epochs: 0) with { Diagnostics = DiagnosticsLevel.Full, Standardize = false, EarlyStopping = false };
        TrainingResult result = NetworkTrainer.Train(data, options);
        float[] weights = result.Network.DenseLayers[0].GetWeights(), bias = result.Network.DenseLayers[0].GetBiases();
        float[] outputs = [.. Enumerable.Range(0, Rows).Select(row => bias[0] + Enumerable.Range(0, Features).Sum(i => weights[i] * values[row * Features + i]))];
        float[] gradients = [.. outputs.Select((output, row) => (float)(2 * (output - result.Network.TargetScale.ToNetwork(data.Targets[row], 0)) / Rows))];
        var halves = new HalfSamples(Rows, options.Seed);
        RowInterval expected = halves.Interval(halves.Sums(gradients, 1, 1), (_, squares, count) => Math.Sqrt(squares / count * Rows));
        LayerDetails details = result.Initialization.Details!.Layers[0];
        using (Assert.EnterMultipleScope())
        {
            Assert.That(details.GradientNorm.Lower, Is.EqualTo(expected.Lower).Within(1e-4 * expected.Upper));
            Assert.That(details.GradientNorm.Upper, Is.EqualTo(expected.Upper).Within(1e-4 * expected.Upper));
            Assert.That(details.NearZeroFraction, Is.EqualTo(outputs.Count(output => Math.Abs(output) < 0.1) / (double)Rows).Within(1e-6));
            Assert.That(outputs.Count(output => output < -0.1), Is.GreaterThan(0), "so that the sign counts");
        }
    }

    /// <summary>Free probability of products: each layer of n independent units adds m / n, of the m units that the Jacobian starts from; n rows of an orthogonal matrix of k take directions away, m (1 / n − 1 / k), and n columns none.</summary>
    [TestCase("he", 12, 20, 8, 12.0 / 20 + 12.0 / 8)]
    [TestCase("orthogonal", 12, 20, 8, 12.0 / 8 - 12.0 / 20)]
    [TestCase("orthogonal", 20, 12, 16, 20.0 / 12 - 1)]
    public void The_predicted_variance_is_that_of_rectangular_matrices(string init, int first, int second, int third, double expected)
    {
        LayerProbe[] layers = [Layer(init, 4, first, 1), Layer(init, first, second, 2), Layer(init, second, third, 3)];
        Assert.That(Measure(layers, "Identity", 2)!.PredictedRelativeVariance, Is.EqualTo(expected).Within(1e-5));
    }

    /// <summary>Of pre-activations of mean m and deviation s a ReLU's derivative is 1 with probability Φ(m / s): E φ′⁴ / (E φ′²)² − 1 is 1 / Φ − 1. A step between nodes costs half a cell of 1/64 of Φ.</summary>
    [Test]
    public void Derivatives_are_expected_at_the_pre_activations_mean()
    {
        LayerProbe[] layers = [Layer("orthogonal", 4, 30, 1, mean: 0.6f), Layer("orthogonal", 30, 30, 2, mean: -0.4f), Layer("orthogonal", 30, 30, 3)];
        double expected = 0;
        foreach (LayerProbe layer in layers[..2])
        {
            double[] values = [.. Enumerable.Range(0, 2).SelectMany(row => layer.PreActivations.Span.Slice(row * layer.Stride, 30).ToArray()).Select(value => (double)value)];
            double mean = values.Average(), deviation = Math.Sqrt(values.Average(value => (value - mean) * (value - mean)));
            expected += 1 / NormalLaw.CDF(0, 1, mean / deviation) - 1;
        }
        Assert.That(Measure(layers, "ReLU", 2)!.PredictedRelativeVariance, Is.EqualTo(expected).Within(0.04));
    }

    /// <summary>A row that loses a direction, before or after one that keeps all: the smallest is the smallest of both.</summary>
    [TestCase(1f, -1f)]
    [TestCase(-1f, 1f)]
    public void The_smallest_singular_value_is_of_any_row(float first, float second)
    {
        LayerProbe[] layers = [Probes.Layer([[1, first, 1], [1, second, 1]], inputs: 4), Probes.Layer([[1, 1, 1], [1, 1, 1]], LayerSpectrumTests.Weights("orthogonal", 3, 3, 1), inputs: 3)];
        JacobianSpectrum spectrum = Measure(layers, "ReLU", 2)!;
        Assert.That((spectrum.SmallestSingularValue, spectrum.LargestSingularValue), Is.EqualTo((0, 1.0)).Within(1e-5));
    }

    /// <summary>Of 400 units before 260 independent ones m / n = 1.54. Its estimate from 30 vectors of signs errs by some hundredths.</summary>
    [Test]
    public void Wide_layers_are_estimated_by_the_units_that_they_start_from()
    {
        JacobianSpectrum spectrum = Measure([Layer("he", 4, 400, 1), Layer("he", 400, 260, 2)], "Identity", 2)!;
        Assert.That(spectrum.IsExact, Is.False);
        Assert.That(spectrum.RelativeVariance, Is.EqualTo(400.0 / 260).Within(0.25));
    }

    /// <summary>Two values far above the rest are found at once, and without orthogonalization found again and again.</summary>
    [Test]
    public void Lanczos_steps_find_each_value_once()
    {
        double[] sizes = [100, 10, .. Enumerable.Range(0, 58).Select(i => (i + 1) / 58.0)], start = [.. SingularValuesTests.Normal(60, 9).Select(value => (double)value)];
        void Multiply(double[] vector, double[] product)
        {
            for (int i = 0; i < vector.Length; i++)
                product[i] += sizes[i] * vector[i];
        }
        (double[] values, _) = LanczosBidiagonal.Run(start, Multiply, Multiply, 60, 50);
        Assert.That(values.Take(3), Is.EqualTo(new[] { 100.0, 10, 1 }).Within(1e-3));
    }

    /// <summary>Ma 2012, theorem 2, and Marchenko and Pastur's edge, of 6 units on 9 inputs.</summary>
    [Test]
    public void Edges_are_those_of_the_papers()
    {
        float[] weights = LayerSpectrumTests.Weights("he", 6, 9, 4);
        double deviation = Math.Sqrt(weights.Average(weight => (double)weight * weight)), a = Math.Sqrt(8.5), b = Math.Sqrt(5.5), centre = (a + b) * (a + b), scale = (a + b) * Math.Cbrt(1 / a + 1 / b);
        LayerSpectrum spectrum = SpectrumMeasurement.Of(weights, new float[54], 6, 9);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(spectrum.Edge, Is.EqualTo(deviation * (3 + Math.Sqrt(6))).Within(1e-5 * spectrum.Edge));
            Assert.That(spectrum.LowestLargest, Is.EqualTo(deviation * Math.Sqrt(Math.Max(0, centre - 4.7812 * scale))).Within(1e-5 * spectrum.Edge));
            Assert.That(spectrum.HighestLargest, Is.EqualTo(deviation * Math.Sqrt(centre + 3.5829 * scale)).Within(1e-5 * spectrum.Edge));
            Assert.That(SpectrumMeasurement.Alarm(6, 9), Is.EqualTo(centre + 5.2985 * scale).Within(1e-9 * centre));
            Assert.That(SpectrumMeasurement.Of([1, 0, 0, 1e-6f], new float[4], 2, 2).Condition, Is.EqualTo(1e6).Within(10));
        }
    }

    static SparseBatch Sparse(int rows, int values)
    {
        var batch = new SparseBatch();
        for (int row = 0; row < rows; row++)
        {
            (int[] columns, float[] cells, int first) = batch.BeginRow(values);
            for (int i = 0; i < values; i++)
                (columns[first + i], cells[first + i]) = (i, 1);
            batch.EndRow(first + values);
        }
        return batch;
    }

    static LayerProbe Layer(string init, int inputs, int units, long seed, float mean = 0)
        => Probes.Layer([.. Enumerable.Range(0, 2).Select(row => SingularValuesTests.Normal(units, 10 * seed + row).Select(value => value + mean).ToArray())], LayerSpectrumTests.Weights(init, units, inputs, seed), inputs: inputs);

    static JacobianSpectrum? Measure(LayerProbe[] layers, string activation, int rows)
        => JacobianMeasurement.Measure(layers, rows, () => new KernelCurve(ActivationList.Parse(activation), SimdLevels.Best), seed: 1, WorkerPool.CallerOnly);
}
