using MLNet.WeightInit.Engine.Training;

namespace MLNet.WeightInit.Engine.Diagnostics.Comparing;

/// <summary>Turns trainings into the comparison.</summary>
internal sealed class ComparisonBuilder
{
    /// <summary>Of the reference's improvement on the best constant: its whole improvement would be out of reach of half of its own seeds.</summary>
    const double TargetShare = 0.9;

    /// <summary>From one rate of the sweep to the next.</summary>
    const double DecadesPerRate = 0.5;

    readonly ComparisonSetup _setup;
    readonly SeedStatistics _statistics;
    readonly TrialRecord[][] _own, _sweep;
    readonly double _constant, _largestInitialLoss;
    readonly double? _target;

    /// <param name="records">In any order: one a candidate and seed at the options' own rate, and one more for each rate and seed of the sweep.</param>
    ComparisonBuilder(ComparisonSetup setup, IReadOnlyList<TrialRecord> records)
    {
        _setup = setup;
        _statistics = new SeedStatistics(setup.Method, setup.Confidence, setup.FirstSeed);
        _own = Grouped(record => record.RateIndex == setup.OwnRate);
        _sweep = Grouped(record => record.RateIndex != setup.OwnRate);
        _constant = records[0].Trial.BestConstantLoss;
        _largestInitialLoss = records.Select(FirstLoss).Where(double.IsFinite).DefaultIfEmpty().Max();
        _target = setup.TargetLoss ?? Target();

        TrialRecord[][] Grouped(Func<TrialRecord, bool> belongs) => [.. Enumerable.Range(0, setup.Initializers.Count)
            .Select(candidate => records.Where(record => record.Candidate == candidate && belongs(record)).OrderBy(record => record.RateIndex).ThenBy(record => record.Seed).ToArray())];
    }

    public static InitializationComparison Build(ComparisonSetup setup, IReadOnlyList<TrialRecord> records) => new ComparisonBuilder(setup, records).Build();

    InitializationComparison Build()
    {
        CandidateResult[] results = [.. Enumerable.Range(0, _own.Length).Select(Candidate)];
        double[] adjusted = SeedStatistics.Holm([.. results.Skip(1).Select(result => result.PValue!.Value)]);
        int[] byLoss = [.. Enumerable.Range(0, results.Length).OrderBy(i => results[i].HeldOutLoss.Value)];
        int[] byCost = [.. Enumerable.Range(0, results.Length).OrderBy(i => results[i].OperationsToTarget ?? double.PositiveInfinity).ThenBy(i => results[i].HeldOutLoss.Value)];
        return new InitializationComparison
        {
            Candidates = [.. results.Select((result, i) => result with
            {
                AdjustedPValue = i == 0 ? null : SignificantDigits.Round(adjusted[i - 1]),
                Rank = Array.IndexOf(byLoss, i) + 1,
                CostRank = Array.IndexOf(byCost, i) + 1,
            })],
            FirstSeed = _setup.FirstSeed,
            Seeds = _setup.Seeds,
            Steps = _setup.Steps,
            EvaluatedSteps = [.. Enumerable.Range(0, _setup.Steps + 1).Where(step => step == _setup.Steps || step % TrainingTrial.IntervalOf(_setup.Steps) == 0)],
            Optimizer = _setup.Optimizer,
            LearningRate = _setup.LearningRates[_setup.OwnRate],
            LearningRates = _setup.LearningRates,
            SweepSeeds = _setup.SweepSeeds,
            Loss = _setup.Loss,
            Metric = _setup.Metric,
            HigherMetricIsBetter = _setup.HigherMetricIsBetter,
            TrainingRows = _setup.TrainingRows,
            HeldOutRows = _setup.HeldOutRows,
            BestConstantLoss = SignificantDigits.Round(_constant),
            TargetLoss = _target is { } target ? SignificantDigits.Round(target) : null,
            Confidence = _setup.Confidence,
            Method = _setup.Method,
        };
    }

    CandidateResult Candidate(int candidate)
    {
        TrialRecord[] own = _own[candidate], reference = _own[0];
        string name = _setup.Initializers[candidate];
        double[] losses = [.. own.Select(CountedLoss)], steps = [.. own.Select(record => (double)(StepsToTarget(record) ?? _setup.Steps))];
        double[] differences = [.. losses.Zip(reference.Select(CountedLoss), (loss, other) => loss - other)];
        bool isReference = candidate == 0;
        return new CandidateResult
        {
            Initializer = name,
            Rank = 0,
            CostRank = 0,
            HeldOutLoss = _statistics.Mean(losses, $"loss/{name}", _setup.LossIsNonNegative ? (0, double.PositiveInfinity) : null),
            Deviation = _statistics.Deviation(losses, $"deviation/{name}"),
            Metric = MeanOrNull(own.Where(record => record.Trial.IsComplete).Select(Metric), $"metric/{name}", _setup.MetricRange),
            Gap = MeanOrNull(own.Where(record => record.Trial.IsComplete).Select(record => (double?)(FinalLoss(record) - record.Trial.TrainingLoss)), $"gap/{name}"),
            LossDifference = isReference ? null : _statistics.Mean(differences, $"difference/{name}"),
            MetricDifference = isReference ? null
                : MeanOrNull(own.Zip(reference).Where(pair => pair.First.Trial.IsComplete && pair.Second.Trial.IsComplete).Select(pair => Metric(pair.First) - Metric(pair.Second)), $"metric difference/{name}"),
            PValue = isReference ? null : SignificantDigits.Round(SeedStatistics.PairedProbability(differences)),
            ReachedShare = _target is null ? null : SignificantDigits.Round((double)own.Count(record => StepsToTarget(record) is not null) / own.Length),
            StepsToTarget = _target is null ? null : _statistics.Mean(steps, $"steps/{name}", (0, _setup.Steps)),
            StepsDifference = isReference || _target is null ? null : _statistics.Mean([.. steps.Zip(reference, (step, other) => step - (StepsToTarget(other) ?? _setup.Steps))], $"steps difference/{name}"),
            LearningRateDecades = _target is null || _setup.SweepSeeds == 0 ? null
                : SignificantDigits.Round(DecadesPerRate * own.Concat(_sweep[candidate]).Count(record => record.Seed < _setup.SweepSeeds && StepsToTarget(record) is not null) / _setup.SweepSeeds),
            FailedShare = SignificantDigits.Round((double)own.Count(HasFailed) / own.Length),
            CalibrationOperations = SignificantDigits.Round(own.Max(record => record.Trial.CalibrationOperations)),
            OperationsToTarget = _target is null ? null : SignificantDigits.Round(OperationsToTarget(own)),
            Trials = [.. own.Select(Public)],
            Sweep = [.. _sweep[candidate].Select(Public)],
        };
    }

    ComparisonTrial Public(TrialRecord record) => new()
    {
        Seed = _setup.FirstSeed + record.Seed,
        LearningRate = _setup.LearningRates[record.RateIndex],
        Verdict = record.Verdict,
        HeldOutLosses = [.. record.Trial.Points.Select(point => SignificantDigits.Round(point.Loss))],
        HeldOutLoss = SignificantDigits.Round(FinalLoss(record)),
        TrainingLoss = SignificantDigits.Round(record.Trial.TrainingLoss),
        Metric = _setup.Metric is null ? null : SignificantDigits.Round(Metric(record) ?? double.NaN),
        StepsToTarget = StepsToTarget(record),
        HasFailed = HasFailed(record),
    };

    /// <summary>Of the best constant's loss: what gains less has learned nothing that a target could be made of.</summary>
    const double LeastGain = 0.002;

    double? Target()
    {
        double start = double.IsNaN(_constant) ? SeedStatistics.MedianOf(_own[0].Select(InitialLoss)) : _constant;
        double[] ends = [.. _own.Select(own => SeedStatistics.MedianOf(own.Select(CountedLoss)))];
        double least = start - LeastGain * Math.Abs(start), end = ends[0] < least ? ends[0] : ends.Min();
        return end < least ? start - TargetShare * (start - end) : null;
    }

    /// <summary>As the sum over seeds of what they cost, over the number of those that reach the target.</summary>
    double OperationsToTarget(TrialRecord[] own)
    {
        double sum = 0;
        int reached = 0;
        foreach (TrialRecord record in own)
        {
            int? steps = StepsToTarget(record);
            reached += steps is null ? 0 : 1;
            double rows = steps is null ? record.Trial.TrainedRows : record.Trial.Points.First(point => point.Step == steps).TrainedRows;
            sum += record.Trial.CalibrationOperations + rows * record.Trial.OperationsPerRow;
        }
        return reached > 0 ? sum / reached : double.PositiveInfinity;
    }

    int? StepsToTarget(TrialRecord record)
    {
        foreach (TrialPoint point in record.Trial.Points)
            if (point.Loss <= _target)
                return (int)point.Step;
        return null;
    }

    IntervalEstimate? MeanOrNull(IEnumerable<double?> values, string purpose, (double Lowest, double Highest)? range = null)
    {
        double[] finite = [.. values.Where(value => value is { } number && double.IsFinite(number)).Select(value => value!.Value)];
        return finite.Length > 1 ? _statistics.Mean(finite, purpose, range) : null;
    }

    bool HasFailed(TrialRecord record) => !(FinalLoss(record) < Fallback(record));

    /// <summary>What a user would have who gave up the network.</summary>
    double Fallback(TrialRecord record) => double.IsNaN(_constant) ? InitialLoss(record) : _constant;

    double CountedLoss(TrialRecord record) => FinalLoss(record) is var loss && double.IsFinite(loss) ? loss : Fallback(record);

    double? Metric(TrialRecord record) => record.Trial.IsComplete ? record.Trial.Points[^1].Metric : null;

    /// <summary>Before the first step; where that is not finite, the largest that is.</summary>
    double InitialLoss(TrialRecord record) => FirstLoss(record) is var loss && double.IsFinite(loss) ? loss : _largestInitialLoss;

    static double FirstLoss(TrialRecord record) => record.Trial.Points.Count > 0 ? record.Trial.Points[0].Loss : double.NaN;

    static double FinalLoss(TrialRecord record) => record.Trial.IsComplete && double.IsFinite(record.Trial.Points[^1].Loss) ? record.Trial.Points[^1].Loss : double.NaN;
}
