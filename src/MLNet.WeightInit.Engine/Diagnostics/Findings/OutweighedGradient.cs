using System.Globalization;
using MLNet.WeightInit.Engine.Network;

namespace MLNet.WeightInit.Engine.Diagnostics.Findings;

/// <summary>Weight decay pulls harder than the loss at the weights of every layer, and the optimizer divides the sum of both by its size: it takes the weights to 0 before they have learnt anything.</summary>
/// <remarks>
/// L2 adds λ W to ∂L/∂W, and small weights do it: the gradient falls with the product of the layers, decay with one of them alone. Decoupled decay is not divided (Loshchilov and Hutter 2019), and under SGD decay of so little does little. Measured on ReLU
/// networks of 16-16-16 units with Adam and a decay of 2 / 400: from twice the gradient on in the layer where it weighs least some starts fail, from five times nearly all; healthy starts have a fifth and less. Normalized layers are left out, whose output
/// doesn't fall with their weights. The forecast's study has no decay, so that there is no forecast where this is found.
/// </remarks>
internal sealed class OutweighedGradient : IFindingRule
{
    const double LeastPull = 2;

    public IEnumerable<Finding> Examine(ReportContext context)
    {
        // A layer without a live unit leaves no gradient to outweigh, and has a finding of its own.
        if (!IsFound(context.Layers, context.Probe, context.WeightDecay, context.Training) || context.Layers.Take(context.HiddenLayers).Any(layer => layer.DeadFraction == 1))
            yield break;
        double pull = Pull(context.Layers, context.WeightDecay), steps = context.Layers.Max(layer => layer.WeightDeviation) / context.LearningRate;
        string force = double.IsFinite(pull) ? $"at least {NumberText.Format(pull)} times as hard as the loss does" : "and the loss does not";
        string decay = ((float)context.WeightDecay).ToString("G3", CultureInfo.InvariantCulture);
        yield return new Finding(Verdict.Stalling, Severity.Warning, 0, context.Layers.Count - 1,
            string.Create(CultureInfo.InvariantCulture, $"a weight decay of {decay} pulls at the weights of every layer {force}, and {context.Training.Name} divides the sum of both by its size: that takes the weights to 0 in some {steps:#,0} steps"),
            [Remedy.NoDecay, Remedy.Auto, .. context.Training.Name == "Adam" ? (string[])[Remedy.DecoupledDecay] : []])
        {
            Judged = new JudgedFigure(JudgedFigures.DecayByGradient, SignificantDigits.Round(pull)),
        };
    }

    /// <param name="decay">What a unit of weight adds to the loss's gradient; 0 for none, and where decay is decoupled.</param>
    public static bool IsFound(IReadOnlyList<LayerStatistics> layers, NetworkProbe probe, double decay, TrainingDynamics training)
        => decay > 0 && training.DividesBySize && layers.Count > 1 && !probe.Layers[0].IsNormalized && Pull(layers, decay) >= LeastPull;

    /// <summary>λ · deviation of a layer's weights over the root mean square of an element of ∂L/∂W, where it is least. A layer that starts at 0, as a zero head does, has 0.</summary>
    public static double Pull(IReadOnlyList<LayerStatistics> layers, double decay)
        => decay == 0 ? 0 : layers.Min(layer => layer.WeightDeviation == 0 ? 0 : decay * layer.WeightDeviation * Math.Sqrt((double)layer.Inputs * layer.Outputs) / layer.WeightGradientNorm);
}
