using MLNet.WeightInit.Engine.Data;
using MLNet.WeightInit.Engine.Training.Losses;
using MLNet.WeightInit.Engine.Training.Metrics;

namespace MLNet.WeightInit.Engine.Training;

/// <summary>Several labels: each one's loss and metric beside those of all.</summary>
internal sealed partial class TrainingRun
{
    /// <summary>Over the last epoch's batches; null for one label.</summary>
    HeadsTotal? TrainingHeads => _trainingMetric as HeadsTotal;

    /// <summary>Over the validation rows when they were last measured; null for one label, or without such rows.</summary>
    HeadsTotal? ValidationHeads => _validationMetric as HeadsTotal;

    /// <summary>Sums over the validation rows; null for one label, or without such rows.</summary>
    public HeadSums? ValidationSums => ValidationHeads?.Sums;

    /// <summary>What is measured beside the loss; null: nothing.</summary>
    static MetricTotal? CreateTotal(TrainingOptions options, AffineScale targets)
        => options.Loss is HeadsLoss heads ? new HeadsTotal(heads, options.Metric as HeadMetric, targets) : options.Metric?.CreateTotal(options.Outputs, targets);

    /// <param name="sum">Of weight · loss.</param>
    /// <param name="weight">Of the rows that it is over.</param>
    double MeanLoss(double sum, double weight, HeadsTotal? heads) => HasClassWeights && heads is not null ? heads.Sums.Mean(weight) : sum / weight;

    /// <summary>Mean loss of the validation rows.</summary>
    /// <param name="lossSum">As <see cref="TryValidate"/> gives it.</param>
    public double MeanValidationLoss(double lossSum) => MeanLoss(lossSum, ValidationWeight, ValidationHeads);

    bool HasClassWeights => _options.Loss is HeadsLoss { HasClassWeights: true };

    /// <summary>Weight of the rows that the epoch has seen.</summary>
    double WeightSeen => _rowsSeen == _rows.Count ? _rows.Weight : _weightSeen;

    /// <summary>What the last epoch was for each label; empty for one.</summary>
    /// <param name="searched">Whose validation numbers stand in where there are no validation rows; null: none do.</param>
    public HeadRecordList HeadRecords(EpochRecord? searched = null)
    {
        if (TrainingHeads is not { } training)
            return HeadRecordList.Empty;
        IReadOnlyList<HeadLoss> heads = ((HeadsLoss)_options.Loss).Heads;
        var records = new HeadRecord[heads.Count];
        for (int i = 0; i < records.Length; i++)
        {
            HeadRecord? other = searched?.Heads.ElementAtOrDefault(i);
            records[i] = new HeadRecord(heads[i].Head.Name, heads[i].Metric?.Name, training.Sums.Mean(i, WeightSeen), ValidationHeads?.Sums.Mean(i, ValidationWeight) ?? other?.ValidationLoss)
            {
                TrainingMetric = training.MetricOf(i),
                ValidationMetric = ValidationHeads?.MetricOf(i) ?? other?.ValidationMetric,
            };
        }
        return new HeadRecordList(records);
    }

    /// <summary>What the history calls the labels and their metrics; empty for one label.</summary>
    public static IReadOnlyList<(string Label, string? Metric)> HeadNames(Loss loss) => loss is HeadsLoss heads ? [.. heads.Heads.Select(part => (part.Head.Name, part.Metric?.Name))] : [];
}
