using MLNet.WeightInit.Engine.Kernels;
using MLNet.WeightInit.Engine.Network;
using MLNet.WeightInit.Engine.Tests.Kernels;
using MLNet.WeightInit.Engine.Tests.Network;
using MLNet.WeightInit.Engine.Training.Optimizers;

namespace MLNet.WeightInit.Engine.Tests.Training;

/// <summary>LAMB against its paper's algorithm in plain double loops.</summary>
[TestFixture]
[Category("Kernels")]
internal sealed unsafe class LambTests
{
    const int Inputs = 1100, Hidden = 32, Outputs = 16;         // no padding, and three chunks in the first tensor
    const double Beta1 = 0.9, Beta2 = 0.999, Epsilon = 1e-6;
    const float Rate = 0.1f, Decay = 0.02f, BiasRate = 0.5f;

    [Test]
    public void Three_steps_match_the_paper([Values] SimdLevel level, [Values(null, 3f)] float? maxNorm)
    {
        FeedForwardNetwork network = Networks.Create(Inputs, [Hidden], Outputs);
        double[][] tensors = [.. Tensors(network, network.Parameters).Select(values => values.Select(value => (double)value).ToArray())];
        double[][] means = [.. tensors.Select(tensor => new double[tensor.Length])], squares = [.. tensors.Select(tensor => new double[tensor.Length])];
        (DeferredUpdate update, OptimizerKernel optimizer, AlignedBuffer gradients) = Create(network, level, maxNorm);
        for (int step = 1; step <= 3; step++)
        {
            Networks.Values(gradients.Length, (uint)step * 71, 0.5).CopyTo(gradients.Span);
            PaperStep(step, tensors, means, squares, [.. Tensors(network, gradients).Select(values => values.Select(value => (double)value).ToArray())], maxNorm);
            optimizer.BeginStep(Rate);
            update.Run(Rate);
            // A direction has some twenty roundings, each norm 70 halved by the root, a step and a weight one each: 100 of 2⁻²⁴ of steps that are at most 0.5 long, and of the weight.
            foreach ((float[] found, double[] expected) in Tensors(network, network.Parameters).Zip(tensors))
                for (int i = 0; i < found.Length; i++)
                    Assert.That((double)found[i], Is.EqualTo(expected[i]).Within(100.0 / (1 << 24) * (0.5 * step + Math.Abs(expected[i]))), $"step {step}, parameter {i}");
        }
    }

    [Test]
    public void Weights_that_are_all_zero_take_the_direction_as_it_is()
    {
        FeedForwardNetwork network = Networks.Create(Inputs, [Hidden], Outputs);
        network.Parameters.Span.Clear();
        (DeferredUpdate update, OptimizerKernel optimizer, AlignedBuffer gradients) = Create(network, SimdLevels.Best, maxNorm: null);
        gradients.Span.Fill(-0.25f);
        optimizer.BeginStep(Rate);
        update.Run(Rate);
        // The first direction is g / (|g| + ε).
        Assert.That(Tensors(network, network.Parameters)[0], Is.All.EqualTo(Rate).Within(1e-5 * Rate));
    }

    [TestCase("lamb", "LAMB(beta1=0.9, beta2=0.999, epsilon=1E-06)")]
    [TestCase("Lion(beta_2=0.98)", "Lion(beta1=0.9, beta2=0.98)")]
    public void Specifications_are_read_and_round_trip(string text, string canonical)
    {
        Assert.That(Optimizers.Parse(text).Specification, Is.EqualTo(canonical));
        Assert.That(Optimizers.Parse(canonical).Specification, Is.EqualTo(canonical));
    }

    [TestCase("lamb(beta1=1)", "below 1")]
    [TestCase("lamb(beta2=-1)", "at least 0")]
    [TestCase("lamb(epsilon=0)", "at least 1e-12")]
    [TestCase("lion(beta1=1)", "below 1")]
    [TestCase("lion(beta2=2)", "below 1")]
    [TestCase("lion(epsilon=1)", "beta1, beta2")]
    public void A_wrong_specification_says_what_is_right(string text, string expected)
        => Assert.That(() => Optimizers.Parse(text), Throws.InstanceOf<ArgumentOutOfRangeException>().With.Message.Contains(expected));

    static (DeferredUpdate, OptimizerKernel, AlignedBuffer) Create(FeedForwardNetwork network, SimdLevel level, float? maxNorm)
    {
        var gradients = new AlignedBuffer(network.Parameters.Length);
        AlignedBuffer state1 = new(gradients.Length), state2 = new(gradients.Length);
        OptimizerKernel optimizer = Optimizers.Parse("LAMB").CreateKernel(level);
        ParameterUpdate[] updates = [.. Enumerable.Range(0, 2).Select(_ => new OptimizerUpdate(optimizer, network.Parameters, gradients, state1, state2, 1, BiasRate, Decay))];
        return (new DeferredUpdate(network, gradients, updates, [1, BiasRate, 1, BiasRate], maxNorm, hasTrustRatio: true, PassKernels.Create(level, WorkerPool.CallerOnly)), optimizer, gradients);
    }

    /// <summary>Algorithm 2 of You et al. 2020, after a clipping by the norm of all gradients; tensors alternate between weights and biases.</summary>
    static void PaperStep(int step, double[][] tensors, double[][] means, double[][] squares, double[][] gradients, double? maxNorm)
    {
        double norm = Math.Sqrt(gradients.Sum(gradient => gradient.Sum(value => value * value)));
        double factor = norm > maxNorm ? maxNorm.Value / norm : 1;
        for (int tensor = 0; tensor < tensors.Length; tensor++)
        {
            bool isWeights = tensor % 2 == 0;
            double[] weights = tensors[tensor], direction = new double[weights.Length];
            for (int i = 0; i < weights.Length; i++)
            {
                double gradient = gradients[tensor][i] * factor;
                means[tensor][i] = Beta1 * means[tensor][i] + (1 - Beta1) * gradient;
                squares[tensor][i] = Beta2 * squares[tensor][i] + (1 - Beta2) * gradient * gradient;
                direction[i] = means[tensor][i] / (1 - Math.Pow(Beta1, step)) / (Math.Sqrt(squares[tensor][i] / (1 - Math.Pow(Beta2, step))) + Epsilon) + (isWeights ? Decay * weights[i] : 0);
            }
            double ratio = isWeights ? Math.Sqrt(weights.Sum(weight => weight * weight)) / Math.Sqrt(direction.Sum(value => value * value)) : 1;
            for (int i = 0; i < weights.Length; i++)
                weights[i] -= Rate * (isWeights ? 1 : BiasRate) * ratio * direction[i];
        }
    }

    static float[][] Tensors(FeedForwardNetwork network, AlignedBuffer buffer)
        => [.. network.Layout.Layers.SelectMany(layer => (float[][])[buffer.Span.Slice((int)layer.WeightOffset, (int)layer.WeightLength).ToArray(), buffer.Span.Slice((int)layer.BiasOffset, layer.BiasLength).ToArray()])];
}
