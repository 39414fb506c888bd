using MLNet.WeightInit.Engine.Initializers;

namespace MLNet.WeightInit;

/// <summary>A plan for autoencoders: the encoder starts by one initializer, and each layer of the decoder as its mirror image in the encoder does.</summary>
/// <remarks>
/// Hinton and Salakhutdinov 2006. By default a decoder's layer has the same rule and draws its own weights; transposed, it starts as the transpose of its mirror image's weights, so that with <c>orthogonal</c> and no activation the
/// network starts as the projection onto the span of the code. That is a start alone: <c>NeuralNetOptions.TiedWeights</c> keeps the two equal in training.
/// </remarks>
public sealed class AutoencoderRecipe : WeightInitializer
{
    /// <param name="encoder">Of the first half, and of biases. Default: null, <see cref="Auto"/>.</param>
    /// <param name="transposed">Whether the decoder starts as the encoder's transpose. Default: false.</param>
    public AutoencoderRecipe(WeightInitializer? encoder = null, bool transposed = false)
    {
        Encoder = encoder ?? new Auto();
        Transposed = transposed;
    }

    /// <inheritdoc/>
    public override string Name => "autoencoder";

    /// <inheritdoc/>
    public override string Specification => new SpecificationBuilder(Name).AddText("encoder", Encoder is Auto ? null : Encoder.Specification).Add("transposed", Transposed, false).ToString();

    /// <summary>Of the first half, and of biases.</summary>
    public WeightInitializer Encoder { get; }

    /// <summary>Whether the decoder starts as the encoder's transpose.</summary>
    public bool Transposed { get; }

    /// <inheritdoc/>
    public override double? TargetDeviation(in WeightShape shape) => InitializationRecipe.Known(Encoder).TargetDeviation(shape);

    /// <inheritdoc/>
    public override long WorkBytes(in WeightShape shape) => InitializationRecipe.Known(Encoder).WorkBytes(shape);

    /// <summary>As the encoder's: the mirror image needs a plan.</summary>
    public override void Fill(Span<float> weights, in WeightShape shape, RandomSource random) => InitializationRecipe.Known(Encoder).Fill(weights, shape, random);

    /// <inheritdoc/>
    public override string Explain(in WeightShape shape) => InitializationRecipe.Known(Encoder).Explain(shape);

    /// <inheritdoc/>
    /// <exception cref="ArgumentException">The layers don't mirror each other.</exception>
    public override void Plan(InitializationPlan plan)
    {
        ArgumentNullException.ThrowIfNull(plan);
        IReadOnlyList<PlannedTensor> weights = plan.Weights;
        for (int layer = 0; layer < weights.Count / 2; layer++)
            CheckMirrors(weights[layer], weights[^(layer + 1)]);
        if (weights.Count % 2 != 0)
            throw new ArgumentException($"An autoencoder has an odd number of hidden layers, with the code in the middle, and there are {weights.Count - 1}. Add or leave out one.", nameof(plan));
        WeightInitializer rule = plan.PlanBy(Encoder);
        for (int layer = 0; layer < weights.Count / 2; layer++)
        {
            PlannedTensor encoder = weights[layer], decoder = weights[^(layer + 1)];
            if (Transposed)
                decoder.UseBeside(encoder, new Transpose(encoder), $"Starts as the transpose of its mirror image, {encoder.Name}.");
            else if (rule is not InitializationRecipe && encoder.Initializer is { } mirrored)        // a recipe has planned the decoder's places by their own fans
                decoder.Use(mirrored, $"As its mirror image {encoder.Name}: {mirrored.Explain(decoder.Shape)}");
        }
    }

    static void CheckMirrors(PlannedTensor encoder, PlannedTensor decoder)
    {
        if (encoder.Shape.Rows != decoder.Shape.Columns || encoder.Shape.Columns != decoder.Shape.Rows)
            throw new ArgumentException($"The layers of an autoencoder mirror each other, as 64, 16, 64 do, and {encoder.Name} has {encoder.Shape.Columns} → {encoder.Shape.Rows} where {decoder.Name} has {decoder.Shape.Columns} → {decoder.Shape.Rows}. "
                + "Change HiddenLayers, or use another initializer.", nameof(decoder));
    }
}
