using System.Diagnostics.CodeAnalysis;

namespace MLNet.WeightInit;

/// <summary>One of several labels that a network learns at once: <see cref="NeuralNetOptions.Heads"/>. Its task follows from the label column's type.</summary>
/// <remarks>
/// <list type="table">
/// <listheader><term>Label</term><description>Columns that are added, for a label column <c>X</c></description></listheader>
/// <item><term>key</term><description><c>X.Score</c> (a probability a class), <c>X.PredictedLabel</c> (key)</description></item>
/// <item><term>Boolean</term><description><c>X.Score</c> (log-odds), <c>X.Probability</c>, <c>X.PredictedLabel</c> (Boolean)</description></item>
/// <item><term>Single</term><description><c>X.Score</c>, in the label's unit; with the loss <see cref="LossFunction.Quantiles"/> a vector, and <c>X.Median</c></description></item>
/// <item><term>vector of Single</term><description><c>X.Score</c>, a vector</description></item>
/// <item><term>vector of Boolean</term><description><c>X.Score</c>, <c>X.Probability</c>, <c>X.PredictedLabel</c>, vectors</description></item>
/// </list>
/// ML.NET's metrics take these names: <c>mlContext.MulticlassClassification.Evaluate(scored, "X", "X.Score", "X.PredictedLabel")</c>.
/// </remarks>
public sealed class NeuralNetHead
{
    /// <param name="labelColumnName">Column to learn: a key, Boolean or Single, or a vector of known size of Single or Boolean.</param>
    /// <exception cref="ArgumentNullException">The name is null.</exception>
    public NeuralNetHead(string labelColumnName)
    {
        ArgumentNullException.ThrowIfNull(labelColumnName);
        LabelColumnName = labelColumnName;
    }

    /// <summary>Column to learn, which also begins the names of the columns that are added.</summary>
    public string LabelColumnName { get; }

    /// <summary>What training minimizes for this label, as <see cref="NeuralNetOptions.Loss"/> says for one.</summary>
    /// <value>Default: null, the first that fits the task.</value>
    public LossFunction? Loss { get; set; }

    /// <summary>What this label's loss counts: the network's loss is the sum of weight · loss over the heads. An untrained regression head's loss is near 1, since its label is standardized, that of K classes near ln K.</summary>
    /// <value>Default: 1. Above 0 and finite.</value>
    public float LossWeight { get; set; } = 1;

    /// <summary>How much each class of this label counts, in its loss and its metric: <see cref="MLNet.WeightInit.ClassWeights.Balanced"/>, or a weight a class by <see cref="MLNet.WeightInit.ClassWeights.Of{TClass}"/>. The other labels
    /// of a row don't see it: a row counts for them by its own weight.</summary>
    /// <remarks>Only the ratios count: the weights are scaled such that the training rows weigh as much in all as without, so that the label counts as before against the others.</remarks>
    /// <value>Default: null, all classes count the same. For a key or a Boolean; other labels have no classes of which a row is one.</value>
    public ClassWeights? ClassWeights { get; set; }

    /// <summary>What the history has of this label beside its loss, one of its kind's: a key <c>Accuracy</c>, <c>MacroAccuracy</c>; a Boolean <c>Accuracy</c>, <c>AUC</c>, <c>AUPRC</c>, <c>F1</c>; a Single <c>RMSE</c>, <c>MAE</c>, in
    /// its unit, <c>R2</c>; a vector of Boolean <c>MicroF1</c>, <c>MacroF1</c>, <c>SubsetAccuracy</c>. It is measured only: <see cref="NeuralNetOptions.Metric"/> says what decides which epoch is best.</summary>
    /// <value>Default: null, the one that <see cref="NeuralNetOptions.Metric"/> names where it is of this label, else <c>Accuracy</c> for a key or a Boolean, <c>RMSE</c> for a Single, <c>R2</c> for a vector of Single, <c>MicroF1</c> for a
    /// vector of Boolean, and none for several quantiles.</value>
    public string? Metric { get; set; }

    /// <summary>A head for a label column, with the loss of its task and weight 1: <c>Heads = ["Species", "Weight"]</c>.</summary>
    /// <param name="labelColumnName">Column to learn; null gives null.</param>
    [return: NotNullIfNotNull(nameof(labelColumnName))]
    public static implicit operator NeuralNetHead?(string? labelColumnName) => labelColumnName is null ? null : new NeuralNetHead(labelColumnName);

    internal NeuralNetHead Copy() => (NeuralNetHead)MemberwiseClone();
}
