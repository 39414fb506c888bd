using MLNet.WeightInit.Engine.Diagnostics;

namespace MLNet.WeightInit;

/// <summary>The figure that a finding judged, kept to six significant digits.</summary>
public sealed record JudgedFigure
{
    internal JudgedFigure(string name, double value)
    {
        Name = name;
        Value = value;
    }

    /// <summary>What was judged: <c>gradient ratio</c>, <c>dead share</c>; docs/diagnostics.md has them all.</summary>
    public string Name { get; }

    /// <summary>As it was measured before the first step; <see cref="double.NaN"/> where it isn't defined.</summary>
    public double Value { get; }

    /// <summary><c>gradient ratio 4.0e-5</c>.</summary>
    public override string ToString() => $"{Name} {NumberText.Format(Value)}";
}
