using MLNet.WeightInit.Engine.Expectations;

namespace MLNet.WeightInit.Engine.Tests.Expectations;

/// <summary>A function of the tests' own with its slope by central difference.</summary>
internal sealed class TestCurve(Func<double, double> function) : ActivationCurve
{
    public override void Evaluate(ReadOnlySpan<float> points, Span<float> values, Span<float> slopes)
    {
        for (int i = 0; i < points.Length; i++)
        {
            values[i] = (float)function(points[i]);
            slopes[i] = (float)((function(points[i] + 1e-4) - function(points[i] - 1e-4)) / 2e-4);
        }
    }
}
