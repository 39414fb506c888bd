using System.Globalization;
using MLNet.WeightInit.Engine.Initializers;
using MLNet.WeightInit.Engine.Kernels;

namespace MLNet.WeightInit;

/// <summary>Residual networks of rectifiers that start as an exact isometry: mirrored blocks, and branches that turn the stream instead of adding to its length.</summary>
/// <remarks>
/// Gadhikar and Burkholz 2023 ("Dynamical isometry for residual networks", RISOTTO), blocks with an identity on the way past. The stream is mirrored, x = [u; −u], as <see cref="LooksLinear"/> makes it. In a branch the layers before the last are mirrored
/// orthogonal U, the last is the mirrored block of (M − I) (U … U)ᵀ with a random orthogonal M of its own, so that the branch gives (M − I) u and the sum with the stream is M u: all singular values of the input's Jacobian are 1 at any depth, without normalization.
/// Exact for the activations that <see cref="LooksLinear"/> is exact for; normalization in the branches undoes it. All hidden layers must have the same, even number of units. A network without residual blocks is <see cref="LooksLinear"/>'s, and so is a tensor on its own.
/// </remarks>
public sealed class Risotto : WeightInitializer
{
    readonly float _gain;

    /// <summary>Has no arguments.</summary>
    public Risotto()
        : this(1)
    {
    }

    /// <param name="gain">1 / slope of φ(z) − φ(−z) of what the layer reads.</param>
    Risotto(float gain) => _gain = gain;

    /// <inheritdoc/>
    public override string Name => "risotto";

    /// <summary>Root mean square of the entries.</summary>
    public override double? TargetDeviation(in WeightShape shape) => IsInBranch(shape) ? _gain * Math.Sqrt((shape.EndsBranch ? 2.0 : 1) / Math.Max(1, shape.Rows / 2)) : Mirrored.TargetDeviation(shape);

    /// <inheritdoc/>
    public override void Fill(Span<float> weights, in WeightShape shape, RandomSource random)
    {
        ArgumentNullException.ThrowIfNull(random);
        ArgumentRules.SameCount(weights, shape);
        if (!IsInBranch(shape))
        {
            Mirrored.Fill(weights, shape, random);
            return;
        }
        int half = shape.Rows / 2;
        float[] block = shape.EndsBranch ? Turn(shape, half, random) : Orthogonal(shape, shape.BranchLayer - 1, half, random);
        weights.Clear();                                        // an unpaired unit, which a plan refuses, keeps weights of 0
        for (int row = 0; row < half; row++)
            for (int column = 0; column < half; column++)
            {
                float value = _gain * block[row * half + column];
                weights[row * shape.Columns + column] = weights[(half + row) * shape.Columns + half + column] = value;
                weights[row * shape.Columns + half + column] = weights[(half + row) * shape.Columns + column] = -value;
            }
    }

    /// <summary>A branch's end: M − I, a product of the layers before, and one of these.</summary>
    public override long WorkBytes(in WeightShape shape)
    {
        if (!IsInBranch(shape))
            return Mirrored.WorkBytes(shape);
        long half = shape.Rows / 2;
        return 3 * half * half * sizeof(float) + OrthogonalFill.WorkBytes(WeightShape.Dense((int)half, (int)half));
    }

    /// <inheritdoc/>
    /// <exception cref="ArgumentException">A hidden layer has an odd number of units, or in a residual network another number than the first.</exception>
    public override void Plan(InitializationPlan plan)
    {
        ArgumentNullException.ThrowIfNull(plan);
        int units = plan.Weights.First().Shape.Rows;
        string before = "Identity";
        foreach (PlannedTensor tensor in plan.Weights)
        {
            LooksLinear.RequirePairs(tensor);
            if (plan.BranchDepth > 0 && tensor.Shape.Role == TensorRole.Hidden && tensor.Shape.Rows != units)
                throw new ArgumentException($"RISOTTO's blocks need hidden layers of one width, and {tensor.Name} has {tensor.Shape.Rows} units where the first has {units}. Use {units}.", nameof(plan));
            LooksLinear.UseScaled(tensor, before, gain => IsInBranch(tensor.Shape) ? new Risotto((float)gain) : new LooksLinear((float)gain));
            before = tensor.Shape.Activation;
        }
    }

    /// <inheritdoc/>
    public override string Explain(in WeightShape shape)
    {
        if (!IsInBranch(shape))
            return Mirrored.Explain(shape);
        string form = shape.EndsBranch ? "[[V, −V], [−V, V]] with V = (M − I) (U … U)ᵀ for an orthogonal M, so that the stream leaves the block as M u: turned, and as long as it was" : "[[U, −U], [−U, U]] with an orthogonal U";
        return string.Create(CultureInfo.InvariantCulture, $"{form}; {shape.Rows / 2} pairs of units, gain {_gain:G4} (Gadhikar and Burkholz 2023).");
    }

    LooksLinear Mirrored => new(_gain);

    /// <summary>Of a dense layer that reads the stream or a branch's layer before it, of as many units.</summary>
    static bool IsInBranch(in WeightShape shape) => shape is { BranchDepth: > 0, Role: TensorRole.Hidden, LayerIndex: > 0, Blocks: 1, KernelSize: 1 } && shape.Rows == shape.Columns;

    /// <summary>Of a layer in its branch. The branch's end needs it, too: so it comes from a stream of the network's, not of the tensor's.</summary>
    static float[] Orthogonal(in WeightShape shape, int layer, int half, RandomSource random)
    {
        var matrix = new float[half * half];
        int branch = (shape.LayerIndex - 1) / shape.BranchDepth;
        OrthogonalFill.Fill(matrix, WeightShape.Dense(half, half), random.OfSeed(string.Create(CultureInfo.InvariantCulture, $"risotto/{branch}/{layer}")), 1);
        return matrix;
    }

    /// <summary>(M − I) (U … U)ᵀ, by one multiplication a layer, summed in double.</summary>
    static float[] Turn(in WeightShape shape, int half, RandomSource random)
    {
        float[] product = Orthogonal(shape, shape.BranchDepth - 1, half, random);
        for (int unit = 0; unit < half; unit++)
            product[unit * half + unit] -= 1;
        var next = new float[half * half];
        for (int layer = 0; layer < shape.BranchDepth - 1; layer++)
        {
            // The first layer's transpose is the last factor: (M − I) U₁ᵀ U₂ᵀ …
            float[] factor = Orthogonal(shape, layer, half, random);
            for (int row = 0; row < half; row++)
                for (int column = 0; column < half; column++)
                    next[row * half + column] = (float)DoubleVectors.Dot(product.AsSpan(row * half, half), factor.AsSpan(column * half, half));
            (product, next) = (next, product);
        }
        return product;
    }
}
