using Microsoft.ML.Runtime;

namespace MLNet.WeightInit;

/// <summary>A training history in the main stream of a model: exact, one record an epoch; no timings, so that no clock is in the file.</summary>
/// <remarks>Metrics and gradient norms came with version 2. <see cref="Read"/> reads version 1 too.</remarks>
internal static class HistoryStream
{
    /// <summary>Bytes of a record of version 1 without validation loss: a bound for the count before anything is allocated.</summary>
    const int SmallestRecord = sizeof(int) + sizeof(double) + sizeof(bool) + sizeof(float);

    /// <summary>The same of one label in it.</summary>
    const int SmallestHead = sizeof(double) + 3 * sizeof(bool);

    public static void Write(BinaryWriter writer, TrainingHistory history)
    {
        writer.Write(history.Epochs.Count);
        foreach (EpochRecord record in history.Epochs)
        {
            writer.Write(record.Epoch);
            writer.Write(record.TrainingLoss);
            WriteOptional(writer, record.ValidationLoss);
            writer.Write(record.LearningRate);
            WriteOptional(writer, record.TrainingMetric);
            WriteOptional(writer, record.ValidationMetric);
            WriteOptional(writer, record.GradientNorm);
        }
        writer.Write(history.BestEpoch);
        writer.Write(history.StopReason);
        writer.Write(history.Metric ?? "");
    }

    /// <param name="hasMetrics">Whether the stream is of version 2.</param>
    public static TrainingHistory Read(IHost host, BinaryReader reader, bool hasMetrics)
    {
        int count = reader.ReadInt32();
        host.CheckDecode(count >= 0 && (long)count * SmallestRecord <= reader.BaseStream.Length, $"The model says that its history has {count} epochs: the file is damaged.");
        var records = new EpochRecord[count];
        for (int i = 0; i < count; i++)
        {
            records[i] = new EpochRecord(reader.ReadInt32(), trainingLoss: reader.ReadDouble(), validationLoss: ReadOptional(reader), learningRate: reader.ReadSingle())
            {
                TrainingMetric = hasMetrics ? ReadOptional(reader) : null,
                ValidationMetric = hasMetrics ? ReadOptional(reader) : null,
                GradientNorm = hasMetrics ? ReadOptional(reader) : null,
            };
        }
        return new TrainingHistory(records, bestEpoch: reader.ReadInt32(), stopReason: reader.ReadString()) { Metric = hasMetrics && reader.ReadString() is { Length: > 0 } metric ? metric : null };
    }

    /// <summary>What each of several labels had, after all else: models of several labels have it from version 3 on.</summary>
    public static void WriteHeads(BinaryWriter writer, TrainingHistory history)
    {
        IReadOnlyList<HeadRecord> first = history.Epochs.Count > 0 ? history.Epochs[0].Heads : [];
        writer.Write(first.Count);
        foreach (HeadRecord head in first)
        {
            writer.Write(head.LabelColumnName);
            writer.Write(head.Metric ?? "");
        }
        foreach (HeadRecord head in history.Epochs.SelectMany(record => record.Heads))
        {
            writer.Write(head.TrainingLoss);
            WriteOptional(writer, head.ValidationLoss);
            WriteOptional(writer, head.TrainingMetric);
            WriteOptional(writer, head.ValidationMetric);
        }
    }

    /// <param name="history">As <see cref="Read"/> gave it.</param>
    public static TrainingHistory ReadHeads(IHost host, BinaryReader reader, TrainingHistory history)
    {
        int count = reader.ReadInt32();
        host.CheckDecode(count >= 0 && (decimal)count * history.Epochs.Count * SmallestHead <= reader.BaseStream.Length, $"The model says that its history has {count} labels: the file is damaged.");
        var names = new List<(string Label, string? Metric)>();    // grows with what is there, whatever the count says
        for (int head = 0; head < count; head++)
            names.Add((reader.ReadString(), reader.ReadString() is { Length: > 0 } metric ? metric : null));
        EpochRecord[] records = [.. history.Epochs.Select(record => record with
        {
            Heads = new HeadRecordList([.. names.Select(name => new HeadRecord(name.Label, name.Metric, trainingLoss: reader.ReadDouble(), validationLoss: ReadOptional(reader))
            {
                TrainingMetric = ReadOptional(reader),
                ValidationMetric = ReadOptional(reader),
            })]),
        })];
        return new TrainingHistory(records, history.BestEpoch, history.StopReason) { Metric = history.Metric };
    }

    static void WriteOptional(BinaryWriter writer, double? value)
    {
        writer.Write(value.HasValue);
        if (value is { } number)
            writer.Write(number);
    }

    static double? ReadOptional(BinaryReader reader) => reader.ReadBoolean() ? reader.ReadDouble() : null;
}
