using System.Collections;
using MLNet.WeightInit.Engine.Training;

namespace MLNet.WeightInit;

/// <summary>What one of several labels (<c>NeuralNetOptions.Heads</c>) had in an epoch.</summary>
public sealed record HeadRecord
{
    internal HeadRecord(string labelColumnName, string? metric, double trainingLoss, double? validationLoss)
    {
        LabelColumnName = labelColumnName;
        Metric = metric;
        TrainingLoss = trainingLoss;
        ValidationLoss = validationLoss;
    }

    /// <summary>The label.</summary>
    public string LabelColumnName { get; }

    /// <summary>Name of the label's own metric, for example <c>Accuracy</c>; null where its kind has none.</summary>
    public string? Metric { get; }

    /// <summary>The label's own mean loss over the epoch's batches, each measured before its step, before <c>LossWeight</c> multiplies it: the weighted sum over the labels is <see cref="EpochRecord.TrainingLoss"/>. With L-BFGS: of all
    /// rows, after the iteration.</summary>
    public double TrainingLoss { get; }

    /// <summary>The label's own mean loss over the validation rows after the epoch, in the same unit; null without such rows.</summary>
    public double? ValidationLoss { get; }

    /// <summary>The label's metric over the epoch's batches, each measured before its step, and in the label's own unit; null without a metric, NaN where it isn't defined for the rows.</summary>
    public double? TrainingMetric { get; internal init; }

    /// <summary>The label's metric over the validation rows after the epoch; null without a metric or such rows, NaN where it isn't defined for them.</summary>
    public double? ValidationMetric { get; internal init; }

    /// <summary><c>Species: loss 0.1234, validation loss 0.1502, Accuracy 0.961, validation Accuracy 0.952</c>, in the invariant culture.</summary>
    public override string ToString() => $"{LabelColumnName}: {LossText.Of(TrainingLoss, ValidationLoss, TrainingMetric, ValidationMetric, Metric ?? "metric")}";
}

/// <summary>One record a head. Lists of equal records are equal, so that records that hold them are.</summary>
internal sealed class HeadRecordList(HeadRecord[] records) : IReadOnlyList<HeadRecord>
{
    public static HeadRecordList Empty { get; } = new([]);

    public int Count => records.Length;

    public HeadRecord this[int index] => records[index];

    public IEnumerator<HeadRecord> GetEnumerator() => ((IEnumerable<HeadRecord>)records).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    public override bool Equals(object? obj) => obj is HeadRecordList other && this.SequenceEqual(other);

    public override int GetHashCode() => records.Length;

    public override string ToString() => $"[{string.Join(", ", (IEnumerable<HeadRecord>)records)}]";
}
