using System.Globalization;
using MLNet.WeightInit.Engine.Training;

namespace MLNet.WeightInit;

/// <summary>How the loss went, epoch by epoch.</summary>
public sealed class TrainingHistory
{
    /// <summary>Of <see cref="ToJson"/> and <see cref="ToCsv"/>. It changes where a name or a meaning does; names may be added at the end without that.</summary>
    public const int SchemaVersion = 1;

    internal TrainingHistory(IReadOnlyList<EpochRecord> epochs, int bestEpoch, string stopReason)
    {
        Epochs = epochs;
        BestEpoch = bestEpoch;
        StopReason = stopReason;
    }

    /// <summary>One record an epoch, in order; empty for an untrained model. Where training was cancelled during the search for the number of epochs, the search's.</summary>
    public IReadOnlyList<EpochRecord> Epochs { get; }

    /// <summary>The epoch whose weights the model has, from 1; 0 for an untrained one.</summary>
    public int BestEpoch { get; }

    /// <summary>Why training ended, in a sentence.</summary>
    public string StopReason { get; }

    /// <summary>Name of the metric that the records have beside the loss, for example <c>AUC</c>; null without one.</summary>
    public string? Metric { get; internal init; }

    /// <summary>Time from the beginning of training, after the rows had been read, to the end of each record in <see cref="Epochs"/>. Null for a model that was loaded or whose training went on from a checkpoint: these files hold no clock,
    /// so that two equal trainings give equal files.</summary>
    public IReadOnlyList<TimeSpan>? Timings { get; internal init; }

    /// <summary>Whether the caller cancelled training before it was over.</summary>
    internal bool WasCancelled { get; init; }

    /// <summary>A table with one line an epoch, for spreadsheets and data frames. Numbers are written as in C# and read back exactly, on any culture; lines end with a line feed.</summary>
    /// <param name="timings">Adds the column <c>elapsed_seconds</c> from <see cref="Timings"/>, which differs between two equal trainings.</param>
    /// <returns>The columns <c>epoch</c>, <c>training_loss</c>, <c>validation_loss</c>, <c>training_metric</c>, <c>validation_metric</c>, <c>learning_rate</c>, <c>gradient_norm</c>, as
    /// <see cref="EpochRecord"/> describes them; with several labels also <c>X.training_loss</c>, <c>X.validation_loss</c>, <c>X.training_metric</c>, <c>X.validation_metric</c> for each label <c>X</c>.
    /// A cell is empty where a value is null.</returns>
    /// <exception cref="InvalidOperationException">Timings were asked for, and there are none.</exception>
    public string ToCsv(bool timings = false) => HistoryCsv.Write(this, TimingsIf(timings));

    /// <summary>Everything here as JSON.</summary>
    /// <param name="timings">Adds <c>elapsedSeconds</c> from <see cref="Timings"/> to each epoch, which differs between two equal trainings.</param>
    /// <returns>An object of <c>schema</c> (<see cref="SchemaVersion"/>), <c>metric</c>, <c>bestEpoch</c>, <c>stopReason</c> and <c>epochs</c>, an array of objects of <c>epoch</c>,
    /// <c>trainingLoss</c>, <c>validationLoss</c>, <c>trainingMetric</c>, <c>validationMetric</c>, <c>learningRate</c>, <c>gradientNorm</c>, always in this order; with several labels also <c>heads</c>, an array of objects of
    /// <c>label</c>, <c>metric</c>, <c>trainingLoss</c>, <c>validationLoss</c>, <c>trainingMetric</c>, <c>validationMetric</c>. What has no value is null; NaN and
    /// infinity, which JSON doesn't have, are the strings <c>"NaN"</c>, <c>"Infinity"</c> and <c>"-Infinity"</c>.</returns>
    /// <exception cref="InvalidOperationException">Timings were asked for, and there are none.</exception>
    public string ToJson(bool timings = false) => HistoryJson.Write(this, TimingsIf(timings));

    /// <summary>The epoch that the model is from, what it ended with, and why training stopped.</summary>
    public override string ToString() => Epochs.Count == 0 ? StopReason
        : string.Create(CultureInfo.InvariantCulture, $"{Epochs.Count} {(Epochs.Count == 1 ? "epoch" : "epochs")}; the model is from {Epochs[Math.Clamp(BestEpoch, 1, Epochs.Count) - 1]}. {StopReason}");

    IReadOnlyList<TimeSpan>? TimingsIf(bool wanted) => !wanted
        ? null
        : Timings ?? throw new InvalidOperationException("Only a history that comes right from training has timings, and this one was loaded, or its training went on from a checkpoint: model files hold no clock. Write the timings after Fit, or leave them out.");
}
