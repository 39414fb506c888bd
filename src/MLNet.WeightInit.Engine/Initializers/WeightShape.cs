namespace MLNet.WeightInit;

/// <summary>What an initializer may know of the tensor that it fills: fans, position, and the activation that follows.</summary>
/// <remarks>A dense weight tensor is <c>float[Rows × Columns]</c>, row-major, one row an output unit: <c>z = W h + b</c>.</remarks>
public readonly record struct WeightShape
{
    /// <summary>Inputs that feed one output unit. At least 0.</summary>
    public int FanIn { get; init; }

    /// <summary>Output units that one input feeds. At least 0.</summary>
    public int FanOut { get; init; }

    /// <summary>Rows of the tensor: its output units.</summary>
    public int Rows { get; init; }

    /// <summary>Columns of the tensor: its inputs times the kernel size.</summary>
    public int Columns { get; init; }

    /// <summary>Position of the layer: 0 for the first hidden one, <see cref="Depth"/> − 1 for the output.</summary>
    public int LayerIndex { get; init; }

    /// <summary>Dense layers in the whole network, the output included; 1 for a tensor on its own.</summary>
    public int Depth { get; init; }

    /// <summary>Hidden, output or bias.</summary>
    public TensorRole Role { get; init; }

    /// <summary>The activation that follows this layer, with its arguments: <c>ReLU</c>, <c>LeakyReLU(slope=0.2)</c>; <c>Identity</c> for the output and where none was set.</summary>
    public string Activation
    {
        get => field ?? "Identity";
        init;
    }

    /// <summary>Positions of a convolution kernel; 1 for dense layers.</summary>
    public int KernelSize { get; init; }

    /// <summary>Share of this layer's inputs that dropout sets to 0 while training, the others being divided by 1 − share: E h² of what the layer reads grows by 1 / (1 − share).</summary>
    /// <value>Default: 0. At least 0 and below 1. 0 also under alpha-dropout, which keeps E h².</value>
    public float InputDropout { get; init; }

    /// <summary>Whether the layer's sums are normalized before the activation sees them: then the size of the weights doesn't reach the signal, only how far a step turns them.</summary>
    /// <value>Default: false.</value>
    public bool IsNormalized { get; init; }

    /// <summary>Residual branches that are added to the stream of the whole network, L: what rules need that scale weights by residual depth, not by <see cref="Depth"/> (Zhang et al. 2019, section 3).</summary>
    /// <value>Default: 0, no residual blocks.</value>
    public int ResidualBranches { get; init; }

    /// <summary>Dense layers in each residual branch, m.</summary>
    /// <value>Default: 0, no residual blocks.</value>
    public int BranchDepth { get; init; }

    /// <summary>Place of the layer in its residual branch: from 1 to <see cref="BranchDepth"/>, whose layer's sums are added to the stream.</summary>
    /// <value>Default: 0, for the stem, for the output, and without residual blocks.</value>
    public int BranchLayer { get; init; }

    /// <summary>Whether the layer is the last of a residual branch, whose sums are added to what the branch started from.</summary>
    public bool EndsBranch => BranchLayer > 0 && BranchLayer == BranchDepth;

    /// <summary>Values in the tensor.</summary>
    public long Count => (long)Rows * Columns;

    /// <summary>The connections that a variance is divided by; never below 1, so that a tensor without inputs or outputs divides by no zero.</summary>
    /// <param name="mode">Which connections to count.</param>
    /// <exception cref="ArgumentOutOfRangeException">The mode is not a declared one.</exception>
    public double Fan(FanMode mode) => Math.Max(1, mode switch
    {
        FanMode.FanIn => FanIn,
        FanMode.FanOut => FanOut,
        FanMode.FanAvg => ((double)FanIn + FanOut) / 2,
        FanMode.FanGeo => Math.Sqrt((double)FanIn * FanOut),
        _ => throw new ArgumentOutOfRangeException(nameof(mode), mode, $"The mode must be one of {string.Join(", ", Enum.GetNames<FanMode>())}."),
    });

    /// <summary>The weights of a dense layer on its own: role hidden, activation identity, depth 1.</summary>
    /// <param name="inputs">Columns and fan-in; at least 0.</param>
    /// <param name="outputs">Rows and fan-out; at least 0.</param>
    /// <exception cref="ArgumentOutOfRangeException">A count is below 0.</exception>
    public static WeightShape Dense(int inputs, int outputs)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(inputs);
        ArgumentOutOfRangeException.ThrowIfNegative(outputs);
        return new WeightShape { FanIn = inputs, FanOut = outputs, Rows = outputs, Columns = inputs, Depth = 1, Activation = "Identity", KernelSize = 1 };
    }
}
