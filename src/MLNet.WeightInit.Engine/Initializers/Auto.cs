using System.Globalization;
using MLNet.WeightInit.Engine.Initializers;

namespace MLNet.WeightInit;

/// <summary>Chooses a rule for each tensor by the activation that follows, its role and its place, and says why. The default.</summary>
/// <remarks>
/// Hidden layers: He-normal for ReLU and leaky ReLU, and for the activations that resemble them (ELU, GELU, SiLU, Mish, hard-swish); LeCun-normal for the identity, SELU and softplus;
/// Glorot-normal for tanh, hard-tanh, softsign, sin and erf, and with gain 4 for the sigmoid, whose slope at 0 is ¼: 1 / slope for each of them.
/// Plain networks of ReLU and leaky ReLU start mirrored (<see cref="LooksLinear"/>) where that trained better than random weights: for values of eight and more features (Σ E x², so that a categorical column counts once) from four layers on under Adam and its kin, for eight and more classes from
/// fifteen layers on under any optimizer but plain SGD;
/// the gain is L^(−1 / (2 (L − 1))) for L hidden layers, so that a step moves the function as far at any depth.
/// Embeddings of categorical columns: variance 1 / dimensions, so that a column reaches the network as a standardized feature does.
/// The last layer of each of L residual branches has its variance divided by L (Radford et al. 2019, section 2.3; Hayou et al. 2021), but for fewer than 4 of tanh and its kin and fewer than 20 that normalize, which add the same whatever they read: the stream then grows by a factor of e at most, whatever L is.
/// Output layer: the textbook's rule, as in the hidden layers, for classes, and for values but for eight and more features, up to three hidden layers of rectifiers, their smooth kin or no activation under Adam and its kin, and mirrored ones, and but for two and more of those residual branches;
/// else <see cref="SmallLogits"/>, so that the outputs start with a variance of at most 0.1 on the user's own data. Hidden biases are 0; the output's hold the label's prior.
/// The first layer keeps the textbook's fan-in where features are one-hot or sparse and Σ E x² is far below it: a larger σ in its place would start rare features as noise that training hardly takes back (docs/initializers.md).
/// Version 1 had small heads everywhere, and mirrored ReLU layers from ten on; version 2 mirrored smooth activations and shallow networks for values too, and had small heads for values of all rectifiers, and of up to three layers of any activation under Adam;
/// version 3 did so for any number of features, had small heads behind normalization and residual blocks, and divided the variance of every branch's end.
/// </remarks>
public sealed class Auto : WeightInitializer
{
    /// <summary>Standardized features have E x² = 1, but for columns that are constant.</summary>
    const double FeatureTolerance = 0.1;

    /// <summary>Branches of tanh and its kin from which on their sum saturates more than a twentieth of the units: each adds as much as the last, whatever it reads.</summary>
    const int FewestBoundedBranches = 4;

    /// <summary>Branches that normalize, and so add as much as the last, too, from which on the first ones' share of the stream is too small to train by.</summary>
    const int FewestNormalizedBranches = 20;

    static readonly Zeros s_zeros = new();

    /// <inheritdoc/>
    public override string Name => "auto";

    /// <inheritdoc/>
    public override int Version => 4;

    /// <inheritdoc/>
    public override double? TargetDeviation(in WeightShape shape) => Choose(shape, 1, out _).TargetDeviation(shape);

    /// <summary>The rule that a plan would choose for this tensor, if what the layer reads has E h² = 1.</summary>
    public override void Fill(Span<float> weights, in WeightShape shape, RandomSource random)
        => Choose(shape, 1, out _).Fill(weights, shape, random);

    /// <inheritdoc/>
    public override string Explain(in WeightShape shape)
    {
        Choose(shape, 1, out string reason);
        return reason;
    }

    /// <inheritdoc/>
    public override void Plan(InitializationPlan plan)
    {
        ArgumentNullException.ThrowIfNull(plan);
        double secondMoment = plan.FeatureSecondMoment is > 0 and < double.PositiveInfinity ? plan.FeatureSecondMoment : 1, stream = 0;
        string before = "Identity";
        MirroredStart? mirrored = MirroredStart.Of(plan);
        foreach (PlannedTensor tensor in plan.Tensors)
        {
            if (tensor.Shape.Role == TensorRole.Bias)
            {
                PlanBias(tensor, plan);
                continue;
            }
            secondMoment /= 1 - (double)tensor.Shape.InputDropout;
            string reason;
            WeightInitializer chosen = tensor.Shape.Role == TensorRole.Output ? OutputStart.Weights(plan, secondMoment, mirrored is not null, out reason)
                : mirrored is { } start ? Mirror(tensor.Shape, start, before, out reason) : Choose(tensor.Shape, secondMoment, out reason);
            before = tensor.Shape.Activation;
            tensor.Use(chosen, reason + OfFeatures(plan, tensor.Shape));
            double deviation = chosen.TargetDeviation(tensor.Shape) ?? 0;
            double variance = deviation * deviation * tensor.Shape.FanIn * secondMoment;
            if (tensor.Shape is { BranchDepth: > 0, Role: TensorRole.Hidden } && (tensor.Shape.BranchLayer == 0 || tensor.Shape.EndsBranch))
                variance = stream += variance;
            secondMoment = ActivationTraits.Of(tensor.Shape.Activation).SecondMomentBound(tensor.Shape.IsNormalized ? 1 : variance);
        }
    }

    /// <summary>Where features aren't of E x² = 1, as the rules take them to be.</summary>
    static string OfFeatures(InitializationPlan plan, in WeightShape shape)
    {
        double moment = plan.FeatureSecondMoment;
        if (shape is not { LayerIndex: 0, Role: TensorRole.Hidden } || !(moment > 0) || !double.IsFinite(moment) || Math.Abs(moment - 1) <= FeatureTolerance)
            return "";
        string figure = string.Create(CultureInfo.InvariantCulture, $" The features have Σ E x² = {moment * shape.FanIn:G3}, not {shape.FanIn}, so the sums start {Math.Sqrt(moment):G3} times as large as the rule means;");
        return figure + (moment < 1 ? " a larger σ would start what rare features say as noise that training hardly takes back." : " standardized features would start them as it means.");
    }

    static LooksLinear Mirror(in WeightShape shape, MirroredStart start, string before, out string reason)
    {
        double slope = shape.LayerIndex == 0 ? 1 : LooksLinear.MirroredSlope(ActivationTraits.Of(before)).Slope;             // features come as they are, not in pairs
        var block = new LooksLinear((float)(start.Gain / slope));
        reason = $"{block.Explain(shape)} {start.Reason}";
        return block;
    }

    /// <summary>The rule for a table of embeddings, by its own name.</summary>
    internal static void PlanEmbedding(PlannedTensor tensor) => tensor.Use(Choose(tensor.Shape, 1, out string reason), reason);

    static void PlanBias(PlannedTensor tensor, InitializationPlan plan)
    {
        bool isOutput = tensor.Shape.LayerIndex == tensor.Shape.Depth - 1;
        if (isOutput && plan.PriorBias is { Count: > 0 } prior && prior.Count == tensor.Shape.Count)
            tensor.Use(new FromArray([.. prior]), "The label's prior: the untrained network predicts the frequencies, or the mean, of the training labels, so no step is spent on learning them.");
        else
            tensor.Use(s_zeros);
    }

    static WeightInitializer Choose(in WeightShape shape, double secondMoment, out string reason)
    {
        if (shape.Role == TensorRole.Bias)
        {
            reason = s_zeros.Explain(shape);
            return s_zeros;
        }
        if (shape.Role == TensorRole.Output)
        {
            SmallLogits head = OutputStart.Small(secondMoment);
            reason = head.Explain(shape) + " At most 0.1 keeps the first loss near the prior's.";
            return head;
        }
        if (shape.Role == TensorRole.Embedding)
        {
            // Which fan counts the dimensions hangs on the framework: a network's tables and Keras's have them as fan-out, PyTorch's as fan-in.
            VarianceScaling vectors = VarianceScaling.LeCun(shape.FanOut == shape.Columns ? FanMode.FanOut : FanMode.FanIn);
            reason = string.Create(CultureInfo.InvariantCulture, $"Var E = 1 / dimensions makes E ‖e‖² = 1: two categories are as far apart as two values of a standardized feature, and a row's categories weigh as much as its features; σ = {vectors.TargetDeviation(shape):G3} for {shape.Columns} dimensions. Categories without training rows start at 0.");
            return vectors;
        }
        ActivationTraits traits = ActivationTraits.Of(shape.Activation);
        bool isDivided = shape.EndsBranch && shape.ResidualBranches >= (shape.IsNormalized ? FewestNormalizedBranches : traits.Family == ActivationFamily.OddBounded ? FewestBoundedBranches : 1);
        VarianceScaling rule = RuleFor(traits, (1 - (double)shape.InputDropout) / (isDivided ? shape.ResidualBranches : 1));
        string figure = string.Create(CultureInfo.InvariantCulture, $"σ = {rule.TargetDeviation(shape):G3} for {(rule.Mode == FanMode.FanIn ? "fan-in" : "average fan")} {shape.Fan(rule.Mode):G6}");
        string moment = string.Create(CultureInfo.InvariantCulture, $"{traits.UnitSecondMoment:G3}");
        reason = traits.Family switch
        {
            ActivationFamily.Rectifier => rule.Explain(shape),
            ActivationFamily.SmoothRectifier => string.Create(CultureInfo.InvariantCulture, $"{traits.Name} resembles ReLU for large inputs but keeps {moment} of a unit E z², not ½: with He's Var W = 2 / fan-in the signal shrinks by {2 * traits.UnitSecondMoment:G3} a layer at first, and a gain that made up for it would be unstable; {figure}."),
            ActivationFamily.ExponentialUnit => $"{traits.Name} keeps {moment} of a unit E z² and behaves as ReLU for large inputs, so He's Var W = 2 / fan-in settles instead of growing: {figure}.",
            ActivationFamily.SelfNormalizing => $"{traits.Name} has mean 0 and variance 1 as its fixed point for Var W = 1 / fan-in: {figure} (Klambauer et al. 2017).",
            ActivationFamily.OddBounded => string.Create(CultureInfo.InvariantCulture, $"{traits.Name} has slope {traits.OriginSlope:G3} at 0, so a gain of {1 / traits.OriginSlope:G3} is critical with zero biases: the signal falls slowly and gradients don't grow; {figure} (Glorot and Bengio 2010, eq. 12)."),
            ActivationFamily.Sigmoid => $"{traits.Name} has slope ¼ at 0, so a gain of 4 makes up for it, else gradients would fall 16-fold a layer: {figure} (Glorot and Bengio 2010, eq. 12).",
            ActivationFamily.Softplus => $"{traits.Name} keeps {moment} of a unit E z², so Var W = 1 / fan-in nearly keeps it: {figure}.",
            ActivationFamily.Identity => $"No activation follows, so Var W = 1 / fan-in keeps E z²: {figure} (LeCun et al. 1998, eq. 16).",
            _ => $"Nothing is known of the activation {traits.Name}, so Var W = 1 / fan-in keeps E z² up to it: {figure}.",
        };
        if (shape.InputDropout > 0)
            reason += string.Create(CultureInfo.InvariantCulture, $" Dropout of {shape.InputDropout:G3} makes E h² of what the layer reads {1 / (1 - (double)shape.InputDropout):G3} times as large while training, so Var W is multiplied by {1 - (double)shape.InputDropout:G3} (Bingham and Miikkulainen 2023).");
        if (isDivided)
            reason += string.Create(CultureInfo.InvariantCulture, $" It ends one of {shape.ResidualBranches} residual branches: Var W is divided by their number, so that all of them together add about as much as the stem gives (Radford et al. 2019, section 2.3; Hayou et al. 2021).");
        if (shape.IsNormalized)
            reason += " The sums are normalized before the activation, so σ decides how far a step turns the weights, not how large the signal is.";
        return rule;
    }

    /// <param name="share">What the variance is multiplied by. With 1 − dropout rate of the layer's inputs: E (h m / q)² = E h² / q for a mask m that is 1 with probability q.</param>
    static VarianceScaling RuleFor(ActivationTraits traits, double share)
    {
        float gain = (float)Math.Sqrt(share);
        return traits.Family switch
        {
            ActivationFamily.Rectifier => VarianceScaling.He(gain: gain, negativeSlope: traits.NegativeSlope),
            ActivationFamily.SmoothRectifier or ActivationFamily.ExponentialUnit => VarianceScaling.He(gain: gain),
            ActivationFamily.OddBounded or ActivationFamily.Sigmoid => VarianceScaling.Glorot(gain: gain / traits.OriginSlope),
            _ => VarianceScaling.LeCun(gain: gain),
        };
    }
}
