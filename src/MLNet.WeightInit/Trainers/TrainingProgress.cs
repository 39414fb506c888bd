using Microsoft.ML.Runtime;

namespace MLNet.WeightInit;

/// <summary>Passes progress on to ML.NET's log, to its progress channel and to the user.</summary>
internal sealed class TrainingProgress : IProgress<EpochProgress>
{
    /// <summary>Lines that the log gets at most for the epochs of a training, and for those of the search for their number; the last epoch is one more.</summary>
    const int TrainingLines = 20, SearchLines = 10;

    readonly IChannel _channel;
    readonly IProgressChannel _progressChannel;
    readonly IProgress<EpochProgress>? _user;
    EpochProgress? _latest;

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
        if (value.IsSearch)
        {
            if (IsLogged(value, SearchLines))
                _channel.Info("Cross-validation for the number of epochs, epoch {0} of at most {1}: training loss {2:G6}, validation loss {3:G6}",
                    value.Epoch, value.Epochs, value.TrainingLoss, value.ValidationLoss!.Value);
        }
        else if (IsLogged(value, TrainingLines))
        {
            if (value.ValidationLoss is { } validationLoss)
                _channel.Info("Epoch {0} of {1}: training loss {2:G6}, validation loss {3:G6}", value.Epoch, value.Epochs, value.TrainingLoss, validationLoss);
            else
                _channel.Info("Epoch {0} of {1}: training loss {2:G6}", value.Epoch, value.Epochs, value.TrainingLoss);
            _progressChannel.Checkpoint(value.TrainingLoss, value.ValidationLoss, value.Epoch);
        }
        _user?.Report(value);
    }

    static bool IsLogged(EpochProgress value, int lines)
    {
        int step = value.Epochs / lines + (value.Epochs % lines == 0 ? 0 : 1);
        return value.Epoch % step == 0 || value.Epoch == value.Epochs;
    }

    void Fill(IProgressEntry entry)
    {
        if (_latest is not { } latest)
            return;
        entry.SetProgress(0, latest.Epoch, latest.Epochs);
        entry.SetMetric(0, latest.TrainingLoss);
        if (latest.ValidationLoss is { } validationLoss)
            entry.SetMetric(1, validationLoss);
    }
}
