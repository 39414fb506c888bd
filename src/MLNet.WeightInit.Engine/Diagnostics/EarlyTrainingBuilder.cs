using System.Globalization;
using MLNet.WeightInit.Engine.Diagnostics.Findings;
using MLNet.WeightInit.Engine.Expectations;
using MLNet.WeightInit.Engine.Network;
using MLNet.WeightInit.Engine.Training;

namespace MLNet.WeightInit.Engine.Diagnostics;

/// <summary>Turns what was recorded of a training, and the network that it left, into the report's part on it.</summary>
/// <param name="plan">How the weights that training starts from were filled.</param>
/// <param name="start">Of these weights, made before training; null: of other weights.</param>
/// <param name="priorLoss">Of the best constant; NaN where unknown.</param>
internal sealed class EarlyTrainingBuilder(EarlySteps steps, FeedForwardNetwork network, InitializationPlan plan, TrainingOptions options, InitializationReport? start, double priorLoss, bool isContinued)
{
    /// <summary>Update ratios in a report: a report of 100 layers stays small.</summary>
    const int MostRatios = 600;

    IReadOnlyList<ActivationShares> _before = [];

    /// <summary>Indices of the steps whose ratios are kept.</summary>
    int[] _kept = [];

    /// <summary>Before the first step: what the report has already, or, of a model that training goes on from, what its layers do to the rows.</summary>
    public void Begin(IReadOnlyList<LayerStatistics>? layers, Func<ProbeBatch> probe) => _before = layers is not null ? [.. layers.Select(ActivationShares.Of)] : Measure(probe());

    /// <summary>After the last; null where no step was taken.</summary>
    /// <param name="probe">The same rows, seen by the trained network; null where training failed.</param>
    /// <param name="finalLoss">Of the training rows in the last epoch; NaN where training failed.</param>
    /// <param name="ofStart">What the report finds of the weights that training started from, its end considered.</param>
    public EarlyTraining? Build(ProbeBatch? probe, double finalLoss, IReadOnlyList<Finding> ofStart)
    {
        if (!steps.IsOn || steps.Count == 0)
            return null;
        int stride = (steps.Count * steps.Tensors + MostRatios - 1) / MostRatios;
        _kept = [.. Enumerable.Range(0, steps.Count).Where(step => (steps.Count - 1 - step) % stride == 0)];
        IReadOnlyList<ActivationShares> after = probe is null ? [] : Measure(probe);
        string[] names = [.. network.Layout.Layers.Select(layer => layer.Name), .. plan.Embeddings.Select(tensor => tensor.Name)];
        var trained = new EarlyTraining
        {
            Steps = [.. Enumerable.Range(0, steps.Count).Select(step => new EarlyStep(step + 1, SignificantDigits.Round(steps.Losses[step]), SignificantDigits.Round(steps.GradientNorms[step])))],
            RatioSteps = [.. _kept.Select(step => step + 1)],
            Layers = [.. names.Select((name, tensor) => Layer(name, tensor, after, probe is not null))],
            Findings = [],
            StepFigures = Figures(),
        };
        return trained with { Findings = FindingRules.Examine(Context(trained, finalLoss, ofStart)), Forecast = start?.Forecast is { Steps: var planned } && trained.StepFigures.Count > 0 ? Trainability.StepForecast.Of(trained.StepFigures, planned) : null };
    }

    /// <summary>None where the steps are too few, or the rule doesn't know such trainings. As the study has them, of a training that ends with these steps: its trainings went on for 150 to 600, and the rule knows nothing of how many follow.</summary>
    IReadOnlyList<double> Figures()
        => start?.Forecast is { } forecast && (steps.Count == EarlySteps.Most || !double.IsFinite(steps.Losses[^1]))
            ? Trainability.StepFigures.Of(steps, Trainability.StartFigures.AtSteps(start.StartFigures, (double)EarlySteps.Most / forecast.Steps), start.InitialLoss, start.PriorLoss, EarlySteps.Most)
            : [];

    TrainedContext Context(EarlyTraining trained, double finalLoss, IReadOnlyList<Finding> ofStart) => new()
    {
        Training = trained,
        Layers = network.Layout.Layers,
        IsJudged = [.. network.Layout.Layers.Select((layer, index) => !layer.IsByInput && !steps.StartedAtZero(index) && plan.Tensors[2 * index].LearningRateMultiplier != 0)],
        Optimizer = options.Optimizer,
        LearningRate = options.LearningRate,
        PriorLoss = priorLoss,
        FinalLoss = finalLoss,
        IsContinued = isContinued,
        Cause = isContinued ? null : ofStart.FirstOrDefault(finding => finding.Severity >= Severity.Warning && (finding.Verdict != Verdict.Stalling || finding.Judged?.Name == JudgedFigures.DecayByGradient)),
    };

    LayerChange Layer(string name, int tensor, IReadOnlyList<ActivationShares> after, bool hasEnded)
    {
        ActivationShares before = tensor < _before.Count ? _before[tensor] : ActivationShares.None, end = tensor < after.Count ? after[tensor] : ActivationShares.None;
        return new LayerChange
        {
            Layer = name,
            UpdateRatios = [.. _kept.Select(step => ThreeDigits(steps.UpdateRatio(step, tensor)))],
            Movement = hasEnded ? ThreeDigits(steps.Movement(tensor)) : double.NaN,
            ZeroFractionBefore = ThreeDigits(before.Zero),
            ZeroFraction = ThreeDigits(end.Zero),
            DeadFractionBefore = ThreeDigits(before.Dead),
            DeadFraction = ThreeDigits(end.Dead),
            SaturatedFractionBefore = ThreeDigits(before.Saturated),
            SaturatedFraction = ThreeDigits(end.Saturated),
        };
    }

    ActivationShares[] Measure(ProbeBatch probe)
    {
        var curve = new KernelCurve(options.Activation, options.Simd);
        IReadOnlyList<LayerPass> layers = probe.Forward();
        return [.. layers.Select((layer, index) => ActivationShares.Of(layer.PreActivation.Span, (index < layers.Count - 1 ? layer.Output : layer.PreActivation).Span, probe.Rows, layer.Layout.Outputs, layer.Stride,
            isOutput: index == layers.Count - 1, SaturationBounds.Of(layer.Layout.Activation), curve))];
    }

    /// <summary>More than a plot or a rule needs: a report of 100 layers stays small.</summary>
    internal static double ThreeDigits(double value) => double.IsFinite(value) ? double.Parse(value.ToString("E2", CultureInfo.InvariantCulture), CultureInfo.InvariantCulture) : value;
}
