namespace MLNet.WeightInit;

/// <summary>What an initializer may know of the tensor that it fills: fans, position, and the activation that follows.</summary>
/// <remarks>A dense weight tensor is <c>float[Rows × Columns]</c>, row-major, one row an output unit: <c>z = W h + b</c>. Tensors of other frameworks and kinds (convolutions, recurrent layers, embeddings, attention) have
/// factories of their own, with the fans that PyTorch or Keras counts; they are <c>float[Rows × Columns]</c> too, as they lie in that framework's memory.</remarks>
public readonly partial record struct WeightShape
{
    /// <summary>Inputs that feed one output unit. At least 0.</summary>
    public int FanIn { get; init; }

    /// <summary>Output units that one input feeds. At least 0.</summary>
    public int FanOut { get; init; }

    /// <summary>Rows of the tensor: its output units, or with <see cref="TensorLayout.OutputsLast"/> its inputs times the kernel size.</summary>
    public int Rows { get; init; }

    /// <summary>Columns of the tensor: its inputs times the kernel size, or with <see cref="TensorLayout.OutputsLast"/> its output units.</summary>
    public int Columns { get; init; }

    /// <summary>Position of the layer: 0 for the first hidden one, <see cref="Depth"/> − 1 for the output.</summary>
    public int LayerIndex { get; init; }

    /// <summary>Dense layers in the whole network, the output included; 1 for a tensor on its own.</summary>
    public int Depth { get; init; }

    /// <summary>Hidden, output, bias or embedding.</summary>
    public TensorRole Role { get; init; }

    /// <summary>The activation that follows this layer, with its arguments: <c>ReLU</c>, <c>LeakyReLU(slope=0.2)</c>; <c>Identity</c> for the output and where none was set.</summary>
    public string Activation
    {
        get => field ?? "Identity";
        init;
    }

    /// <summary>Positions of a convolution kernel; 1 for dense layers.</summary>
    public int KernelSize { get; init; }

    /// <summary>Order of the axes in memory.</summary>
    /// <value>Default: outputs first.</value>
    public TensorLayout Layout { get; init; }

    /// <summary>Place of the kernel's middle among its <see cref="KernelSize"/> positions, ⌊size / 2⌋ along each axis (PyTorch's <c>dirac_</c>); 0 without a kernel.</summary>
    public int KernelCenter { get; init; }

    // Both are kept less 1, so that a shape that says nothing of them has one group and one gate.

    /// <summary>Groups of a convolution: inputs and outputs in as many parts that don't see one another. Fills that shape a whole matrix, such as <c>orthogonal</c>, shape one a group.</summary>
    /// <value>Default: 1.</value>
    public int Groups
    {
        get => field + 1;
        init => field = AtLeastOne(value) - 1;
    }

    /// <summary>Matrices stacked along the outputs' axis: 4 for an LSTM, 3 for a GRU or for query, key and value. Fills that shape a whole matrix shape one a gate.</summary>
    /// <value>Default: 1.</value>
    public int Gates
    {
        get => field + 1;
        init => field = AtLeastOne(value) - 1;
    }

    /// <summary>Whether the layer is a transposed convolution, which stores its inputs where others have outputs: [inputs, outputs / groups, kernel…], or [kernel…, outputs, inputs].</summary>
    /// <remarks>Both frameworks count fans as if it were not, so that fan-in and fan-out change places: those are the numbers here too.</remarks>
    public bool IsTransposed { get; init; }

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
