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
        return forecast.Probability < Fails && findings.All(finding => finding.Severity < Severity.Warning) ? [.. findings, Explain(training, Start(forecast), isForecast: true) with { Judged = JudgedFigures.OfForecast(forecast) }] : findings;
    }

    static Finding Mended(Finding finding, TrainabilityForecast forecast)
        => finding.WithSeverity(Severity.Note, $"{finding.Evidence}; of trainings that start like this one {NumberText.Percent(forecast.Probability)} learn all the same");

    static string Start(TrainabilityForecast forecast) => string.Create(CultureInfo.InvariantCulture, $"of trainings that start like this one {NumberText.Percent(forecast.Probability)} learn in {forecast.Steps:#,0} steps{forecast.Caveat}");

    /// <summary>The likely cause of a training that fails, by what the forecast says of it at other rates and for more steps.</summary>
    /// <param name="start">How it is known that it fails.</param>
    /// <param name="isForecast">Whether that is the forecast; else the training, or its beginning, was tried.</param>
    public static Finding Explain(JudgedTraining training, string start, bool isForecast)
    {
        // What the start says has the forecast's subject already.
        string others = isForecast ? ", and" : "; of trainings that start like this one";
        int last = training.HiddenLayers;
        double share = training.LabelShare;
        if (share < LeastLabelShare)
            start += $"; neither a linear model nor the nearest rows tell more of the label than {NumberText.Percent(Math.Max(0, share))} from its features{(training.Constants is { Slots.Length: > 0 } constants ? $", and {EqualRows.Text(constants)}" : "")}";
        string[] drops = training.Traits.Dropout > MostDropout ? [Remedy.LessDropout] : [];
        if (drops.Length > 0)
            start += $"; dropout leaves {NumberText.Percent(1 - training.Traits.Dropout)} of the units";
        if (training.Forecast is not { } forecast)
            return new Finding(training.HiddenLayers >= Deep ? Verdict.TooDeep : Verdict.Stalling, Severity.Warning, 0, last, start,
                training.HiddenLayers >= Deep ? [.. drops, Remedy.FewerLayers, Remedy.LayerNormalization, Remedy.EdgeOfChaos] : [.. drops, Remedy.Auto, Remedy.Standardize, .. MoreEpochs(training)]);
        (double factor, double atRate) = BestRate(training, forecast);
        (int more, double atSteps) = BestSteps(training, forecast);
        if (atRate >= Even && atRate >= forecast.Probability + LeastGain)
        {
            string rate = ((float)(training.LearningRate * factor)).ToString("G2", CultureInfo.InvariantCulture);
            return new Finding(factor < 1 && share >= LeastLabelShare ? Verdict.LrUnstable : Verdict.Stalling, Severity.Warning, 0, last, $"{start}{Learn($"at a learning rate of {rate} {NumberText.Percent(atRate)}", $"{NumberText.Percent(atRate)} learn at a learning rate of {rate}")}", [.. training.IsStandardized ? [] : (string[])[Remedy.Standardize], $"LearningRate = {rate}f", .. training.HiddenLayers >= Deep ? (string[])[Remedy.FewerLayers] : []]);
        }
        if (atSteps >= Even && atSteps >= forecast.Probability + LeastGain)
            return new Finding(Verdict.Stalling, Severity.Warning, 0, last, $"{start}{Learn($"in {more} times as many {NumberText.Percent(atSteps)}", $"{NumberText.Percent(atSteps)} learn in {more} times as many steps")}", [$"NumberOfEpochs = {Math.Min(int.MaxValue, (long)training.Epochs * more)}"]);
        // A forecast that promises what was tried and failed explains nothing.
        string anyRate = isForecast ? $", at no learning rate more than {NumberText.Percent(atRate)}" : atRate < Even ? $"{others} no more than {NumberText.Percent(atRate)} learn at any learning rate" : "";
        return training.HiddenLayers >= Deep
            ? new Finding(Verdict.TooDeep, Severity.Warning, 0, last - 1, $"{start}{anyRate}{(isForecast ? ", and" : ";")} {training.HiddenLayers} hidden layers are the likely cause", [Remedy.FewerLayers, Remedy.LayerNormalization, Remedy.EdgeOfChaos])
            : new Finding(Verdict.Stalling, Severity.Warning, 0, last, start + anyRate, [Remedy.Auto, Remedy.Standardize, .. isForecast ? [] : MoreEpochs(training)]);

        string Learn(string afterForecast, string afterTrial) => $"{others} {(isForecast ? afterForecast : afterTrial)}";
    }

    static string[] MoreEpochs(JudgedTraining training) => training.Epochs > 0 ? [$"NumberOfEpochs = {Math.Min(int.MaxValue, 3L * training.Epochs)}"] : [];

    /// <summary>The nearest rate whose chance is within a twentieth of the best.</summary>
    static (double Factor, double Probability) BestRate(JudgedTraining training, TrainabilityForecast forecast)
    {
        (double Factor, double Probability)[] rates = [.. Enumerable.Range(LowestHalfDecade, HighestHalfDecade - LowestHalfDecade + 1)
            .OrderBy(Math.Abs)
            .Select(ScalarFactor)
            .Select(factor => (factor, TrainabilityForecast.Of(StartFigures.AtRate(training.StartFigures, factor), forecast.Steps)!.Probability))];
        double best = rates.Max(rate => rate.Probability);
        return Array.Find(rates, rate => rate.Probability >= best - 0.05);
    }

    static double ScalarFactor(int halfDecades)
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
