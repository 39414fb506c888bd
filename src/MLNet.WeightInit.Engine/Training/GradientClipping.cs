using MLNet.WeightInit.Engine.Text;

namespace MLNet.WeightInit.Engine.Training;

/// <summary>How gradients are kept from becoming too long: all of them together by their norm, or each number for itself.</summary>
/// <remarks>By norm: Pascanu et al. 2013, algorithm 1, over all weights and biases together. By value: Mikolov 2012, section 3.2.2. PyTorch's <c>clip_grad_norm_</c> (without the 1e-6 that it adds
/// to the norm) and <c>clip_grad_value_</c>. Decay and L1 are added to the gradient after it was clipped.</remarks>
internal sealed record GradientClipping
{
    static readonly SpecificationList<GradientClipping> s_list = new("gradient clipping", "kinds of gradient clipping",
        new("Norm", text => new GradientClipping(isByNorm: true, text.ReadSingle("max_norm", 1))) { Arguments = ["max_norm"] },
        new("Value", text => new GradientClipping(isByNorm: false, text.ReadSingle("clip_value", 0.5f))) { Arguments = ["clip_value"] });

    /// <param name="limit">Longest norm, or largest size of a number; above 0 and finite.</param>
    public GradientClipping(bool isByNorm, float limit)
    {
        if (!(limit > 0 && float.IsFinite(limit)))
            throw new ArgumentOutOfRangeException(isByNorm ? "max_norm" : "clip_value", limit, "Gradients must be clipped to a number above 0 that is finite, for example norm(1): with 0 nothing would be learnt.");
        IsByNorm = isByNorm;
        Limit = limit;
    }

    /// <summary>True: all gradients are scaled down together where their norm is above <see cref="Limit"/>; false: each is limited to −<see cref="Limit"/> … <see cref="Limit"/>.</summary>
    public bool IsByNorm { get; }
    public float Limit { get; }

    /// <summary>As it would be written: <c>Norm(max_norm=1)</c>.</summary>
    public string Specification => IsByNorm ? $"Norm(max_norm={SpecificationText.Format(Limit)})" : $"Value(clip_value={SpecificationText.Format(Limit)})";

    /// <summary>Reads <c>norm(max_norm=1)</c> and <c>value(clip_value=0.5)</c>; the one argument needs no name: <c>norm(1)</c>.</summary>
    /// <inheritdoc cref="SpecificationList{T}.Parse" path="/exception"/>
    public static GradientClipping Parse(string specification)
    {
        ArgumentNullException.ThrowIfNull(specification);
        int open = specification.IndexOf('(');
        if (open < 0 || specification.Contains('=') || specification[(open + 1)..].Trim() == ")")
            return s_list.Parse(specification);
        string argument = SpecificationText.Normalize(specification[..open]) == "norm" ? "max_norm=" : "clip_value=";
        return s_list.Parse(specification.Insert(open + 1, argument));
    }
}
