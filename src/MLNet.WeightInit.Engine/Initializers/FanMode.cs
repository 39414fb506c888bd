namespace MLNet.WeightInit;

/// <summary>The number of connections that a variance is divided by.</summary>
public enum FanMode
{
    /// <summary>Inputs of a unit: keeps the signal's variance on the way forward. Text: <c>fan_in</c>.</summary>
    FanIn,
    /// <summary>Outputs that an input feeds: keeps the gradient's variance on the way back. Text: <c>fan_out</c>.</summary>
    FanOut,
    /// <summary>(fan-in + fan-out) / 2, a compromise of both (Glorot and Bengio 2010, eq. 12). Text: <c>fan_avg</c>.</summary>
    FanAvg,
    /// <summary>√(fan-in · fan-out). Text: <c>fan_geo</c>.</summary>
    FanGeo,
}
