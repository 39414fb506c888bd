using MLNet.WeightInit.Engine.Data;
using MLNet.WeightInit.Engine.Diagnostics.Rates;
using MLNet.WeightInit.Engine.Network;

namespace MLNet.WeightInit.Engine.Diagnostics.Findings;

/// <summary>Everything that a finding may look at.</summary>
internal sealed class ReportContext
{
    /// <summary>Measured and predicted figures, from the first hidden layer to the output.</summary>
    public required IReadOnlyList<LayerStatistics> Layers { get; init; }

    public required NetworkProbe Probe { get; init; }

    public required TrainingDynamics Training { get; init; }

    /// <summary>Specifications in use: no finding proposes them as its remedy.</summary>
    public required IReadOnlyList<string> Initializers { get; init; }

    /// <summary>True where the features were standardized.</summary>
    public required bool IsStandardized { get; init; }

    /// <summary>Canonical name.</summary>
    public required string Loss { get; init; }

    /// <summary>Share of each label that the loss spreads over the classes.</summary>
    public double LabelSmoothing { get; init; }

    /// <summary>Whether the output's biases are those of the best constant already, so that what the mean output costs comes from its weights.</summary>
    public bool HasPriorBias { get; init; }

    /// <summary>NaN where unknown.</summary>
    public required double PriorLoss { get; init; }

    /// <summary>‖∂L/∂z‖ of the first hidden layer over the last's, by theory.</summary>
    public required double PredictedGradientRatio { get; init; }

    /// <summary>Null where nothing is known of it.</summary>
    public NetworkTheory? Theory { get; init; }

    /// <summary>Dense layers in each residual branch; 0 without residual blocks.</summary>
    public int BranchDepth { get; init; }

    /// <summary>Trials of the learning rate; null for none.</summary>
    public RateMeasurement? Rates { get; init; }

    /// <summary>What the start's figures say of the training; null where the rule doesn't know its kind.</summary>
    public TrainabilityForecast? Forecast { get; init; }

    /// <summary>The training, or its beginning, tried out; null where it wasn't.</summary>
    public StartTrial? Trial { get; init; }

    /// <summary>As <see cref="Trainability.StartFigures"/> has them.</summary>
    public IReadOnlyList<double> StartFigures { get; init; } = [];

    /// <summary>Of the training, for who proposes another.</summary>
    public float LearningRate { get; init; }

    /// <inheritdoc cref="JudgedTraining.Proposed"/>
    public MeasuredRate? ProposedRate { get; init; }

    /// <inheritdoc cref="JudgedTraining.Traits"/>
    public TrainingTraits Traits { get; init; } = TrainingTraits.Usual;

    /// <summary>Features that are the same in all training rows; null where nobody looked.</summary>
    public ConstantFeatures? Constants { get; init; }

    /// <summary>Whether categorical columns are embedded beside the features.</summary>
    public bool HasOtherInputs { get; init; }

    /// <summary>Mean over the probe's rows of Σ x², as the first layer sees them.</summary>
    public double RowSquare { get; init; }

    /// <summary>What a unit of weight adds to the loss's gradient (L2); 0 for none, and where decay is decoupled.</summary>
    public double WeightDecay { get; init; }

    /// <summary>Of the training, at most.</summary>
    public int Epochs { get; init; }

    /// <summary>Null below <see cref="DiagnosticsLevel.Full"/>.</summary>
    public InitializationDetails? Details { get; init; }

    public int HiddenLayers => Layers.Count - 1;

    public LayerStatistics Output => Layers[^1];

    /// <summary>True where the output weights start at 0: nothing reaches the hidden layers in the first step, and that is meant so.</summary>
    public bool HasZeroHead => Output.WeightDeviation == 0 && Array.TrueForAll(Probe.Layers[^1].Weights, weight => weight == 0);

    /// <summary>Root of E z²: unlike the deviation it is also there for a layer whose rows all look alike.</summary>
    public double Signal(int index)
    {
        LayerStatistics layer = Layers[index];
        return Math.Sqrt(layer.PreActivationMean * layer.PreActivationMean + layer.PreActivationDeviation * layer.PreActivationDeviation);
    }

    /// <summary>Root mean square of one element of ∂L/∂W.</summary>
    public double WeightGradientElement(int index)
    {
        LayerStatistics layer = Layers[index];
        return layer.WeightGradientNorm / Math.Sqrt((double)layer.Inputs * layer.Outputs);
    }
}
