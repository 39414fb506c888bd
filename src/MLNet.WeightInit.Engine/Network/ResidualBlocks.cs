using MLNet.WeightInit.Engine.Kernels;
using MLNet.WeightInit.Engine.Kernels.Activations;
using MLNet.WeightInit.Engine.Network;

namespace MLNet.WeightInit;

/// <summary>Hidden layers in residual blocks: what a branch of layers gives is added to what it started from, <c>x + F(x)</c>, so that signal and gradient pass any number of blocks unchanged.</summary>
/// <remarks>
/// <para>He et al. 2016, "Identity Mappings in Deep Residual Networks", section 4: full pre-activation. With a branch depth of m, <c>hidden[0]</c> is the stem, <c>x = W features + b</c>;
/// <c>hidden[1]</c> to <c>hidden[m]</c> are the first branch, the next m layers the second, and so on. In a branch each layer is [normalization →] activation [→ dropout] → dense; after the last block
/// comes one more [normalization →] activation [→ dropout], which the output layer reads.</para>
/// <para>The stem and the last layer of every branch must be equally wide; layers within a branch may have any width. <see cref="Layers"/> makes such a list.</para>
/// </remarks>
public sealed class ResidualBlocks
{
    /// <param name="branchDepth">Dense layers in each branch; at least 1. Default: 2.</param>
    /// <exception cref="ArgumentOutOfRangeException">The depth is below 1.</exception>
    public ResidualBlocks(int branchDepth = 2)
    {
        if (branchDepth < 1)
            throw new ArgumentOutOfRangeException(nameof(branchDepth), branchDepth, "A residual branch needs at least 1 dense layer; 2 are usual. For a network without blocks leave Residual null.");
        BranchDepth = branchDepth;
    }

    /// <summary>Dense layers in each branch.</summary>
    public int BranchDepth { get; }

    /// <summary>What the branches start as.</summary>
    /// <value>Default: <see cref="ResidualStart.Planned"/>.</value>
    public ResidualStart Start { get; init; }

    /// <summary>Units of the hidden layers of a network of equally wide blocks, for <c>HiddenLayers</c>: the stem, then <see cref="BranchDepth"/> layers a block.</summary>
    /// <param name="blocks">At least 1.</param>
    /// <param name="width">Units of every layer; at least 1.</param>
    /// <exception cref="ArgumentOutOfRangeException">A number is below 1.</exception>
    public IReadOnlyList<int> Layers(int blocks, int width)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(blocks, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(width, 1);
        return [.. Enumerable.Repeat(width, 1 + checked(blocks * BranchDepth))];
    }

    /// <summary>Fails where hidden layers can't form blocks.</summary>
    /// <param name="branchDepth">0: no blocks, which everything fits.</param>
    /// <exception cref="ArgumentOutOfRangeException">They can't; the message names the layers.</exception>
    internal static void CheckLayers(IReadOnlyList<int> hiddenLayers, int branchDepth)
    {
        const string Option = "HiddenLayers";
        if (branchDepth == 0)
            return;
        string needs = $"Residual blocks with branches of {branchDepth} {(branchDepth == 1 ? "layer" : "layers")} need a stem, hidden[0], and {branchDepth} more hidden {(branchDepth == 1 ? "layer" : "layers")} a block";
        if (hiddenLayers.Count <= branchDepth)
            throw new ArgumentOutOfRangeException(Option, $"{hiddenLayers.Count} layers", $"{needs}: at least {branchDepth + 1} in all. Use HiddenLayers = new ResidualBlocks({branchDepth}).Layers(blocks, width), or Residual = null.");
        int left = (hiddenLayers.Count - 1) % branchDepth;
        if (left > 0)
            throw new ArgumentOutOfRangeException(Option, $"{hiddenLayers.Count} layers",
                $"{needs}, and the last {left} of these {hiddenLayers.Count}, from hidden[{hiddenLayers.Count - left}] on, fill no block. Leave {(left == 1 ? "it" : "them")} out or add {branchDepth - left}, or use another branch depth.");
        for (int end = branchDepth; end < hiddenLayers.Count; end += branchDepth)
            if (hiddenLayers[end] != hiddenLayers[0])
                throw new ArgumentOutOfRangeException($"{Option}[{end}]", hiddenLayers[end],
                    $"A residual block adds what its branch gives to what the branch started from, so both must be equally wide: hidden[{end}], which ends the block that starts from hidden[{end - branchDepth}], has {hiddenLayers[end]} units "
                    + $"where hidden[0] and all layers that end blocks have {hiddenLayers[0]}. Give it {hiddenLayers[0]} units (layers within a branch may have any width), or use another branch depth, or Residual = null.");
    }

    /// <summary>Fails where <see cref="Start"/> would leave the branches without a gradient for ever.</summary>
    /// <exception cref="ArgumentOutOfRangeException">It would.</exception>
    internal unsafe void CheckStart(Activation activation, Normalization normalization)
    {
        if (!Enum.IsDefined(Start))
            throw new ArgumentOutOfRangeException(nameof(Start), Start, $"It must be {string.Join(" or ", Enum.GetNames<ResidualStart>())}.");
        if (Start != ResidualStart.ZeroScales)
            return;
        if (normalization == Normalization.None)
            throw new ArgumentOutOfRangeException(nameof(Start), Start, "Scales can only start at 0 where branches have a normalization. Set Normalization, or use ResidualStart.ZeroWeights.");
        ActivationKernel kernel = activation.CreateKernel(SimdLevels.Best);
        AlignedBuffer zeros = new(Panels.Padding), ones = new(Panels.Padding), output = new(Panels.Padding);
        ones.Span.Fill(1);
        kernel.Forward(zeros.Pointer, output.Pointer, 1, Panels.Padding, Panels.Padding);
        kernel.Backward(ones.Pointer, kernel.GradientFromOutput ? output.Pointer : zeros.Pointer, output.Pointer, 1, Panels.Padding, Panels.Padding);
        GC.KeepAlive(zeros);
        GC.KeepAlive(ones);
        if (output.Span[0] == 0)
            throw new ArgumentOutOfRangeException(nameof(Start), Start, $"With a scale of 0 the activation sees 0 in every row, where {activation.Specification} has a slope of 0: no gradient would ever reach the branches. "
                + "Use ResidualStart.ZeroWeights, which starts them at 0 too, or another activation.");
    }
}
