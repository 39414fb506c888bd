namespace MLNet.WeightInit.Engine.Network;

/// <summary>What each hidden unit goes through while a network trains: kept with probability q as <c>a h + b</c>, else replaced by <c>a d + b</c>.</summary>
/// <remarks>
/// Standard: d = 0, a = 1 / q, b = 0, which keeps the mean (Srivastava et al. 2014, section 10, the form that changes nothing at scoring). Alpha (Klambauer et al. 2017, section 3, "new dropout
/// technique"): d = −λα, the value that SELU saturates at; a = (q + d² q (1 − q))^(−1/2) and b = −a (1 − q) d keep mean 0 and variance 1.
/// </remarks>
internal sealed record Dropout
{
    /// <summary>−λα of SELU.</summary>
    const double SeluFloor = -1.0507009873554804934 * 1.6732632423543772848;

    /// <param name="rate">Share of units that are dropped; at least 0 and below 1.</param>
    public Dropout(float rate, bool isAlpha)
    {
        if (!(rate is >= 0 and < 1))
            throw new ArgumentOutOfRangeException(nameof(rate), rate, "The dropout rate must be at least 0 and below 1.");
        Rate = rate;
        IsAlpha = isAlpha;
        double keep = 1 - (double)rate;
        Floor = isAlpha ? SeluFloor : 0;
        Scale = isAlpha ? 1 / Math.Sqrt(keep + Floor * Floor * keep * rate) : 1 / keep;
        Shift = isAlpha ? -Scale * rate * Floor : 0;
    }

    public float Rate { get; }
    public bool IsAlpha { get; }

    /// <summary>d: what stands in for a dropped unit's output.</summary>
    public double Floor { get; }

    /// <summary>a.</summary>
    public double Scale { get; }

    /// <summary>b.</summary>
    public double Shift { get; }

    /// <summary>The rate where E h² grows by 1 / (1 − rate), which an initializer has to make up for; 0 for alpha-dropout, which keeps E h².</summary>
    public float GrowthRate => IsAlpha ? 0 : Rate;

    /// <summary>Of 2³², how many random words drop a unit.</summary>
    public uint Threshold => (uint)Math.Round(Rate * 4294967296.0);

    /// <summary>∂(a h + b)² averaged over kept and dropped: what the squared norm of a gradient is multiplied by on its way back.</summary>
    public double SquaredSlope => Scale * Scale * (1 - (double)Rate);

    /// <summary>What the next layer reads, summed over <paramref name="units"/> outputs: Σ E h′, Σ E h′² and Σ Var(h′ | h), from Σ h and Σ h².</summary>
    /// <remarks>b takes away what the floor adds to the mean, so E(h′ | h) = a q h; Var(h′ | h) = a² q (1 − q) (h − d)².</remarks>
    public (double Sum, double SquaredSum, double Noise) Moments(double sum, double squaredSum, int units)
    {
        double keep = 1 - (double)Rate, noise = Scale * Scale * keep * Rate * (squaredSum - 2 * Floor * sum + units * Floor * Floor);
        return (Scale * keep * sum, Scale * keep * Scale * keep * squaredSum + noise, noise);
    }
}
