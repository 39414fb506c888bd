using System.Globalization;

namespace MLNet.WeightInit;

/// <summary>One tensor of a network that is about to be filled.</summary>
public sealed class PlannedTensor
{
    readonly Func<WeightInitializer, WeightInitializer> _resolve;
    PlannedTensor? _beside;

    /// <param name="resolve">Makes an initializer of one that is only a text yet.</param>
    internal PlannedTensor(string name, WeightShape shape, string stream, Func<WeightInitializer, WeightInitializer> resolve)
    {
        _resolve = resolve;
        Name = name;
        Shape = shape;
        OwnStream = stream;
    }

    /// <summary>Its name: <c>hidden[0].weights</c>, <c>output.bias</c>.</summary>
    public string Name { get; }

    /// <summary>Fans, role, position, and the activation that follows.</summary>
    public WeightShape Shape { get; }

    /// <summary>Key of this tensor's random stream: <c>init/hidden/0/weights</c>. Hidden layers that are added or removed after it leave it as it is.</summary>
    public string Stream => _beside?.Stream ?? OwnStream;

    /// <summary>What will fill it; null for a bias means zeros.</summary>
    public WeightInitializer? Initializer { get; private set; }

    /// <summary>Why, for the report.</summary>
    public string Reason { get; private set; } = "";

    /// <summary>The stream that it was made with, whatever it shares now.</summary>
    internal string OwnStream { get; }

    /// <summary>What was chosen so far, to be put aside and taken back.</summary>
    internal Choice Current
    {
        get => new(Initializer, Reason, LearningRateMultiplier, _beside);
        set => (Initializer, Reason, LearningRateMultiplier, _beside) = (value.Initializer, value.Reason, value.LearningRateMultiplier, value.Beside);
    }

    /// <summary>Makes an initializer of one that is only a text yet.</summary>
    internal WeightInitializer Resolve(WeightInitializer initializer) => _resolve(initializer);

    /// <summary>Fills this tensor from another's stream, for values that depend on what was drawn for that one.</summary>
    internal void UseBeside(PlannedTensor source, WeightInitializer initializer, string reason)
    {
        Use(initializer, reason);
        _beside = source;
    }

    /// <summary>Makes this tensor the transpose of another's: its draws, its rate.</summary>
    internal void Tie(PlannedTensor source)
    {
        Initializer = new Transpose(source);
        Reason = $"The transpose of {source.Name}: the weights are tied, so the two are one tensor, drawn once and trained by the sum of both gradients (Vincent et al. 2010, section 2.2).";
        _beside = source;
        if (LearningRateMultiplier != source.LearningRateMultiplier)
            AddToReason(string.Create(CultureInfo.InvariantCulture, $"So it has {source.Name}'s variance and rate, {source.LearningRateMultiplier:G4} of the learning rate, and not those that its own place was planned to have ({LearningRateMultiplier:G4} of the learning rate)."));
        LearningRateMultiplier = source.LearningRateMultiplier;
    }

    internal void AddToReason(string sentence) => Reason = Reason.Length == 0 ? sentence : $"{Reason} {sentence}";

    /// <summary>Multiplies the learning rate of this tensor, as rules do that fit rates to widths (Yang et al. 2021, table 3) or to depths (Zhang et al. 2019).</summary>
    /// <value>Default: 1. At least 0 and finite; 0 keeps the tensor as it was filled.</value>
    /// <exception cref="ArgumentOutOfRangeException">The value is negative, NaN or infinite.</exception>
    public float LearningRateMultiplier
    {
        get;
        set => field = value >= 0 && float.IsFinite(value) ? value
            : throw new ArgumentOutOfRangeException(nameof(value), value, $"The multiplier of the learning rate of {Name} must be at least 0 and finite. 1 leaves the rate as it is.");
    } = 1;

    /// <summary>Fills this tensor with <paramref name="initializer"/>: an object, or a text such as <c>"orthogonal(gain=1.4)"</c> with a name that the estimator's context knows.</summary>
    /// <param name="initializer">Its <see cref="WeightInitializer.Fill(Span{float}, in WeightShape, RandomSource)"/> will be called once, with this tensor's own stream.</param>
    /// <param name="reason">A sentence for the report; null asks <see cref="WeightInitializer.Explain"/>.</param>
    /// <exception cref="ArgumentNullException"><paramref name="initializer"/> is null.</exception>
    /// <exception cref="ArgumentException">The initializer has no name, or its text names none that is known.</exception>
    public void Use(WeightInitializer initializer, string? reason = null)
    {
        ArgumentNullException.ThrowIfNull(initializer);
        WeightInitializer resolved = _resolve(initializer);
        if (string.IsNullOrWhiteSpace(resolved.Name) || string.IsNullOrWhiteSpace(resolved.Specification))
            throw new ArgumentException($"An initializer must have a name, and {resolved.GetType()} has none for {Name}. Override {nameof(WeightInitializer.Name)}.", nameof(initializer));
        Initializer = resolved;
        _beside = null;
        Reason = reason ?? resolved.Explain(Shape) ?? "";
    }

    /// <summary>An initializer with all that goes with it.</summary>
    /// <param name="Beside">The tensor whose stream it takes; null: its own.</param>
    internal readonly record struct Choice(WeightInitializer? Initializer, string Reason, float LearningRateMultiplier, PlannedTensor? Beside)
    {
        public static Choice None { get; } = new(null, "", 1, null);
    }
}
