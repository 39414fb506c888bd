namespace MLNet.WeightInit.Engine.Kernels.Activations;

/// <summary>The mathematics of one activation, for every vector width. Parameters are fields of the implementing struct.</summary>
internal interface IActivation
{
    /// <summary>True where <see cref="Backward{TSimd, TVector}"/> wants the output, false where it wants the pre-activation.</summary>
    static abstract bool GradientFromOutput { get; }

    /// <summary>φ of a pre-activation. NaN stays NaN.</summary>
    TVector Forward<TSimd, TVector>(TVector preActivation) where TSimd : struct, ISimd<TVector> where TVector : struct;

    /// <summary>Upstream gradient times φ′.</summary>
    /// <param name="upstream">Gradient by the output.</param>
    /// <param name="saved">The output where <see cref="GradientFromOutput"/>, else the pre-activation.</param>
    TVector Backward<TSimd, TVector>(TVector upstream, TVector saved) where TSimd : struct, ISimd<TVector> where TVector : struct;
}
