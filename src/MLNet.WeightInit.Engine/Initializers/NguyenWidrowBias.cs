using MLNet.WeightInit.Engine.Initializers;

namespace MLNet.WeightInit;

/// <summary>The biases that go with <see cref="NguyenWidrow"/>'s weights, whose signs and sums they take: it draws the weights once more.</summary>
/// <param name="rule">Of the weights.</param>
/// <param name="beside">The weights. Where they became another tensor's transpose, that is drawn.</param>
internal sealed class NguyenWidrowBias(NguyenWidrow rule, PlannedTensor beside) : WeightInitializer
{
    WeightInitializer Drawn => beside.Initializer is Transpose tied ? tied : rule;

    public override string Name => rule.Name;

    public override string Specification => rule.Specification;

    public override long WorkBytes(in WeightShape shape) => beside.Shape.Count * sizeof(float) + Drawn.WorkBytes(beside.Shape);

    /// <param name="random">The weights' own stream, from its beginning.</param>
    public override void Fill(Span<float> weights, in WeightShape shape, RandomSource random)
    {
        ArgumentRules.SameCount(weights, shape);
        WeightShape weightShape = beside.Shape;
        var drawn = new float[weightShape.Count];
        Drawn.Fill(drawn, weightShape, random);
        double length = NguyenWidrow.Length(weightShape.Rows, weightShape.Columns, weightShape.Activation);
        for (int unit = 0; unit < weights.Length; unit++)
        {
            ReadOnlySpan<float> row = drawn.AsSpan(unit * weightShape.Columns, weightShape.Columns);
            double sum = 0;
            foreach (float value in row)
                sum += value;
            double sign = row.Length == 0 ? 0 : Math.Sign(row[0]);
            weights[unit] = (float)(length * NguyenWidrow.Spread(unit, weights.Length) * sign + rule.Shift * sum);
        }
    }
}
