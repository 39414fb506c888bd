using MLNet.WeightInit.Engine.Data;
using MLNet.WeightInit.Engine.Training.Losses;
using MLNet.WeightInit.Engine.Training.Metrics;

namespace MLNet.WeightInit;

/// <summary>Metrics of several labels: each one's own, and the one that decides, written as <c>Species:Accuracy</c>.</summary>
internal static class HeadMetrics
{
    /// <summary>What is measured of a label that doesn't say what: of values that may have units of their own what has none.</summary>
    static string? DefaultOf(NetworkTask task, bool isVector) => task switch
    {
        NetworkTask.Multiclass or NetworkTask.Binary => "Accuracy",
        NetworkTask.Multilabel => "MicroF1",
        NetworkTask.Regression => isVector ? "R2" : "RMSE",
        _ => null,
    };

    /// <summary>What can be read before the columns are known: which head, and its metric; the metric is null for its loss.</summary>
    /// <param name="heads">Checked.</param>
    /// <exception cref="ArgumentOutOfRangeException">The head or the metric is unknown.</exception>
    public static (int Head, Metric? Own) Parse(string metric, IReadOnlyList<NeuralNetHead> heads)
    {
        string[] names = [.. heads.Select(head => head.LabelColumnName)];
        int separator = metric.LastIndexOf(HeadMetric.Separator);  // a column's name may hold one
        if (separator < 0)
            throw Wrong(metric, $"With several heads a metric is of one of them, as {HeadMetric.NameOf(names[0], HeadMetric.LossName)}: {Some(names)}, then '{HeadMetric.Separator}', then {HeadMetric.LossName} or a metric of its label's kind. null lets the sum of the losses decide.");
        string name = metric[..separator].Trim(), own = metric[(separator + 1)..].Trim();
        int head = Array.IndexOf(names, name);
        if (head < 0)
            throw Wrong(metric, $"There is no head '{name}'. Before '{HeadMetric.Separator}' the metric must name one of {Some(names)}.");
        if (own.Equals(HeadMetric.LossName, StringComparison.OrdinalIgnoreCase))
            return (head, null);
        try
        {
            return (head, Metrics.Parse(own));
        }
        catch (ArgumentOutOfRangeException exception)
        {
            throw Wrong(metric, $"After '{name}{HeadMetric.Separator}' must come {HeadMetric.LossName} or a metric. {exception.Message}");
        }
    }

    /// <summary>The metric that decides, for labels that are known.</summary>
    /// <exception cref="ArgumentOutOfRangeException">It does not fit its head.</exception>
    public static HeadMetric? Deciding((int Head, Metric? Own)? choice, IReadOnlyList<HeadLabel> labels, HeadsLoss loss)
    {
        if (choice is not var (head, own))
            return null;
        if (own is not null && !own.Tasks.Contains(labels[head].Task))
        {
            string[] fitting = [.. Metrics.For(labels[head].Task).Append(HeadMetric.LossName).Select(name => HeadMetric.NameOf(labels[head].Name, name))];
            throw Wrong(HeadMetric.NameOf(labels[head].Name, own.Name), $"The metric {own.Name} does not fit the head '{labels[head].Name}', which is {TaskLosses.Describe(labels[head].Task)}. It must be {string.Join(" or ", fitting)}; null lets the sum of all losses decide.");
        }
        return new HeadMetric(loss, head, own);
    }

    /// <summary>What is measured of a label.</summary>
    /// <param name="given">As the head says it; null: it doesn't.</param>
    /// <param name="deciding">What decides, where that is of this head; null: something else does.</param>
    /// <exception cref="ArgumentOutOfRangeException">It does not fit.</exception>
    public static Metric? Of(string label, Metric? given, Metric? deciding, NetworkTask task, bool isVector)
    {
        if (given is null)
            return deciding?.Tasks.Contains(task) == true ? deciding : DefaultOf(task, isVector) is { } name ? Metrics.Parse(name) : null;
        if (given.Tasks.Contains(task))
            return given;
        string[] fitting = [.. Metrics.For(task)];
        throw new ArgumentOutOfRangeException(nameof(NeuralNetHead.Metric), given.Name,
            $"The metric {given.Name} does not fit the head '{label}', which is {TaskLosses.Describe(task)}. {(fitting.Length > 0 ? $"It must be {string.Join(" or ", fitting)}; null takes {DefaultOf(task, isVector)}." : "None does: leave NeuralNetHead.Metric null, and its loss alone is measured.")}");
    }

    static ArgumentOutOfRangeException Wrong(string metric, string message) => new(nameof(NeuralNetOptions.Metric), metric, message);

    static string Some(IReadOnlyList<string> names) => string.Join(", ", names.Select(name => $"'{name}'"));
}
