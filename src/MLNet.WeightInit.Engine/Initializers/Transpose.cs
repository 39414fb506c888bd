using System.Collections;

namespace MLNet.WeightInit;

/// <summary>The values of another tensor of the plan, transposed: for tied weights. No name makes one; a plan row shows it as <c>transpose(of=hidden[0].weights)</c>.</summary>
/// <param name="source">Planned, with as many rows as this tensor has columns.</param>
internal sealed class Transpose(PlannedTensor source) : WeightInitializer
{
    public override string Name => "transpose";

    public override string Specification => $"transpose(of={source.Name})";

    public override double? TargetDeviation(in WeightShape shape) => source.Initializer!.TargetDeviation(source.Shape);

    /// <summary>The source's own, and then a bit a value.</summary>
    public override long WorkBytes(in WeightShape shape) => Math.Max(source.Initializer!.WorkBytes(source.Shape), source.Shape.Count / 8 + sizeof(int));

    /// <param name="random">The source's own stream, from its beginning.</param>
    public override void Fill(Span<float> weights, in WeightShape shape, RandomSource random)
    {
        source.Initializer!.Fill(weights, source.Shape, random);
        TransposeInPlace(weights, source.Shape.Rows, source.Shape.Columns);
    }

    /// <summary>Follows each cycle of places, so that no second tensor is needed.</summary>
    static void TransposeInPlace(Span<float> values, int rows, int columns)
    {
        var isMoved = new BitArray(values.Length);
        for (int start = 0; start < values.Length; start++)
        {
            float carried = values[start];
            for (int place = start; !isMoved[place];)
            {
                isMoved[place] = true;
                place = place % columns * rows + place / columns;
                (values[place], carried) = (carried, values[place]);
            }
        }
    }
}
