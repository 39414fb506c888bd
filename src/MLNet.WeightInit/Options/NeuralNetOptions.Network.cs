using MLNet.WeightInit.Engine.Kernels.Activations;
using MLNet.WeightInit.Engine.Network;

namespace MLNet.WeightInit;

public sealed partial class NeuralNetOptions
{
    /// <summary>Share of each hidden layer's units that are dropped, others in each row and step, while the network trains: against overfitting. Scoring uses all units. Initialization by
    /// <c>"Auto"</c> makes up for it (docs/initializers.md).</summary>
    /// <value>Default: 0, none. At least 0 and below 1; 0.1 to 0.5 are usual, and 0.05 to 0.1 with alpha-dropout. Memory grows by 4 bytes × batch rows × hidden units.</value>
    public float Dropout { get; set; }

    /// <summary>What stands in for a dropped unit.</summary>
    /// <value>Default: <see cref="DropoutKind.Automatic"/>: alpha-dropout for SELU, zeros for the other activations.</value>
    public DropoutKind DropoutKind { get; set; }

    /// <summary>What each hidden layer's sums go through before the activation, by name: <c>layer</c> brings each row to mean 0 and variance 1 over the layer's units (plus 1e-5 for the
    /// variance), then scales and shifts each unit by what training learns, from 1 and 0 on (Ba et al. 2016). It makes deep networks train whatever their weights' size.</summary>
    /// <remarks><c>batch</c> brings each unit to mean 0 and variance 1 over the rows of a batch, then scales and shifts it alike (Ioffe and Szegedy 2015). Scoring and validation take running statistics, which start
    /// at 0 and 1 and move by a tenth towards each batch's mean and variance; example weights don't count in them. A batch of one row, such as the last of an epoch may be, is normalized by the running
    /// statistics too, and leaves them as they are. docs/network.md compares the two.</remarks>
    /// <value>Default: null, none. With <c>layer</c> a hidden layer needs at least 3 units, with <c>batch</c> a batch at least 2 rows. Memory grows by 4 bytes × batch rows × hidden units.</value>
    public string? Normalization { get; set; }

    /// <summary>Blocks that the hidden layers form, each adding what its branch gives to what it started from (He et al. 2016): <c>new ResidualBlocks(branchDepth: 2)</c>, with
    /// <c>HiddenLayers = new ResidualBlocks(2).Layers(blocks: 50, width: 128)</c>. Deep networks then train where plain ones of the same depth don't; with <see cref="Normalization"/> hundreds of layers do.</summary>
    /// <value>Default: null, none. The first hidden layer is the stem; the number of the others must be a multiple of the branch depth, and the last layer of every block as wide as the stem.</value>
    public ResidualBlocks? Residual { get; set; }

    /// <exception cref="ArgumentOutOfRangeException">An option is out of its range, or doesn't fit the hidden layers.</exception>
    internal void CheckNetwork()
    {
        if (!(Dropout is >= 0 and < 1))
            throw new ArgumentOutOfRangeException(nameof(Dropout), Dropout, "The dropout rate must be at least 0 and below 1: it is the share of units that are dropped, and at 1 none would be left. 0 is none.");
        if (!Enum.IsDefined(DropoutKind))
            throw new ArgumentOutOfRangeException(nameof(DropoutKind), DropoutKind, "It must be Automatic, Standard or Alpha.");
        ResidualBlocks.CheckLayers(HiddenLayers, Residual?.BranchDepth ?? 0);
        if (ResolveNormalization() == Engine.Network.Normalization.Batch && BatchSize == 1)
            throw new ArgumentOutOfRangeException(nameof(BatchSize), BatchSize, "Batch normalization takes its statistics from the rows of a batch, so a batch needs at least 2; 32 and more are usual. Use a larger BatchSize, or Normalization = \"layer\".");
        if (ResolveNormalization() != Engine.Network.Normalization.Layer)
            return;
        for (int i = 0; i < HiddenLayers.Count; i++)
            if (HiddenLayers[i] < Normalizations.FewestUnits)
                throw new ArgumentOutOfRangeException($"{nameof(HiddenLayers)}[{i}]", HiddenLayers[i],
                    $"A hidden layer that is normalized over its units needs at least {Normalizations.FewestUnits} of them: one would always be 0, and two ±1 with no gradient. Use more units, or Normalization = null.");
    }

    /// <exception cref="ArgumentOutOfRangeException">The name is unknown.</exception>
    internal Engine.Network.Normalization ResolveNormalization() => Normalizations.Parse(Normalization);

    /// <summary>What the engine takes, or null for none.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Alpha-dropout is asked for and the activation isn't SELU.</exception>
    internal Dropout? ResolveDropout(Activation activation)
    {
        bool isSelu = activation is Selu;
        if (DropoutKind == DropoutKind.Alpha && !isSelu)
            throw new ArgumentOutOfRangeException(nameof(DropoutKind), DropoutKind,
                $"Alpha-dropout keeps the mean 0 and variance 1 that only SELU has, and the activation is {activation.Specification}. Use Activation = \"SELU\", or DropoutKind.Standard.");
        return Dropout == 0 ? null : new Dropout(Dropout, isSelu && DropoutKind != DropoutKind.Standard);
    }
}
