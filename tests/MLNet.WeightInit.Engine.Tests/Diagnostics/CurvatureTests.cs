using MLNet.WeightInit.Engine.Data;
using MLNet.WeightInit.Engine.Diagnostics.Rates;
using MLNet.WeightInit.Engine.Kernels;
using MLNet.WeightInit.Engine.Tests.Kernels;
using MLNet.WeightInit.Engine.Tests.Training;
using MLNet.WeightInit.Engine.Training;
using MLNet.WeightInit.Engine.Training.Optimizers;

namespace MLNet.WeightInit.Engine.Tests.Diagnostics;

/// <summary>Eigenvalues, the curvature of networks against Hessians in double, and the bounds against the recursions that they are of.</summary>
internal sealed class CurvatureTests
{
    /// <summary>Q D Q with a Householder reflection Q: the eigenvalues are those of D. Four products span the space, so that only rounding is left.</summary>
    [Test]
    public void Lanczos_finds_the_largest_eigenvalue_and_not_the_largest_in_size()
    {
        double[] eigenvalues = [-5, 1, 2, 3.5], mirror = [0.5, -0.5, 0.5, 0.5];
        double largest = Lanczos.Largest([1, 0.3, -0.2, 0.7], (vector, product) =>
        {
            double[] mirrored = Reflect(vector, mirror);
            Reflect([.. mirrored.Zip(eigenvalues, (a, b) => a * b)], mirror).CopyTo(product, 0);
        }, 20);
        Assert.That(largest, Is.EqualTo(3.5).Within(1e-10));
    }

    /// <summary>From 0 to 1 and one at 3. The error falls by 1 / cosh²(2 k arcosh(…)) (Saad 2011, theorem 6.4), with γ = 5 that is 10⁻¹⁹ after 10 products: the stopping rule's 10⁻³ is all that is left.</summary>
    [Test]
    public void Lanczos_needs_few_products_for_an_eigenvalue_that_stands_apart()
    {
        int products = 0;
        double largest = Lanczos.Largest([.. Enumerable.Repeat(1.0, 500)], (vector, product) =>
        {
            products++;
            for (int i = 0; i < vector.Length; i++)
                product[i] = vector[i] * (i == 7 ? 3 : i / 500.0);
        }, 20);
        Assert.That(largest, Is.EqualTo(3).Within(3e-3));
        Assert.That(products, Is.LessThan(20));
    }

    [Test]
    public void Lanczos_says_that_it_does_not_know()
    {
        Assert.That(Lanczos.Largest(new double[4], (_, _) => { }, 20), Is.NaN, "a start of 0");
        Assert.That(Lanczos.Largest([1, 2], (_, product) => product[0] = double.NaN, 20), Is.NaN, "a product that isn't finite");
        Assert.That(Lanczos.Largest([1, 2], (vector, product) => Array.Clear(product), 20), Is.EqualTo(0), "the operator 0");
    }

    /// <summary>The Hessian of the mean square of y − X w − b is 2 / n of (X, 1)ᵀ (X, 1), whatever the weights: central differences are exact but for rounding, 10⁻⁷ of gradients near 1 over a step near 10⁻³.</summary>
    [TestCase(0f)]
    [TestCase(0.7f)]
    public void Curvature_of_a_linear_model_is_that_of_its_features(float decay)
    {
        TrainingSet data = Waves(60, features: 4);
        TrainingOptions options = Linear("SGD") with { WeightDecay = decay };
        double[,] hessian = new double[5, 5];
        for (int row = 0; row < data.Rows; row++)
            for (int i = 0; i < 5; i++)
                for (int j = 0; j < 5; j++)
                    hessian[i, j] += 2.0 / data.Rows * Feature(row, i) * Feature(row, j);
        for (int i = 0; i < 4; i++)
            hessian[i, i] += decay;                            // not the bias
        Assert.That(Advice(data, options).Curvature, Is.EqualTo(LargestEigenvalue(hessian)).Within(2e-3 * LargestEigenvalue(hessian)));

        double Feature(int row, int i) => i == 4 ? 1 : data.Row(row)[i];
    }

    /// <summary>A second derivative in double by second differences (error h² = 10⁻⁸ and rounding 10⁻¹⁶ / h² = 10⁻⁸) of the loss of a tanh network; the library's own central differences are off by 10⁻⁶ and 10⁻⁴ for rounding, and Lanczos by 10⁻³.</summary>
    [Test]
    public void Curvature_of_a_network_is_that_of_its_Hessian()
    {
        TrainingSet data = Waves(40, features: 2);
        TrainingOptions options = Linear("Momentum(momentum=0.5)") with { HiddenLayers = [3], Activation = MLNet.WeightInit.Engine.Kernels.Activations.Activations.Parse("Tanh"), Init = InitializerRegistry.CreateDefault().Parse("normal(deviation=0.8)") };
        TrainingResult result = NetworkTrainer.Train(data, options);
        DenseLayer hidden = result.Network.DenseLayers[0], output = result.Network.DenseLayers[1];
        double[] place = [.. hidden.GetWeights().Concat(hidden.GetBiases()).Concat(output.GetWeights()).Concat(output.GetBiases()).Select(value => (double)value)];
        const double Step = 1e-4;
        var hessian = new double[place.Length, place.Length];
        for (int i = 0; i < place.Length; i++)
            for (int j = 0; j < place.Length; j++)
                hessian[i, j] = (Loss(i, Step, j, Step) - Loss(i, Step, j, -Step) - Loss(i, -Step, j, Step) + Loss(i, -Step, j, -Step)) / (4 * Step * Step);
        double expected = LargestEigenvalue(hessian);
        LearningRateAdvice advice = result.Initialization.LearningRateAdvice!;
        Assert.That(advice.Curvature, Is.EqualTo(expected).Within(3e-3 * expected));
        Assert.That(advice.StabilityBound, Is.EqualTo(3));
        Assert.That(advice.QuadraticRate, Is.EqualTo(3 / advice.Curvature));

        double Loss(int i, double atI, int j, double atJ)
        {
            double[] w = [.. place];
            w[i] += atI;
            w[j] += atJ;
            double sum = 0;
            for (int row = 0; row < data.Rows; row++)
            {
                double value = w[12];
                for (int unit = 0; unit < 3; unit++)
                    value += w[9 + unit] * Math.Tanh(w[2 * unit] * data.Row(row)[0] + w[2 * unit + 1] * data.Row(row)[1] + w[6 + unit]);
                sum += (value - data.Targets[row]) * (value - data.Targets[row]);
            }
            return sum / data.Rows;
        }
    }

    /// <summary>Tensors whose rate is 4 times the others' have 4 times the curvature on their own, in the coordinates in which all rates are one.</summary>
    [Test]
    public void Multiples_of_the_rate_count()
    {
        TrainingSet data = Waves(60, features: 4);
        TrainingOptions options = Linear("SGD");
        double plain = Advice(data, options).Curvature, scaled = Advice(data, options with { Init = new Multiplied(4) }).Curvature;
        Assert.That(scaled, Is.EqualTo(4 * plain).Within(4e-3 * 4 * plain));
    }

    /// <summary>On λ/2 w² with λ = 1, by the library's own update: below its bound an optimizer comes to rest, above it doesn't. 1 % from the bound 2,000 steps change w by e^±10 or more.</summary>
    [TestCase("SGD")]
    [TestCase("Momentum(momentum=0.9)")]
    [TestCase("Momentum(momentum=0.3)")]
    [TestCase("Nesterov(momentum=0.9)")]
    [TestCase("Nesterov(momentum=0.3)")]
    public unsafe void Bounds_are_where_optimizers_diverge(string specification)
    {
        double bound = StabilityBound.Of(Optimizers.Parse(specification)).Bound;
        Assert.That(Math.Abs(After(0.99 * bound)), Is.LessThan(0.1));
        Assert.That(Math.Abs(After(1.01 * bound)), Is.GreaterThan(10));

        float After(double rate)
        {
            OptimizerKernel kernel = Optimizers.Parse(specification).CreateKernel(SimdLevels.Best);
            AlignedBuffer parameters = new(16), gradient = new(16), state = new(16);
            parameters.Span[0] = 1;
            for (int step = 0; step < 2000 && Math.Abs(parameters.Span[0]) < 1e6f; step++)
            {
                gradient.Span[0] = parameters.Span[0];
                kernel.BeginStep((float)rate);
                kernel.Update(parameters.Pointer, gradient.Pointer, state.Pointer, null, 16, 1, 0);
            }
            GC.KeepAlive(parameters);
            GC.KeepAlive(gradient);
            GC.KeepAlive(state);
            return parameters.Span[0];
        }
    }

    /// <summary>Adam with settled squares is m = β₁ m + (1 − β₁) g, w −= η m.</summary>
    [TestCase(0.9, 38)]
    [TestCase(0.5, 6)]
    public void Adam_is_heavy_ball_with_an_averaged_gradient(double beta1, double expected)
    {
        double bound = StabilityBound.Of(new Adam(beta1: beta1)).Bound;
        Assert.That(bound, Is.EqualTo(expected).Within(1e-9));
        Assert.That(After(0.99 * bound), Is.LessThan(0.1));
        Assert.That(After(1.01 * bound), Is.GreaterThan(10));

        double After(double rate)
        {
            double weight = 1, mean = 0;
            for (int step = 0; step < 20_000 && Math.Abs(weight) < 1e6; step++)
            {
                mean = beta1 * mean + (1 - beta1) * weight;
                weight -= rate * mean;
            }
            return Math.Abs(weight);
        }
    }

    [TestCase("Lion")]
    [TestCase("LAMB")]
    public void An_optimizer_whose_steps_have_a_length_of_their_own_has_no_bound(string optimizer)
    {
        LearningRateAdvice advice = Advice(Waves(60, features: 4), Linear(optimizer));
        Assert.That((advice.Curvature, advice.StabilityBound), Is.EqualTo((double.NaN, double.NaN)));
        Assert.That(advice.LargestStableRate, Is.GreaterThan(0));
    }

    /// <summary>With targets near 1: those of the original are 5,000, whose gradients' rounding in float would drown a curvature that is measured without standardization.</summary>
    static TrainingSet Waves(int rows, int features)
    {
        TrainingSet waves = Trainings.Waves(rows, features: features);
        float mean = waves.Targets.Average(), largest = waves.Targets.Max(target => Math.Abs(target - mean));
        return new TrainingSet(waves.Features, waves.Rows, waves.FeatureCount, [.. waves.Targets.Select(target => (target - mean) / largest)], 1);
    }

    static LearningRateAdvice Advice(TrainingSet data, TrainingOptions options) => NetworkTrainer.Train(data, options).Initialization.LearningRateAdvice!;

    static TrainingOptions Linear(string optimizer)
        => Trainings.Options(NetworkTask.Regression, 1, [], optimizer: optimizer, epochs: 0) with { Standardize = false, WeightDecay = 0, Diagnostics = DiagnosticsLevel.Full, ValidationFraction = 0 };

    static double[] Reflect(double[] vector, double[] mirror)
    {
        double product = vector.Zip(mirror, (a, b) => a * b).Sum();
        return [.. vector.Zip(mirror, (a, b) => a - 2 * product * b)];
    }

    /// <summary>Power iterations on H + c with c above the norm, which makes the largest eigenvalue the largest in size.</summary>
    static double LargestEigenvalue(double[,] matrix)
    {
        int size = matrix.GetLength(0);
        double shift = Math.Sqrt(matrix.Cast<double>().Sum(value => value * value)), eigenvalue = 0;
        double[] vector = [.. Enumerable.Range(0, size).Select(i => 1 + 0.1 * i)];
        for (int step = 0; step < 20_000; step++)
        {
            double[] product = [.. Enumerable.Range(0, size).Select(i => shift * vector[i] + Enumerable.Range(0, size).Sum(j => matrix[i, j] * vector[j]))];
            eigenvalue = Math.Sqrt(product.Sum(value => value * value));
            vector = [.. product.Select(value => value / eigenvalue)];
        }
        return eigenvalue - shift;
    }

    sealed class Multiplied(float multiple) : WeightInitializer
    {
        public override string Name => "multiplied";

        public override void Fill(Span<float> weights, in WeightShape shape, RandomSource random) => random.FillNormal(weights, 0.5f);

        public override void Plan(InitializationPlan plan)
        {
            base.Plan(plan);
            foreach (PlannedTensor tensor in plan.Tensors)
                tensor.LearningRateMultiplier = multiple;
        }
    }
}
