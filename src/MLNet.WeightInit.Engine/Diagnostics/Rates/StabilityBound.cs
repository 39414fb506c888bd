using MLNet.WeightInit.Engine.Text;
using MLNet.WeightInit.Engine.Training.Optimizers;

namespace MLNet.WeightInit.Engine.Diagnostics.Rates;

/// <summary>When an optimizer diverges on a quadratic loss: where its rate times the curvature exceeds a bound.</summary>
/// <param name="Bound">NaN where there is none: Lion's steps have a length of their own, and so have LAMB's.</param>
/// <param name="IsPreconditioned">Whether the curvature is that of P^(−1/2) H P^(−1/2), P being the root of the mean square gradient.</param>
/// <param name="SquareDecay">Share that a step keeps of the mean square.</param>
/// <param name="Epsilon">Added to its root.</param>
/// <remarks>
/// The roots of w″ = (1 + β − η λ) w′ − β w leave the unit circle at η λ = 2 (1 + β) (Polyak 1964), those of Nesterov's w″ = (1 + β)(1 − η λ) w′ − β (1 − η λ) w at (2 + 2 β) / (1 + 2 β); Adam's averaged gradient is heavy ball with
/// a rate of (1 − β₁) η, so (2 + 2 β₁) / (1 − β₁) (Cohen et al. 2022, section 2).
/// </remarks>
internal readonly record struct StabilityBound(double Bound, bool IsPreconditioned, double SquareDecay, double Epsilon)
{
    public static StabilityBound Of(Optimizer optimizer)
    {
        SpecificationText text = SpecificationText.Parse(optimizer.Specification, "optimizer");
        double momentum = text.ReadDouble("momentum", 0), beta1 = text.ReadDouble("beta1", 0), epsilon = text.ReadDouble("epsilon", 0);
        return optimizer.Name switch
        {
            "SGD" => new(2, false, 0, 0),
            "Momentum" => new(2 * (1 + momentum), false, 0, 0),
            "Nesterov" => new((2 + 2 * momentum) / (1 + 2 * momentum), false, 0, 0),
            "RMSProp" => new(2, true, text.ReadDouble("decay", 0), epsilon),
            "Adam" or "AdamW" => new((2 + 2 * beta1) / (1 - beta1), true, text.ReadDouble("beta2", 0), epsilon),
            _ => new(double.NaN, false, 0, 0),
        };
    }
}
