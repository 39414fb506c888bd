using MathNet.Numerics.LinearAlgebra.Double;
using MLNet.WeightInit.Engine.Data;
using MLNet.WeightInit.Engine.Network;
using MLNet.WeightInit.Engine.Tests.Training;
using MLNet.WeightInit.Engine.Training;

namespace MLNet.WeightInit.Engine.Tests.Diagnostics.Details;

/// <summary>The tangent kernel and gradients of whole networks against plain double loops.</summary>
internal sealed class KernelAndNoiseTests
{
    /// <summary>Of a linear model K is X Xᵀ + 1 for each output, whatever the weights; more than ten outputs are asked for by random signs, whose squares are 1.</summary>
    [Test]
    public void The_kernel_of_a_linear_model_is_that_of_its_features([Values(1, 3, 12)] int outputs)
    {
        TrainingSet data = NormalRows(60, features: 80, classes: Math.Max(outputs, 2), isRegression: outputs == 1);
        TrainingOptions options = (outputs == 1 ? Trainings.Options(NetworkTask.Regression, 1, [], epochs: 0) : Trainings.Options(NetworkTask.Multiclass, outputs, [], epochs: 0)) with { Diagnostics = DiagnosticsLevel.Full, Standardize = false };
        NeuralTangentKernel kernel = NetworkTrainer.Train(data, options with { EarlyStopping = false }).Initialization.Details!.Kernel!;
        var expected = DenseMatrix.Create(60, 60, (left, right) => 1 + Enumerable.Range(0, 80).Sum(i => (double)data.Row(left)[i] * data.Row(right)[i]));
        double[] eigenvalues = [.. expected.Svd(false).S];
        using (Assert.EnterMultipleScope())
        {
            Assert.That(kernel.Rows, Is.EqualTo(60));
            Assert.That(kernel.MeanDiagonal, Is.EqualTo(expected.Trace() / 60).Within(1e-5 * expected.Trace() / 60));
            Assert.That(kernel.Condition, Is.EqualTo(eigenvalues[0] / eigenvalues[^1]).Within(1e-5 * eigenvalues[0] / eigenvalues[^1]));
        }
    }

    /// <summary>Derivatives by central differences of a plain forward pass in double: h² = 10⁻¹⁰, and single precision's 10⁻⁶ in what is compared.</summary>
    [Test]
    public void The_kernel_of_a_tanh_network_is_that_of_its_derivatives()
    {
        TrainingSet data = NormalRows(20, features: 2, classes: 2, isRegression: true);
        TrainingOptions options = Trainings.Options(NetworkTask.Regression, 1, [3, 2], "Tanh", init: "normal(deviation=0.8)", epochs: 0) with { Diagnostics = DiagnosticsLevel.Full, Standardize = false, EarlyStopping = false };
        TrainingResult result = NetworkTrainer.Train(data, options);
        double[] place = [.. result.Network.DenseLayers.SelectMany(layer => layer.GetWeights().Concat(layer.GetBiases())).Select(value => (double)value)];
        var jacobian = DenseMatrix.Create(20, place.Length, (row, i) => (Output(row, i, 1e-5) - Output(row, i, -1e-5)) / 2e-5);
        DenseMatrix kernel = (DenseMatrix)jacobian.TransposeAndMultiply(jacobian);
        AffineScale scale = result.Network.TargetScale;
        double[] asked = [.. Enumerable.Range(0, 20).Select(row => scale.ToNetwork(data.Targets[row], 0) - Output(row, 0, 0))];
        double mean = asked.Average();
        var wanted = DenseVector.OfEnumerable(asked.Select(value => value - mean));
        NeuralTangentKernel measured = result.Initialization.Details!.Kernel!;
        using (Assert.EnterMultipleScope())
        {
            Assert.That(measured.Rows, Is.EqualTo(20));
            Assert.That(measured.MeanDiagonal, Is.EqualTo(kernel.Trace() / 20).Within(1e-4 * kernel.Trace() / 20));
            Assert.That(measured.Alignment, Is.EqualTo(wanted * kernel * wanted / (wanted * wanted * kernel.Trace())).Within(1e-3));
        }

        double Output(int row, int moved, double by)
        {
            double[] w = [.. place];
            w[moved] += by;
            double[] signal = [.. data.Row(row).ToArray().Select(value => (double)value)];
            int next = 0;
            foreach (int units in new[] { 3, 2, 1 })
            {
                var sums = new double[units];
                for (int unit = 0; unit < units; unit++)
                    for (int input = 0; input < signal.Length; input++)
                        sums[unit] += w[next++] * signal[input];
                for (int unit = 0; unit < units; unit++)
                    sums[unit] += w[next++];
                signal = units == 1 ? sums : [.. sums.Select(Math.Tanh)];
            }
            return signal[0];
        }
    }

    [Test]
    public void Rows_that_are_equal_count_once()
    {
        TrainingSet once = NormalRows(20, 4, 2, isRegression: false);
        var twice = new TrainingSet([.. once.Row(0).ToArray().Concat(Enumerable.Range(0, 40).SelectMany(row => once.Row(row % 20).ToArray())).Skip(4)], 40, 4, [.. Enumerable.Range(0, 40).Select(row => (float)(row % 2))], 1);
        NeuralTangentKernel kernel = NetworkTrainer.Train(twice, Full(NetworkTask.Multiclass, 2, [16])).Initialization.Details!.Kernel!;
        Assert.That(kernel.Rows, Is.EqualTo(20));
        Assert.That(kernel.Condition, Is.LessThan(1e8));
    }

    [Test]
    public void Batch_normalization_has_no_kernel_and_layer_normalization_has()
    {
        TrainingSet data = NormalRows(40, 4, 2, isRegression: false);
        InitializationDetails batch = NetworkTrainer.Train(data, Full(NetworkTask.Multiclass, 2, [16, 16]) with { Normalization = Normalization.Batch }).Initialization.Details!, layer = NetworkTrainer.Train(data, Full(NetworkTask.Multiclass, 2, [16, 16]) with { Normalization = Normalization.Layer }).Initialization.Details!;
        Assert.That((batch.Kernel is null, batch.Jacobian is null, layer.Kernel is null), Is.EqualTo((true, true, false)));
        Assert.That(layer.Kernel!.Condition, Is.GreaterThan(1));
    }

    /// <summary>A linear model on y: the gradient of a row is 2 (f − y) (x, 1). The same microbatches, by plain loops.</summary>
    [Test]
    public void Noise_and_quotient_are_those_of_plain_loops()
    {
        const int Rows = 64, Features = 3;
        TrainingSet data = NormalRows(Rows, Features, 2, isRegression: true);
        TrainingOptions options = Full(NetworkTask.Regression, 1, []) with { BatchSize = 16 };
        TrainingResult result = NetworkTrainer.Train(data, options);
        float[] weights = result.Network.DenseLayers[0].GetWeights(), biases = result.Network.DenseLayers[0].GetBiases();
        AffineScale scale = result.Network.TargetScale;
        double[][] gradients = [.. Enumerable.Range(0, Rows).Select(row =>
        {
            double[] x = [.. data.Row(row).ToArray().Select(value => (double)value), 1];
            double error = x.Take(Features).Zip(weights, (value, weight) => value * weight).Sum() + biases[0] - scale.ToNetwork(data.Targets[row], 0);
            return x.Select(value => 2 * error * value).ToArray();
        })];
        int[] order = [.. Enumerable.Range(0, Rows)];
        new RandomSource(options.Seed, "diagnostics/microbatches").Shuffle(order);
        double[][] batches = [.. Enumerable.Range(0, 8).Select(batch => Mean([.. order.Skip(8 * batch).Take(8).Select(row => gradients[row])]))];
        double[] mean = Mean(batches);
        double variance = batches.Sum(batch => batch.Zip(mean, (value, middle) => (value - middle) * (value - middle)).Sum()) / 7, signal = mean.Sum(value => value * value) - variance / 8;
        // H g with H = 2/n Σ (x, 1) (x, 1)ᵀ.
        double[] product = new double[Features + 1];
        for (int row = 0; row < Rows; row++)
        {
            double[] x = [.. data.Row(row).ToArray().Select(value => (double)value), 1];
            double along = x.Zip(mean, (value, of) => value * of).Sum();
            for (int i = 0; i <= Features; i++)
                product[i] += 2 * x[i] * along / Rows;
        }
        double[] quotients = [.. product.Zip(mean, (second, first) => Math.Abs(second / first)).Order()];
        InitializationDetails details = result.Initialization.Details!;
        using (Assert.EnterMultipleScope())
        {
            Assert.That(details.Noise!.SignalToNoise, Is.EqualTo(signal * 16 / (8 * variance)).Within(1e-4 * signal * 16 / (8 * variance)));
            Assert.That(details.Noise.NoiseScale, Is.EqualTo(8 * variance / signal).Within(1e-4 * 8 * variance / signal));
            Assert.That((details.Noise.BatchSize, details.Noise.Microbatches), Is.EqualTo((16, 8)));
            Assert.That(details.GradientQuotient, Is.EqualTo((quotients[1] + quotients[2]) / 2).Within(2e-3 * quotients[2]));
        }

        static double[] Mean(double[][] vectors) => [.. Enumerable.Range(0, vectors[0].Length).Select(i => vectors.Average(vector => vector[i]))];
    }

    [Test]
    public void Few_rows_have_no_noise()
        => Assert.That(NetworkTrainer.Train(NormalRows(15, 3, 2, isRegression: true), Full(NetworkTask.Regression, 1, [4])).Initialization.Details!.Noise, Is.Null);

    static TrainingOptions Full(NetworkTask task, int outputs, int[] hidden)
        => Trainings.Options(task, outputs, hidden, init: "he", epochs: 0) with { Diagnostics = DiagnosticsLevel.Full, Standardize = false, EarlyStopping = false };

    static TrainingSet NormalRows(int rows, int features, int classes, bool isRegression)
    {
        float[] values = SingularValuesTests.Normal(rows * features, 11), noise = SingularValuesTests.Normal(rows, 12);
        return new TrainingSet(values, rows, features, [.. Enumerable.Range(0, rows).Select(row => isRegression ? values[row * features] + 0.3f * noise[row] : row % classes)], 1);
    }
}
