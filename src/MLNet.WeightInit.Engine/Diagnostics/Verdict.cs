namespace MLNet.WeightInit;

/// <summary>What an <see cref="InitializationReport"/> says of a network before its first training step; members stand in order of gravity, the gravest last.</summary>
/// <remarks>
/// <para>The order is fixed: a report's verdict is the greatest member among its findings of severity <see cref="Severity.Warning"/> or above, and programs may
/// compare members with <c>&lt;</c>.
/// A later member makes the earlier ones moot: units that are identical stay so whatever the scale of the signal, and nothing can be said of numbers that aren't finite.</para>
/// <list type="table">
/// <listheader><term>Gravity and verdict</term><description>Meaning</description></listheader>
/// <item><term>0 <see cref="Healthy"/></term><description>Nothing stands in the way of this training.</description></item>
/// <item><term>1 <see cref="Drifting"/></term><description>The signal's scale moves with depth, but gradients still arrive.</description></item>
/// <item><term>2 <see cref="MisplacedPrior"/></term><description>The untrained outputs are far from the label's average.</description></item>
/// <item><term>3 <see cref="OverConfidentHead"/></term><description>The untrained outputs vary so much that the loss starts far above the prior's.</description></item>
/// <item><term>4 <see cref="Stalling"/></term><description>Trainings that start like this one seldom learn in the steps that they get.</description></item>
/// <item><term>5 <see cref="TooDeep"/></term><description>The network is deeper than information can travel at this initialization.</description></item>
/// <item><term>6 <see cref="LrUnstable"/></term><description>The learning rate exceeds what the initial curvature allows.</description></item>
/// <item><term>7 <see cref="Saturated"/></term><description>A bounded activation works at its bounds, where its derivative is near 0.</description></item>
/// <item><term>8 <see cref="RankCollapse"/></term><description>Different rows look alike to the last layers.</description></item>
/// <item><term>9 <see cref="Dead"/></term><description>Units pass no gradient on any row.</description></item>
/// <item><term>10 <see cref="VanishingForward"/></term><description>The signal shrinks exponentially with depth.</description></item>
/// <item><term>11 <see cref="VanishingGradient"/></term><description>The gradient shrinks exponentially on its way to the first layer.</description></item>
/// <item><term>12 <see cref="ExplodingForward"/></term><description>The signal grows exponentially with depth.</description></item>
/// <item><term>13 <see cref="ExplodingGradient"/></term><description>The gradient grows exponentially on its way to the first layer.</description></item>
/// <item><term>14 <see cref="Symmetric"/></term><description>Units of a layer are identical and training can't tell them apart.</description></item>
/// <item><term>15 <see cref="NonFinite"/></term><description>A weight, an activation, a gradient or the loss is NaN or infinite.</description></item>
/// </list>
/// </remarks>
public enum Verdict
{
    /// <summary>Nothing stands in the way of this training.</summary>
    Healthy = 0,

    /// <summary>The signal's scale moves with depth, but gradients still arrive.</summary>
    Drifting = 1,

    /// <summary>The untrained outputs are far from the label's average.</summary>
    MisplacedPrior = 2,

    /// <summary>The untrained outputs vary so much that the loss starts far above the prior's.</summary>
    OverConfidentHead = 3,

    /// <summary>Trainings that start like this one seldom learn in the steps that they get: steps too small, too few, or into a loss that no other verdict explains.</summary>
    Stalling = 4,

    /// <summary>The network is deeper than information can travel at this initialization.</summary>
    TooDeep = 5,

    /// <summary>The learning rate exceeds what the initial curvature allows.</summary>
    LrUnstable = 6,

    /// <summary>A bounded activation works at its bounds, where its derivative is near 0.</summary>
    Saturated = 7,

    /// <summary>Different rows look alike to the last layers.</summary>
    RankCollapse = 8,

    /// <summary>Units pass no gradient on any row.</summary>
    Dead = 9,

    /// <summary>The signal shrinks exponentially with depth.</summary>
    VanishingForward = 10,

    /// <summary>The gradient shrinks exponentially on its way to the first layer.</summary>
    VanishingGradient = 11,

    /// <summary>The signal grows exponentially with depth.</summary>
    ExplodingForward = 12,

    /// <summary>The gradient grows exponentially on its way to the first layer.</summary>
    ExplodingGradient = 13,

    /// <summary>Units of a layer are identical and training can't tell them apart.</summary>
    Symmetric = 14,

    /// <summary>A weight, an activation, a gradient or the loss is NaN or infinite.</summary>
    NonFinite = 15,
}
