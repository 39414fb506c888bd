using MLNet.WeightInit.Engine.Kernels;
using MLNet.WeightInit.Engine.Network;

namespace MLNet.WeightInit.Engine.Diagnostics.Rates;

/// <summary>The largest eigenvalue of the Hessian of a network's loss, by Lanczos iterations on central differences of its gradient.</summary>
/// <remarks>
/// H u ≈ (g(w + h u) − g(w − h u)) / 2h with h = 10⁻³ ‖w‖, so that weights move by a thousandth of themselves: rounding w ± h u costs 10⁻⁴ of u, the gradients' own rounding (10⁻⁷ ‖g‖) the less the larger the curvature, and the third-order
/// term is 10⁻⁶ relative. One pass of the network's own kernels serves every layer, normalization and loss, where an R-operator would want a second one of each; and at ReLU's kinks, where there is no second derivative, the difference
/// is what a step of that length meets.
/// </remarks>
internal static class Curvature
{
    public const int Iterations = 20;

    /// <summary>Of a network of so many parameters each takes a tenth of a second and more; the largest eigenvalue stands apart from the others, so that few tell it to a few percent.</summary>
    const int LargeIterations = 8, LargeFrom = 1 << 22;

    /// <summary>Elements that one thread takes at a time.</summary>
    const int Chunk = 1 << 16;

    public static bool IsLarge(FeedForwardNetwork network) => network.Parameters.Length >= LargeFrom;

    public static int IterationsOf(FeedForwardNetwork network) => IsLarge(network) ? LargeIterations : Iterations;

    const double RelativeStep = 1e-3;

    /// <param name="network">A copy: its parameters are moved, and brought back.</param>
    /// <param name="decay">λ of the L2 penalty λ/2 Σ w², which weights and embeddings have.</param>
    /// <param name="scales">Roots of what a step multiplies each parameter's gradient by; null: 1 for all.</param>
    /// <param name="pool">Threads that share what is done element by element; null: the caller's alone.</param>
    /// <returns>NaN where the gradient isn't finite.</returns>
    public static double Largest(FeedForwardNetwork network, ProbeGradient gradient, double decay, float[]? scales, long seed, WorkerPool? pool = null, int iterations = Iterations)
    {
        float[] place = network.Parameters.Span.ToArray();
        double norm = Math.Sqrt(FixedOrderSums.SumAndSquares(place).SquaredSum);
        float[] decays = ByRegion(network.Layout, _ => (float)decay, _ => 0, (float)decay);
        var direction = new double[place.Length];
        double[] start = RandomDirection(network, seed);
        double eigenvalue = Lanczos.Largest(start, Multiply, iterations, Share);
        place.CopyTo(network.Parameters.Span);
        network.ParametersChanged();
        return eigenvalue;

        void Multiply(double[] vector, double[] product)
        {
            Share((first, end) =>
            {
                for (int i = first; i < end; i++)
                    direction[i] = scales is null ? vector[i] : vector[i] * scales[i];
            });
            double length = Math.Sqrt(DoubleVectors.Dot(direction, direction));
            double step = RelativeStep * (norm > 0 ? norm : 1) / length;
            Move(step);
            gradient.Compute();
            Share((first, end) =>
            {
                ReadOnlySpan<float> values = gradient.Values.Span;
                for (int i = first; i < end; i++)
                    product[i] = values[i];
            });
            Move(-step);
            gradient.Compute();
            Share((first, end) =>
            {
                ReadOnlySpan<float> values = gradient.Values.Span;
                for (int i = first; i < end; i++)
                {
                    double second = (product[i] - values[i]) / (2 * step) + decays[i] * direction[i];
                    product[i] = scales is null ? second : second * scales[i];
                }
            });
        }

        void Move(double step)
        {
            Share((first, end) =>
            {
                Span<float> parameters = network.Parameters.Span;
                for (int i = first; i < end; i++)
                    parameters[i] = (float)(place[i] + step * direction[i]);
            });
            network.ParametersChanged();
        }

        void Share(Action<int, int> body)
            => (pool ?? WorkerPool.CallerOnly).Run((place.Length + Chunk - 1) / Chunk, chunk => body(chunk * Chunk, Math.Min(place.Length, (chunk + 1) * Chunk)));
    }

    /// <summary>One number for each parameter: of weights and biases by layer, and of embeddings. A normalization's scales and shifts count as biases whose rate nobody multiplies.</summary>
    public static float[] ByRegion(NetworkLayout layout, Func<int, float> ofWeights, Func<int, float> ofBiases, float ofEmbeddings, float ofNormalization = 0)
    {
        var values = new float[layout.ParameterLength];
        for (int i = 0; i < layout.Layers.Count; i++)
        {
            LayerLayout layer = layout.Layers[i];
            values.AsSpan((int)layer.WeightOffset, (int)layer.WeightLength).Fill(ofWeights(i));
            values.AsSpan((int)layer.BiasOffset, layer.BiasLength).Fill(ofBiases(i));
            values.AsSpan((int)layer.ScaleOffset, layer.BiasLength * (layer.VectorCount - 1)).Fill(ofNormalization);
        }
        foreach (EmbeddingLayout embedding in layout.Embeddings)
            values.AsSpan((int)embedding.Offset, (int)embedding.Length).Fill(ofEmbeddings);
        return values;
    }

    /// <summary>Normal where a parameter is, and 0 in padding and running statistics, which must not move.</summary>
    static double[] RandomDirection(FeedForwardNetwork like, long seed)
    {
        var network = new FeedForwardNetwork(like.Layout, like.Task, like.FeatureScale, like.TargetScale);
        network.Parameters.Span.Clear();
        var random = new RandomSource(seed, "diagnostics/curvature");
        foreach ((DenseLayer dense, LayerLayout layer) in network.DenseLayers.Zip(like.Layout.Layers))
        {
            dense.SetWeights(Draw(layer.Inputs * layer.Outputs));
            dense.SetBiases(Draw(layer.Outputs));
            if (!layer.IsNormalized)
                continue;
            random.FillNormal(network.Scales(layer)[..layer.Outputs], 1);
            random.FillNormal(network.Shifts(layer)[..layer.Outputs], 1);
        }
        foreach (EmbeddingLayout embedding in like.Layout.Embeddings)
            random.FillNormal(network.Vectors(embedding)[..(int)embedding.Column.Count], 1);
        var direction = new double[network.Parameters.Length];
        ReadOnlySpan<float> drawn = network.Parameters.Span;
        for (int i = 0; i < direction.Length; i++)
            direction[i] = drawn[i];
        return direction;

        float[] Draw(int count)
        {
            var values = new float[count];
            random.FillNormal(values, 1);
            return values;
        }
    }
}
