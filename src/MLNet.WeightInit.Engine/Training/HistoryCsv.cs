using System.Globalization;
using System.Text;

namespace MLNet.WeightInit.Engine.Training;

/// <summary>Writes a history as comma-separated values (RFC 4180, with a header).</summary>
internal static class HistoryCsv
{
    /// <param name="timings">One a record, or null for none.</param>
    public static string Write(TrainingHistory history, IReadOnlyList<TimeSpan>? timings)
    {
        var text = new StringBuilder("epoch,training_loss,validation_loss,training_metric,validation_metric,learning_rate,gradient_norm");
        IReadOnlyList<HeadRecord> heads = history.Epochs.Count > 0 ? history.Epochs[0].Heads : HeadRecordList.Empty;
        foreach (HeadRecord head in heads)
            foreach (string column in (ReadOnlySpan<string>)["training_loss", "validation_loss", "training_metric", "validation_metric"])
                text.Append(',').Append(Quoted($"{head.LabelColumnName}.{column}"));
        text.Append(timings is null ? "\n" : ",elapsed_seconds\n");
        for (int i = 0; i < history.Epochs.Count; i++)
        {
            EpochRecord record = history.Epochs[i];
            text.Append(CultureInfo.InvariantCulture, $"{record.Epoch},{record.TrainingLoss},{record.ValidationLoss},{record.TrainingMetric},{record.ValidationMetric},{record.LearningRate},{record.GradientNorm}");
            foreach (HeadRecord head in record.Heads)
                text.Append(CultureInfo.InvariantCulture, $",{head.TrainingLoss},{head.ValidationLoss},{head.TrainingMetric},{head.ValidationMetric}");
            if (timings is not null)
                text.Append(CultureInfo.InvariantCulture, $",{timings[i].TotalSeconds}");
            text.Append('\n');
        }
        return text.ToString();
    }

    /// <summary>A label's name may hold anything.</summary>
    static string Quoted(string name) => name.AsSpan().ContainsAny(",\"\r\n") ? $"\"{name.Replace("\"", "\"\"")}\"" : name;
}
