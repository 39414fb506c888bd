using System.Globalization;
using MLNet.WeightInit.Engine.Kernels;

namespace MLNet.WeightInit.Engine.Initializers;

/// <summary>Where <see cref="Auto"/> starts a network mirrored (<see cref="LooksLinear"/>) instead of by the textbook's random weights, and with which gain.</summary>
/// <remarks>
/// <para>For plain networks of ReLU and leaky ReLU, and only where that trains better, or no worse beyond chance, on every kind of function that was tried (docs/benchmarks/initializers.md): for values of eight and more features from four layers on under an optimizer that divides gradients by their size,
/// since a linear function near 0 is the better guess between rows than He's random one, whose variance of 2 training must first take back, the longer the more features keep rows apart; for eight and more classes from fifteen layers on under any but plain SGD, since by then random rectifiers have
/// made inputs so alike that little more than one direction tells them apart.</para>
/// <para>Not elsewhere. A start that is linear must first be bent, and that takes steps: with one to three layers, with plain steps of small gradients, and with smooth activations, whose pairs don't part at a kink, functions such as sin 3x or x₁x₂x₃ end at
/// 1.2 to 20 times the textbook's loss after the same epochs.</para>
/// <para>The gain is L^(−1 / (2 (L − 1))) for L hidden layers. The gradient by one layer's weights is multiplied by the gains of all others, so L layers of gain g move the function by L g^(2 (L − 1)) of what one does (the neural tangent kernel, Jacot
/// et al. 2018; at gain 1 it grows as L, Xiao et al. 2020): with this gain a step moves a deep network as far as a shallow one, at the same learning rate.</para>
/// </remarks>
internal readonly record struct MirroredStart(double Gain, string Reason)
{
    /// <summary>Hidden layers from which on values gain by it, whatever the function.</summary>
    const int FewestLayersForValues = 4;

    /// <summary>Standardized features from which on values gain by a start that is nearly constant, whatever the function: rows of few features lie so close that they tell a random function from the label's soon.</summary>
    public const int FewestFeaturesForValues = 8;

    /// <summary>Hidden layers from which on many classes gain by it: He's weights reach the same loss at ten, twice it at fifteen. Few classes may differ along one direction, which random layers keep.</summary>
    const int FewestLayersForClasses = 15, FewestClasses = 8;

    /// <returns>Null where the textbook's rule is as good.</returns>
    public static MirroredStart? Of(InitializationPlan plan)
    {
        PlannedTensor[] hidden = [.. plan.Weights.Where(tensor => tensor.Shape.Role == TensorRole.Hidden)];
        if (hidden.Length == 0 || !Array.TrueForAll(hidden, tensor => CanMirror(tensor.Shape)))
            return null;
        ActivationTraits traits = ActivationTraits.Of(hidden[0].Shape.Activation);
        int outputs = plan.Weights[^1].Shape.Rows;
        string? reason = plan.PredictsValues ? ForValues(plan, hidden, outputs) : plan.PredictsClasses ? ForClasses(hidden, outputs, traits, plan.Optimizer) : null;
        if (reason is null)
            return null;
        double gain = GainOf(hidden.Length);
        return new MirroredStart(gain, hidden.Length == 1 ? reason : string.Create(CultureInfo.InvariantCulture, $"{reason} A gain of {gain:G3} in each of {hidden.Length} layers lets a step move the function as far as in a network of one."));
    }

    /// <summary>g with L g^(2 (L − 1)) = 1.</summary>
    public static double GainOf(int layers) => layers == 1 ? 1 : ScalarMath.Exp(-ScalarMath.Log(layers) / (2.0 * (layers - 1)));

    static bool CanMirror(in WeightShape shape)
        => shape is { IsNormalized: false, BranchDepth: 0, InputDropout: 0 } && shape.Rows % 2 == 0
            && ActivationTraits.Of(shape.Activation) is { Family: ActivationFamily.Rectifier, NegativeSlope: > -1 };

    /// <summary>A pair of units is one direction, and a layer with fewer of them than outputs would start as a bottleneck.</summary>
    static string? ForValues(InitializationPlan plan, PlannedTensor[] hidden, int outputs)
        => hidden.Length >= FewestLayersForValues && plan.EffectiveFeatures >= FewestFeaturesForValues && OptimizerTraits.IsAdaptive(plan.Optimizer) && Array.TrueForAll(hidden, tensor => tensor.Shape.Rows >= 2 * outputs)
            ? string.Create(CultureInfo.InvariantCulture, $"A deep network for values of {plan.EffectiveFeatures} features starts as a linear function near 0: between rows the better guess than a random function, whose variance training must first take back.") : null;

    static string? ForClasses(PlannedTensor[] hidden, int outputs, ActivationTraits traits, string optimizer)
    {
        if (OptimizerTraits.IsPlain(optimizer) || !Array.TrueForAll(hidden, tensor => tensor.Shape.Rows == hidden[0].Shape.Rows))
            return null;
        return hidden.Length >= FewestLayersForClasses && outputs >= FewestClasses
            ? string.Create(CultureInfo.InvariantCulture, $"Over {hidden.Length} plain layers of {traits.Name} random weights make inputs ever more alike, and {outputs} outputs need more than one direction to tell them apart.") : null;
    }
}
