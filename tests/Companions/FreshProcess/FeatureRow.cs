namespace FreshProcess;

internal sealed class FeatureRow
{
    public float[] Features { get; set; } = [];
}
