namespace MLNet.WeightInit.Engine.Expectations;

/// <summary>An activation as theory sees it: values and derivatives at any points.</summary>
internal abstract class ActivationCurve
{
    /// <summary>The identity, which follows the output layer.</summary>
    public static ActivationCurve Identity { get; } = new IdentityCurve();

    /// <summary>values = φ(points), slopes = φ′(points), with the derivative that training uses at a kink. All three have one length.</summary>
    public abstract void Evaluate(ReadOnlySpan<float> points, Span<float> values, Span<float> slopes);

    sealed class IdentityCurve : ActivationCurve
    {
        public override void Evaluate(ReadOnlySpan<float> points, Span<float> values, Span<float> slopes)
        {
            points.CopyTo(values);
            slopes.Fill(1);
        }
    }
}
