using System.Globalization;
using MLNet.WeightInit.Engine.Diagnostics.Trainability;

namespace MLNet.WeightInit.Engine.Diagnostics.Findings;

/// <summary>What the forecast adds to the rules: it speaks where they are silent about a training that will fail, and makes notes of warnings about one that will learn.</summary>
/// <remarks>
/// A rule sees one figure; the forecast weighs all of them against how trainings went that started alike (docs/benchmarks/trainability.md, with the rates at which both are wrong). Errors stay what they are: they are certain.
/// Of a low forecast it looks for the cause by asking again at other learning rates and for more steps, and names what would raise it most.
/// </remarks>
internal static class ForecastJudgement
{
    /// <summary>Below it the odds are two to one against a training: a false alarm costs a user more trust than a miss.</summary>
    public const double Fails = 1 / 3.0;

    /// <summary>From it on a warning was mended by the training, in the study, nearly always.</summary>
    public const double Learns = 0.75;

    /// <summary>Where the features tell less of the label no start makes it easy, and a rate is the least of the causes.</summary>
    const double LeastLabelShare = 0.1;

    /// <summary>What a remedy must reach.</summary>
    const double Even = 0.5;

    /// <summary>What another rate or more steps must add to the chance to be named.</summary>
    const double LeastGain = 0.25;

    /// <summary>Hidden layers from which depth is the likely cause where no rate helps.</summary>
    const int Deep = 8;

    /// <summary>Dropout beyond this share is a likely cause: no recipe drops more than half.</summary>
    const float MostDropout = 0.5f;

    /// <summary>Factors of the rate to ask for, by half decades.</summary>
    const int LowestHalfDecade = -8, HighestHalfDecade = 12;

    public static IEnumerable<Finding> Apply(IReadOnlyList<Finding> findings, JudgedTraining training)
    {
        if (training.Forecast is not { } forecast)
            return findings;
        if (forecast.Probability >= Learns)
            return findings.Select(finding => finding.Severity == Severity.Warning ? Mended(finding, forecast) : finding);
        return forecast.Probability < Fails && findings.All(finding => finding.Severity < Severity.Warning) ? [.. findings, OfForecast(training, forecast) with { Judged = JudgedFigures.OfForecast(forecast) }] : findings;
    }

    static Finding Mended(Finding finding, TrainabilityForecast forecast)
        => finding.WithSeverity(Severity.Note, $"{finding.Evidence}; of trainings that start like this one {NumberText.Percent(forecast.Probability)} learn all the same");

    /// <summary>The likely cause of a training that the forecast says fails, by what it says of it at other rates and for more steps.</summary>
    static Finding OfForecast(JudgedTraining training, TrainabilityForecast forecast)
    {
        string start = string.Create(CultureInfo.InvariantCulture, $"of trainings that start like this one {NumberText.Percent(forecast.Probability)} learn in {forecast.Steps:#,0} steps{forecast.Caveat}"), circumstances = Circumstances(training);
        if (Change.Of(training, forecast) is { } change)
            return change.ToFinding(training, $"{start}, and {change.Condition} {NumberText.Percent(change.Probability)}{circumstances}");
        if (training.Proposed is { } proposed)
            return AtRate(training, proposed, $"{start}; {proposed.Text}{circumstances}");
        start += $", at no learning rate more than {NumberText.Percent(BestRate(training, forecast).Probability)}";
        return training.HiddenLayers >= Deep ? TooDeep(training, $"{start}, and", circumstances) : new Finding(Verdict.Stalling, Severity.Warning, 0, training.HiddenLayers, $"{start}{circumstances}", [.. training.Traits.Restraints, Remedy.Auto, Remedy.Standardize]);
    }

    /// <summary>The likely cause of a training that failed, or whose trial did; a forecast that promises what was tried explains nothing.</summary>
    /// <param name="end">What it ended in.</param>
    public static Finding OfEnd(JudgedTraining training, string end)
    {
        string start = $"{end}{Circumstances(training)}";
        string[] drops = training.Traits.Dropout > MostDropout ? [Remedy.LessDropout] : [], generic = [.. training.Traits.Restraints, Remedy.Auto, Remedy.Standardize, .. MoreEpochs(training)];
        if (training.Forecast is not { } forecast)
            return training.Proposed is { } measured && training.Traits.Restraints.Count == 0 && drops.Length == 0 ? AtRate(training, measured, $"{start}; {measured.Text}")
                : training.HiddenLayers >= Deep
                ? new Finding(Verdict.TooDeep, Severity.Warning, 0, training.HiddenLayers, start, [.. drops, .. training.Traits.Restraints, Remedy.FewerLayers, Remedy.LayerNormalization, Remedy.EdgeOfChaos])
                : new Finding(Verdict.Stalling, Severity.Warning, 0, training.HiddenLayers, start, [.. drops, .. generic]);
        if (Change.Of(training, forecast) is { } change)
            return change.ToFinding(training, $"{start}; of trainings that start like this one {NumberText.Percent(change.Probability)} learn {change.Condition}");
        if (training.Proposed is { } proposed)
            return AtRate(training, proposed, $"{start}; {proposed.Text}");
        double atRate = BestRate(training, forecast).Probability;
        start += atRate < Even ? $"; of trainings that start like this one no more than {NumberText.Percent(atRate)} learn at any learning rate" : "";
        return training.HiddenLayers >= Deep ? TooDeep(training, $"{start};", "") : new Finding(Verdict.Stalling, Severity.Warning, 0, training.HiddenLayers, start, generic);
    }

    /// <summary>What was tried goes before what the rule thinks of other rates.</summary>
    static Finding AtRate(JudgedTraining training, MeasuredRate proposed, string evidence)
        => new(proposed.Rate < training.LearningRate ? Verdict.LrUnstable : Verdict.Stalling, Severity.Warning, 0, training.HiddenLayers, evidence, [Remedy.Rate(proposed.Rate), .. training.Traits.Restraints, Remedy.Auto]);

    static Finding TooDeep(JudgedTraining training, string start, string circumstances)
        => new(Verdict.TooDeep, Severity.Warning, 0, training.HiddenLayers - 1, $"{start} {training.HiddenLayers} hidden layers are the likely cause{circumstances}", [Remedy.FewerLayers, Remedy.LayerNormalization, Remedy.EdgeOfChaos]);

    /// <summary>What data and dropout add to the evidence; empty where they are as usual.</summary>
    static string Circumstances(JudgedTraining training)
    {
        double share = training.LabelShare;
        string told = share >= LeastLabelShare ? "" : $"; neither a linear model nor the nearest rows tell more of the label than {NumberText.Percent(Math.Max(0, share))} from its features{(training.Constants is { Slots.Length: > 0 } constants ? $", and {EqualRows.Text(constants)}" : "")}";
        return training.Traits.Dropout > MostDropout ? $"{told}; dropout leaves {NumberText.Percent(1 - training.Traits.Dropout)} of the units" : told;
    }

    /// <summary>One thing about a training that would raise its chance, as the forecast has it.</summary>
    /// <param name="Verdict">What is wrong, then.</param>
    /// <param name="Condition"><c>at a learning rate of 0.01</c>.</param>
    sealed record Change(Verdict Verdict, string Condition, double Probability, string[] Remedies)
    {
        /// <summary>Another rate, else more steps; null where neither makes it likely to learn.</summary>
        public static Change? Of(JudgedTraining training, TrainabilityForecast forecast)
        {
            (double factor, double atRate) = BestRate(training, forecast);
            if (IsEnough(atRate) && !(training.Proposed is { } proposed && proposed.Rate < training.LearningRate != factor < 1))
            {
                string rate = ((float)(training.LearningRate * factor)).ToString("G2", CultureInfo.InvariantCulture);
                return new Change(factor < 1 && training.LabelShare >= LeastLabelShare ? Verdict.LrUnstable : Verdict.Stalling, $"at a learning rate of {rate}", atRate,
                    [.. training.IsStandardized ? [] : (string[])[Remedy.Standardize], $"LearningRate = {rate}f", .. training.HiddenLayers >= Deep ? (string[])[Remedy.FewerLayers] : []]);
            }
            (int more, double atSteps) = BestSteps(training, forecast);
            return IsEnough(atSteps) ? new Change(Verdict.Stalling, $"in {more} times as many steps", atSteps, Epochs(training, more)) : null;

            bool IsEnough(double probability) => probability >= Even && probability >= forecast.Probability + LeastGain;
        }

        public Finding ToFinding(JudgedTraining training, string evidence) => new(Verdict, Severity.Warning, 0, training.HiddenLayers, evidence, Remedies);
    }

    static string[] MoreEpochs(JudgedTraining training) => training.Epochs > 0 ? Epochs(training, 3) : [];

    static string[] Epochs(JudgedTraining training, int times) => [$"NumberOfEpochs = {Math.Min(int.MaxValue, (long)training.Epochs * times)}"];

    /// <summary>The nearest rate whose chance is within a twentieth of the best.</summary>
    static (double Factor, double Probability) BestRate(JudgedTraining training, TrainabilityForecast forecast)
    {
        (double Factor, double Probability)[] rates = [.. Enumerable.Range(LowestHalfDecade, HighestHalfDecade - LowestHalfDecade + 1)
            .OrderBy(Math.Abs)
            .Select(RateFactor)
            .Select(factor => (factor, TrainabilityForecast.Of(StartFigures.AtRate(training.StartFigures, factor), forecast.Steps)!.Probability))];
        double best = rates.Max(rate => rate.Probability);
        return Array.Find(rates, rate => rate.Probability >= best - 0.05);
    }

    static double RateFactor(int halfDecades)
    {
        double factor = halfDecades % 2 == 0 ? 1 : halfDecades > 0 ? 3 : 1 / 3.0;
        for (int decade = 0; decade < Math.Abs(halfDecades) / 2; decade++)
            factor = halfDecades > 0 ? factor * 10 : factor / 10;
        return factor;
    }

    static (int More, double Probability) BestSteps(JudgedTraining training, TrainabilityForecast forecast)
    {
        foreach (int more in (int[])[2, 5, 10])
            if (TrainabilityForecast.Of(StartFigures.AtSteps(training.StartFigures, more), forecast.Steps * more)!.Probability is var probability && (probability >= Learns || more == 10))
                return (more, probability);
        return (1, forecast.Probability);
    }
}
