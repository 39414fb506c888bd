namespace MLNet.WeightInit.Engine.Kernels.Activations;

/// <summary>An element-wise function between layers, with its kernels for every vector width.</summary>
internal abstract class Activation
{
    /// <summary>Canonical name, as options and reports spell it: <c>ReLU</c>, <c>LeakyReLU</c>, <c>GELU</c>.</summary>
    public abstract string Name { get; }

    /// <summary>Name with arguments where there are any, which parses back to an equal activation: <c>LeakyReLU(slope=0.01)</c>.</summary>
    public virtual string Specification => Name;

    /// <summary>Compiles the forward and backward loops for one vector width.</summary>
    /// <param name="smallest">Results below this in size become 0 (<see cref="Negligible"/>); 0 keeps every value.</param>
    public abstract ActivationKernel CreateKernel(SimdLevel level, float smallest = 0);
}

/// <summary>Forward and backward loops of one activation at one vector width, over row-major blocks.</summary>
/// <remarks>Blocks are rows of columns (a multiple of 16) that start stride floats apart.
/// Source and destination may be the same block.</remarks>
internal abstract unsafe class ActivationKernel
{
    /// <summary>True where the derivative is a function of the output, so that the pre-activation need not be kept.</summary>
    public abstract bool GradientFromOutput { get; }

    /// <summary>True for the identity: callers may skip both loops.</summary>
    public virtual bool IsIdentity => false;

    /// <summary>True where the gradient is the upstream's or 0 by whether the output is above 0: then any positive multiple of the output does, too.</summary>
    public virtual bool IsGate => false;

    /// <summary>Results of both loops below this in size become 0 (<see cref="Negligible"/>). Default: 0, which keeps every value.</summary>
    public float Smallest { get; init; }

    /// <summary>destination = φ(source).</summary>
    public abstract void Forward(float* source, float* destination, int rows, int columns, int stride);

    /// <summary>gradient = upstream · φ′, with φ′ from <paramref name="saved"/>: the output where <see cref="GradientFromOutput"/>, else the pre-activation.</summary>
    public abstract void Backward(float* upstream, float* saved, float* gradient, int rows, int columns, int stride);
}
