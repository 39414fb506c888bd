namespace MLNet.WeightInit.Engine.Data;

/// <summary>Means and multipliers of columns: features become <c>(x − mean) · scale</c>, network outputs become <c>output · scale + mean</c>.</summary>
internal sealed record AffineScale(float[] Means, float[] Scales)
{
    /// <summary>Leaves every column as it is.</summary>
    public static AffineScale None { get; } = new([], []);

    public bool IsNone => Means.Length == 0;
}
