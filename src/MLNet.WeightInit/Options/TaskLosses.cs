using MLNet.WeightInit.Engine.Data;
using MLNet.WeightInit.Engine.Network;

namespace MLNet.WeightInit;

/// <summary>Which losses fit which task; the first is the task's default.</summary>
internal static class TaskLosses
{
    public static IReadOnlyList<string> For(NetworkTask task) => task switch
    {
        NetworkTask.Multiclass => ["SoftmaxCrossEntropy"],
        NetworkTask.Quantiles => ["Quantiles"],
        NetworkTask.Binary or NetworkTask.Multilabel => ["BinaryCrossEntropy"],
        _ => ["Squared", "Absolute", "Huber", "Quantile", "Poisson"],
    };

    public static string Describe(NetworkTask task) => task switch
    {
        NetworkTask.Multiclass => "multiclass classification",
        NetworkTask.Binary => "binary classification",
        NetworkTask.Multilabel => "classification with several labels",
        NetworkTask.Quantiles => "regression of several quantiles",
        _ => "regression",
    };
}
