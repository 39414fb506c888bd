using System.Globalization;
using MLNet.WeightInit.Engine.Kernels;

namespace MLNet.WeightInit.Engine.Initializers;

/// <summary>Where <see cref="Auto"/> starts a network mirrored (<see cref="LooksLinear"/>) instead of by the textbook's random weights, and with which gain.</summary>
/// <remarks>
/// <para>For plain networks of ReLU, leaky ReLU, GELU, SiLU, Mish and hard-swish, whose mirrored pairs are linear, or nearly, and only where it trains better by more than seeds differ (docs/benchmarks/initializers.md): for values at any depth, since a
/// linear function near 0 is the better guess between rows than He's random one, whose variance of 2 training must first take back; for three and more classes from fifteen layers on, since by then random rectifiers have made inputs so alike that
/// little more than one direction tells them apart, enough for two classes, not for ten.</para>
/// <para>The gain is L^(−1 / (2 (L − 1))) for L hidden layers. The gradient by one layer's weights is multiplied by the gains of all others, so L layers of gain g move the function by L g^(2 (L − 1)) of what one does (the neural tangent kernel, Jacot
/// et al. 2018; at gain 1 it grows as L, Xiao et al. 2020): with this gain a step moves a deep network as far as a shallow one, at the same learning rate.</para>
/// </remarks>
internal readonly record struct MirroredStart(double Gain, string Reason)
{
    /// <summary>Hidden layers from which on three and more classes gain by it: He's weights reach the same loss at ten, twice it at fifteen.</summary>
    const int FewestLayersForClasses = 15, FewestClasses = 3;

    /// <returns>Null where the textbook's rule is as good.</returns>
    public static MirroredStart? Of(InitializationPlan plan)
    {
        PlannedTensor[] hidden = [.. plan.Weights.Where(tensor => tensor.Shape.Role == TensorRole.Hidden)];
        if (hidden.Length == 0 || !Array.TrueForAll(hidden, tensor => CanMirror(tensor.Shape)))
            return null;
        ActivationTraits traits = ActivationTraits.Of(hidden[0].Shape.Activation);
        int outputs = plan.Weights[^1].Shape.Rows;
        string? reason = plan.PredictsValues ? ForValues(hidden, outputs) : ForClasses(hidden, outputs, traits);
        if (reason is null)
            return null;
        double gain = GainOf(hidden.Length);
        return new MirroredStart(gain, hidden.Length == 1 ? reason : string.Create(CultureInfo.InvariantCulture, $"{reason} A gain of {gain:G3} in each of {hidden.Length} layers lets a step move the function as far as in a network of one."));
    }

    /// <summary>g with L g^(2 (L − 1)) = 1.</summary>
    public static double GainOf(int layers) => layers == 1 ? 1 : ScalarMath.Exp(-ScalarMath.Log(layers) / (2.0 * (layers - 1)));

    static bool CanMirror(in WeightShape shape)
        => shape is { IsNormalized: false, BranchDepth: 0, InputDropout: 0 } && shape.Rows % 2 == 0
            && ActivationTraits.Of(shape.Activation) is { Family: ActivationFamily.SmoothRectifier } or { Family: ActivationFamily.Rectifier, NegativeSlope: > -1 };

    /// <summary>A pair of units is one direction, and a layer with fewer of them than outputs would start as a bottleneck.</summary>
    static string? ForValues(PlannedTensor[] hidden, int outputs)
        => Array.TrueForAll(hidden, tensor => tensor.Shape.Rows >= 2 * outputs)
            ? "A network for values starts as a linear function near 0: between rows the better guess than a random function, whose variance training must first take back." : null;

    static string? ForClasses(PlannedTensor[] hidden, int outputs, ActivationTraits traits)
    {
        if (!Array.TrueForAll(hidden, tensor => tensor.Shape.Rows == hidden[0].Shape.Rows))
            return null;
        return hidden.Length >= FewestLayersForClasses && outputs >= FewestClasses
            ? string.Create(CultureInfo.InvariantCulture, $"Over {hidden.Length} plain layers of {traits.Name} random weights make inputs ever more alike, and {outputs} outputs need more than one direction to tell them apart.") : null;
    }
}
