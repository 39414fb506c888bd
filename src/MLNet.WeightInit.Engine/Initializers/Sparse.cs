using System.Globalization;
using MLNet.WeightInit.Engine.Initializers;
using MLNet.WeightInit.Engine.Text;

namespace MLNet.WeightInit;

/// <summary>Normal weights of which most are 0, at random places: a fixed share of each input's, or all but a few of each unit's.</summary>
/// <remarks>
/// Martens 2010, section 5: each unit has 15 incoming weights that are not 0, from N(0, 1), so that what reaches a unit doesn't grow with the layer below and units differ; biases are 0, those of
/// tanh units 0.5. PyTorch's <c>sparse_</c> instead zeroes ⌈sparsity · units⌉ weights of each input, and draws the others from N(0, 0.01²).
/// Gates and groups are counted one by one: each input has so many zeros among the units of each, and each unit of each so many weights that are not 0. Of a convolution's kernel each position of an input counts as an input.
/// </remarks>
public sealed class Sparse : WeightInitializer
{
    const float PyTorchDeviation = 0.01f;

    readonly double _sparsity;

    /// <summary>PyTorch's rule: of each input's weights ⌈sparsity · units⌉ are 0.</summary>
    /// <param name="sparsity">From 0 to 1.</param>
    /// <param name="deviation">Of the others; from 0 to 1e30. Default: 0.01.</param>
    /// <exception cref="ArgumentOutOfRangeException">An argument is outside its range.</exception>
    public Sparse(float sparsity, float deviation = PyTorchDeviation)
    {
        if (!(sparsity is >= 0 and <= 1))
            throw new ArgumentOutOfRangeException(nameof(sparsity), sparsity, "The sparsity must be a number from 0 (no weight is 0) to 1 (all are).");
        Sparsity = sparsity + 0f;
        // As the number is written: 0.1f is a little more than 0.1, and the ceiling of 10 times that would be 2.
        _sparsity = double.Parse(SpecificationText.Format(Sparsity), CultureInfo.InvariantCulture);
        Deviation = ArgumentRules.NotNegative(deviation);
    }

    Sparse(int connections, float deviation)
    {
        if (connections < 1)
            throw new ArgumentOutOfRangeException(nameof(connections), connections, "A unit needs at least 1 connection; 15 are usual.");
        Connections = connections;
        Deviation = ArgumentRules.NotNegative(deviation);
    }

    /// <summary>The paper's rule: each unit has a fixed number of weights that are not 0, whatever its inputs.</summary>
    /// <param name="connections">At least 1; more than there are inputs means all of them. Default: 15.</param>
    /// <param name="deviation">Of these weights; from 0 to 1e30. Default: 1. Sutskever et al. 2013 take 0.25 for tanh.</param>
    /// <exception cref="ArgumentOutOfRangeException">An argument is outside its range.</exception>
    public static Sparse Martens(int connections = 15, float deviation = 1) => new(connections, deviation);

    /// <inheritdoc/>
    public override string Name => Connections is null ? "sparse" : "martens";

    /// <inheritdoc/>
    public override string Specification => Connections is { } connections
        ? new SpecificationBuilder(Name).Add("connections", connections, 15).Add("deviation", Deviation, 1).ToString()
        : new SpecificationBuilder(Name).Add("sparsity", Sparsity, float.NaN).Add("deviation", Deviation, PyTorchDeviation).ToString();

    /// <summary>Share of each input's weights that is 0, before rounding up to whole weights; 0 where <see cref="Connections"/> rules.</summary>
    public float Sparsity { get; }

    /// <summary>Weights of each unit that are not 0; null where <see cref="Sparsity"/> rules.</summary>
    public int? Connections { get; }

    /// <summary>Standard deviation of the weights that are not 0.</summary>
    public float Deviation { get; }

    /// <summary>Of all weights, zeros included.</summary>
    public override double? TargetDeviation(in WeightShape shape)
    {
        TensorAxes axes = TensorAxes.Of(shape);
        return Deviation * Math.Sqrt(Connections is { } connections
            ? Math.Min(1, connections / (double)Math.Max(1, axes.UnitLength))
            : 1 - ZerosOfInput(axes) / (double)Math.Max(1, axes.Units));
    }

    /// <summary>The order of one side's places, and for PyTorch's rule the draws, where memory has the outputs last.</summary>
    public override long WorkBytes(in WeightShape shape)
    {
        TensorAxes axes = TensorAxes.Of(shape);
        return Connections is null ? sizeof(int) * (long)axes.Units + axes.OrderBytes : 2L * sizeof(int) * axes.UnitLength;
    }

    /// <inheritdoc/>
    public override void Fill(Span<float> weights, in WeightShape shape, RandomSource random)
    {
        ArgumentNullException.ThrowIfNull(random);
        ArgumentRules.SameCount(weights, shape);
        TensorAxes axes = TensorAxes.Of(shape);
        if (Connections is { } connections)
        {
            KeepOfEachUnit(weights, axes, random, Math.Min(connections, axes.UnitLength));
            return;
        }
        Span<float> ordered = axes.Ordered(weights);
        ZeroOfEachInput(ordered, axes, random);
        axes.PutBack(ordered, weights);
    }

    /// <summary>This one for each weight tensor; of the paper's rule come 0.5 for the biases of tanh units, too.</summary>
    public override void Plan(InitializationPlan plan)
    {
        base.Plan(plan);
        if (Connections is null)
            return;
        foreach (PlannedTensor bias in plan.Biases)
        {
            if (SpecificationText.Normalize(ActivationTraits.Of(bias.Shape.Activation).Name) == "tanh")
                bias.Use(new Constant(0.5f), "tanh units with few inputs start with biases of 0.5, off the middle of their range (Martens 2010, section 5).");
            else
                bias.Use(new Zeros(), "Biases of units other than tanh start at 0 (Martens 2010, section 5).");
        }
    }

    /// <inheritdoc/>
    public override string Explain(in WeightShape shape)
    {
        TensorAxes axes = TensorAxes.Of(shape);
        return Connections is { } connections
            ? string.Create(CultureInfo.InvariantCulture, $"{Math.Min(connections, axes.UnitLength)} of {axes.UnitLength} inputs reach a unit, with σ = {Deviation:G4} each: what it gets doesn't grow with the layer below (Martens 2010, section 5).")
            : string.Create(CultureInfo.InvariantCulture, $"{ZerosOfInput(axes)} of {axes.Units} weights of each input are 0, the others have σ = {Deviation:G4} (PyTorch's sparse_).");
    }

    int ZerosOfInput(TensorAxes axes) => (int)Math.Ceiling(_sparsity * axes.Units);

    void ZeroOfEachInput(Span<float> ordered, TensorAxes axes, RandomSource random)
    {
        random.FillNormal(ordered, Deviation);
        int zeros = ZerosOfInput(axes);
        Span<int> order = Order(axes.Units);
        for (int block = 0; block < axes.Blocks; block++)
            for (int input = 0; input < axes.UnitLength; input++)
            {
                Choose(order, zeros, random);
                foreach (int unit in order[..zeros])
                    ordered[(block * axes.Units + unit) * axes.UnitLength + input] = 0;
            }
    }

    void KeepOfEachUnit(Span<float> weights, TensorAxes axes, RandomSource random, int connections)
    {
        weights.Clear();
        Span<int> order = Order(axes.UnitLength);
        var values = new float[connections];
        for (int block = 0; block < axes.Blocks; block++)
            for (int unit = 0; unit < axes.Units; unit++)
            {
                Choose(order, connections, random);
                random.FillNormal(values, Deviation);
                for (int i = 0; i < connections; i++)
                    weights[axes.Index(block, unit, order[i] / axes.Positions, order[i] % axes.Positions)] = values[i];
            }
    }

    static int[] Order(int count)
    {
        var order = new int[count];
        for (int i = 0; i < count; i++)
            order[i] = i;
        return order;
    }

    /// <summary>Brings a random choice to the front: the first steps of a shuffle, from whatever order the last one left.</summary>
    static void Choose(Span<int> order, int count, RandomSource random)
    {
        for (int i = 0; i < count; i++)
        {
            int other = i + random.NextInt32(order.Length - i);
            (order[i], order[other]) = (order[other], order[i]);
        }
    }
}
