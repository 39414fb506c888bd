using MLNet.WeightInit.Engine.Data;
using MLNet.WeightInit.Engine.Network;
using MLNet.WeightInit.Engine.Training.Metrics;

namespace MLNet.WeightInit;

/// <summary>Which metrics fit which task.</summary>
internal static class TaskMetrics
{
    /// <exception cref="ArgumentOutOfRangeException">It does not fit.</exception>
    /// <param name="metric">Null: none.</param>
    public static void Check(Metric? metric, NetworkTask task)
    {
        if (metric is null || metric.Tasks.Contains(task))
            return;
        string[] fitting = [.. Metrics.For(task)];
        throw new ArgumentOutOfRangeException(nameof(NeuralNetOptions.Metric), metric.Name,
            $"The metric {metric.Name} does not fit {TaskLosses.Describe(task)}. {(fitting.Length > 0 ? $"It must be {string.Join(" or ", fitting)}; null" : "None does yet: null")} lets the loss decide.");
    }
}
