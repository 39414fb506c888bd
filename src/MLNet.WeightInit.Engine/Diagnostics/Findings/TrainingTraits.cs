using MLNet.WeightInit.Engine.Initializers;
using MLNet.WeightInit.Engine.Training;

namespace MLNet.WeightInit.Engine.Diagnostics.Findings;

/// <summary>What of a training a remedy can't change, or is to.</summary>
internal sealed record TrainingTraits
{
    public static readonly TrainingTraits Usual = new();

    /// <summary>False for L-BFGS, whose steps a line search finds.</summary>
    public bool HasLearningRate { get; init; } = true;

    /// <summary>Whether hidden layers are in residual blocks, or narrow down and mirror one another, so that others of any number can't take their place.</summary>
    public bool HasFixedLayers { get; init; }

    /// <summary>Whether features are reconstructed: how much of them the narrowest layer can carry, their share of themselves doesn't say.</summary>
    public bool Reconstructs { get; init; }

    /// <summary>Share of units that are dropped; 0 for none.</summary>
    public float Dropout { get; init; }

    /// <summary>Whether every hidden layer has enough units to be normalized over them.</summary>
    public bool MayNormalize { get; init; } = true;

    /// <summary>Specification; empty where unknown.</summary>
    public string Activation { get; init; } = "";

    /// <summary>Lines that take back what the user asked for beyond the usual, and what may hold a training back.</summary>
    public IReadOnlyList<string> Restraints { get; init; } = [];

    /// <summary>Whether <see cref="EdgeOfChaos"/> has a point for the activation.</summary>
    public bool HasEdgeOfChaos
    {
        get
        {
            if (Activation.Length == 0)
                return true;
            try
            {
                CriticalPoint.Of(Activation, variance: null);
                return true;
            }
            catch (ArgumentException)
            {
                return false;
            }
        }
    }

    public static TrainingTraits Of(TrainingOptions options) => new()
    {
        HasLearningRate = !options.Optimizer.IsFullBatch,
        HasFixedLayers = options.Residual is not null || options.TiedWeights || options.Reconstructs,
        Reconstructs = options.Reconstructs,
        Dropout = options.Dropout?.Rate ?? 0,
        MayNormalize = options.HiddenLayers.All(units => units >= Network.Normalizations.FewestUnits),
        Activation = options.Activation.Specification,
        Restraints = [.. RestraintsOf(options)],
    };

    static IEnumerable<string> RestraintsOf(TrainingOptions options)
    {
        if (options.L1 > 0)
            yield return Remedy.NoL1;
        if (options.MaxNorm is not null)
            yield return Remedy.NoMaxNorm;
        if (options.GradientClipping is not null)
            yield return Remedy.NoClipping;
        if (options.WeightDecay > MuchDecay)
            yield return Remedy.NoDecay;
        if (options.BiasInit is not (null or Auto))
            yield return Remedy.PriorBias;
        if (options.EmbeddingInit is not (null or Auto))
            yield return Remedy.UsualEmbeddings;
    }

    /// <summary>Recipes have a hundredth, and at most a tenth.</summary>
    const float MuchDecay = 0.1f;
}
