using System.Globalization;
using MLNet.WeightInit.Engine.Diagnostics.Findings;
using MLNet.WeightInit.Engine.Diagnostics.Trainability;
using MLNet.WeightInit.Engine.Kernels.Activations;
using MLNet.WeightInit.Engine.Network;
using MLNet.WeightInit.Engine.Training;
using MLNet.WeightInit.Engine.Training.Optimizers;
using MLNet.WeightInit.Engine.Training.Schedules;

namespace MLNet.WeightInit.Engine.Diagnostics;

/// <summary>Applies each remedy of a report in memory, and takes down what it does to the figure that its finding judged.</summary>
internal static class RemedyTrials
{
    /// <param name="options">Of the network that the report is about.</param>
    /// <param name="rebuild">Plans, fills and measures a network of changed options on the same rows.</param>
    /// <returns>The report, with the remedies of each finding in the order of their effect, and of the forecast behind them; then those that couldn't be applied, and last those that don't help.</returns>
    public static InitializationReport Measure(InitializationReport report, TrainingOptions options, Func<TrainingOptions, InitializationReport> rebuild)
    {
        var rebuilt = new Dictionary<string, InitializationReport?>(StringComparer.Ordinal);      // findings share remedies
        return report.With([.. report.Findings.Select(finding => finding with { Remedies = [.. finding.Remedies.Select(remedy => Measured(finding, remedy)).OrderBy(remedy => remedy.Effect?.Helps == false).ThenBy(remedy => Rank(finding, remedy)).ThenByDescending(remedy => finding.Judged?.Name == JudgedFigures.TrialEnd ? 0 : Chance(remedy)).ThenBy(Distance)] })]);

        Remedy Measured(Finding finding, Remedy remedy)
        {
            if (!rebuilt.TryGetValue(remedy.Code, out InitializationReport? after))
                rebuilt.Add(remedy.Code, after = Rebuild(remedy.Code, options, rebuild));
            return finding.Judged is { } before && after?.FigureOf(before.Name) is { } value ? remedy with { Effect = new RemedyEffect(before.Name, before.Value, value, after.Verdict, Helps(finding, before, value, after)) } : remedy;
        }

        // Notes of details are gone from every report that has none. What still fails when it is tried out as a whole isn't helped by itself, however much nearer a figure is.
        bool Helps(Finding finding, JudgedFigure before, double value, InitializationReport after)
            => !(finding.Severity > Severity.Note && Fails(after)) && IsNearer(finding, before, value, after);

        bool Fails(InitializationReport after)
            => after is { Trial: { IsWhole: true } trial, StartFigures.Count: > 0 } && TrainingEnd.Of(trial).HasLearned(options.Reconstructs ? 0 : StartFigures.LabelShare(after.StartFigures)) == false;

        bool IsNearer(Finding finding, JudgedFigure before, double value, InitializationReport after)
            => (JudgedFigures.IsNearer(before.Name, before.Value, value) && (finding.Severity == Severity.Note || !Stays(finding, after) || JudgedFigures.IsHalfWay(before.Name, before.Value, value))) || (finding.Severity > Severity.Note && !Stays(finding, after) && after.Verdict <= report.Verdict && (double.IsNaN(value) || !JudgedFigures.IsNearer(before.Name, value, before.Value)));

        // What changes the forecast by less than its own error changes nothing.
        double Chance(Remedy remedy) => rebuilt.GetValueOrDefault(remedy.Code)?.Forecast is { } forecast ? Math.Round(forecast.Probability, 1) : 0;

        // First what takes the finding away and brings no graver verdict, then what takes it away, then the rest.
        int Rank(Finding finding, Remedy remedy)
        {
            if (remedy.Effect is null)
                return 3;
            InitializationReport after = rebuilt[remedy.Code]!;
            return Stays(finding, after) ? 2 : after.Verdict > Verdict.Healthy ? 1 : 0;
        }

        static bool Stays(Finding finding, InitializationReport after) => after.Findings.Any(other => other.Verdict == finding.Verdict && other.Severity >= finding.Severity);
    }

    /// <summary>The options with the change that a remedy's code says; null for code that says nothing about the start.</summary>
    public static TrainingOptions? Apply(string code, TrainingOptions options)
    {
        int next = code.IndexOf(", Schedule = ", StringComparison.Ordinal);
        if (next > 0)
            return Apply(code[..next], options) is { } first ? Apply(code[(next + 2)..], first) : null;
        int separator = code.IndexOfAny([':', '=']);
        if (separator < 0)
            return null;
        string value = code[(separator + 1)..].Trim().Trim('"');
        return code[..separator].Trim() switch
        {
            "init" => options with { Init = Initializer(value, options) },
            "OutputInit" => options with { OutputInit = Initializer(value, options) },
            "BiasInit" => options with { BiasInit = Initializer(value, options) },
            "activation" => options with { Activation = Activations.Parse(value) },
            "hiddenLayers" => options with { HiddenLayers = [.. value.Trim('[', ']').Split(',').Select(units => int.Parse(units, CultureInfo.InvariantCulture))] },
            "Normalization" => options with { Normalization = value == "layer" ? Normalization.Layer : Normalization.Batch },
            "Standardize" => options with { Standardize = value == "true" },
            "L1Regularization" => options with { L1 = float.Parse(value.TrimEnd('f'), CultureInfo.InvariantCulture) },
            "MaxNorm" => options with { MaxNorm = null },
            "GradientClipping" => options with { GradientClipping = null },
            "EmbeddingInit" => options with { EmbeddingInit = null },
            "WeightDecay" => options with { WeightDecay = float.Parse(value.TrimEnd('f'), CultureInfo.InvariantCulture) },
            "Optimizer" => options with { Optimizer = Optimizers.Parse(value) },
            "NumberOfEpochs" => options with { NumberOfEpochs = int.Parse(value, CultureInfo.InvariantCulture) },
            "Schedule" => options with { Schedule = Schedules.Parse(value) },
            "Dropout" => options with { Dropout = new Dropout(float.Parse(value.TrimEnd('f'), CultureInfo.InvariantCulture), options.Dropout?.IsAlpha == true) },
            "LearningRate" => options with { LearningRate = float.Parse(value.TrimEnd('f'), CultureInfo.InvariantCulture) },
            _ => null,
        };
    }

    static double Distance(Remedy remedy) => remedy.Effect is { } effect ? JudgedFigures.Distance(new JudgedFigure(effect.Figure, effect.After)) : double.PositiveInfinity;

    /// <returns>Null where the network that the remedy makes can't be built, as fewer layers than a residual block has, or the code says more than one thing.</returns>
    static InitializationReport? Rebuild(string code, TrainingOptions options, Func<TrainingOptions, InitializationReport> rebuild)
    {
        try
        {
            return Apply(code, options) is { } changed ? rebuild(changed) : null;
        }
        catch (Exception exception) when (exception is InvalidOperationException or ArgumentException or FormatException)
        {
            return null;
        }
    }

    static WeightInitializer Initializer(string name, TrainingOptions options)
        => options.Resolve is { } resolve ? resolve(((WeightInitializer?)name)!) : InitializerRegistry.CreateDefault().Parse(name);
}
