namespace MLNet.WeightInit.Engine.Tests.Initializers;

/// <summary>Tensors filled by a specification, and networks planned by one.</summary>
internal static class Fills
{
    public static readonly InitializerRegistry Registry = InitializerRegistry.CreateDefault();

    public static float[] Of(string specification, WeightShape shape, long seed = 1) => Of(Registry.Parse(specification), shape, seed);

    public static float[] Of(WeightInitializer initializer, WeightShape shape, long seed = 1)
    {
        var weights = new float[shape.Count];
        initializer.Fill(weights, shape, new RandomSource(seed, "weights"));
        return weights;
    }

    /// <summary>A layer of a network: the second of three by default.</summary>
    public static WeightShape Layer(int inputs, int outputs, string activation = "ReLU", int index = 1, int depth = 3)
        => WeightShape.Dense(inputs, outputs) with { LayerIndex = index, Depth = depth, Activation = index == depth - 1 ? "Identity" : activation, Role = index == depth - 1 ? TensorRole.Output : TensorRole.Hidden };

    /// <summary>A network of dense layers with these widths, from the inputs to the outputs.</summary>
    public static InitializationPlan Plan(WeightInitializer init, int[] widths, string activation = "ReLU", string optimizer = "Adam", double featureSecondMoment = 1, float[]? prior = null, WeightInitializer? biasInit = null, ResidualBlocks? residual = null)
    {
        var layers = new (int, int, string)[widths.Length - 1];
        for (int i = 0; i < layers.Length; i++)
            layers[i] = (widths[i], widths[i + 1], i == layers.Length - 1 ? "Identity" : activation);
        return PlanExecution.Build(layers, init, biasInit: biasInit, optimizer: optimizer, featureSecondMoment: featureSecondMoment, priorBias: prior, residual: residual);
    }

    public static InitializationPlan Plan(string specification, int[] widths, string activation = "ReLU", string optimizer = "Adam", double featureSecondMoment = 1, float[]? prior = null, string? biasInit = null, ResidualBlocks? residual = null)
        => Plan(Registry.Parse(specification), widths, activation, optimizer, featureSecondMoment, prior, biasInit is null ? null : Registry.Parse(biasInit), residual);

    /// <summary>The weights of each layer, filled.</summary>
    public static float[][] Weights(this InitializationPlan plan, long seed = 1) => [.. plan.Weights.Select(tensor => PlanExecution.Fill(tensor, seed))];

    /// <summary>The biases of each layer, filled.</summary>
    public static float[][] Biases(this InitializationPlan plan, long seed = 1) => [.. plan.Biases.Select(tensor => PlanExecution.Fill(tensor, seed))];
}
