using System.Globalization;
using MLNet.WeightInit.Engine.Initializers;

namespace MLNet.WeightInit;

/// <summary>IDInit: identities that are repeated until a rectangle is full, with a little noise; the last layer of a residual branch starts near 0.</summary>
/// <remarks>
/// Pan et al. 2025: a weight is the gain where i ≡ j modulo the smaller side, so that no unit of a wider layer is dead and no input of a narrower one is lost, plus N(0, epsilon²) ("loosened"), since training by gradients
/// alone keeps an exact identity symmetric. The last layer of a residual branch is ±epsilon in the same pattern ("zero-preserving"): the branch adds next to nothing, and its units still have gradients of their own. For residual
/// networks; use an optimizer with momentum, as the paper does. Each gate and group is a matrix of its own; a convolution's kernel is one of units × (inputs · positions), as in the paper's "patch-maintain" convolution.
/// </remarks>
public sealed class IdInit : WeightInitializer
{
    const float DefaultEpsilon = 1e-6f;

    /// <param name="gain">The identity's value; from −1e30 to 1e30. Default: 1.</param>
    /// <param name="epsilon">Deviation of the noise, and size of the weights that end a branch; from 0 to 1e30. Default: 1e-6.</param>
    /// <exception cref="ArgumentOutOfRangeException">An argument is outside its range.</exception>
    public IdInit(float gain = 1, float epsilon = DefaultEpsilon)
    {
        Gain = ArgumentRules.Bounded(gain);
        Epsilon = ArgumentRules.NotNegative(epsilon);
    }

    /// <inheritdoc/>
    public override string Name => "idinit";

    /// <inheritdoc/>
    public override string Specification => new SpecificationBuilder(Name).Add("gain", Gain, 1).Add("epsilon", Epsilon, DefaultEpsilon).ToString();

    /// <summary>The identity's value.</summary>
    public float Gain { get; }

    /// <summary>Deviation of the noise, and size of the weights that end a branch.</summary>
    public float Epsilon { get; }

    /// <summary>Root mean square about the mean of all entries, which is what a measured deviation compares with.</summary>
    public override double? TargetDeviation(in WeightShape shape)
    {
        if (shape.Count == 0)
            return 0;
        TensorAxes axes = TensorAxes.Of(shape);
        double share = 1.0 / Math.Min(axes.Units, axes.UnitLength);
        if (!shape.EndsBranch)
            return Math.Sqrt((double)Gain * Gain * share * (1 - share) + (double)Epsilon * Epsilon);
        return share < 1 ? Epsilon * Math.Sqrt(2 * share) : Epsilon;
    }

    /// <inheritdoc/>
    public override void Fill(Span<float> weights, in WeightShape shape, RandomSource random)
    {
        ArgumentNullException.ThrowIfNull(random);
        ArgumentRules.SameCount(weights, shape);
        TensorAxes axes = TensorAxes.Of(shape);
        Span<float> ordered = axes.Ordered(weights);
        if (shape.EndsBranch)
            ordered.Clear();
        else
            random.FillNormal(ordered, Epsilon);
        for (int block = 0; block < axes.Blocks; block++)
            FillMatrix(ordered.Slice(block * axes.Units * axes.UnitLength, axes.Units * axes.UnitLength), axes.Units, axes.UnitLength, shape.EndsBranch);
        axes.PutBack(ordered, weights);
    }

    void FillMatrix(Span<float> matrix, int rows, int columns, bool endsBranch)
    {
        int side = Math.Max(1, Math.Min(rows, columns));
        for (int row = 0; row < rows; row++)
            for (int column = 0; column < columns; column++)
            {
                ref float weight = ref matrix[row * columns + column];
                bool isDiagonal = (row - column) % side == 0;
                if (!endsBranch)
                    weight += isDiagonal ? Gain : 0;
                else if (side == 1)
                    weight = (row + column) % 2 == 0 ? Epsilon : -Epsilon;
                else if (isDiagonal || (row + 1 - column) % side == 0)
                    weight = isDiagonal ? Epsilon : -Epsilon;
            }
    }

    /// <summary>The draws, where memory has the outputs last.</summary>
    public override long WorkBytes(in WeightShape shape) => TensorAxes.Of(shape).OrderBytes;

    /// <inheritdoc/>
    public override string Explain(in WeightShape shape) => shape.EndsBranch
        ? string.Create(CultureInfo.InvariantCulture, $"It ends a residual branch: ±{Epsilon:G3}, so that the block starts as the identity (Pan et al. 2025).")
        : string.Create(CultureInfo.InvariantCulture, $"{Gain:G4} · I, repeated to fill {TensorAxes.Of(shape).Units} × {TensorAxes.Of(shape).UnitLength}, with noise of σ = {Epsilon:G3} (Pan et al. 2025).");
}
