using MLNet.WeightInit.Engine.Kernels;

namespace MLNet.WeightInit.Engine.Diagnostics.Findings;

/// <summary>What each verdict is judged by, as one number of a network: before a remedy, after it, and over draws of the weights.</summary>
internal static class JudgedFigures
{
    const string GradientRatio = "gradient ratio", SignalRatio = "signal ratio", DeadShare = "dead share", SaturatedShare = "saturated share", TwinShare = "twin share",
        PriorOffset = "cost of the mean output", HeadVariation = "cost of the outputs' variation", Chance = "chance of learning", InitialLoss = "initial loss", RowsDistance = "rows' distance left";

    /// <inheritdoc cref="IsNearer"/>
    const double LeastChance = 0.1, LeastOdds = 0.5, LeastLoss = 0.02, LeastDistance = 0.9;

    /// <summary>Where the trial of the learning rate ends.</summary>
    public const string TrialLoss = "loss after the first steps";

    /// <summary>Where a training ended that was tried out, or was made.</summary>
    public const string TrialEnd = "loss after the training";

    /// <summary>Of <see cref="OutweighedGradient"/>, whose verdict has another figure where others find it.</summary>
    public const string DecayByGradient = "decay by gradient";

    /// <summary>As the documentation has them.</summary>
    public static IReadOnlyList<string> Names { get; } = [GradientRatio, SignalRatio, DeadShare, SaturatedShare, TwinShare, PriorOffset, HeadVariation, TrialLoss, Chance, TrialEnd, RowsDistance, InitialLoss, DecayByGradient];

    public static JudgedFigure Of(Verdict verdict, ReportContext context) => verdict switch
    {
        Verdict.VanishingGradient or Verdict.ExplodingGradient => Figure(GradientRatio, context.HiddenLayers > 1 ? GradientProfile.Of(context).Ratio : 1),
        Verdict.VanishingForward or Verdict.ExplodingForward or Verdict.Drifting => Figure(SignalRatio, context.HiddenLayers > 1 ? Math.Sqrt(SignalProfile.Of(context).Ratio) : 1),
        Verdict.Dead => Figure(DeadShare, Largest(context, layer => layer.DeadFraction)),
        Verdict.Saturated => Figure(SaturatedShare, Largest(context, layer => layer.SaturatedFraction)),
        Verdict.Symmetric => Figure(TwinShare, Largest(context, layer => Math.Max(layer.IdenticalFraction, layer.Inputs >= SymmetricUnits.InputsBeyondChance && layer.ParallelFraction > 0 ? layer.ParallelFraction : 0))),
        Verdict.MisplacedPrior => Figure(PriorOffset, Cost(Split(context)?.Offset)),
        Verdict.OverConfidentHead => Figure(HeadVariation, Cost(Split(context)?.Variation)),
        Verdict.LrUnstable when context.Rates is { } rates => Figure(TrialLoss, rates.Asked.End),
        Verdict.NonFinite => Figure(InitialLoss, context.Probe.Loss),
        _ when context.Forecast is { } forecast => OfForecast(forecast),
        Verdict.RankCollapse or Verdict.TooDeep when context.HiddenLayers > 1 => Figure(RowsDistance, DistanceLeft(context)),
        _ when context.Trial is { IsWhole: true } trial => Figure(TrialEnd, trial.Loss),
        _ => Figure(InitialLoss, context.Probe.Loss),
    };

    /// <summary>By name, what findings are judged by that not all of their verdict are.</summary>
    public static IReadOnlyDictionary<string, double> Others(ReportContext context) => new Dictionary<string, double>(StringComparer.Ordinal)
    {
        [DecayByGradient] = SignificantDigits.Round(OutweighedGradient.Pull(context.Layers, context.WeightDecay)),
        [RowsDistance] = SignificantDigits.Round(DistanceLeft(context)),
    };

    public static JudgedFigure OfForecast(TrainabilityForecast forecast) => Figure(Chance, forecast.Probability);

    /// <summary>How far from what it should be, to rank remedies by: 0 is best.</summary>
    public static double Distance(JudgedFigure figure)
    {
        if (!double.IsFinite(figure.Value))
            return double.PositiveInfinity;
        if (figure.Name is GradientRatio or SignalRatio or RowsDistance)
            return figure.Value > 0 ? Math.Abs(ScalarMath.Log(figure.Value)) : double.PositiveInfinity;
        return figure.Name == Chance ? 1 - figure.Value : Math.Max(0, figure.Value);
    }

    /// <summary>Whether a figure is clearly nearer to what it should be than another is: a chance by a tenth or half of what is left, a loss by a fiftieth, the rest by a tenth of the distance.</summary>
    public static bool IsNearer(string name, double before, double after)
    {
        if (name == Chance)
            return after - before >= LeastChance || 1 - after <= LeastOdds * (1 - before);
        // Losses of counts and of several heads may be negative.
        if (name is TrialLoss or TrialEnd or InitialLoss)
            return double.IsFinite(after) && !(after > before - LeastLoss * Math.Abs(before));
        return Distance(new JudgedFigure(name, after)) < LeastDistance * Distance(new JudgedFigure(name, before));
    }

    /// <summary>Whether half of a figure's distance is gone: less doesn't mend what is found all the same. Of losses and chances, whose distance has no end, any gain counts.</summary>
    public static bool IsHalfWay(string name, double before, double after)
        => name is Chance or TrialLoss or TrialEnd or InitialLoss || 2 * Distance(new JudgedFigure(name, after)) <= Distance(new JudgedFigure(name, before));

    /// <summary>Shares and chances in percent, the rest as numbers.</summary>
    public static string Text(string name, double value)
        => name is DeadShare or SaturatedShare or TwinShare or Chance ? NumberText.Percent(value) : NumberText.Format(value);

    static JudgedFigure Figure(string name, double value) => new(name, SignificantDigits.Round(value));

    /// <summary>Differences of losses in single precision: below a millionth they are their rounding.</summary>
    static double Cost(double? cost) => cost is { } value ? Math.Abs(value) < 1e-6 ? 0 : value : double.NaN;

    static double Largest(ReportContext context, Func<LayerStatistics, double> figure) => context.Layers.Take(context.HiddenLayers).Select(figure).DefaultIfEmpty().Max();

    /// <summary>0 where rows have no cosine, their units being dead; all of it where there is but one hidden layer.</summary>
    static double DistanceLeft(ReportContext context)
        => context is not { Theory: { } theory, HiddenLayers: > 1 } ? 1 : RankCollapse.Kept(theory, context.HiddenLayers) is var kept && double.IsNaN(kept) ? 0 : kept;

    static OutputLossSplit? Split(ReportContext context) => double.IsFinite(context.Probe.Loss) && double.IsFinite(context.PriorLoss)
        ? OutputLossSplit.Of(context.Probe.Layers[^1], context.Probe.Rows, context.Loss, context.Probe.Loss, context.PriorLoss, context.LabelSmoothing, context.Probe.RowWeights)
        : null;
}
