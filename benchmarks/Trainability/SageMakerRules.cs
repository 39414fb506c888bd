using MLNet.WeightInit;

namespace Trainability;

/// <summary>The built-in rules of Amazon SageMaker Debugger that can be asked before the first step, with the thresholds of its documentation, on the figures of a report.</summary>
/// <remarks>
/// PoorWeightInitialization: variances of layers' inputs to the activation that differ by more than 10, or gradients whose 5 to 95 % range is below 0.001; VanishingGradient: a mean |∂L/∂W| below 1e-7; DeadRelu: a layer of which half
/// is dead; SaturatedActivation: a layer with more than half of its units saturated; AllZero: weights that are all 0; ExplodingTensor: a number that isn't finite. Range and mean are taken from the root mean square as of a normal
/// distribution: 3.29 and 0.798 times it.
/// </remarks>
static class SageMakerRules
{
    const double Ratio = 10, Range = 1e-3, Gradient = 1e-7, Share = 0.5;

    /// <summary>Names of the rules that speak, with + between them; empty for none.</summary>
    public static string Of(InitializationReport report)
    {
        var fired = new List<string>();
        LayerStatistics[] hidden = [.. report.Layers.SkipLast(1)];
        double[] variances = [.. hidden.Select(layer => layer.PreActivationDeviation * layer.PreActivationDeviation)];
        double[] gradients = [.. report.Layers.Select(layer => layer.WeightGradientNorm / Math.Sqrt((double)layer.Inputs * layer.Outputs))];
        if (hidden.Length > 1 && !(variances.Max() <= Ratio * variances.Min()) || !(gradients.Min() * 3.29 >= Range))
            fired.Add("PoorWeightInitialization");
        if (!(gradients.Min() * 0.798 >= Gradient))
            fired.Add("VanishingGradient");
        if (hidden.Any(layer => layer.DeadFraction > Share))
            fired.Add("DeadRelu");
        if (hidden.Any(layer => layer.SaturatedFraction > Share))
            fired.Add("SaturatedActivation");
        if (report.Layers.Any(layer => layer.WeightDeviation == 0 && layer.WeightGradientNorm == 0))
            fired.Add("AllZero");
        if (!double.IsFinite(report.InitialLoss) || gradients.Any(value => !double.IsFinite(value)))
            fired.Add("ExplodingTensor");
        return string.Join('+', fired);
    }
}
