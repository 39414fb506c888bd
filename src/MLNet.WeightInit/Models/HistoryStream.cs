using Microsoft.ML.Runtime;

namespace MLNet.WeightInit;

/// <summary>A training history in the main stream of a model: exact, one record an epoch.</summary>
internal static class HistoryStream
{
    /// <summary>Bytes of a record without validation loss: a bound for the count before anything is allocated.</summary>
    const int SmallestRecord = sizeof(int) + sizeof(double) + sizeof(bool) + sizeof(float);

    public static void Write(BinaryWriter writer, TrainingHistory history)
    {
        writer.Write(history.Epochs.Count);
        foreach (EpochRecord record in history.Epochs)
        {
            writer.Write(record.Epoch);
            writer.Write(record.TrainingLoss);
            writer.Write(record.ValidationLoss.HasValue);
            if (record.ValidationLoss is { } validationLoss)
                writer.Write(validationLoss);
            writer.Write(record.LearningRate);
        }
        writer.Write(history.BestEpoch);
        writer.Write(history.StopReason);
    }

    public static TrainingHistory Read(IHost host, BinaryReader reader)
    {
        int count = reader.ReadInt32();
        host.CheckDecode(count >= 0 && (long)count * SmallestRecord <= reader.BaseStream.Length, $"The model says that its history has {count} epochs: the file is damaged.");
        var records = new EpochRecord[count];
        for (int i = 0; i < count; i++)
            records[i] = new EpochRecord(
                epoch: reader.ReadInt32(),
                trainingLoss: reader.ReadDouble(),
                validationLoss: reader.ReadBoolean() ? reader.ReadDouble() : null,
                learningRate: reader.ReadSingle());
        return new TrainingHistory(records, bestEpoch: reader.ReadInt32(), stopReason: reader.ReadString());
    }
}
