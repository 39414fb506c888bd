namespace MLNet.WeightInit;

/// <summary>The values of another tensor of the plan, transposed: for tied weights. No name makes one; a plan row shows it as <c>transpose(of=hidden[0].weights)</c>.</summary>
/// <param name="source">Planned, with as many rows as this tensor has columns.</param>
internal sealed class Transpose(PlannedTensor source) : WeightInitializer
{
    public override string Name => "transpose";

    public override string Specification => $"transpose(of={source.Name})";

    public override double? TargetDeviation(in WeightShape shape) => source.Initializer!.TargetDeviation(source.Shape);

    /// <summary>The source's values, and what its initializer takes.</summary>
    public override long WorkBytes(in WeightShape shape) => source.Shape.Count * sizeof(float) + source.Initializer!.WorkBytes(source.Shape);

    /// <param name="random">The source's own stream, from its beginning.</param>
    public override void Fill(Span<float> weights, in WeightShape shape, RandomSource random)
    {
        var values = new float[source.Shape.Count];
        source.Initializer!.Fill(values, source.Shape, random);
        for (int i = 0; i < values.Length; i++)
            weights[i % source.Shape.Columns * source.Shape.Rows + i / source.Shape.Columns] = values[i];
    }
}
