namespace MLNet.WeightInit.Engine.Data;

/// <summary>How a row becomes the first layer's inputs, beside its standardization: <c>[features | indicators of missing ones]</c>.</summary>
/// <remarks>Part of the model. A feature that is missing (NaN) becomes its slot's training mean; an indicator is 1 where its feature was missing, else 0, and is neither centred nor scaled.</remarks>
/// <param name="Fills">One a feature, in the feature's unit; empty where missing features aren't taken.</param>
/// <param name="Indicators">Features that have one, ascending.</param>
internal sealed record InputEncoding(float[] Fills, int[] Indicators)
{
    /// <summary>The features, and nothing else.</summary>
    public static InputEncoding Plain { get; } = new([], []);

    public bool IsPlain => !FillsMissing;

    /// <summary>Whether a row may have missing features.</summary>
    public bool FillsMissing => Fills.Length > 0;

    /// <summary>Inputs of the first layer.</summary>
    public int WidthOf(int features) => features + Indicators.Length;
}
