namespace MLNet.WeightInit;

/// <summary>How well one of several labels was predicted: the four counts of true and predicted, and what follows from them.</summary>
/// <remarks>A share of nothing is 0, as in scikit-learn: precision where the label was never predicted, recall where no row has it.</remarks>
public sealed class LabelMetrics
{
    internal LabelMetrics(string name, long truePositives, long falsePositives, long falseNegatives, long trueNegatives)
    {
        Name = name;
        TruePositives = truePositives;
        FalsePositives = falsePositives;
        FalseNegatives = falseNegatives;
        TrueNegatives = trueNegatives;
    }

    /// <summary>Name of the slot, or its number, from 0, where it has none.</summary>
    public string Name { get; }

    /// <summary>Rows that have the label and were given it.</summary>
    public long TruePositives { get; }

    /// <summary>Rows that don't have the label and were given it.</summary>
    public long FalsePositives { get; }

    /// <summary>Rows that have the label and weren't given it.</summary>
    public long FalseNegatives { get; }

    /// <summary>Rows that don't have the label and weren't given it.</summary>
    public long TrueNegatives { get; }

    /// <summary>Rows that have the label.</summary>
    public long Support => TruePositives + FalseNegatives;

    /// <summary>Share of the rows with the right answer for this label, 0 to 1.</summary>
    public double Accuracy => Share(TruePositives + TrueNegatives, TruePositives + FalsePositives + FalseNegatives + TrueNegatives);

    /// <summary>Share of those given the label that have it, 0 to 1.</summary>
    public double Precision => Share(TruePositives, TruePositives + FalsePositives);

    /// <summary>Share of those with the label that were given it, 0 to 1.</summary>
    public double Recall => Share(TruePositives, TruePositives + FalseNegatives);

    /// <summary>Harmonic mean of <see cref="Precision"/> and <see cref="Recall"/>, 0 to 1.</summary>
    public double F1Score => Share(2 * TruePositives, 2 * TruePositives + FalsePositives + FalseNegatives);

    /// <summary>The counts of several labels taken together.</summary>
    internal static LabelMetrics Sum(IReadOnlyList<LabelMetrics> labels) => new("all",
        labels.Sum(label => label.TruePositives), labels.Sum(label => label.FalsePositives), labels.Sum(label => label.FalseNegatives), labels.Sum(label => label.TrueNegatives));

    static double Share(long part, long whole) => whole == 0 ? 0 : part / (double)whole;
}
