namespace MLNet.WeightInit.Engine.Diagnostics.Findings;

/// <summary>The list of findings.</summary>
internal static class FindingRules
{
    static readonly IFindingRule[] s_all =
    [
        new NonFiniteValues(),
        new EqualRows(),
        new LinearModel(),
        new SymmetricUnits(),
        new ForwardSignal(),
        new BackwardGradient(),
        new DeadUnits(),
        new SaturatedUnits(),
        new InitialLoss(),
        new TooDeep(),
        new RankCollapse(),
        new UnstableScale(),
        new BeyondChance(),
        new OutweighedGradient(),
        new UnstableLearningRate(),
        new SpectrumEdge(),
        new LowRankWeights(),
        new LinearRegime(),
        new NoisyGradient(),
        new KernelCondition(),
    ];

    /// <summary>Of what a training did.</summary>
    static readonly ITrainingRule[] s_ofTraining =
    [
        new UpdateSize(),
        new DyingUnits(),
        new SaturatingUnits(),
    ];

    static readonly NothingLearned s_nothingLearned = new();

    /// <summary>Every rule's findings: the gravest first, by severity, verdict and layer.</summary>
    public static Finding[] Examine(ReportContext context)
    {
        Finding[] found = [.. EqualRows.AsCause(s_all.SelectMany(rule => rule.Examine(context)), context)];
        var training = JudgedTraining.Of(context);
        return InOrder((context.Trial is { } trial ? TrialJudgement.Apply(found, trial, training) : null) ?? ForecastJudgement.Apply(found, training), training);
    }

    /// <summary>The findings of a start, once its training is over; the same where that decides nothing.</summary>
    public static IReadOnlyList<Finding> Examine(IReadOnlyList<Finding> findings, TrainingEnd end, JudgedTraining training)
        => TrialJudgement.Apply(findings, end, training) is { } judged ? InOrder(judged, training) : findings;

    static Finding[] InOrder(IEnumerable<Finding> findings, JudgedTraining training)
        => ByGravity(findings.Select(finding => finding with { Remedies = Remedies(finding, training) }));

    static Finding[] ByGravity(IEnumerable<Finding> findings)
        => [.. findings.OrderByDescending(finding => finding.Severity).ThenByDescending(finding => finding.Verdict).ThenBy(finding => finding.FirstLayer)];

    /// <summary>What the network hasn't yet and can have; where nothing is left, what the user asked for beyond the usual, taken back.</summary>
    static IReadOnlyList<Remedy> Remedies(Finding finding, JudgedTraining training)
    {
        Remedy[] fitting = [.. finding.Remedies.Where(remedy => Remedy.IsNew(remedy.Code, training))];
        return fitting.Length > 0 || finding.Severity < Severity.Warning ? fitting : [.. training.Traits.Restraints.Select(code => new Remedy(code))];
    }

    /// <inheritdoc cref="Examine(ReportContext)"/>
    /// <remarks>What a bad start ends in is mended at the start: its remedies are the ones to try, and not another rate.</remarks>
    public static Finding[] Examine(TrainedContext context)
    {
        Finding[] found = [.. s_ofTraining.SelectMany(rule => rule.Examine(context))];
        return ByGravity(found.Concat(Array.Exists(found, finding => finding.Severity >= Severity.Warning) ? [] : s_nothingLearned.Examine(context))
            .Select(finding => context.Cause is { } cause ? finding with { Remedies = cause.Remedies } : finding));
    }
}
