using Microsoft.ML.Runtime;

namespace MLNet.WeightInit;

/// <summary>Passes progress on to ML.NET's log, to its progress channel and to the user.</summary>
internal sealed class TrainingProgress : IProgress<EpochProgress>
{
    /// <summary>Epochs that the log names one by one before it goes over to every twentieth part.</summary>
    const int EpochsLoggedSingly = 20;

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
        if (value.Epoch == value.Epochs || value.Epoch % Math.Max(1, value.Epochs / EpochsLoggedSingly) == 0)
        {
            if (value.ValidationLoss is { } validationLoss)
                _channel.Info("Epoch {0} of {1}: training loss {2:G6}, validation loss {3:G6}", value.Epoch, value.Epochs, value.TrainingLoss, validationLoss);
            else
                _channel.Info("Epoch {0} of {1}: training loss {2:G6}", value.Epoch, value.Epochs, value.TrainingLoss);
            _progressChannel.Checkpoint(value.TrainingLoss, value.ValidationLoss, value.Epoch);
        }
        _user?.Report(value);
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
