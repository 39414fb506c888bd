using MLNet.WeightInit.Engine.Data;
using MLNet.WeightInit.Engine.Network;
using MLNet.WeightInit.Engine.Training.Losses;

namespace MLNet.WeightInit;

/// <summary>Which losses fit which task; the first is the task's default.</summary>
internal static class TaskLosses
{
    public static IReadOnlyList<string> For(NetworkTask task) => task switch
    {
        NetworkTask.Multiclass => ["SoftmaxCrossEntropy"],
        NetworkTask.Quantiles => ["Quantiles"],
        NetworkTask.Heads => [],                               // each head has its own
        NetworkTask.Binary or NetworkTask.Multilabel => ["BinaryCrossEntropy"],
        _ => ["Squared", "Absolute", "Huber", "Quantile", "Poisson"],
    };

    /// <param name="given">As the user wrote it.</param>
    /// <param name="loss">What it is; null: the task's own.</param>
    /// <exception cref="ArgumentOutOfRangeException">It does not fit the task.</exception>
    public static void Check(LossFunction? given, Loss? loss, NetworkTask task)
    {
        if (loss is Quantiles && task == NetworkTask.Regression)
            throw new ArgumentOutOfRangeException(nameof(NeuralNetOptions.Loss), given,
                "Several quantiles of one value are a vector of scores, and are trained by mlContext.Transforms.NeuralNet with a label of Single. For one quantile use the loss Quantile(level=0.9); "
                + "for several labels give each a head: NeuralNetOptions.Heads.");
        IReadOnlyList<string> fitting = For(task);
        if (loss is not (null or CustomLoss) && !fitting.Contains(loss.Name))
            throw new ArgumentOutOfRangeException(nameof(NeuralNetOptions.Loss), given,
                $"The loss {loss.Name} does not fit {Describe(task)}. It must be {string.Join(" or ", fitting)}; null takes {fitting[0]}.");
    }

    public static string Describe(NetworkTask task) => task switch
    {
        NetworkTask.Multiclass => "multiclass classification",
        NetworkTask.Binary => "binary classification",
        NetworkTask.Multilabel => "classification with several labels",
        NetworkTask.Quantiles => "regression of several quantiles",
        NetworkTask.Heads => "a network of several heads",
        _ => "regression",
    };
}
