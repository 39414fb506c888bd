using System.Globalization;
using System.Numerics;
using MLNet.WeightInit.Engine.Initializers;

namespace MLNet.WeightInit;

/// <summary>ZerO: the identity where a layer keeps or lowers the number of units, a part of a Hadamard matrix where it raises it. Nothing is random.</summary>
/// <remarks>
/// Zhao et al. 2022, algorithm 1, for P units and Q inputs: I for P ≤ Q (the part that fits), else c · I* H I* with the Hadamard matrix of order 2^m, m = ⌈log₂ P⌉, and c = 2^(−(m − 1)/2). The authors' notebook
/// divides by 2^(m/2) instead, √2 less. The Hadamard matrix turns each input into all units, without which training could never raise the rank above the narrowest layer's. All seeds give the same network.
/// </remarks>
public sealed class HadamardIdentity : WeightInitializer
{
    /// <inheritdoc/>
    public override string Name => "hadamard_identity";

    /// <summary>Root mean square about the mean of all entries, which is what a measured deviation compares with.</summary>
    public override double? TargetDeviation(in WeightShape shape)
    {
        if (shape.Count == 0)
            return 0;
        if (shape.Rows <= shape.Columns)
            return new Identity().TargetDeviation(shape);
        long sum = 0;
        for (int row = 0; row < shape.Rows; row++)
            for (int column = 0; column < shape.Columns; column++)
                sum += Sign(row, column);
        double mean = sum / (double)shape.Count;
        return Scale(shape.Rows) * Math.Sqrt(Math.Max(0, 1 - mean * mean));
    }

    /// <inheritdoc/>
    public override void Fill(Span<float> weights, in WeightShape shape, RandomSource random)
    {
        ArgumentRules.SameCount(weights, shape);
        if (shape.Rows <= shape.Columns)
        {
            new Identity().Fill(weights, shape, random);
            return;
        }
        float scale = (float)Scale(shape.Rows);
        for (int row = 0; row < shape.Rows; row++)
            for (int column = 0; column < shape.Columns; column++)
                weights[row * shape.Columns + column] = Sign(row, column) * scale;
    }

    /// <inheritdoc/>
    public override string Explain(in WeightShape shape) => shape.Rows <= shape.Columns
        ? $"{shape.Rows} units, no more than the {shape.Columns} inputs: each passes one input on (Zhao et al. 2022)."
        : string.Create(CultureInfo.InvariantCulture, $"{shape.Rows} units, more than the {shape.Columns} inputs: columns of a Hadamard matrix, ±{Scale(shape.Rows):G4}, reach all of them, where an identity would limit the rank that training can reach (Zhao et al. 2022, theorem 1).");

    /// <summary>Sylvester's Hadamard matrix: H(i, j) = (−1)^(bits that i and j share).</summary>
    static int Sign(int row, int column) => (BitOperations.PopCount((uint)(row & column)) & 1) == 0 ? 1 : -1;

    /// <summary>2^(−(m − 1)/2) with m = ⌈log₂ rows⌉.</summary>
    static double Scale(int rows) => Math.Sqrt(Math.ScaleB(1, 1 - (32 - BitOperations.LeadingZeroCount((uint)(rows - 1)))));
}
