namespace MLNet.WeightInit;

/// <summary>What <see cref="NeuralNetOptions.Dropout"/> puts in the place of a dropped unit's output.</summary>
public enum DropoutKind
{
    /// <summary><see cref="Alpha"/> where the activation is SELU, <see cref="Standard"/> elsewhere.</summary>
    Automatic,

    /// <summary>0, and the units that are kept are divided by 1 − rate, which keeps the mean (Srivastava et al. 2014).</summary>
    Standard,

    /// <summary>The value that SELU saturates at, and all units are scaled and shifted so that mean 0 and variance 1 are kept (Klambauer et al. 2017, section 3). For SELU only.</summary>
    Alpha,
}
