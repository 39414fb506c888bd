using MLNet.WeightInit.Engine.Data;
using MLNet.WeightInit.Engine.Kernels;
using MLNet.WeightInit.Engine.Network;
using MLNet.WeightInit.Engine.Training;
using MLNet.WeightInit.Engine.Training.Losses;

namespace MLNet.WeightInit.Engine.Diagnostics.Rates;

/// <summary>Judges the learning rate of a training before it begins, and at <see cref="DiagnosticsLevel.Full"/> looks for a better one. A pure function of data, options and seed.</summary>
internal sealed class RateStudy
{
    /// <summary>A network of more parameters is not copied for a trial.</summary>
    public const int MostParameters = 1 << 25;

    /// <summary>Of a trial at <see cref="DiagnosticsLevel.Summary"/>: enough to see a loss that rises, and few beside the thousands of a training.</summary>
    const int QuickSteps = 8;

    /// <summary>Of the trial that confirms what the quick one saw: a catapult's loss has come down again by then (Lewkowycz et al. 2020).</summary>
    const int ConfirmingSteps = 32;

    /// <summary>Multiple of the start's loss from which the quick trial wants confirmation: its last two batches are other rows than the start was measured on, and the confirming trial compares the same rows.</summary>
    const double SuspiciousRise = 1.05;

    /// <summary>Multiplications and additions that all products with the Hessian may take.</summary>
    const double MostWork = 2.5e10;

    /// <summary>Cohen et al. 2022 measure the preconditioned curvature when the averages of squares have settled. A large network's steps take as long as its iterations.</summary>
    const int UsualPreconditioningSteps = 20, LargePreconditioningSteps = 10;

    /// <summary>Share of the loss that a trial shall gain on the start, or the best constant, to train: what a network that has died gains by its biases, and by the noise of its batches, is less. Half of what a smaller rate gains, where that
    /// is little.</summary>
    const double EdgeGain = 0.1;

    /// <summary>Where a ladder follows.</summary>
    const double CoarseResolution = 2;

    const int FewestComparedRows = 20;

    /// <summary>Trials of steps of more products are made one after the other, each by all threads, for which these are enough; and of more parameters, since a copy for each would fill the memory.</summary>
    const double MostProductsAtOnce = 2.5e7;
    const int MostParametersAtOnce = 1 << 21;

    const int FewestCurvatureRows = 32, FewestRows = 32;

    readonly FeedForwardNetwork _network;
    readonly BatchGatherer _gatherer;
    readonly int[] _rows;
    readonly TrainingOptions _options;
    readonly PassKernels _kernels, _trialKernels;
    readonly WorkerPool _trialPool;
    readonly IReadOnlyList<float> _rateMultipliers;
    readonly float _weightDecay;
    readonly double _prior;
    readonly TrialWork _work;
    readonly RateTrial _trial;
    readonly StabilityBound _bound;
    readonly Func<long, FeedForwardNetwork> _redraw;
    readonly List<FeedForwardNetwork> _starts;

    RateStudy(FeedForwardNetwork network, BatchGatherer gatherer, int[] rows, long trainingRows, TrainingOptions options, PassKernels kernels, IReadOnlyList<float> rateMultipliers, double prior, Func<long, FeedForwardNetwork> redraw)
    {
        _network = network;
        _gatherer = gatherer;
        _rows = rows;
        _options = options;
        _kernels = kernels;
        _work = TrialWork.Of(network, gatherer);
        _rateMultipliers = rateMultipliers;
        _weightDecay = TrainingBudget.WeightDecay(options.Optimizer, trainingRows, options.WeightDecay);
        _prior = prior;
        _trial = new RateTrial(network, gatherer, rows, options with { BatchSize = Math.Min(options.BatchSize, LargestBatch(_work)) }, kernels, rateMultipliers, _weightDecay);
        bool atOnce = _work.Products(BatchRows) <= MostProductsAtOnce && network.Parameters.Length <= MostParametersAtOnce;
        (_trialPool, _trialKernels) = atOnce ? (kernels.Pool, kernels with { Pool = WorkerPool.CallerOnly }) : (WorkerPool.CallerOnly, kernels);
        _bound = StabilityBound.Of(options.Optimizer);
        _redraw = redraw;
        _starts = [network];
    }

    /// <param name="network">Initialized; is not changed.</param>
    /// <param name="rows">Training rows in memory, in the order that training begins with.</param>
    /// <param name="trainingRows">How many there are in all, streamed ones too.</param>
    /// <param name="rateMultipliers">As for <see cref="TrainingStep"/>.</param>
    /// <param name="initialLoss">Of the probe; where it isn't finite no step is tried.</param>
    /// <param name="prior">Loss of the best constant; NaN where unknown.</param>
    /// <param name="redraw">Another start of the same plan, by a seed.</param>
    /// <returns>Null where no rate is used (L-BFGS, a search for the rate) or the network is too large to copy.</returns>
    public static RateMeasurement? Measure(FeedForwardNetwork network, BatchGatherer gatherer, int[] rows, long trainingRows, TrainingOptions options, PassKernels kernels, IReadOnlyList<float> rateMultipliers,
        double initialLoss, double prior, Func<long, FeedForwardNetwork> redraw)
    {
        // Where heads' classes have weights, a batch's sum of losses has no one weight to be divided by.
        if (options.Optimizer.IsFullBatch || options.Loss is HeadsLoss { HasClassWeights: true } || options.RangeTest is not null || network.Parameters.Length > MostParameters || !double.IsFinite(initialLoss) || options.Diagnostics == DiagnosticsLevel.Off)
            return null;
        var study = new RateStudy(network, gatherer, rows, trainingRows, options, kernels, rateMultipliers, prior, redraw);
        var course = new TrialCourse(options, trainingRows);
        bool isFull = options.Diagnostics == DiagnosticsLevel.Full;
        RateBudget budget = study.Budget(course);
        TrialOutcome asked = isFull || options.TriesRate ? study._trial.Run(budget.Steps, course.Rates(budget.Steps)) : study.Quick(course, initialLoss);
        return new RateMeasurement(asked, course.Highest, options.Optimizer.UsualLearningRate, isFull ? study.Advise(course, budget) : null, TrainingBudget.UpdatesAnEpoch(trainingRows, options));
    }

    /// <summary>Rows of a trial's batch: where even the fewest steps would take too much, less than training has.</summary>
    static int LargestBatch(TrialWork work) => (int)Math.Clamp(RateBudget.LargeWork / (RateBudget.UsualRates * RateBudget.FewestSteps * work.Products(1)), FewestRows, RateTrial.MostRows);

    int PreconditioningSteps => Curvature.IsLarge(_network) ? LargePreconditioningSteps : UsualPreconditioningSteps;

    int BatchRows => Math.Min(_trial.BatchSize, _rows.Length);

    RateBudget Budget(TrialCourse course) => RateBudget.Of(_work.Products(BatchRows) + _work.Start / Math.Clamp(course.Steps, RateBudget.FewestSteps, RateBudget.MostSteps), course.Steps);

    /// <summary>Most trainings are done with after <see cref="QuickSteps"/>.</summary>
    TrialOutcome Quick(TrialCourse course, double initialLoss)
    {
        double[] losses = _trial.Losses(QuickSteps, course.Rates(QuickSteps));
        double end = losses.Length < QuickSteps ? double.PositiveInfinity : (losses[^1] + losses[^2]) / 2;
        double reference = Math.Max(initialLoss, double.IsNaN(_prior) ? initialLoss : _prior);
        return end - reference <= (SuspiciousRise - 1) * Math.Abs(reference) ? new TrialOutcome(QuickSteps, initialLoss, end) : _trial.Run(ConfirmingSteps, course.Rates(ConfirmingSteps));
    }

    LearningRateAdvice Advise(TrialCourse course, RateBudget budget)
    {
        (double curvature, string curvatureReason) = MeasureCurvature();
        double guess = _bound.Bound / curvature;
        if (!(guess is > 1e-7 and < 1e4))
            guess = _options.Optimizer.UsualLearningRate;
        (RateEdge edge, int tried) = Edge(budget, guess);
        bool compares = budget.Folds > 0 && _rows.Length >= FewestComparedRows && !double.IsNaN(Top(edge));
        ComparedRate compared = compares ? Comparison(course, budget).Choose(Top(edge), course.Highest) : ComparedRate.None;
        int warmUp = compared.WarmUpSteps, rise = budget.Steps / 2;
        if (double.IsNaN(compared.Rate) && !double.IsNaN(edge.Diverged) && _trial.Run(budget.Steps, step => WarmUpGain * edge.Stable * Math.Min(1, (step + 1.0) / (rise + 1))).HasLearned(_prior))
            warmUp = rise;
        return AdviceText.Write(edge, tried, curvature, curvatureReason, _bound, budget, _trial.BatchSize, warmUp, compared, course.Highest);
    }

    /// <summary>From where rates are compared: where no rate trains from every start, the one at which half of them do.</summary>
    static double Top(in RateEdge edge) => double.IsNaN(edge.Stable) ? edge.Diverged : edge.Stable;

    /// <summary>First in the training's own order of the rows, then on a ladder around what that found, in several.</summary>
    (RateEdge Edge, int Tried) Edge(in RateBudget budget, double guess)
    {
        int steps = budget.Steps;
        bool isAlone = budget.Draws == 1;
        RateSearch search = RateSearch.Run(rate => _trial.Run(steps, _ => rate) is var outcome && outcome.HasLearned(_prior) ? 1 : outcome.HasRisen(_prior) ? -1 : 0, guess,
            isAlone ? budget.Folds == 0 ? RateSearch.LargeResolution : RateSearch.Resolution : CoarseResolution, budget.Folds == 0 ? RateSearch.LargeFactor : RateSearch.UsualFactor);
        if (isAlone || double.IsNaN(search.Stable) || double.IsNaN(search.Diverged))
            return (new RateEdge(search.Stable, search.Diverged, 0), search.Trials);
        double gain = Math.Min(EdgeGain, _trial.Run(steps, _ => search.Stable / 4).Gain(_prior) / 2);
        RateTrial[] trials = [Trial(0, _rows, _options.Seed), .. Enumerable.Range(1, budget.Draws - 1).Select(draw => Trial(draw, _rows, Seed($"draw {draw}")))];
        var trains = new bool[trials.Length];
        RateEdge edge = RateEdge.Find(Share, search.Stable);
        return (edge, search.Trials + edge.Rungs);

        double Share(double rate)
        {
            _trialPool.Run(trials.Length, draw => trains[draw] = trials[draw].Run(steps, _ => rate).Gain(_prior) > gain);
            return trains.Count(one => one) / (double)trains.Length;
        }
    }

    /// <summary>Folds in the order of a keyed draw. Of many rows only some are held out: more would measure the loss no better, and cost more than the steps.</summary>
    RateComparison Comparison(TrialCourse course, RateBudget budget)
    {
        const int MostHeldOut = 1024, Parts = 5;
        int steps = budget.ComparedSteps;
        int[] order = [.. _rows];
        new RandomSource(_options.Seed, "diagnostics/rates/folds").Shuffle(order);
        int size = Math.Clamp(order.Length / Parts, 1, MostHeldOut);
        var trials = new List<RateTrial>();
        var held = new List<int[]>();
        for (int fold = 0; fold < budget.Folds; fold++)
        {
            int[] part = order[(fold * size)..Math.Min(order.Length, (fold + 1) * size)];
            Array.Sort(part);
            held.Add(part);
            trials.Add(Trial(fold, [.. _rows.Except(part)], Seed($"fold {fold}")));
        }
        return new RateComparison(budget.Folds, (fold, rate) => trials[fold].HeldOutLoss(steps, rate, held[fold]), steps, course.Shape(steps), course.IsConstant, _trialPool);
    }

    /// <summary>On some of the rows, in an order of its own, and from a start of its own but for the first: an edge is one of all that this plan may draw.</summary>
    RateTrial Trial(int draw, int[] rows, long order)
    {
        while (_starts.Count <= draw)
            _starts.Add(_redraw(Seed($"start {_starts.Count}")));
        return new RateTrial(_starts[draw], _gatherer, rows, _options with { BatchSize = _trial.BatchSize, Seed = order }, _trialKernels, _rateMultipliers, _weightDecay);
    }

    long Seed(string purpose) => new RandomSource(_options.Seed, $"diagnostics/rates/{purpose}").NextUInt32();

    /// <summary>What a warm-up must allow: rates that are so many times as large as without.</summary>
    public const double WarmUpGain = 2;

    (double Curvature, string Reason) MeasureCurvature()
    {
        if (_options.TiedWeights || _options.WeightNormalization)
            return (double.NaN, "Tied and normalized weights are trained in other coordinates than the network's, whose curvature would say nothing.");
        if (double.IsNaN(_bound.Bound))
            return (double.NaN, $"{_options.Optimizer.Name}'s steps have a length of their own, whatever the curvature.");
        if (_bound.IsPreconditioned && _work.IsLazy)
            return (double.NaN, $"Updates are lazy, and {_options.Optimizer.Name}'s averages of a rare feature have seen a batch or two after {PreconditioningSteps} steps: what they precondition isn't what training does.");
        int count = (int)Math.Clamp(MostWork / (3.0 * 2 * Curvature.Iterations * _network.Parameters.Length), FewestCurvatureRows, RateTrial.MostRows);
        int[] rows = ProbeSample.Choose(_gatherer.Data, _rows, _options.Loss.ClassColumn(_options.Task), _options.Seed, count);
        var copy = new FeedForwardNetwork(_network.Layout, _network.Task, _network.FeatureScale, _network.TargetScale);
        _network.Parameters.Span.CopyTo(copy.Parameters.Span);
        float[]? scales = null;
        string place = "at the start";
        if (_bound.IsPreconditioned)
        {
            double rate = Math.Min(_options.LearningRate, _options.Optimizer.UsualLearningRate);
            int taken = _trial.Losses(PreconditioningSteps, _ => rate, step =>
            {
                step.Pass.Network.Parameters.Span.CopyTo(copy.Parameters.Span);
                scales = RateScales((step.State2 ?? step.State1)!.Span);
            }).Length;
            if (taken < PreconditioningSteps)
                return (double.NaN, "The loss stopped being finite before the averages of squared gradients had settled.");
            place = $"after {PreconditioningSteps} steps at a rate of {NumberText.Format(rate)}, of the Hessian preconditioned by {_options.Optimizer.Name}'s averages of squared gradients";
        }
        else if (_rateMultipliers.Any(multiplier => multiplier != 1))
            scales = RateScales([]);
        var gradient = new ProbeGradient(copy, _gatherer, rows, _options, _kernels);
        double decay = _options.Optimizer.HasDecoupledDecay ? 0 : _weightDecay;
        int iterations = Curvature.IterationsOf(copy);
        return (Curvature.Largest(copy, gradient, decay, scales, _options.Seed, _kernels.Pool, iterations),
            $"Up to {iterations} Lanczos iterations with central differences of the gradient on {rows.Length} rows, {place}.");
    }

    /// <summary>Roots of what a step multiplies gradients by, beside the rate.</summary>
    float[] RateScales(ReadOnlySpan<float> meanSquares)
    {
        int layers = _network.Layout.Layers.Count;
        float[] scales = Curvature.ByRegion(_network.Layout, layer => _rateMultipliers[2 * layer], layer => _rateMultipliers[2 * layer + 1], ofEmbeddings: 1, ofNormalization: 1);
        for (int i = 0; i < _network.Layout.Embeddings.Count; i++)
            scales.AsSpan((int)_network.Layout.Embeddings[i].Offset, (int)_network.Layout.Embeddings[i].Length).Fill(_rateMultipliers[2 * layers + i]);
        double power = 1;
        for (int step = 0; step < PreconditioningSteps; step++)
            power *= _bound.SquareDecay;
        for (int i = 0; i < scales.Length; i++)
        {
            double multiplier = meanSquares.IsEmpty ? scales[i] : scales[i] / (Math.Sqrt(meanSquares[i] / (1 - power)) + _bound.Epsilon);
            // A parameter without any gradient yet (a dead unit's, padding) would have 1 / epsilon, and no curvature to go with it but rounding.
            scales[i] = !meanSquares.IsEmpty && meanSquares[i] == 0 ? 0 : (float)Math.Sqrt(multiplier);
        }
        return scales;
    }
}
