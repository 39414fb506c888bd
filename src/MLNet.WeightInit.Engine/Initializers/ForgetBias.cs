using System.Globalization;
using MLNet.WeightInit.Engine.Initializers;

namespace MLNet.WeightInit;

/// <summary>The bias of an LSTM that starts by remembering: a value, usually 1, at the forget gate, 0 at the others.</summary>
/// <remarks>
/// Gers, Schmidhuber and Cummins 2000; Jozefowicz, Zaremba and Sutskever 2015 found that it makes up for most of what other architectures gain. The forget gate is the second of the four in PyTorch (i, f, g, o) and in Keras
/// (i, f, c, o) alike. PyTorch adds two biases, <c>bias_ih</c> and <c>bias_hh</c>: give it to one, zeros to the other. A tensor of other than four gates (a GRU's, attention's stacked projections, none) is 0 all over.
/// </remarks>
public sealed class ForgetBias : WeightInitializer
{
    /// <summary>Place of the forget gate among an LSTM's; a GRU's three gates and an attention's stacked projections have none.</summary>
    const int ForgetGate = 1, LstmGates = 4;

    /// <param name="value">From −1e30 to 1e30. Default: 1.</param>
    /// <exception cref="ArgumentOutOfRangeException">The value is outside its range.</exception>
    public ForgetBias(float value = 1) => Value = ArgumentRules.Bounded(value);

    /// <inheritdoc/>
    public override string Name => "forget_bias";

    /// <inheritdoc/>
    public override string Specification => new SpecificationBuilder(Name).Add("value", Value, 1).ToString();

    /// <summary>What the forget gate's biases are.</summary>
    public float Value { get; }

    /// <summary>Root mean square about the mean of all entries, which is what a measured deviation compares with.</summary>
    public override double? TargetDeviation(in WeightShape shape)
    {
        double share = shape.Gates == LstmGates ? 1.0 / shape.Gates : 0;
        return Math.Abs(Value) * Math.Sqrt(share * (1 - share));
    }

    /// <inheritdoc/>
    public override void Fill(Span<float> weights, in WeightShape shape, RandomSource random)
    {
        ArgumentRules.SameCount(weights, shape);
        weights.Clear();
        if (shape.Gates != LstmGates)
            return;
        TensorMatrix gate = TensorMatrix.Of(shape with { Groups = 1 }, ForgetGate);
        for (int row = 0; row < gate.Rows; row++)
            weights.Slice(gate.Offset + row * gate.RowStride, gate.Columns).Fill(Value);
    }

    /// <inheritdoc/>
    public override string Explain(in WeightShape shape)
        => shape.Gates == LstmGates ? string.Create(CultureInfo.InvariantCulture, $"{Value:G4} at the forget gate, so that the state is kept until training says otherwise; 0 at the other {shape.Gates - 1} gates (Gers et al. 2000).")
            : "There is no forget gate, which is one of four, so every value is 0.";
}
