using MathNet.Numerics.LinearAlgebra;
using MathNet.Numerics.LinearAlgebra.Double;
using MLNet.WeightInit.Engine.Diagnostics.Details;
using MLNet.WeightInit.Engine.Expectations;
using MLNet.WeightInit.Engine.Kernels;
using MLNet.WeightInit.Engine.Network;
using ActivationList = MLNet.WeightInit.Engine.Kernels.Activations.Activations;

namespace MLNet.WeightInit.Engine.Tests.Diagnostics.Details;

internal sealed class JacobianSpectrumTests
{
    /// <summary>Without an activation the Jacobian is the product of the weights after the first layer's, whatever the row. Double precision throughout; six digits are kept.</summary>
    [TestCase(12, 12, 12)]
    [TestCase(12, 20, 15)]
    [TestCase(12, 20, 7)]
    [TestCase(12, 5, 9)]
    public void Of_a_linear_network_it_is_the_product_of_its_matrices(int first, int second, int third)
    {
        LayerProbe[] layers = Layers("Identity", "he", [first, second, third], rows: 3, seed: 1);
        Vector<double> expected = (Weights(layers[2]) * Weights(layers[1])).Svd(false).S;
        double[] all = [.. expected, .. new double[Math.Max(0, first - expected.Count)]];
        JacobianSpectrum spectrum = Measure(layers, "Identity", rows: 3)!;
        double mean = all.Sum(s => s * s) / first, variance = all.Sum(s => s * s * s * s) / first - mean * mean;
        using (Assert.EnterMultipleScope())
        {
            Assert.That((spectrum.IsExact, spectrum.Rows), Is.EqualTo((true, 3)));
            Assert.That(spectrum.MeanSquare, Is.EqualTo(mean).Within(1e-5 * mean));
            Assert.That(spectrum.RelativeVariance, Is.EqualTo(variance / (mean * mean)).Within(1e-5 * variance / (mean * mean)));
            Assert.That(spectrum.LargestSingularValue, Is.EqualTo(all[0]).Within(1e-5 * all[0]));
            Assert.That(spectrum.SmallestSingularValue, Is.EqualTo(Math.Min(second, third) < first ? 0 : all[^1]).Within(1e-5 * all[^1] + 1e-12));
        }
    }

    /// <summary>Each row has derivatives of its own: 1 − tanh², in double here and in single precision there.</summary>
    [Test]
    public void Of_tanh_it_has_the_rows_derivatives_in_it([Values] bool isResidual)
    {
        LayerProbe[] layers = Layers("Tanh", "glorot", [10, 10, 10], rows: 2, seed: 2, isResidual);
        double largest = 0, mean = 0;
        for (int row = 0; row < 2; row++)
        {
            Matrix<double> jacobian = Weights(layers[2]) * Slopes(layers[1], row) * Weights(layers[1]) * Slopes(layers[0], row);
            if (isResidual)
                jacobian += DenseMatrix.CreateIdentity(10);
            Vector<double> values = jacobian.Svd(false).S;
            (largest, mean) = (Math.Max(largest, values[0]), mean + values.Sum(s => s * s) / 20);
        }
        JacobianSpectrum spectrum = Measure(layers, "Tanh", rows: 2)!;
        Assert.That(spectrum.LargestSingularValue, Is.EqualTo(largest).Within(1e-5 * largest));
        Assert.That(spectrum.MeanSquare, Is.EqualTo(mean).Within(1e-5 * mean));
        Assert.That(double.IsNaN(spectrum.PredictedRelativeVariance), Is.EqualTo(isResidual));

        static Matrix<double> Slopes(LayerProbe layer, int row) => DenseMatrix.CreateDiagonal(10, 10, i => 1 - Math.Pow(Math.Tanh(layer.PreActivations.Span[row * layer.Stride + i]), 2));
    }

    /// <summary>
    /// Four factors W D of width n, D of independent signs: tr and (tr)² of K = J Jᵀ have a closed recursion at any n. With a = E tr K², b = E (tr K)², c = E Σ K_ii²: D makes (a + c) / 4, (b + c) / 4, c / 2 of them, and W of variance 2/n
    /// makes 4/n² times (n² + n) a + n b, n² b + 2 n a, n b + 2 n a. For n to infinity n a / b − 1 is 2 L = 8.
    /// </summary>
    [Test]
    public void Independent_weights_and_relu_have_twice_the_depth()
    {
        const int Units = 96, Factors = 4, Draws = 80;
        double a = Units, b = Units * Units, c = Units, scale = 4.0 / Units / Units;
        for (int factor = 0; factor < Factors; factor++)
        {
            (a, b, c) = ((a + c) / 4, (b + c) / 4, c / 2);
            (a, b, c) = (scale * ((Units * Units + Units) * a + Units * b), scale * (Units * Units * b + 2 * Units * a), scale * (Units * b + 2 * Units * a));
        }
        double[] fourths = new double[Draws];
        double predicted = 0;
        for (int draw = 0; draw < Draws; draw++)
        {
            JacobianSpectrum spectrum = Measure(Layers("ReLU", "normal(deviation=0.14433757)", [.. Enumerable.Repeat(Units, Factors + 1)], rows: 1, seed: 100 + draw), "ReLU", rows: 1)!;       // √(2/96)
            fourths[draw] = (spectrum.RelativeVariance + 1) * spectrum.MeanSquare * spectrum.MeanSquare * Units;
            predicted += spectrum.PredictedRelativeVariance / Draws;
        }
        double mean = fourths.Average(), error = Math.Sqrt(fourths.Sum(value => (value - mean) * (value - mean)) / (Draws - 1) / Draws);
        Assert.That(mean, Is.EqualTo(a).Within(5 * error));
        Assert.That(5 * error, Is.LessThan(0.35 * a), "and that is sharp enough to tell 2 L from L");
        // The derivatives' share is 1 / P(z > 0) with the rows' own mean, ±0.08 a layer at 96 units.
        Assert.That(predicted, Is.EqualTo(2 * Factors).Within(5 * Factors * 0.16 / Math.Sqrt(Draws)));
    }

    /// <summary>Orthogonal weights leave the derivatives' part alone: L, in theory and, at 96 units and 4 factors, within 30 %.</summary>
    [Test]
    public void Orthogonal_weights_and_relu_have_the_depth()
    {
        JacobianSpectrum[] spectra = [.. Enumerable.Range(0, 10).Select(draw => Measure(Layers("ReLU", "orthogonal(gain=1.4142135)", [96, 96, 96, 96, 96], rows: 1, seed: 300 + draw), "ReLU", rows: 1)!)];
        Assert.That(spectra.Average(spectrum => spectrum.PredictedRelativeVariance), Is.EqualTo(4).Within(0.4));
        Assert.That(spectra.Average(spectrum => spectrum.RelativeVariance), Is.EqualTo(4).Within(1.2));
        Assert.That(spectra.Average(spectrum => spectrum.MeanSquare), Is.EqualTo(1).Within(0.4));
    }

    [Test]
    public void Orthogonal_linear_layers_are_isometric()
    {
        JacobianSpectrum spectrum = Measure(Layers("Identity", "orthogonal", [24, 24, 24, 24], rows: 2, seed: 4), "Identity", rows: 2)!;
        Assert.That(spectrum.Condition, Is.EqualTo(1).Within(1e-5));
        Assert.That((spectrum.IsIsometric, spectrum.PredictedRelativeVariance), Is.EqualTo((true, 0.0)));
        Assert.That(spectrum.RelativeVariance, Is.EqualTo(0).Within(1e-10));
    }

    /// <summary>Beyond 256 units 30 vectors stand for all: Hutchinson's relative error of tr JᵀJ is √(2 m₂ / (n · 30)) / m₁, 2 % here, and of tr (JᵀJ)² some 6 %; five of each are allowed.</summary>
    [Test]
    public void Wide_layers_are_estimated()
    {
        LayerProbe[] layers = Layers("Identity", "he", [260, 270, 280], rows: 1, seed: 5);
        Vector<double> values = (Weights(layers[2]) * Weights(layers[1])).Svd(false).S;
        double square = values.Sum(s => s * s) / 260, relative = values.Sum(s => s * s * s * s) / 260 / (square * square) - 1;
        JacobianSpectrum spectrum = Measure(layers, "Identity", rows: 1)!;
        using (Assert.EnterMultipleScope())
        {
            Assert.That((spectrum.IsExact, spectrum.Rows), Is.EqualTo((false, 1)));
            Assert.That(spectrum.MeanSquare, Is.EqualTo(square).Within(0.1 * square));
            Assert.That(spectrum.RelativeVariance, Is.EqualTo(relative).Within(0.3 * (relative + 1)));
            Assert.That(spectrum.LargestSingularValue, Is.EqualTo(values[0]).Within(0.01 * values[0]));
            Assert.That(spectrum.Median, Is.NaN);
            Assert.That(spectrum.Condition, Is.NaN);
        }
    }

    [Test]
    public void There_is_none_for_one_layer_or_where_something_is_not_finite()
    {
        Assert.That(Measure(Layers("ReLU", "he", [8], 2, 1), "ReLU", 2), Is.Null);
        LayerProbe[] layers = Layers("Tanh", "he", [8, 8], 2, 1);
        layers[0].PreActivations.Span[3] = float.NaN;
        Assert.That(Measure(layers, "Tanh", 2), Is.Null);
    }

    static JacobianSpectrum? Measure(LayerProbe[] layers, string activation, int rows)
        => JacobianMeasurement.Measure(layers, rows, () => new KernelCurve(ActivationList.Parse(activation), SimdLevels.Best), seed: 1, WorkerPool.CallerOnly);

    static Matrix<double> Weights(LayerProbe layer) => DenseMatrix.Create(layer.Units, layer.Inputs, (output, input) => layer.Weights[output * layer.Inputs + input]);

    /// <summary>Layers with independent normal pre-activations: nothing here depends on how they came about.</summary>
    static LayerProbe[] Layers(string activation, string init, int[] units, int rows, long seed, bool isResidual = false)
    {
        var layers = new LayerProbe[units.Length];
        for (int index = 0; index < units.Length; index++)
        {
            int inputs = index == 0 ? 4 : units[index - 1], width = units[index];
            float[][] preActivations = [.. Enumerable.Range(0, rows).Select(row => SingularValuesTests.Normal(width, 1000 * seed + 10 * index + row))];
            LayerProbe layer = Probes.Layer(preActivations, LayerSpectrumTests.Weights(init, width, inputs, 1000 * seed + index), activation: activation, inputs: inputs, name: $"hidden[{index}]");
            layers[index] = !isResidual ? layer : new LayerProbe
            {
                Name = layer.Name,
                Inputs = inputs,
                Units = width,
                Stride = layer.Stride,
                Activation = activation,
                Residual = index == 0 ? ResidualPlace.Stem : index == units.Length - 1 ? ResidualPlace.End : ResidualPlace.Inner,
                PreActivations = layer.PreActivations,
                Activations = layer.Activations,
                PreActivationGradients = layer.PreActivationGradients,
                WeightGradients = layer.WeightGradients,
                Weights = layer.Weights,
                Biases = layer.Biases,
            };
        }
        return layers;
    }
}
