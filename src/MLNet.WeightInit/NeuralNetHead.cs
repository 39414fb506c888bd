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

    /// <summary>A head for a label column, with the loss of its task and weight 1: <c>Heads = ["Species", "Weight"]</c>.</summary>
    /// <param name="labelColumnName">Column to learn; null gives null.</param>
    [return: NotNullIfNotNull(nameof(labelColumnName))]
    public static implicit operator NeuralNetHead?(string? labelColumnName) => labelColumnName is null ? null : new NeuralNetHead(labelColumnName);

    internal NeuralNetHead Copy() => (NeuralNetHead)MemberwiseClone();
}
