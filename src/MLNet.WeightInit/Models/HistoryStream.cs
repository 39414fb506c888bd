using Microsoft.ML.Runtime;

namespace MLNet.WeightInit;

/// <summary>A training history in the main stream of a model: exact, one record an epoch; no timings, so that no clock is in the file.</summary>
/// <remarks>Metrics and gradient norms came with version 2. <see cref="Read"/> reads version 1 too.</remarks>
internal static class HistoryStream
{
    /// <summary>Bytes of a record of version 1 without validation loss: a bound for the count before anything is allocated.</summary>
    const int SmallestRecord = sizeof(int) + sizeof(double) + sizeof(bool) + sizeof(float);

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

    static void WriteOptional(BinaryWriter writer, double? value)
    {
        writer.Write(value.HasValue);
        if (value is { } number)
            writer.Write(number);
    }

    static double? ReadOptional(BinaryReader reader) => reader.ReadBoolean() ? reader.ReadDouble() : null;
}
