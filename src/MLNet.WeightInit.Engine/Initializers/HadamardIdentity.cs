using System.Globalization;
using System.Numerics;
using MLNet.WeightInit.Engine.Initializers;

namespace MLNet.WeightInit;

/// <summary>ZerO: the identity where a layer keeps or lowers the number of units, a part of a Hadamard matrix where it raises it. Nothing is random.</summary>
/// <remarks>
/// Zhao et al. 2022, algorithm 1, for P units and Q inputs: I for P ≤ Q (the part that fits), else c · I* H I* with the Hadamard matrix of order 2^m, m = ⌈log₂ P⌉, and c = 2^(−(m − 1)/2). The authors' notebook
/// divides by 2^(m/2) instead, √2 less. The Hadamard matrix turns each input into all units, without which training could never raise the rank above the narrowest layer's. All seeds give the same network.
/// Each gate and group has a matrix of its own, a convolution at its kernel's middle (the paper's algorithm 2).
/// </remarks>
public sealed class HadamardIdentity : WeightInitializer
{
    internal const string CanonicalName = "hadamard_identity";

    /// <inheritdoc/>
    public override string Name => CanonicalName;

    /// <summary>Root mean square about the mean of all entries, which is what a measured deviation compares with.</summary>
    public override double? TargetDeviation(in WeightShape shape)
    {
        if (shape.Count == 0)
            return 0;
        TensorAxes axes = TensorAxes.Of(shape);
        if (axes.Units <= axes.Inputs)
            return new Identity().TargetDeviation(shape);
        long sum = 0;
        for (int unit = 0; unit < axes.Units; unit++)
            for (int input = 0; input < axes.Inputs; input++)
                sum += Sign(unit, input);
        double mean = sum * (double)axes.Blocks / shape.Count;
        return Scale(axes.Units) * Math.Sqrt(Math.Max(0, 1.0 / axes.Positions - mean * mean));
    }

    /// <inheritdoc/>
    public override void Fill(Span<float> weights, in WeightShape shape, RandomSource random)
    {
        ArgumentRules.SameCount(weights, shape);
        TensorAxes axes = TensorAxes.Of(shape);
        if (axes.Units <= axes.Inputs)
        {
            new Identity().Fill(weights, shape, random);
            return;
        }
        weights.Clear();
        float scale = (float)Scale(axes.Units);
        for (int block = 0; block < axes.Blocks; block++)
            for (int unit = 0; unit < axes.Units; unit++)
                for (int input = 0; input < axes.Inputs; input++)
                    weights[axes.Index(block, unit, input, shape.KernelCenter)] = Sign(unit, input) * scale;
    }

    /// <inheritdoc/>
    public override string Explain(in WeightShape shape)
    {
        TensorAxes axes = TensorAxes.Of(shape);
        return axes.Units <= axes.Inputs ? $"{axes.Units} units, no more than the {axes.Inputs} inputs: each passes one input on (Zhao et al. 2022)."
            : string.Create(CultureInfo.InvariantCulture, $"{axes.Units} units, more than the {axes.Inputs} inputs: columns of a Hadamard matrix, ±{Scale(axes.Units):G4}, reach all of them, where an identity would limit the rank that training can reach (Zhao et al. 2022, theorem 1).");
    }

    /// <summary>Sylvester's Hadamard matrix: H(i, j) = (−1)^(bits that i and j share).</summary>
    static int Sign(int unit, int input) => (BitOperations.PopCount((uint)(unit & input)) & 1) == 0 ? 1 : -1;

    /// <summary>2^(−(m − 1)/2) with m = ⌈log₂ units⌉.</summary>
    static double Scale(int units) => Math.Sqrt(Math.ScaleB(1, 1 - (32 - BitOperations.LeadingZeroCount((uint)(units - 1)))));
}
