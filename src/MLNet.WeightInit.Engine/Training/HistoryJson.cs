using System.Buffers;
using System.Text;
using System.Text.Json;
using MLNet.WeightInit.Engine.Text;

namespace MLNet.WeightInit.Engine.Training;

/// <summary>Writes a history as JSON, by hand: the order is stable and no reflection is needed.</summary>
internal static class HistoryJson
{
    /// <param name="timings">One a record, or null for none.</param>
    public static string Write(TrainingHistory history, IReadOnlyList<TimeSpan>? timings)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer, JsonNumbers.Options))
        {
            json.WriteStartObject();
            json.WriteNumber("schema", TrainingHistory.SchemaVersion);
            json.WriteString("metric", history.Metric);
            json.WriteNumber("bestEpoch", history.BestEpoch);
            json.WriteString("stopReason", history.StopReason);
            json.WriteStartArray("epochs");
            for (int i = 0; i < history.Epochs.Count; i++)
                WriteRecord(json, history.Epochs[i], timings?[i]);
            json.WriteEndArray();
            json.WriteEndObject();
        }
        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }

    static void WriteRecord(Utf8JsonWriter json, EpochRecord record, TimeSpan? elapsed)
    {
        json.WriteStartObject();
        json.WriteNumber("epoch", record.Epoch);
        JsonNumbers.Write(json, "trainingLoss", record.TrainingLoss);
        JsonNumbers.Write(json, "validationLoss", record.ValidationLoss);
        JsonNumbers.Write(json, "trainingMetric", record.TrainingMetric);
        JsonNumbers.Write(json, "validationMetric", record.ValidationMetric);
        json.WriteNumber("learningRate", record.LearningRate);
        JsonNumbers.Write(json, "gradientNorm", record.GradientNorm);
        if (record.Heads.Count > 0)
            WriteHeads(json, record.Heads);
        if (elapsed is { } time)
            json.WriteNumber("elapsedSeconds", time.TotalSeconds);
        json.WriteEndObject();
    }

    static void WriteHeads(Utf8JsonWriter json, IReadOnlyList<HeadRecord> heads)
    {
        json.WriteStartArray("heads");
        foreach (HeadRecord head in heads)
        {
            json.WriteStartObject();
            json.WriteString("label", head.LabelColumnName);
            json.WriteString("metric", head.Metric);
            JsonNumbers.Write(json, "trainingLoss", head.TrainingLoss);
            JsonNumbers.Write(json, "validationLoss", head.ValidationLoss);
            JsonNumbers.Write(json, "trainingMetric", head.TrainingMetric);
            JsonNumbers.Write(json, "validationMetric", head.ValidationMetric);
            json.WriteEndObject();
        }
        json.WriteEndArray();
    }
}
