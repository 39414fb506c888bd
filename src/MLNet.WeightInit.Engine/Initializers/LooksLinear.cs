using System.Globalization;
using MLNet.WeightInit.Engine.Initializers;

namespace MLNet.WeightInit;

/// <summary>Mirrored orthogonal blocks, by which a deep network of rectifiers starts as an exactly linear isometry: [O; −O] first, [[O, −O], [−O, O]] between, [O, −O] last.</summary>
/// <remarks>
/// Balduzzi et al. 2017, section 4 ("looks linear"); Burkholz and Dubatovka 2019, section 3. Units come in pairs that see z and −z, and ReLU(z) − ReLU(−z) = z: all singular values of the input's Jacobian are the gain's
/// power, at any depth, which no random ReLU network can have. Exact also for leaky ReLU, GELU, SiLU, hard-swish, softplus and the identity, whose φ(z) − φ(−z) is a multiple of z by which the next
/// block is divided; for others it holds near 0. Training breaks the pairs up at once. Hidden layers must have an even number of units. In residual branches the blocks are the same, and the sum with the stream is no isometry.
/// Each gate and group has blocks and pairs of its own, its unit i with its unit i + units / 2: a grouped layer behind another one needs as many groups there. A convolution has them at its kernel's middle (Xiao et al. 2018), 0 elsewhere.
/// </remarks>
public sealed class LooksLinear : WeightInitializer
{
    /// <summary>λ (1 + α), the slope of SELU(z) − SELU(−z) at 0.</summary>
    const double SeluSlope = 1.0507009873554805 * (1 + 1.6732632423543772);

    /// <param name="gain">Every singular value of each block; from 0 to 1e30. Default: 1.</param>
    /// <exception cref="ArgumentOutOfRangeException">The gain is outside its range.</exception>
    public LooksLinear(float gain = 1) => Gain = ArgumentRules.NotNegative(gain);

    /// <inheritdoc/>
    public override string Name => "looks_linear";

    /// <inheritdoc/>
    public override string Specification => new SpecificationBuilder(Name).Add("gain", Gain, 1).ToString();

    /// <summary>Every singular value of each block.</summary>
    public float Gain { get; }

    /// <summary>Root mean square of the entries.</summary>
    public override double? TargetDeviation(in WeightShape shape)
    {
        (int rows, int columns) = Block(shape);
        double share = shape.Count == 0 ? 1 : (double)rows * columns * (MirrorsUnits(shape) ? 2 : 1) * (MirrorsInputs(shape) ? 2 : 1) * shape.Blocks / shape.Count;
        return Gain * Math.Sqrt(share / Math.Max(1, Math.Max(rows, columns)));
    }

    /// <summary>The block of the tensor's place: an unpaired unit or input, which a plan refuses, keeps weights of 0.</summary>
    public override void Fill(Span<float> weights, in WeightShape shape, RandomSource random)
    {
        ArgumentNullException.ThrowIfNull(random);
        ArgumentRules.SameCount(weights, shape);
        weights.Clear();
        (int rows, int columns) = Block(shape);
        TensorAxes axes = TensorAxes.Of(shape);
        if (rows == 0 || columns == 0)
            return;
        using var orthogonal = new HaarRows(Math.Min(rows, columns), Math.Max(rows, columns), random.Level);
        for (int index = 0; index < axes.Blocks; index++)
        {
            orthogonal.Draw(random);
            for (int vector = 0; vector < Math.Min(rows, columns); vector++)
            {
                ReadOnlySpan<float> values = orthogonal.Scaled(vector, Gain);
                for (int i = 0; i < values.Length; i++)
                {
                    (int row, int column) = rows > columns ? (i, vector) : (vector, i);
                    weights[axes.Index(index, row, column, shape.KernelCenter)] = values[i];
                    if (MirrorsInputs(shape))
                        weights[axes.Index(index, row, columns + column, shape.KernelCenter)] = -values[i];
                    if (MirrorsUnits(shape))
                        weights[axes.Index(index, rows + row, column, shape.KernelCenter)] = -values[i];
                    if (MirrorsUnits(shape) && MirrorsInputs(shape))
                        weights[axes.Index(index, rows + row, columns + column, shape.KernelCenter)] = values[i];
                }
            }
        }
    }

    /// <summary>One block's.</summary>
    public override long WorkBytes(in WeightShape shape)
    {
        (int rows, int columns) = Block(shape);
        return OrthogonalFill.WorkBytes(new TensorMatrix(0, rows, columns, columns));
    }

    /// <inheritdoc/>
    /// <exception cref="ArgumentException">A hidden layer has an odd number of units.</exception>
    public override void Plan(InitializationPlan plan)
    {
        ArgumentNullException.ThrowIfNull(plan);
        string before = "Identity";
        foreach (PlannedTensor tensor in plan.Weights)
        {
            RequirePairs(tensor);
            UseScaled(tensor, before, gain => new LooksLinear((float)(Gain * gain)));
            before = tensor.Shape.Activation;
        }
    }

    /// <exception cref="ArgumentException">A hidden layer has an odd number of units.</exception>
    internal static void RequirePairs(PlannedTensor tensor)
    {
        if (tensor.Shape is { Role: TensorRole.Hidden, Rows: var units } && units % 2 != 0)
            throw new ArgumentException($"Mirrored units come in pairs, so each hidden layer needs an even number of them, and {tensor.Name} has {units}. Use {units + 1}.", "plan");
    }

    /// <summary>Gives a tensor the rule of a gain that makes up for the slope of what it reads, and says where that is a straight line near 0 only.</summary>
    /// <param name="before">Activation of what the tensor reads.</param>
    internal static void UseScaled(PlannedTensor tensor, string before, Func<double, WeightInitializer> create)
    {
        (double slope, bool isExact) = tensor.Shape.LayerIndex == 0 ? (1, true) : MirroredSlope(ActivationTraits.Of(before));
        WeightInitializer block = create(1 / slope);
        tensor.Use(block, isExact ? block.Explain(tensor.Shape) : $"{block.Explain(tensor.Shape)} {before} gives pairs of units a linear difference near 0 only.");
    }

    /// <inheritdoc/>
    public override string Explain(in WeightShape shape)
    {
        string form = (MirrorsUnits(shape), MirrorsInputs(shape)) switch { (true, true) => "[[O, −O], [−O, O]]", (true, false) => "[O; −O]", (false, true) => "[O, −O]", _ => "O" };
        (int rows, int columns) = Block(shape);
        return string.Create(CultureInfo.InvariantCulture, $"{form} with an orthogonal O of {rows} × {columns} and gain {Gain:G4}: pairs of units see z and −z, so that the network starts linear and its gradients keep their norm at any depth (Balduzzi et al. 2017).");
    }

    /// <summary>Slope of φ(z) − φ(−z), and whether that is a straight line.</summary>
    internal static (double Slope, bool IsExact) MirroredSlope(ActivationTraits traits) => traits.Family switch
    {
        ActivationFamily.Identity => (2, true),
        ActivationFamily.Rectifier when traits.NegativeSlope > -1 => (1 + (double)traits.NegativeSlope, true),
        ActivationFamily.SmoothRectifier => traits.Name.Equals("Mish", StringComparison.OrdinalIgnoreCase) ? (MishSlope, false) : (1, true),
        ActivationFamily.Softplus => (1, true),
        ActivationFamily.ExponentialUnit => (1 + (double)traits.NegativeSlope, false),
        ActivationFamily.SelfNormalizing => (SeluSlope, false),
        _ => (2 * traits.OriginSlope, false),
    };

    /// <summary>2 tanh(ln 2).</summary>
    const double MishSlope = 1.2;

    static bool MirrorsUnits(in WeightShape shape) => shape.Role != TensorRole.Output;

    /// <summary>All but the network's first layer read pairs; a tensor on its own is taken as one between.</summary>
    static bool MirrorsInputs(in WeightShape shape) => shape.LayerIndex > 0 || shape is { Depth: <= 1, Role: not TensorRole.Output };

    static (int Rows, int Columns) Block(in WeightShape shape)
    {
        TensorAxes axes = TensorAxes.Of(shape);
        return (MirrorsUnits(shape) ? axes.Units / 2 : axes.Units, MirrorsInputs(shape) ? axes.Inputs / 2 : axes.Inputs);
    }
}
