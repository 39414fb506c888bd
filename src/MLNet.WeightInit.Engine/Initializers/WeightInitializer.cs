using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace MLNet.WeightInit;

/// <summary>How the weights of a network start. Derive from it and override <see cref="Fill(Span{float}, in WeightShape, RandomSource)"/> for a rule a tensor, <see cref="Plan"/> for a rule a network, <see cref="Calibrate"/> for one that looks at data.</summary>
/// <remarks>An initializer owns no seed and no state: it is a pure function of its arguments, the shape and the random source.</remarks>
public abstract class WeightInitializer
{
    /// <summary>The registered name: <c>he</c>, <c>orthogonal</c>.</summary>
    public abstract string Name { get; }

    /// <summary>Name with every argument that differs from its default; parses back to an equal initializer: <c>he(mode=fan_out)</c>.</summary>
    public virtual string Specification => Name;

    /// <summary>Raised by one whenever the same arguments, shape and stream give other values than before; reports keep it. Default: 1.</summary>
    public virtual int Version => 1;

    /// <summary>Fills one tensor.</summary>
    /// <param name="weights">Row-major, <c>shape.Rows × shape.Columns</c> values, all 0 when a network is filled.</param>
    /// <param name="shape">Fans, role and position.</param>
    /// <param name="random">This tensor's own stream.</param>
    /// <exception cref="ArgumentNullException">The random source is null, where the initializer draws from it.</exception>
    /// <exception cref="ArgumentException">The span's length is not <c>shape.Count</c>.</exception>
    /// <exception cref="NotSupportedException">The initializer fills no single tensor, and only plans.</exception>
    public virtual void Fill(Span<float> weights, in WeightShape shape, RandomSource random)
        => throw new NotSupportedException($"Initializer '{Name}' fills no single tensor: override {nameof(Fill)}, or {nameof(Plan)} with an initializer for each tensor.");

    /// <summary>A new tensor, filled: for whoever trains elsewhere. <c>WeightInitializer.Parse("he_uniform").Fill(WeightShape.FromPyTorch(64, 3, 7, 7), seed: 1, "conv1.weight")</c>.</summary>
    /// <param name="shape">Sizes and fans: <see cref="WeightShape.Dense"/>, <see cref="WeightShape.FromPyTorch"/>, <see cref="WeightShape.FromKeras"/> and their neighbours.</param>
    /// <param name="seed">Any number; the same for all tensors of a network.</param>
    /// <param name="stream">The tensor's name: tensors of different names draw independently, whatever their number, order and shapes.</param>
    /// <returns><c>shape.Count</c> values in the order of the shape's layout.</returns>
    /// <exception cref="ArgumentNullException">The name is null.</exception>
    /// <exception cref="NotSupportedException">The initializer fills no single tensor, and only plans.</exception>
    public float[] Fill(in WeightShape shape, long seed, string stream)
    {
        var random = new RandomSource(seed, stream);
        if (shape.Count > Array.MaxLength)
            throw new ArgumentOutOfRangeException(nameof(shape), shape.Count, string.Create(CultureInfo.InvariantCulture, $"A tensor has at most {Array.MaxLength:N0} values, as many as an array holds, and this one has {shape.Rows:N0} × {shape.Columns:N0} = {shape.Count:N0}. Fill its parts as tensors of their own, with the fans of the whole."));
        var weights = new float[shape.Count];
        Fill(weights, shape, random);
        return weights;
    }

    /// <summary>The built-in initializer that a text names, outside of any ML.NET context: <c>he_uniform</c>, <c>orthogonal(gain=1.4)</c>.</summary>
    /// <param name="specification">Name, with arguments where there are any; docs/initializers.md lists all.</param>
    /// <exception cref="ArgumentNullException">The text is null.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The text is malformed, the name unknown (the nearest three are named), or an argument unknown or out of range.</exception>
    public static WeightInitializer Parse(string specification) => InitializerRegistry.CreateDefault().Parse(specification);

    /// <summary>Standard deviation that <see cref="Fill(Span{float}, in WeightShape, RandomSource)"/> aims at, or null where it has none in closed form. Default: null.</summary>
    /// <param name="shape">Fans, role and position.</param>
    public virtual double? TargetDeviation(in WeightShape shape) => null;

    /// <summary>Bytes that <see cref="Fill(Span{float}, in WeightShape, RandomSource)"/> needs for a moment beside the tensor itself: what a limit of memory is compared with. Default: 0.</summary>
    /// <param name="shape">Sizes of the tensor.</param>
    public virtual long WorkBytes(in WeightShape shape) => 0;

    /// <summary>Chooses an initializer for each tensor of the network. Default: this one for each weight tensor; biases keep theirs.</summary>
    /// <param name="plan">Every tensor of the network: call <see cref="PlannedTensor.Use"/> on it; a weight tensor that has no initializer afterwards is an error.</param>
    /// <exception cref="ArgumentNullException">The plan is null.</exception>
    public virtual void Plan(InitializationPlan plan)
    {
        ArgumentNullException.ThrowIfNull(plan);
        foreach (PlannedTensor tensor in plan.Weights)
            tensor.Use(this);
    }

    /// <summary>Adjusts the filled network on a probe batch of the training data. Default: nothing.</summary>
    /// <param name="context">The network, which it may read and change, and what it does to the probe.</param>
    public virtual void Calibrate(CalibrationContext context)
    {
    }

    /// <summary>One sentence for the report: why this rule for this tensor.</summary>
    /// <param name="shape">Fans, role, position, and the activation that follows.</param>
    public virtual string Explain(in WeightShape shape) => $"{Specification} was asked for.";

    /// <summary>A name with optional arguments, resolved when an estimator is created: <c>init: "He"</c>, <c>init: "orthogonal(gain=1.4)"</c>.</summary>
    /// <param name="specification">Not looked at before an estimator is created; null gives null.</param>
    [return: NotNullIfNotNull(nameof(specification))]
    public static implicit operator WeightInitializer?(string? specification)
        => specification is null ? null : new UnresolvedInitializer(specification);

    /// <summary>The <see cref="Specification"/>.</summary>
    public override string ToString() => Specification;
}
