using System.Buffers;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace MLNet.WeightInit.Engine.Training;

/// <summary>Writes a history as JSON, by hand: the order is stable and no reflection is needed.</summary>
internal static class HistoryJson
{
    static readonly JsonWriterOptions s_options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <param name="timings">One a record, or null for none.</param>
    public static string Write(TrainingHistory history, IReadOnlyList<TimeSpan>? timings)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer, s_options))
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
        WriteNumber(json, "trainingLoss", record.TrainingLoss);
        WriteNumber(json, "validationLoss", record.ValidationLoss);
        WriteNumber(json, "trainingMetric", record.TrainingMetric);
        WriteNumber(json, "validationMetric", record.ValidationMetric);
        json.WriteNumber("learningRate", record.LearningRate);
        WriteNumber(json, "gradientNorm", record.GradientNorm);
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
            WriteNumber(json, "trainingLoss", head.TrainingLoss);
            WriteNumber(json, "validationLoss", head.ValidationLoss);
            WriteNumber(json, "trainingMetric", head.TrainingMetric);
            WriteNumber(json, "validationMetric", head.ValidationMetric);
            json.WriteEndObject();
        }
        json.WriteEndArray();
    }

    static void WriteNumber(Utf8JsonWriter json, string name, double? value)
    {
        if (value is not { } number)
            json.WriteNull(name);
        else if (double.IsFinite(number))
            json.WriteNumber(name, number);
        else
            json.WriteString(name, double.IsNaN(number) ? "NaN" : number > 0 ? "Infinity" : "-Infinity");
    }
}
