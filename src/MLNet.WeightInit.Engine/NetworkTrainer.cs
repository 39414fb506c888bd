using MLNet.WeightInit.Engine.Data;
using MLNet.WeightInit.Engine.Diagnostics;
using MLNet.WeightInit.Engine.Kernels;
using MLNet.WeightInit.Engine.Network;
using MLNet.WeightInit.Engine.Persistence;
using MLNet.WeightInit.Engine.Training;

namespace MLNet.WeightInit.Engine;

/// <summary>What a training gives: the network, how its loss went, and how it was initialized.</summary>
internal sealed record TrainingResult(FeedForwardNetwork Network, TrainingHistory History, InitializationReport Initialization);

/// <summary>Plans, fills, measures and trains a network on rows in memory: the whole of a training, from rows to model.</summary>
/// <remarks>The engine's composition root, with <see cref="PreparedTraining"/>, <see cref="StartMeasurement"/> and <see cref="TrainedReport"/>: they alone see every folder.</remarks>
internal static class NetworkTrainer
{
    /// <param name="validation">Rows to validate on; null lets <see cref="TrainingOptions.ValidationFraction"/> take them from the training rows.</param>
    /// <param name="stream">What is known of rows that are streamed; <paramref name="data"/> is its sample then, and <paramref name="validation"/> its validation rows or others. Null: the data are all rows.</param>
    /// <param name="start">A model to go on from, with its standardization and a new optimizer; null: initialized weights.</param>
    /// <exception cref="ArgumentOutOfRangeException">The model to go on from has another architecture.</exception>
    /// <exception cref="InvalidOperationException">The network would be too large, an initializer failed, or a feature spans more than a float holds.</exception>
    /// <exception cref="NonFiniteTrainingException">The loss or a weight stopped being finite.</exception>
    /// <exception cref="OperationCanceledException">Training was cancelled and the options don't ask for the best model so far.</exception>
    public static TrainingResult Train(TrainingSet data, TrainingOptions options, TrainingSet? validation = null, TrainingStart? start = null, StreamSurvey? stream = null)
    {
        using var pool = new WorkerPool(options.Threads);
        var training = new PreparedTraining(data, options, validation, start, stream, pool);
        start?.CopyTo(training.Network);
        var measurement = new StartMeasurement(training);
        InitializationReport report = start?.Initialization ?? measurement.Run();
        if (options.NumberOfEpochs == 0 || options.OnlyMeasures)
            return new TrainingResult(training.Network, new TrainingHistory([], 0, "Not trained: 0 epochs were asked for."), report);
        var trained = new TrainedReport(training, report, measurement.Probe);
        try
        {
            TrainingHistory history = RunEpochs(training, trained.Steps, Advice(report, training.Options));
            training.Network.ParametersChanged();
            return new TrainingResult(training.Network, history, trained.Finish(history));
        }
        catch (NonFiniteTrainingException exception)
        {
            exception.Initialization = trained.Fail();
            throw;
        }
    }

    static TrainingHistory RunEpochs(PreparedTraining training, EarlySteps early, string advice)
    {
        TrainingOptions options = training.Options;
        EpochChoice? choice = !training.Validates && training.Stream is null && TrainingBudget.SearchesEpochs(options, training.Data.Rows, training.Network.Layout) ? new EpochChoice() : null;
        using TrainingCheckpoint? checkpoint = options.Checkpoint is { } settings
            ? new TrainingCheckpoint(settings, TrainingFingerprint.Of(training.Network, options, training.Data, training.Validation, searches: choice is not null, training.Stream))
            : null;
        EpochRows rows = training.Stream is { } stream ? new StreamedRows(stream, training.Gatherer, options.BatchSize, options.Seed) : new ResidentRows(training.Gatherer, training.TrainingRows, options.Seed);
        (BatchGatherer Gatherer, int[] Rows)? held = training.ValidationRows();
        options.Trial?.BestConstantLoss = training.PriorLoss(held!.Value.Gatherer, held.Value.Rows);
        var run = new TrainingRun(training.Network, options, rows, held, training.Kernels, training.RateMultipliers, advice, choice, early);
        bool resumed = checkpoint?.TryResume(run.Exchange) == true;
        if (choice is not null && !resumed)
        {
            var search = new EpochSearch(choice, training.Network, options, training.Data, training.TrainingRows, training.NewGatherer, training.Kernels.Pool, training.RateMultipliers, advice);
            if (search.Run() is { } interrupted)
                return interrupted;
            checkpoint?.Save(0, always: true, run.Exchange);
        }
        return run.Train(checkpoint);
    }

    static string Advice(InitializationReport report, TrainingOptions options)
        => report.Verdict == Verdict.Healthy
            ? $"The initialization was healthy, so look at the {(options.Optimizer.IsFullBatch ? "features' and labels' range" : "learning rate")} first"
            : $"The initialization report says {report.Verdict}";
}
