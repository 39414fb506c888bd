using MLNet.WeightInit.Engine.Initializers;

namespace MLNet.WeightInit;

/// <summary>The biases that go with <see cref="NguyenWidrow"/>'s weights, whose signs and sums they take: it draws the weights once more.</summary>
/// <param name="rule">The weights'.</param>
/// <param name="weightShape">The weights' shape.</param>
internal sealed class NguyenWidrowBias(NguyenWidrow rule, WeightShape weightShape) : WeightInitializer
{
    public override string Name => rule.Name;

    public override string Specification => rule.Specification;

    public override long WorkBytes(in WeightShape shape) => weightShape.Count * sizeof(float);

    /// <param name="random">The weights' own stream, from its beginning.</param>
    public override void Fill(Span<float> weights, in WeightShape shape, RandomSource random)
    {
        ArgumentRules.SameCount(weights, shape);
        var drawn = new float[weightShape.Count];
        rule.Fill(drawn, weightShape, random);
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
