using MLNet.WeightInit.Engine.Data;
using MLNet.WeightInit.Engine.Text;

namespace MLNet.WeightInit.Engine.Training.Metrics;

/// <summary>The list of metrics: a new one is one file and one line here.</summary>
internal static class Metrics
{
    static readonly SpecificationList<Metric> s_list = new("metric", "metrics",
        new("Accuracy", _ => new Accuracy(macro: false)) { Aliases = ["MicroAccuracy"] },
        new("MacroAccuracy", _ => new Accuracy(macro: true)),
        new("AUC", _ => new AreaUnderRocCurve()) { Aliases = ["AreaUnderRocCurve"] },
        new("AUPRC", _ => new AveragePrecision()) { Aliases = ["AveragePrecision", "AreaUnderPrecisionRecallCurve"] },
        new("F1", _ => new F1Score()) { Aliases = ["F1Score"] },
        new("RMSE", _ => new RootMeanSquaredError()) { Aliases = ["RootMeanSquaredError"] },
        new("MAE", _ => new MeanAbsoluteError()) { Aliases = ["MeanAbsoluteError"] },
        new("R2", _ => new RSquared()) { Aliases = ["RSquared", "CoefficientOfDetermination"] },
        new("MicroF1", _ => new MultilabelF1(macro: false)) { Aliases = ["MicroF1Score"] },
        new("MacroF1", _ => new MultilabelF1(macro: true)) { Aliases = ["MacroF1Score"] },
        new("SubsetAccuracy", _ => new SubsetAccuracy()));

    /// <summary>Canonical names, in the order of the documentation.</summary>
    public static IReadOnlyList<string> All => s_list.Names;

    /// <summary>Reads <c>Accuracy</c>, <c>auc</c>, …</summary>
    /// <inheritdoc cref="SpecificationList{T}.Parse" path="/exception"/>
    public static Metric Parse(string specification) => s_list.Parse(specification);

    /// <summary>Names of those that are defined for a task.</summary>
    public static IEnumerable<string> For(NetworkTask task) => All.Where(name => Parse(name).Tasks.Contains(task));
}
