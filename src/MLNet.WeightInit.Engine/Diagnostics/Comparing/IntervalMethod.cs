namespace MLNet.WeightInit;

/// <summary>How a comparison makes intervals of its seeds.</summary>
public enum IntervalMethod
{
    /// <summary>Student's t for means and paired differences, χ² for deviations: exact where seeds differ normally.</summary>
    StudentT,

    /// <summary>The bias-corrected and accelerated bootstrap of 10,000 samples, keyed by the seed (Efron 1987): asks for no distribution, and is short of coverage below some 15 seeds.</summary>
    Bca,
}
