namespace MLNet.WeightInit.Engine.Diagnostics.Findings;

/// <summary>The gradient shrinks or grows exponentially on its way to the first layer.</summary>
/// <remarks>
/// The pre-activations' gradient is judged, at ratios of 1e-3 and 1e3 (at 30 ReLU layers He's is 0.7 to 1.04 and Xavier's 4e-5); the weights' gradient may be flat
/// where both signal and gradient vanish.
/// Below an output layer of zeros all of it is 0 in the first step only, which is a note.
/// </remarks>
internal sealed class BackwardGradient : IFindingRule
{
    const double Limit = 1e3;

    public IEnumerable<Finding> Examine(ReportContext context)
    {
        if (context.HiddenLayers == 0)
            yield break;
        if (context.HasZeroHead && context.Layers[^2] is not { OutputMean: 0, OutputDeviation: 0 })       // what gives nothing gets nothing in any step
            yield return new Finding(Verdict.VanishingGradient, Severity.Note, 0, context.HiddenLayers - 1,
                "output weights start at 0, so hidden layers have no gradient in the first step and a full one from the second on: this is meant so", []);
        if (context.HiddenLayers < 2)
            yield break;
        var gradient = GradientProfile.Of(context);
        if (gradient.Ratio < 1 / Limit)
        {
            (Severity severity, string consequence) = OptimizerJudgement.OfVanishing(context);
            yield return Report(context, gradient, Verdict.VanishingGradient, severity, $"falls {NumberText.Factor(1 / gradient.Ratio)}", consequence);
        }
        else if (gradient.Ratio > Limit && double.IsFinite(gradient.Ratio))
        {
            (Severity severity, string consequence) = context.Training.DividesBySize
                ? (Severity.Note, $"{context.Training.Name} divides gradients by their size and mends this")
                : (Severity.Warning, context.Traits.HasLearningRate ? "one learning rate can't serve all layers" : "a step along the gradient moves the first layers alone");
            yield return Report(context, gradient, Verdict.ExplodingGradient, severity, $"grows {NumberText.Factor(gradient.Ratio)}", consequence);
        }
    }

    static Finding Report(ReportContext context, GradientProfile gradient, Verdict verdict, Severity severity, string change, string consequence)
    {
        LayerStatistics first = context.Layers[0], last = context.Layers[context.HiddenLayers - 1];
        string figures = gradient.IsPredicted
            ? "predicted from the weights, since output weights of 0 hide it in the first step"
            : $"norm {NumberText.Format(gradient.Last)} at {last.Layer}, {NumberText.Format(gradient.First)} at {first.Layer}";
        string[] remedies = context.BranchDepth > 0 ? [Remedy.Auto, Remedy.LayerNormalization] : SaturationBounds.Of(first.Activation).IsBounded
            ? [Remedy.Relu, Remedy.InitFor(first.Activation), Remedy.FewerLayers]
            : [Remedy.InitFor(first.Activation), Remedy.Auto, Remedy.FewerLayers];
        return new Finding(verdict, severity, 0, context.HiddenLayers - 1, $"gradient {change} back over {context.HiddenLayers} hidden layers: {figures}; {consequence}", remedies);
    }
}
