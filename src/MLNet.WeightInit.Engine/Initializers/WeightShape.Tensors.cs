using System.Runtime.CompilerServices;
using MLNet.WeightInit.Engine.Initializers;

namespace MLNet.WeightInit;

// Tensors other than this library's own dense ones: for people who train elsewhere and fill here.
public readonly partial record struct WeightShape
{
    /// <summary>Matrices in the tensor that are filled on their own: gates times groups.</summary>
    internal int Blocks => Gates * Groups;

    /// <summary>A tensor of PyTorch, from its sizes: <c>WeightShape.FromPyTorch(64, 3, 7, 7)</c>. Fans as <c>torch.nn.init._calculate_fan_in_and_fan_out</c>.</summary>
    /// <param name="sizes">[outputs, inputs / groups, kernel…]: two or more, each at least 0.</param>
    /// <exception cref="ArgumentException">There are fewer than two sizes.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A size is below 0, or the tensor has more values than 2³¹ − 1.</exception>
    public static WeightShape FromPyTorch(params ReadOnlySpan<int> sizes)
    {
        if (sizes.Length < 2)
            throw new ArgumentException($"PyTorch counts fans of tensors with at least 2 dimensions, and this one has {sizes.Length}. A bias has those of its layer: WeightShape.Bias.", nameof(sizes));
        int positions = Product(sizes[2..]);
        return new WeightShape
        {
            Activation = "Identity",
            FanIn = Product([sizes[1], positions]),
            FanOut = Product([sizes[0], positions]),
            Rows = sizes[0],
            Columns = Within(sizes[0], Product([sizes[1], positions])),
            Depth = 1,
            KernelSize = positions,
            KernelCenter = Center(sizes[2..]),
        };
    }

    /// <summary>A tensor of Keras, TensorFlow or JAX, from its sizes: <c>WeightShape.FromKeras(7, 7, 3, 64)</c>. Fans as Keras's <c>compute_fans</c>.</summary>
    /// <param name="sizes">[kernel…, inputs / groups, outputs], each at least 0; one alone is both fans, none counts as a single weight.</param>
    /// <exception cref="ArgumentOutOfRangeException">A size is below 0, or the tensor has more values than 2³¹ − 1.</exception>
    public static WeightShape FromKeras(params ReadOnlySpan<int> sizes)
    {
        int outputs = sizes.Length == 0 ? 1 : sizes[^1], inputs = sizes.Length == 0 ? 1 : sizes[^Math.Min(2, sizes.Length)];
        ReadOnlySpan<int> kernel = sizes[..Math.Max(0, sizes.Length - 2)];
        int positions = Product(kernel);
        return new WeightShape
        {
            Activation = "Identity",
            FanIn = Product([inputs, positions]),
            FanOut = Product([outputs, positions]),
            Rows = sizes.Length < 2 ? 1 : Within(outputs, Product([inputs, positions])),
            Columns = Product([outputs]),
            Depth = 1,
            KernelSize = positions,
            KernelCenter = Center(kernel),
            Layout = TensorLayout.OutputsLast,
        };
    }

    /// <summary>The kernel of a convolution of any rank.</summary>
    /// <param name="inputs">Channels read; at least 0, a multiple of <paramref name="groups"/>.</param>
    /// <param name="outputs">Channels written; at least 0, a multiple of <paramref name="groups"/>.</param>
    /// <param name="kernel">Positions along each axis: <c>[3, 3]</c>. Each at least 1; none is a dense layer.</param>
    /// <param name="groups">At least 1; as many as inputs for a depthwise convolution. Default: 1.</param>
    /// <param name="layout">Default: outputs first.</param>
    /// <exception cref="ArgumentOutOfRangeException">An argument is outside its range, or the tensor has more values than 2³¹ − 1.</exception>
    public static WeightShape Convolution(int inputs, int outputs, ReadOnlySpan<int> kernel, int groups = 1, TensorLayout layout = TensorLayout.OutputsFirst)
    {
        RequireKernel(kernel);
        int inputsOfGroup = PerGroup(inputs, groups);
        PerGroup(outputs, groups);
        WeightShape shape = IsOutputsLast(layout) ? FromKeras([.. kernel, inputsOfGroup, outputs]) : FromPyTorch([outputs, inputsOfGroup, .. kernel]);
        return shape with { Groups = groups };
    }

    /// <summary>The kernel of a transposed convolution of any rank.</summary>
    /// <param name="inputs">Channels read; at least 0, a multiple of <paramref name="groups"/>.</param>
    /// <param name="outputs">Channels written; at least 0, a multiple of <paramref name="groups"/>.</param>
    /// <param name="kernel">Positions along each axis, each at least 1.</param>
    /// <param name="groups">At least 1. Default: 1, and no other with <see cref="TensorLayout.OutputsLast"/>, since Keras has no other.</param>
    /// <param name="layout">Default: outputs first.</param>
    /// <exception cref="ArgumentOutOfRangeException">An argument is outside its range, or the tensor has more values than 2³¹ − 1.</exception>
    public static WeightShape TransposedConvolution(int inputs, int outputs, ReadOnlySpan<int> kernel, int groups = 1, TensorLayout layout = TensorLayout.OutputsFirst)
    {
        RequireKernel(kernel);
        PerGroup(inputs, groups);
        int outputsOfGroup = PerGroup(outputs, groups);
        if (IsOutputsLast(layout) && groups != 1)
            throw new ArgumentOutOfRangeException(nameof(groups), groups, "Keras has transposed convolutions of one group only. Use the layout OutputsFirst, or one group.");
        WeightShape shape = IsOutputsLast(layout) ? FromKeras([.. kernel, outputs, inputs]) : FromPyTorch([inputs, outputsOfGroup, .. kernel]);
        return shape with { Groups = groups, IsTransposed = true };
    }

    /// <summary>The weights of a recurrent layer, from its inputs or from its own last state: [gates · units, inputs], or [inputs, gates · units].</summary>
    /// <param name="inputs">Features of the input, or <paramref name="units"/> for the recurrent weights; at least 0.</param>
    /// <param name="units">Of the state; at least 0.</param>
    /// <param name="gates">4 for an LSTM, 3 for a GRU, 1 for a plain layer, the default.</param>
    /// <param name="layout">Default: outputs first.</param>
    /// <exception cref="ArgumentOutOfRangeException">An argument is outside its range, or the tensor has more values than 2³¹ − 1.</exception>
    public static WeightShape Recurrent(int inputs, int units, int gates = 1, TensorLayout layout = TensorLayout.OutputsFirst)
    {
        int outputs = Product([AtLeastOne(gates), units]);
        return (IsOutputsLast(layout) ? FromKeras(inputs, outputs) : FromPyTorch(outputs, inputs)) with { Gates = gates };
    }

    /// <summary>The biases of a dense, convolution or recurrent layer: one value an output, with the fans of the layer's weights, which PyTorch draws biases by.</summary>
    /// <param name="weights">The layer's weights.</param>
    public static WeightShape Bias(WeightShape weights)
        => weights with { Rows = weights.Outputs, Columns = 1, KernelSize = 1, KernelCenter = 0, Layout = TensorLayout.OutputsFirst, IsTransposed = false, Role = TensorRole.Bias };

    /// <summary>An embedding table, one row an entry: [entries, dimensions] in both frameworks. PyTorch counts the dimensions as fan-in, Keras the entries.</summary>
    /// <param name="entries">At least 0.</param>
    /// <param name="dimensions">At least 0.</param>
    /// <param name="layout">Whose fans. Default: outputs first.</param>
    /// <exception cref="ArgumentOutOfRangeException">A size is below 0, or the tensor has more values than 2³¹ − 1.</exception>
    public static WeightShape Embedding(int entries, int dimensions, TensorLayout layout = TensorLayout.OutputsFirst)
        => (IsOutputsLast(layout) ? FromKeras(entries, dimensions) : FromPyTorch(entries, dimensions)) with { Role = TensorRole.Embedding };

    /// <summary>The weights that make queries, keys or values of an attention layer: [heads · headSize, inputs], or Keras's [inputs, heads, headSize].</summary>
    /// <remarks>Keras counts the fans of three axes as if the first were a kernel: fan-in heads · inputs, fan-out headSize · inputs.</remarks>
    /// <param name="inputs">Features read; at least 0.</param>
    /// <param name="heads">At least 1.</param>
    /// <param name="headSize">Features a head; at least 0.</param>
    /// <param name="stacked">3 for PyTorch's <c>in_proj_weight</c>, which holds the three one above the other; each is filled on its own. Default: 1, and no other with <see cref="TensorLayout.OutputsLast"/>.</param>
    /// <param name="layout">Default: outputs first.</param>
    /// <exception cref="ArgumentOutOfRangeException">An argument is outside its range, or the tensor has more values than 2³¹ − 1.</exception>
    public static WeightShape AttentionProjection(int inputs, int heads, int headSize, int stacked = 1, TensorLayout layout = TensorLayout.OutputsFirst)
    {
        int outputs = Product([AtLeastOne(heads), headSize]);
        if (!IsOutputsLast(layout))
            return Recurrent(inputs, outputs, stacked);
        if (stacked != 1)
            throw new ArgumentOutOfRangeException(nameof(stacked), stacked, "Keras keeps queries, keys and values in tensors of their own. Use the layout OutputsFirst, or 1.");
        return FromKeras(inputs, heads, headSize) with { Rows = inputs, Columns = outputs, KernelSize = 1, KernelCenter = 0 };
    }

    /// <summary>The weights that mix the heads of an attention layer: [outputs, heads · headSize], or Keras's [heads, headSize, outputs].</summary>
    /// <remarks>Keras counts the fans of three axes as if the first were a kernel: fan-in heads · headSize, fan-out heads · outputs.</remarks>
    /// <param name="heads">At least 1.</param>
    /// <param name="headSize">Features a head; at least 0.</param>
    /// <param name="outputs">Features written; at least 0.</param>
    /// <param name="layout">Default: outputs first.</param>
    /// <exception cref="ArgumentOutOfRangeException">An argument is outside its range, or the tensor has more values than 2³¹ − 1.</exception>
    public static WeightShape AttentionOutput(int heads, int headSize, int outputs, TensorLayout layout = TensorLayout.OutputsFirst)
        => IsOutputsLast(layout) ? FromKeras(AtLeastOne(heads), headSize, outputs) with { KernelSize = 1, KernelCenter = 0 }
            : FromPyTorch(outputs, Product([AtLeastOne(heads), headSize]));

    /// <summary>Output units of the layer, those of all gates and groups.</summary>
    internal int Outputs => (Layout == TensorLayout.OutputsLast, IsTransposed) switch
    {
        (false, false) => Rows,
        (true, false) => Columns,
        (false, true) => Columns / Math.Max(1, KernelSize) * Groups,
        (true, true) => Rows / Math.Max(1, KernelSize),
    };

    static int PerGroup(int channels, int groups, [CallerArgumentExpression(nameof(channels))] string name = "")
    {
        ArgumentOutOfRangeException.ThrowIfNegative(channels, name);
        if (AtLeastOne(groups) > 1 && channels % groups != 0)
            throw new ArgumentOutOfRangeException(name, channels, $"The {name} must be a multiple of the groups, {groups}.");
        return channels / groups;
    }

    static bool IsOutputsLast(TensorLayout layout) => ArgumentRules.Defined(layout) == TensorLayout.OutputsLast;

    static void RequireKernel(ReadOnlySpan<int> kernel)
    {
        foreach (int size in kernel)
            AtLeastOne(size, nameof(kernel));
    }

    static int AtLeastOne(int value, [CallerArgumentExpression(nameof(value))] string name = "")
        => value >= 1 ? value : throw new ArgumentOutOfRangeException(name, value, $"The {name} must be at least 1.");

    static int Within(int rows, int columns) => (long)rows * columns <= int.MaxValue ? columns : throw TooLarge();

    static int Product(ReadOnlySpan<int> sizes)
    {
        long product = 1;
        foreach (int size in sizes)
        {
            ArgumentOutOfRangeException.ThrowIfNegative(size, nameof(sizes));
            product = product * size <= int.MaxValue ? product * size : throw TooLarge();
        }
        return (int)product;
    }

    static ArgumentOutOfRangeException TooLarge() => new("sizes", $"A tensor and its fans may have at most {int.MaxValue} values, what one .NET span can hold, and these sizes have more. Fill it in parts.");

    static int Center(ReadOnlySpan<int> kernel)
    {
        int center = 0;
        foreach (int size in kernel)
            center = center * size + size / 2;
        return center;
    }
}
