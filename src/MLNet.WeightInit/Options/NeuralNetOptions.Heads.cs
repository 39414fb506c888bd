namespace MLNet.WeightInit;

public sealed partial class NeuralNetOptions
{
    /// <summary>Several labels of any kinds, learnt at once by one network: the hidden layers are shared, each label has outputs, loss, columns and metrics of its own. For <c>mlContext.Transforms.NeuralNet</c>.</summary>
    /// <remarks>
    /// <see cref="LabelColumnName"/> does not count then, <see cref="Loss"/> and <see cref="ClassWeights"/> must be null, since each head has its own. Early stopping goes by the sum of the losses, or by one head where
    /// <see cref="Metric"/> names it: <c>Species:Accuracy</c>, <c>Species:Loss</c>. The history has loss and metric of each head: <see cref="EpochRecord.Heads"/>. <see cref="LabelSmoothing"/> is of the heads with classes. A row that lacks one of the labels is left out, or an error, as <see cref="MissingValues"/> says. Validation rows are
    /// drawn class by class of the first head that is a key or Boolean. Shared layers help labels that depend on the same of the features, and cost where they don't (Caruana 1997, "Multitask Learning").
    /// </remarks>
    /// <value>Default: null, one label. At least one head; no two of the same column.</value>
    public IReadOnlyList<NeuralNetHead>? Heads { get; set; }

    /// <exception cref="ArgumentOutOfRangeException">A head is missing, named twice or has no name, or its weight is out of its range, or another option is set that heads have in its place.</exception>
    internal void CheckHeads()
    {
        if (Heads is null)
            return;
        OptionChecks.Require(Heads.Count > 0, nameof(Heads), "0 heads", "There must be at least 1 head. For one label leave Heads null and set LabelColumnName.");
        var names = new HashSet<string>();
        for (int i = 0; i < Heads.Count; i++)
        {
            string option = $"{nameof(Heads)}[{i}]";
            OptionChecks.Require(Heads[i] is not null, option, "null", "A head must not be null. Name its label column.");
            OptionChecks.Require(Heads[i].LabelColumnName.Length > 0, option, "''", "A column name must not be empty.");
            OptionChecks.Require(names.Add(Heads[i].LabelColumnName), option, Heads[i].LabelColumnName, $"Each label has one head, and the column '{Heads[i].LabelColumnName}' is named twice. To learn it twice, copy it first: mlContext.Transforms.CopyColumns.");
            OptionChecks.Require(Heads[i].LossWeight > 0 && float.IsFinite(Heads[i].LossWeight), $"{option}.{nameof(NeuralNetHead.LossWeight)}", Heads[i].LossWeight,
                "A loss's weight must be above 0 and finite. To leave a label out, leave out its head.");
        }
        OptionChecks.Require(Loss is null, nameof(Loss), Loss, "With several heads each has a loss of its own. Set NeuralNetHead.Loss, and leave NeuralNetOptions.Loss null.");
        OptionChecks.Require(ClassWeights is null, nameof(ClassWeights), ClassWeights, "With several heads each label has classes of its own. Set NeuralNetHead.ClassWeights, and leave NeuralNetOptions.ClassWeights null.");
    }
}
