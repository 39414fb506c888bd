using MLNet.WeightInit.Engine.Data;
using MLNet.WeightInit.Engine.Diagnostics.Rates;
using MLNet.WeightInit.Engine.Kernels;
using MLNet.WeightInit.Engine.Network;
using MLNet.WeightInit.Engine.Tests.Training;
using MLNet.WeightInit.Engine.Training;
using MLNet.WeightInit.Engine.Training.Optimizers;

namespace MLNet.WeightInit.Engine.Tests.Diagnostics;

/// <summary>The edge over several draws, what trials may cost, and the choice of a rate: against edges, losses and trainings that are known.</summary>
internal sealed class RateChoiceTests
{
    static readonly double s_halfRung = Math.Sqrt(RateEdge.Step);

    /// <summary>The Hessian of a linear model's mean square is 2 / n (X, 1)ᵀ (X, 1) whatever the weights, and a step of all rows diverges above bound / λ_max: every draw at the same rate. A hundredth beside it 400 steps grow or shrink by
    /// more than e⁸, so that only the ladder's half rung is left.</summary>
    [TestCase("SGD", 2)]
    [TestCase("Momentum(momentum=0.5)", 3)]
    [TestCase("Momentum", 3.8)]
    public void A_quadratic_loss_diverges_where_theory_says(string optimizer, double bound)
    {
        const int Rows = 48, Features = 4;
        var random = new RandomSource(3, "quadratic");
        float[] features = new float[Rows * Features], targets = new float[Rows];
        random.FillNormal(features, 1);
        var hessian = new double[Features + 1, Features + 1];
        for (int row = 0; row < Rows; row++)
        {
            double[] x = [.. features.AsSpan(row * Features, Features).ToArray().Select(value => (double)value), 1];
            targets[row] = (float)(x[0] - 2 * x[1] + 0.5 * x[3] + 0.3);
            for (int i = 0; i <= Features; i++)
                for (int j = 0; j <= Features; j++)
                    hessian[i, j] += 2.0 / Rows * x[i] * x[j];
        }
        double edge = bound / PowerIteration(hessian);
        TrainingOptions options = Trainings.Options(NetworkTask.Regression, 1, [], optimizer: optimizer, epochs: 0) with { Diagnostics = DiagnosticsLevel.Full, Standardize = false, BatchSize = Rows, WeightDecay = 0 };
        LearningRateAdvice advice = NetworkTrainer.Train(new TrainingSet(features, Rows, Features, targets, 1), options).Initialization.LearningRateAdvice!;
        Assert.That(advice.DivergenceRate, Is.InRange(0.99 * edge / s_halfRung, 1.01 * edge * s_halfRung));
        Assert.That(advice.LargestStableRate, Is.InRange(0.99 * edge / RateEdge.Step, 1.01 * edge));
        Assert.That(advice.ProposedRate, Is.LessThan(0.72 * edge), "half a rung of two below the largest stable one at most, and what it was rounded by");
    }

    [Test]
    public void A_sharp_edge_is_found_within_half_a_rung([Values(1e-4, 0.37, 1, 50)] double limit, [Values(0.1, 0.6, 0.99, 1.3, 20)] double place)
    {
        RateEdge edge = RateEdge.Find(rate => rate < limit ? 1 : 0, limit * place);
        Assert.That(edge.Diverged, Is.InRange(limit / s_halfRung * (1 - 1e-12), limit * s_halfRung * (1 + 1e-12)));
        Assert.That(edge.Stable, Is.InRange(limit / RateEdge.Step * (1 - 1e-12), limit));
    }

    /// <summary>Nine draws with edges of their own: the ladder counts each of these to within half a rung, and so their mean on the logarithm.</summary>
    [Test]
    public void A_blurred_edge_is_the_geometric_mean_of_the_draws_edges([Range(1, 20)] int seed)
    {
        var random = new RandomSource(seed, "edges");
        double[] edges = [.. Enumerable.Range(0, 9).Select(_ => 0.1 * Math.Exp(1.2 * random.NextDouble()))];
        RateEdge edge = RateEdge.Find(rate => edges.Count(own => rate < own) / 9.0, edges[0] / 1.1);
        double mean = Math.Exp(edges.Average(Math.Log));
        // The ladder ends at two rungs at which most fail, e^(2 · 0.405) above the middle: of 1.2 on the logarithm none lies beyond.
        Assert.That(edge.Diverged, Is.InRange(mean / s_halfRung, mean * s_halfRung));
        Assert.That(edge.Stable, Is.LessThan(edges.Min()));
        Assert.That(edge.Stable * RateEdge.Step, Is.GreaterThanOrEqualTo(edges.Min()), "the next rung doesn't train in all");
    }

    /// <summary>One rung at which most fail by chance moves the edge by its own share, and doesn't end the ladder.</summary>
    [Test]
    public void A_failure_below_the_edge_is_no_edge()
    {
        const double Limit = 1, Guess = 0.01;
        int island = 5;
        RateEdge edge = RateEdge.Find(rate => rate > Limit ? 0 : Math.Abs(rate / (Guess * Math.Pow(RateEdge.Step, island)) - 1) < 0.01 ? 0.4 : 1, Guess);
        Assert.That(edge.Diverged, Is.InRange(Limit / s_halfRung / Math.Pow(RateEdge.Step, 0.6) * 0.999, Limit * s_halfRung / Math.Pow(RateEdge.Step, 0.6) * 1.001));
        Assert.That(edge.Stable, Is.EqualTo(Guess * Math.Pow(RateEdge.Step, island - 1)).Within(1e-9), "not above it, though the rungs there train");
    }

    [Test]
    public void A_ladder_ends_where_all_rates_train_or_none()
    {
        RateEdge all = RateEdge.Find(_ => 1, 0.1), none = RateEdge.Find(_ => 0, 0.1);
        Assert.That((all.Stable > 10, all.Diverged), Is.EqualTo((true, double.NaN)));
        Assert.That(none.Stable, Is.NaN);
    }

    /// <summary>A network of 100 layers of 256 units gets what it got before rates were compared; small ones get the whole training, nine times and at each rate on five parts.</summary>
    [Test]
    public void Trials_get_fewer_and_shorter_as_networks_grow()
    {
        const int Long = 3_000;
        Assert.That(RateBudget.Of(3.0 * 1_000 * 32, 264), Is.EqualTo(new RateBudget(264, 9, 5, 264)));
        Assert.That(RateBudget.Of(3.0 * 1_000 * 32, 900), Is.EqualTo(new RateBudget(RateBudget.MostSteps, 9, 5, 900)));
        Assert.That(RateBudget.Of(3.0 * 1_000 * 32, Long), Is.EqualTo(new RateBudget(RateBudget.MostSteps, 9, 5, RateBudget.MostComparedSteps)));
        Assert.That(RateBudget.Of(3.0 * 6_550_000 * 32, Long), Is.EqualTo(new RateBudget(RateBudget.FewestSteps, 1, 0, RateBudget.FewestSteps)));
        // 1.8e11 / (3e6 and 5e5 of overhead) are 51,428 steps, of which the edge takes 54.5 of 300, and seven rates on five parts the others.
        Assert.That(RateBudget.Of(3e6, Long), Is.EqualTo(new RateBudget(RateBudget.MostSteps, 9, 5, 1_002)));
        RateBudget last = RateBudget.Of(1, Long);
        for (double products = 1e4; products < 1e10; products *= 1.3)
        {
            RateBudget next = RateBudget.Of(products, Long);
            Assert.That((next.Draws <= last.Draws, next.Folds <= last.Folds, next.Steps <= last.Steps), Is.EqualTo((true, true, true)), $"{products}");
            Assert.That(next.Folds == 0 || next.Steps >= 40);
            Assert.That(next.Folds == 0 || next.ComparedSteps is >= 40 and <= RateBudget.MostComparedSteps);
            Assert.That(next.Steps == RateBudget.MostSteps ? next.ComparedSteps >= next.Steps : next.Draws <= 3, "first what is compared gets shorter");
            double trials = next.Draws > 1 ? 5 + 5.5 * next.Draws : RateBudget.UsualRates;
            Assert.That(next.Steps == RateBudget.FewestSteps || products * (next.Steps * trials + next.ComparedSteps * RateComparison.UsualTrials(next.Folds)) <= 1.8e11, $"{products}");
            last = next;
        }
    }

    /// <summary>A loss that is a parabola of the logarithm, l rungs from the options' rate to its lowest point: with the two rungs above it a rung r is judged 1 + s ((r + 1 − l)² + 2 / 3). Of those on the way to l − 1 the last but one is
    /// within a twentieth while s is at most 0.0517. Where that is the options' own, or no better, it is kept.</summary>
    [TestCase(0.03, 5, 0.051, 0, 0)]
    [TestCase(0.03, 5, 0.051, 1, 0)]
    [TestCase(0.03, 5, 0.051, 2, 1)]
    [TestCase(0.03, 5, 0.051, 3, 1)]
    [TestCase(0.03, 5, 0.051, 4, 2)]
    [TestCase(0.03, 5, 0.053, 4, 3)]
    [TestCase(0.12, 3, 0.051, -1, -1)]
    [TestCase(0.12, 3, 0.051, -3, -3)]
    [TestCase(0.12, 3, 0.051, -5, -5)]
    [TestCase(0.12, 3, 0.053, -5, -6)]
    public void The_first_rate_within_a_twentieth_of_the_lowest_is_chosen(double asked, int rung, double steepness, int lowest, int expected)
    {
        Assert.That(asked * (1 << rung), Is.InRange(0.5, 1), "the options' rate is that many rungs below the first");
        foreach (int folds in new[] { 2, 3 })
        {
            ComparedRate chosen = Compare(folds, rate => 1 + steepness * Math.Pow(Math.Log2(rate / asked) - lowest, 2)).Choose(stable: 1, asked);
            Assert.That(chosen.Rate, Is.EqualTo(asked * Math.Pow(2, expected)), "doubled and halved exactly");
            Assert.That(chosen.Loss, Is.EqualTo(1 + steepness * Math.Pow(expected - lowest, 2)).Within(1e-12));
            Assert.That(chosen.Asked, Is.EqualTo(1 + steepness * lowest * lowest).Within(1e-12));
            Assert.That((chosen.WarmUpSteps, chosen.Folds, chosen.LeadsAway), Is.EqualTo((0, folds, false)));
        }
    }

    /// <summary>12 rungs below the largest stable rate, 3 below the last that is tried. Its loss has no rungs above that were tried; a rung m below the lowest point, a half, is judged 1 + 0.1 ((m − 1)² + 2 / 3), and only the lowest, m = 1, is within a
    /// twentieth of itself.</summary>
    [Test]
    public void A_rate_below_the_ladder_is_compared_with_it()
    {
        ComparedRate chosen = Compare(2, rate => 1 + 0.1 * Math.Pow(Math.Log2(2 * rate), 2)).Choose(stable: 1, asked: Math.Pow(2, -12));
        Assert.That((chosen.Rate, chosen.LeadsAway), Is.EqualTo((0.25, false)));
        Assert.That(chosen.Asked, Is.EqualTo(1 + 0.1 * 121).Within(1e-12));
        Assert.That(Compare(2, rate => 1 + rate).Choose(stable: 1, asked: Math.Pow(2, -12)).Rate, Is.EqualTo(Math.Pow(2, -12)), "and kept where it is best");
    }

    /// <summary>The next rung down is within a twentieth of the lowest, which is three rungs down. On one part of the rows the gain must be a tenth, and there the second rung down is.</summary>
    [TestCase(3, 0.981, 0.05)]
    [TestCase(3, 0.979, 0.025)]
    [TestCase(1, 0.91, 0.05)]
    [TestCase(1, 0.89, 0.0125)]
    public void Another_rate_is_proposed_where_it_gains_enough(int folds, double below, double expected)
    {
        ComparedRate chosen = Compare(folds, rate => rate < 0.04 ? below : 1).Choose(stable: 1, asked: 0.05);
        Assert.That(chosen.Rate, Is.EqualTo(expected));
        Assert.That(chosen.Loss, Is.EqualTo(expected == 0.05 ? 1 : below).Within(1e-12));
    }

    /// <summary>A rate within a factor of 2 of the largest stable one isn't kept, though none is better, nor one above it.</summary>
    [TestCase(0.9, 0.45)]
    [TestCase(0.5, 0.5)]
    [TestCase(1, 0.5)]
    [TestCase(3, 0.375)]
    public void A_rate_next_to_the_edge_is_not_kept(double asked, double expected)
    {
        ComparedRate chosen = Compare(3, _ => 1).Choose(stable: 1, asked);
        Assert.That((chosen.Rate, chosen.LeadsAway), Is.EqualTo((expected, asked != expected)));
    }

    /// <summary>Unless it costs more than two hundredths; above the largest stable rate it may cost anything, since a training of which only some draws succeed has no such loss.</summary>
    [TestCase(0.9, 1.019, 0.45)]
    [TestCase(0.9, 1.021, 0.9)]
    [TestCase(1, 1.021, 1)]
    [TestCase(1.1, 1.5, 0.275)]
    public void A_rate_next_to_the_edge_is_kept_where_it_is_much_better(double asked, double others, double expected)
    {
        ComparedRate chosen = Compare(3, rate => rate == asked ? 1 : others).Choose(stable: 1, asked);
        Assert.That((chosen.Rate, chosen.LeadsAway), Is.EqualTo((expected, asked != expected)));
    }

    /// <summary>One fold in which a neighbour diverges is enough, and one with four times the rate.</summary>
    [TestCase(0.3)]
    [TestCase(0.6)]
    public void A_rate_whose_neighbour_diverges_is_not_kept(double edge)
    {
        var comparison = new RateComparison(3, (fold, rate) => fold == 1 && rate(39) > edge ? double.PositiveInfinity : 1 - 0.01 * rate(39), 40, _ => 1, isConstant: true, WorkerPool.CallerOnly);
        ComparedRate chosen = comparison.Choose(stable: 1, asked: 0.25);
        Assert.That((chosen.Rate, chosen.LeadsAway), Is.EqualTo((edge / 4 < 0.125 ? 0.0625 : 0.125, true)));
    }

    /// <summary>Where the options' rate can't be judged for what diverges above it, nothing is looked for still higher.</summary>
    [Test]
    public void Rates_above_those_that_diverge_are_not_tried()
    {
        double highest = 0;
        ComparedRate chosen = Compare(1, rate => { highest = Math.Max(highest, rate); return rate > 0.03 ? double.PositiveInfinity : 1; }).Choose(stable: 1, asked: 0.015625);
        Assert.That((chosen.Rate, highest), Is.EqualTo((0.00390625, 0.125)));
    }

    /// <summary>As far as the loss rises on both sides, and all rungs where it is flat; the options' rate where it is none of them; and a rise. Each on each part, and none twice.</summary>
    [TestCase(0.25, true, 6, 5)]
    [TestCase(0.03125, true, 7, 6)]
    [TestCase(0.03125, false, 11, 10)]
    [TestCase(1e-5, false, 12, 11)]
    public void A_comparison_takes_no_more_trials_than_are_counted(double asked, bool rises, int trials, int rates)
    {
        var tried = new List<(int Fold, double Rate, bool Rises)>();
        var comparison = new RateComparison(3, (fold, rate) => { tried.Add((fold, rate(39), rate(0) < rate(39))); return 1 + (rises ? Math.Abs(Math.Log2(rate(39) / asked)) : 0); }, 40, _ => 1, isConstant: true, WorkerPool.CallerOnly);
        ComparedRate chosen = comparison.Choose(stable: 1, asked);
        Assert.That(chosen.Rates, Is.EqualTo(rates));
        Assert.That(tried, Has.Count.EqualTo(3 * trials).And.Unique);
    }

    /// <summary>A network that learns nothing at the options' rate, nor at eight times that: the flat part is walked through.</summary>
    [Test]
    public void A_plateau_does_not_end_the_search()
    {
        const double Asked = 0.001;
        ComparedRate chosen = Compare(3, rate => rate < 10 * Asked ? 2.3 + 0.004 * Math.Sin(1e5 * rate) : 0.2).Choose(stable: 1, Asked);
        Assert.That(chosen.Rate, Is.GreaterThan(10 * Asked));
        Assert.That(chosen.Loss, Is.EqualTo(0.2).Within(1e-12));
    }

    /// <summary>A trial's rates are the schedule's shape, and a rise is linear to the rate, which it reaches after its last step.</summary>
    [Test]
    public void Trials_follow_the_schedule_or_rise_to_the_rate()
    {
        var seen = new List<double[]>();
        new RateComparison(1, (_, rate) => { seen.Add([.. Enumerable.Range(0, 40).Select(rate)]); return 1; }, 40, step => 1 - step / 40.0, isConstant: false, WorkerPool.CallerOnly).Choose(1, 0.25);
        Assert.That(seen, Has.Count.EqualTo(10));
        Assert.That(seen.Select(rates => rates[20] / rates[0]), Is.All.EqualTo(0.5));
        Assert.That(seen.Select(rates => rates[0]).OrderDescending(), Is.EqualTo(Enumerable.Range(0, 10).Select(rung => Math.Pow(2, -rung))));
        seen.Clear();
        new RateComparison(1, (_, rate) => { seen.Add([.. Enumerable.Range(0, 40).Select(rate)]); return 1; }, 40, _ => 1, isConstant: true, WorkerPool.CallerOnly).Choose(1, 0.25);
        Assert.That(seen[10].Take(7).Select(rate => rate / 0.25), Is.EqualTo(new[] { 1 / 6.0, 2 / 6.0, 3 / 6.0, 4 / 6.0, 5 / 6.0, 1, 1 }).Within(1e-12));
    }

    /// <summary>The loss falls up to a cliff between the second and the third rung: the third is next to it, of the fourth the fourfold is beyond, so it's the fifth.</summary>
    [Test]
    public void A_rate_next_to_one_that_diverges_is_not_chosen([Values(1, 5)] int folds)
    {
        ComparedRate chosen = Compare(folds, rate => rate > 0.4 ? double.PositiveInfinity : 1 - 0.05 * Math.Log2(rate)).Choose(stable: 1, asked: 2);
        Assert.That((chosen.Rate, chosen.Asked), Is.EqualTo((0.0625, double.PositiveInfinity)));
        Assert.That(Compare(folds, rate => 1 - 0.05 * Math.Log2(rate)).Choose(stable: 1, asked: 2).Rate, Is.EqualTo(0.5), "never the largest stable one itself");
        Assert.That(Compare(folds, _ => double.PositiveInfinity).Choose(stable: 1, asked: 2).Rate, Is.NaN);
    }

    [TestCase(0.98, 0)]
    [TestCase(0.96, 5)]
    public void A_rise_is_proposed_where_it_gains_three_hundredths(double share, int steps)
    {
        static double Loss(double rate) => 1 + 0.1 * Math.Pow(Math.Log(rate / 0.05), 2);
        var comparison = new RateComparison(2, (_, rate) => Loss(rate(39)) * (rate(0) < rate(39) ? share : 1), 40, _ => 1, isConstant: true, WorkerPool.CallerOnly);
        ComparedRate chosen = comparison.Choose(stable: 1, asked: 0.05);
        Assert.That((chosen.WarmUpSteps, chosen.Rate), Is.EqualTo((steps, chosen.Rate)));
        Assert.That(chosen.Rate, Is.EqualTo(0.05).Within(1e-9));
        Assert.That((chosen.Loss, chosen.Unwarmed), Is.EqualTo((steps > 0 ? share : 1, 1.0)).Within(1e-9), "with it and without");
        Assert.That(new RateComparison(2, (fold, rate) => Loss(rate(39)) * (rate(0) < rate(39) ? fold == 0 ? 1.001 : 0.9 : 1), 40, _ => 1, isConstant: true, WorkerPool.CallerOnly).Choose(1, 0.05).WarmUpSteps, Is.EqualTo(0), "not on every part");
        Assert.That(new RateComparison(2, (_, rate) => Loss(rate(63)) * (rate(0) < rate(63) ? share : 1), 64, _ => 1, isConstant: true, WorkerPool.CallerOnly).Choose(1, 0.05).WarmUpSteps, Is.EqualTo(steps > 0 ? 8 : 0), "an eighth");
        Assert.That(new RateComparison(2, (_, rate) => Loss(rate(39)) * (rate(0) < rate(39) ? share : 1), 40, _ => 1, isConstant: false, WorkerPool.CallerOnly).Choose(1, 0.05).WarmUpSteps, Is.EqualTo(0), "a schedule keeps its own");
    }

    /// <summary>The training's own measurements of rows that are kept out, after each step: a trial takes the mean of the last four of twenty.</summary>
    [TestCase("SGD")]
    [TestCase("Adam")]
    public void A_trial_measures_rows_that_it_does_not_train_on(string optimizer)
    {
        TrainingSet data = Trainings.Rings(200);
        int[] training = [.. Enumerable.Range(0, 200).Where(row => row % 5 != 0)], held = [.. Enumerable.Range(0, 40).Select(i => 5 * i)];
        TrainingOptions options = Trainings.Options(NetworkTask.Multiclass, 3, [16], optimizer: optimizer, epochs: 0) with { Standardize = false, EarlyStopping = false, Diagnostics = DiagnosticsLevel.Off };
        var watched = new TrainingTrial(20, (training, held));
        NetworkTrainer.Train(data, options with { NumberOfEpochs = 10, MaximumSteps = 20, Trial = watched });
        FeedForwardNetwork start = NetworkTrainer.Train(data, options with { Trial = new TrainingTrial(20, (training, held)) }).Network;
        PassKernels kernels = PassKernels.Create(SimdLevels.Best, WorkerPool.CallerOnly);
        var trial = new RateTrial(start, new BatchGatherer(data, AffineScale.None, AffineScale.None, 1, kernels.Rows, 256), training, options, kernels, [1, 1, 1, 1], TrainingBudget.WeightDecay(options.Optimizer, training.Length, null));
        Assert.That(trial.HeldOutLoss(20, _ => options.LearningRate, held), Is.EqualTo(watched.Points.Where(point => point.Step > 16).Average(point => point.Loss)).Within(1e-12));
        Assert.That(watched.Points.Count(point => point.Step > 16), Is.EqualTo(4));
        Assert.That(trial.HeldOutLoss(20, _ => 1e30, held), Is.EqualTo(double.PositiveInfinity));
        using var source = new CancellationTokenSource();
        var cancelled = new RateTrial(start, new BatchGatherer(data, AffineScale.None, AffineScale.None, 1, kernels.Rows, 256), training, options with { CancellationToken = source.Token }, kernels, [1, 1, 1, 1], weightDecay: 0);
        int steps = 0;
        Assert.That(() => cancelled.Run(20, _ =>
        {
            if (++steps == 3)
                source.Cancel();
            return options.LearningRate;
        }), Throws.InstanceOf<OperationCanceledException>());
        Assert.That(steps, Is.EqualTo(3));
    }

    /// <summary>Labels that nothing tells can't be foretold for rows held out, below the loss of the best constant; those that were trained on are learnt by heart within these steps.</summary>
    [Test]
    public void What_is_proposed_is_judged_by_rows_held_out()
    {
        const int Rows = 100, Features = 20;
        var random = new RandomSource(5, "coins");
        float[] features = new float[Rows * Features], targets = new float[Rows];
        random.FillNormal(features, 1);
        for (int row = 0; row < Rows; row++)
            targets[row] = random.NextInt32(2);
        TrainingOptions options = Trainings.Options(NetworkTask.Binary, 1, [64], optimizer: "Adam", epochs: 0) with { Diagnostics = DiagnosticsLevel.Full };
        InitializationReport report = NetworkTrainer.Train(new TrainingSet(features, Rows, Features, targets, 1), options).Initialization;
        LearningRateAdvice advice = report.LearningRateAdvice!;
        Assert.That(advice.ProposedLoss, Is.GreaterThan(0.85 * report.PriorLoss));
        Assert.That(advice.AskedLoss, Is.GreaterThan(0.85 * report.PriorLoss).And.LessThan(double.PositiveInfinity));
        Assert.That(advice.ProposedLoss, Is.LessThanOrEqualTo(advice.AskedLoss), "the options' own rate is proposed where none is better");
        Assert.That(advice.ProposedRateReason, Does.Contain("held out"));
        Assert.That(InitializationReport.FromJson(report.ToJson()).LearningRateAdvice, Is.EqualTo(advice));
    }

    static RateComparison Compare(int folds, Func<double, double> loss) => new(folds, (_, rate) => loss(rate(39)), 40, _ => 1, isConstant: true, WorkerPool.CallerOnly);

    static double PowerIteration(double[,] matrix)
    {
        int size = matrix.GetLength(0);
        double[] vector = [.. Enumerable.Range(1, size).Select(i => 1.0 / i)];
        double value = 0;
        for (int step = 0; step < 2_000; step++)
        {
            double[] product = [.. Enumerable.Range(0, size).Select(i => Enumerable.Range(0, size).Sum(j => matrix[i, j] * vector[j]))];
            value = Math.Sqrt(product.Sum(x => x * x));
            vector = [.. product.Select(x => x / value)];
        }
        return value;
    }
}
