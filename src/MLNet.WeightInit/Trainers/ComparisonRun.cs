using System.Globalization;
using System.Collections.Concurrent;
using System.Runtime.ExceptionServices;
using MLNet.WeightInit.Engine;
using MLNet.WeightInit.Engine.Data;
using MLNet.WeightInit.Engine.Diagnostics.Comparing;
using MLNet.WeightInit.Engine.Training;
using MLNet.WeightInit.Engine.Training.Metrics;

namespace MLNet.WeightInit;

/// <summary>The trainings of a comparison, once a trainer has read the rows.</summary>
/// <param name="candidates">Resolved.</param>
/// <param name="options">A copy of its own, checked.</param>
internal sealed class ComparisonRun(IReadOnlyList<WeightInitializer> candidates, ComparisonOptions options)
{
    const double UsualFraction = 0.2;
    const int MostHeldOutRows = 1_000;

    public IReadOnlyList<WeightInitializer> Candidates => candidates;

    /// <summary>Null before <see cref="Run"/>.</summary>
    public InitializationComparison? Result { get; private set; }

    /// <param name="validation">Other rows to measure on; null: some of the data are kept out.</param>
    /// <param name="first">Of a training of the first seed.</param>
    /// <exception cref="InvalidOperationException">The rows are too few, or an initializer failed.</exception>
    public void Run(TrainingSet data, TrainingSet? validation, TrainingOptions first)
    {
        (int[] Training, int[] HeldOut)? split = validation is null ? Split(data, first) : null;
        int heldOutRows = validation?.Rows ?? split!.Value.HeldOut.Length;
        Metric? metric = first.Metric ?? DefaultMetric(first.Task, validation ?? data, split?.HeldOut ?? [.. Enumerable.Range(0, heldOutRows)]);
        (float[] rates, int ownRate) = LearningRates(first);
        int sweepSeeds = rates.Length > 1 ? Math.Min(options.LearningRateSeeds, options.Seeds) : 0;
        Job[] jobs =
        [
            .. from candidate in Enumerable.Range(0, candidates.Count) from seed in Enumerable.Range(0, options.Seeds) select new Job(candidate, seed, ownRate),
            .. from candidate in Enumerable.Range(0, candidates.Count) from rate in Enumerable.Range(0, rates.Length) where rate != ownRate from seed in Enumerable.Range(0, sweepSeeds) select new Job(candidate, seed, rate),
        ];
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(options.CancellationToken, first.CancellationToken);
        TrialRecord[] records = RunAll(jobs, Math.Min(first.Threads, jobs.Length), stop, Train, job => Progress(job));
        options.CancellationToken.ThrowIfCancellationRequested();
        first.CancellationToken.ThrowIfCancellationRequested();
        Result = ComparisonBuilder.Build(new ComparisonSetup
        {
            Initializers = [.. candidates.Select(candidate => candidate.Specification)],
            FirstSeed = first.Seed,
            Seeds = options.Seeds,
            Steps = options.Steps,
            Optimizer = first.Optimizer.Specification,
            LearningRates = rates,
            OwnRate = ownRate,
            SweepSeeds = sweepSeeds,
            Loss = first.Loss.Specification,
            LossIsNonNegative = first.Loss.IsNonNegative,
            Metric = metric?.Name,
            MetricRange = metric?.Range ?? (double.NegativeInfinity, double.PositiveInfinity),
            HigherMetricIsBetter = metric?.HigherIsBetter ?? true,
            TrainingRows = split?.Training.Length ?? data.Rows,
            HeldOutRows = heldOutRows,
            TargetLoss = options.TargetLoss,
            Confidence = options.Confidence,
            Method = options.Method,
        }, records);

        TrialRecord Train(Job job)
        {
            var trial = new TrainingTrial(options.Steps, split);
            TrainingOptions training = first with
            {
                Init = candidates[job.Candidate],
                Seed = first.Seed + job.Seed,
                LearningRate = rates[job.Rate],
                NumberOfEpochs = options.Steps,                // an epoch has at least one step
                MaximumSteps = options.Steps,
                EarlyStopping = false,
                RestoreBest = false,
                Progress = null,
                Threads = 1,
                Metric = metric,
                CancellationToken = stop.Token,
                Trial = trial,
            };
            Verdict verdict;
            try
            {
                verdict = NetworkTrainer.Train(data, training, validation).Initialization.Verdict;
            }
            catch (NonFiniteTrainingException exception)
            {
                verdict = exception.Initialization!.Verdict;    // a result, too
            }
            return new TrialRecord(job.Candidate, job.Seed, job.Rate, trial, verdict);
        }

        void Progress((TrialRecord Record, int Completed) done)
            => options.Progress?.Report(new ComparisonProgress(done.Completed, jobs.Length, candidates[done.Record.Candidate].Specification, first.Seed + done.Record.Seed, rates[done.Record.RateIndex],
                done.Record.Trial.Points.Count > 0 ? done.Record.Trial.Points[^1].Loss : double.NaN));
    }

    (int[] Training, int[] HeldOut) Split(TrainingSet data, TrainingOptions first)
    {
        double fraction = options.ValidationFraction ?? Math.Min(UsualFraction, (double)MostHeldOutRows / data.Rows);
        (int[] Training, int[] HeldOut) split = ValidationSplit.Draw(data, first.Loss.ClassColumn(first.Task), fraction, first.Seed);
        if (split.HeldOut.Length == 0 || split.Training.Length < 2)
            throw new InvalidOperationException(string.Create(CultureInfo.InvariantCulture, $"A comparison measures on rows that are kept out, and a share of {fraction:0.###} of {data.Rows} rows leaves {split.Training.Length} to train on and {split.HeldOut.Length} to measure on. Pass more rows, another ValidationFraction, or ValidationData."));
        return split;
    }

    /// <summary>What users know the task by; null for those that have none.</summary>
    static Metric? DefaultMetric(NetworkTask task, TrainingSet data, int[] rows)
    {
        string? name = task switch
        {
            NetworkTask.Multiclass or NetworkTask.Binary => "Accuracy",
            NetworkTask.Regression => "R2",
            NetworkTask.Multilabel => "MicroF1",
            _ => null,
        };
        return name is not null && Metrics.Parse(name) is { } metric && metric.IsDefinedFor(data, rows) ? metric : null;
    }

    /// <summary>Two a decade, as far up as down.</summary>
    (float[] Rates, int Own) LearningRates(TrainingOptions first)
    {
        int each = first.Optimizer.IsFullBatch ? 0 : options.LearningRateDecades;
        var rates = new float[2 * each + 1];
        for (int i = -each; i <= each; i++)
        {
            double rate = first.LearningRate;
            for (int k = 0; k < Math.Abs(i) / 2; k++)
                rate = i > 0 ? rate * 10 : rate / 10;
            if (i % 2 != 0)
                rate = i > 0 ? rate * Math.Sqrt(10) : rate / Math.Sqrt(10);
            rates[i + each] = (float)rate;
        }
        return (rates, each);
    }

    /// <summary>Runs jobs side by side; their results stand in the order of the jobs, whichever ends first.</summary>
    /// <param name="done">Called on this thread.</param>
    static TrialRecord[] RunAll(Job[] jobs, int threads, CancellationTokenSource stop, Func<Job, TrialRecord> run, Action<(TrialRecord Record, int Completed)> done)
    {
        var records = new TrialRecord?[jobs.Length];
        var failures = new ExceptionDispatchInfo?[jobs.Length];
        int next = -1;
        using var ended = new BlockingCollection<int>();
        Task[] workers = [.. Enumerable.Range(0, threads).Select(_ => Task.Factory.StartNew(Work, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default))];
        Task all = Task.WhenAll(workers).ContinueWith(_ => ended.CompleteAdding(), CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
        try
        {
            int completed = 0;
            foreach (int job in ended.GetConsumingEnumerable())
                if (records[job] is { } record)
                    done((record, ++completed));
        }
        finally
        {
            stop.Cancel();
            all.Wait();
        }
        // A training that failed cancels the others: theirs is not the message to show.
        (failures.FirstOrDefault(failure => failure is { SourceException: not OperationCanceledException }) ?? failures.FirstOrDefault(failure => failure is not null))?.Throw();
        return records!;

        void Work()
        {
            for (int job; !stop.IsCancellationRequested && (job = Interlocked.Increment(ref next)) < jobs.Length;)
            {
                try
                {
                    records[job] = run(jobs[job]);
                }
                catch (Exception exception)
                {
                    failures[job] = ExceptionDispatchInfo.Capture(exception);
                    stop.Cancel();
                }
                ended.Add(job);
            }
        }
    }

    readonly record struct Job(int Candidate, int Seed, int Rate);
}
