using MLNet.WeightInit.Engine.Training.Checkpoints;

namespace MLNet.WeightInit.Engine.Persistence;

/// <summary>One training's checkpoint: resumes from it, and writes it when it is time.</summary>
internal sealed class TrainingCheckpoint : ICheckpoint, IDisposable
{
    /// <summary>Differences that a message names at most: the first decide most of the others.</summary>
    const int MostDifferences = 4;

    readonly CheckpointSettings _settings;
    readonly IReadOnlyList<(string Name, string Value)> _fingerprint;
    readonly Timer? _timer;
    volatile bool _intervalIsOver;
    int _lastEpoch;

    /// <param name="fingerprint">All that decides the training's bits.</param>
    public TrainingCheckpoint(CheckpointSettings settings, IReadOnlyList<(string Name, string Value)> fingerprint)
    {
        _settings = settings;
        _fingerprint = fingerprint;
        if (settings.Interval is { } interval)                 // decides when a file is written, never what is in it
            _timer = new Timer(_ => _intervalIsOver = true, null, interval, Timeout.InfiniteTimeSpan);
    }

    public void Dispose() => _timer?.Dispose();

    /// <summary>Brings a training to where the file left it; false where there is no file.</summary>
    /// <exception cref="InvalidDataException">The file is damaged.</exception>
    /// <exception cref="InvalidOperationException">The file is of another training.</exception>
    public bool TryResume(Action<StateExchange> exchange)
    {
        if (!File.Exists(_settings.Path))
            return false;
        CheckpointFile.Read(_settings.Path, reader =>
        {
            CheckFingerprint(reader);
            exchange(reader);
        });
        return true;
    }

    public void Save(int epoch, bool always, Action<StateExchange> exchange)
    {
        if (!always && !IsTime(epoch))
            return;
        try
        {
            CheckpointFile.Write(_settings.Path, _fingerprint, exchange);
        }
        catch (Exception exception) when (CheckpointFile.IsOfFiles(exception))
        {
            string message = $"The checkpoint '{_settings.Path}' could not be written after epoch {epoch}: {exception.Message} The one before it, where there is one, is untouched.";
            if (_settings.Warn is null)
                throw new IOException(message, exception);
            _settings.Warn($"{message} Training goes on, and tries again later.");
            return;
        }
        _lastEpoch = epoch;
        _intervalIsOver = false;
        if (_settings.Interval is { } interval)
            _timer!.Change(interval, Timeout.InfiniteTimeSpan);
    }

    bool IsTime(int epoch)
        => _intervalIsOver || (_settings.EveryEpochs ?? (_settings.Interval is null ? 1 : null)) is { } every && epoch - _lastEpoch >= every;

    void CheckFingerprint(CheckpointReader reader)
    {
        Dictionary<string, string> found = reader.Texts().ToDictionary(text => text.Name, text => text.Value), wanted = _fingerprint.ToDictionary(text => text.Name, text => text.Value);
        string[] differences = [.. found.Keys.Union(wanted.Keys)
            .Where(name => found.GetValueOrDefault(name) != wanted.GetValueOrDefault(name))
            .Select(name => $"{name} ({found.GetValueOrDefault(name) ?? "not there"} in the checkpoint, {wanted.GetValueOrDefault(name) ?? "not there"} here)")];
        if (differences.Length > 0)
            throw new InvalidOperationException($"A training can only go on from a checkpoint of its own, with the same data and options, and '{_settings.Path}' differs in {string.Join(", ", differences.Take(MostDifferences))}. "
                + "Delete the file to start anew, or set another CheckpointPath. To train a finished model further on other data or with other options, pass it to Fit(data, model).");
    }
}
