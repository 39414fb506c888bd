using System.Globalization;
using Microsoft.ML.Runtime;

namespace MLNet.WeightInit;

/// <summary>Passes progress on to ML.NET's log, to its progress channel and to the user.</summary>
internal sealed class TrainingProgress : IProgress<EpochProgress>
{
    /// <summary>Lines that the log gets at most for the epochs of a training, and for those of the search for their number; the last epoch is one more.</summary>
    const int TrainingLines = 20, SearchLines = 10;

    /// <summary>How far apart lines within an epoch are at least.</summary>
    static readonly TimeSpan s_lineInterval = TimeSpan.FromMinutes(1);

    readonly IChannel _channel;
    readonly IProgressChannel _progressChannel;
    readonly IProgress<EpochProgress>? _user;
    EpochProgress? _latest;
    TimeSpan _lastLine;

    public TrainingProgress(IChannel channel, IProgressChannel progressChannel, IProgress<EpochProgress>? user)
    {
        _channel = channel;
        _progressChannel = progressChannel;
        _user = user;
        progressChannel.SetHeader(new ProgressHeader(["Training loss", "Validation loss"], ["epochs"]), Fill);
    }

    public void Report(EpochProgress value)
    {
        _latest = value;
        if (IsLogged(value))
        {
            _channel.Info("{0}", Line(value));
            _lastLine = value.Elapsed;
            if (value is { IsSearch: false, IsEpochEnd: true })
                _progressChannel.Checkpoint(value.TrainingLoss, value.ValidationLoss, value.Epoch);
        }
        _user?.Report(value);
    }

    bool IsLogged(EpochProgress value)
    {
        if (!value.IsEpochEnd)
            return value.Elapsed - _lastLine >= s_lineInterval;
        int lines = value.IsSearch ? SearchLines : TrainingLines;
        int step = value.Epochs / lines + (value.Epochs % lines == 0 ? 0 : 1);
        return value.Epoch % step == 0 || value.Epoch == value.Epochs;
    }

    static string Line(EpochProgress value)
    {
        string place = value.IsSearch
            ? string.Create(CultureInfo.InvariantCulture, $"Cross-validation for the number of epochs, epoch {value.Epoch} of at most {value.Epochs}")
            : string.Create(CultureInfo.InvariantCulture, $"Epoch {value.Epoch} of {value.Epochs}{(value.IsEpochEnd ? "" : $", batch {value.Batch} of {value.Batches}")}");
        string line = string.Create(CultureInfo.InvariantCulture, $"{place}: training loss {value.TrainingLoss:G6}");
        if (value.ValidationLoss is { } validationLoss)
            line += string.Create(CultureInfo.InvariantCulture, $", validation loss {validationLoss:G6}");
        if ((value.ValidationMetric ?? value.TrainingMetric) is { } metric)
            line += string.Create(CultureInfo.InvariantCulture, $", {(value.ValidationMetric is null ? "training" : "validation")} metric {metric:G6}");
        foreach (HeadRecord head in value.Heads)
            if ((head.ValidationMetric ?? head.TrainingMetric) is { } own)
                line += string.Create(CultureInfo.InvariantCulture, $", {head.LabelColumnName} {head.Metric} {own:G4}");
            else
                line += string.Create(CultureInfo.InvariantCulture, $", {head.LabelColumnName} loss {head.ValidationLoss ?? head.TrainingLoss:G4}");
        if (!value.IsEpochEnd && value is { RowsPerSecond: { } pace, TimeLeft: { } left })
            line += string.Create(CultureInfo.InvariantCulture, $", {pace:N0} rows a second, at most {new TimeSpan(left.Days, left.Hours, left.Minutes, left.Seconds)} left");
        return line;
    }

    void Fill(IProgressEntry entry)
    {
        if (_latest is not { } latest)
            return;
        double epochs = latest.IsEpochEnd || latest.Batches == 0 ? latest.Epoch : latest.Epoch - 1 + (double)latest.Batch / latest.Batches;
        entry.SetProgress(0, epochs, latest.Epochs);
        entry.SetMetric(0, latest.TrainingLoss);
        if (latest.ValidationLoss is { } validationLoss)
            entry.SetMetric(1, validationLoss);
    }
}
