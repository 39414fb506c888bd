namespace MLNet.WeightInit.Engine.Data;

/// <summary>What tasks have in common.</summary>
internal static class NetworkTasks
{
    /// <summary>True where the label is a value, of which there is more and less.</summary>
    public static bool IsOfValues(this NetworkTask task) => task is NetworkTask.Regression or NetworkTask.Quantiles;

    /// <summary>True where targets are seen on another scale than the label's, or outputs are composed of several.</summary>
    public static bool HasTargetScale(this NetworkTask task) => task.IsOfValues() || task == NetworkTask.Heads;
}
