using MLNet.WeightInit.Engine.Text;

namespace MLNet.WeightInit.Engine.Diagnostics;

/// <summary>Where a bounded activation's output counts as saturated, and how large a share of such outputs is too much.</summary>
/// <param name="Lower">Outputs below it (or at it, where <paramref name="Inclusive"/>) are saturated.</param>
/// <param name="Upper">Outputs above it (or at it) are saturated.</param>
/// <param name="NoteShare">The share that is worth a note.</param>
/// <param name="WarningShare">The share that is worth a warning.</param>
/// <remarks>
/// tanh: Karpathy's rule, |h| above 0.97 healthy below 5 % and bad above 20 % (measured on 10 classes with 1, 3 and 10 layers under SGD and Adam: 19 % costs
/// nothing, 46 % doubles the loss of 10 layers);
/// erf and softsign by the same. The sigmoid, outside of 0.03 to 0.97, is another case: a derivative of at most 1/4 asks for large weights, and 38 % in the first
/// layer (gain 4) trains best at 3 and 10 layers; from half of the
/// outputs on (SageMaker Debugger's limit too) the loss rises.
/// Hard-tanh at unit variance has 32 % of its outputs at ±1 by construction, so its shares are those that it reaches at the pre-activation deviation where tanh
/// reaches 5 % and 20 %:
/// 1.067 and 1.632, that is 2Φ(−1/1.067) = 35 % and 2Φ(−1/1.632) = 54 %.
/// </remarks>
internal readonly record struct SaturationBounds(float Lower, float Upper, bool Inclusive, double NoteShare, double WarningShare)
{
    static readonly SaturationBounds s_unbounded = new(float.NegativeInfinity, float.PositiveInfinity, false, double.PositiveInfinity, double.PositiveInfinity);
    static readonly SaturationBounds s_symmetric = new(-0.97f, 0.97f, false, 0.05, 0.20);
    static readonly SaturationBounds s_sigmoid = new(0.03f, 0.97f, false, 0.40, 0.50);
    static readonly SaturationBounds s_hard = new(-1, 1, true, 0.35, 0.54);

    /// <param name="activation">Name, with or without arguments.</param>
    public static SaturationBounds Of(string activation) => SpecificationText.Normalize(SpecificationText.Parse(activation, "activation").Name) switch
    {
        "tanh" or "erf" or "softsign" => s_symmetric,
        "sigmoid" => s_sigmoid,
        "hardtanh" => s_hard,
        _ => s_unbounded,
    };

    public bool IsBounded => float.IsFinite(Upper);

    public bool Contains(float output) => Inclusive ? output <= Lower || output >= Upper : output < Lower || output > Upper;
}
