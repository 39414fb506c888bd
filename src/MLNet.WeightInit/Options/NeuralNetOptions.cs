namespace MLNet.WeightInit;

/// <summary>Everything that decides a network and its training. Estimators take a copy: later changes to this object do not reach them.</summary>
public sealed partial class NeuralNetOptions
{
    /// <summary>Column to learn: a key for multiclass, Boolean for binary, Single for regression; a vector of Single or Boolean for several values or labels; the feature column itself for an autoencoder.</summary>
    /// <value>Default: <c>Label</c>.</value>
    public string LabelColumnName { get; set; } = NeuralNetDefaults.LabelColumnName;

    /// <summary>Column with the inputs: a vector of Single of known size. Where it comes sparse, has at least 1,000 features, and at most a tenth of the values is given, rows stay sparse in memory and in every product.</summary>
    /// <value>Default: <c>Features</c>. null where <see cref="CategoricalColumns"/> are all that the network reads.</value>
    public string? FeatureColumnName { get; set; } = NeuralNetDefaults.FeatureColumnName;

    /// <summary>Column of Single that multiplies each row's loss; rows whose weight is not positive and finite are treated as <see cref="MissingValues"/> says.</summary>
    /// <value>Default: null, all rows count the same.</value>
    public string? ExampleWeightColumnName { get; set; }

    /// <summary>Units of each hidden layer, from the input on.</summary>
    /// <value>Default: 128, 64. Each at least 1; at most 500 million weights in all. An empty list gives a linear model.</value>
    public IReadOnlyList<int> HiddenLayers { get; set; } = NeuralNetDefaults.HiddenLayers;

    /// <summary>Function after each hidden layer, by name and with arguments where it has any: <c>ReLU</c>, <c>LeakyReLU(slope=0.2)</c>.</summary>
    /// <value>Default: <c>ReLU</c>. Also Identity, LeakyReLU, ELU, SELU, GELU, GELUTanh, SiLU, Mish, HardSwish, Tanh, HardTanh, Sigmoid, Softplus, Softsign, Sin, Erf. Case, spaces, <c>_</c> and <c>-</c> do not count.</value>
    public string Activation { get; set; } = NeuralNetDefaults.Activation;

    /// <summary>How the weights start: an initializer, or its name (<c>"He"</c>, <c>"orthogonal(gain=1.4)"</c>).</summary>
    /// <value>Default: null, which is <c>"Auto"</c>: chosen by activation, role and data; the model's report says why.</value>
    public WeightInitializer? Init { get; set; }

    /// <summary>How the output layer's weights start, where that shall differ from <see cref="Init"/>.</summary>
    /// <value>Default: null, what <see cref="Init"/> plans.</value>
    public WeightInitializer? OutputInit { get; set; }

    /// <summary>How the biases start.</summary>
    /// <value>Default: null, what <see cref="Init"/> plans; zeros for most.</value>
    public WeightInitializer? BiasInit { get; set; }

    /// <summary>Bytes that an initializer may take for a moment beside the tensor that it fills: an orthogonal one has a work matrix of the tensor's size, the others next to nothing. More is an error that says how many.</summary>
    /// <value>Default: 1,073,741,824 (1 GiB): an orthogonal layer of 16,000 × 16,000. At least 0.</value>
    public long MaxInitializerBytes { get; set; } = PlanExecution.DefaultMostBytes;

    /// <summary>How a gradient becomes a step: SGD, Momentum, Nesterov, RMSProp, Adam, AdamW, Lion, LAMB or L-BFGS, with arguments where it has any: <c>Adam(beta1=0.9)</c>.</summary>
    /// <remarks><c>L-BFGS(memory=10, tolerance=1e-5)</c> is for small data: each epoch is one iteration over all rows, whose line search takes one or a few passes and finds the step's length. <see cref="LearningRate"/> is not
    /// used, <see cref="BatchSize"/> is rows that pass at once. It goes with <see cref="WeightDecay"/>, validation and early stopping, and not with what changes from step to step (dropout, schedules, clipping, max-norm, L1,
    /// averages, weight normalization, tied weights), which is an <see cref="ArgumentOutOfRangeException"/>. Memory: 8 × memory + 40 bytes a weight.</remarks>
    /// <value>Default: <c>Adam</c>.</value>
    public string Optimizer { get; set; } = NeuralNetDefaults.Optimizer;

    /// <summary>Length of a step.</summary>
    /// <value>Default: 0.001, which suits Adam; SGD usually wants 10 to 100 times as much, Lion a third to a tenth; L-BFGS doesn't use it. Above 0 and finite.</value>
    public float LearningRate { get; set; } = NeuralNetDefaults.LearningRate;

    /// <summary>Rows in one optimizer step; the last step of an epoch may have fewer.</summary>
    /// <value>Default: 64. At least 1; above the number of training rows it means all of them. Memory grows with it: 4 bytes × rows × (features + units in all layers) × 2.</value>
    public int BatchSize { get; set; } = NeuralNetDefaults.BatchSize;

    /// <summary>Passes over the training rows. 0 gives the initialized, untrained model, which is how to look at an initializer.</summary>
    /// <value>Default: null, a budget of at least about 2,000 steps, so that small and large data train alike: at most 1,000 passes over 100 rows, 22 over 10⁴, 20 over 10⁶. With
    /// <see cref="EarlyStopping"/> the best number is measured: below 5,000 rows by five-fold cross-validation, after which all rows train; from there on a tenth of the rows validates. With L-BFGS at most 200. At least 0.</value>
    public int? NumberOfEpochs { get; set; }

    /// <summary>Seed of every random choice: initial weights, order of rows, validation rows. The same data, options and seed give the same model, byte for byte.</summary>
    /// <value>Default: null, the seed of the <see cref="Microsoft.ML.MLContext"/>; where that has none either, one drawn when the estimator is created. The model's report records it.</value>
    public int? Seed { get; set; }

    /// <summary>Threads that training uses at most. The model does not depend on it.</summary>
    /// <value>Default: null, one a processor. At least 1; more than there are processors would only wait for one another, and are not started.</value>
    public int? NumberOfThreads { get; set; }

    /// <summary>Whether the model brings features (and, for regression, the label) to mean 0 and deviation 1 by the training rows. It is part of the model: scoring takes raw features.
    /// Features of sparse rows (text, one-hot) keep their zeros: they are not centred, and only divided where their values are above 1.</summary>
    /// <value>Default: true.</value>
    public bool Standardize { get; set; } = true;

    /// <summary>Pull of the weights (not the biases) towards 0, as the optimizer defines it: decoupled for AdamW, Lion and LAMB, added to the gradient for the others.</summary>
    /// <value>Default: null, which is 2 / training rows where it is added to the gradient (a normal prior, which counts the less the more rows there are), and 0.01 where it is decoupled. At least 0 and finite; 0 for none.</value>
    public float? WeightDecay { get; set; }

    /// <summary>Share of the rows kept out of training to measure the loss after each epoch: of each class for classification, by the seed. Works inside a chain and in <c>CrossValidate</c>, since
    /// <c>Fit</c> needs only one data view; not used where a validation set is passed to <c>Fit</c>.</summary>
    /// <value>Default: null, chosen by the number of rows. From 0 (none) to below 1.</value>
    public float? ValidationFraction { get; set; }

    /// <summary>Ends training where the validation loss, or the <see cref="Metric"/> where one is set, has not improved by more than <see cref="MinimumImprovement"/> for <see cref="Patience"/> epochs.
    /// <see cref="RestoreBest"/> says which weights the model gets. Without validation rows it does nothing.</summary>
    /// <value>Default: true.</value>
    public bool EarlyStopping { get; set; } = true;

    /// <summary>Epochs without improvement before <see cref="EarlyStopping"/> ends training.</summary>
    /// <value>Default: null, chosen by the number of epochs. At least 1.</value>
    public int? Patience { get; set; }

    /// <summary>What to do with rows that have missing values or can't be used.</summary>
    /// <value>Default: <see cref="MissingValues.Skip"/>.</value>
    public MissingValues MissingValues { get; set; }

    /// <summary>Is told where training stands after each epoch, on the thread that called <c>Fit</c>, of the search for the number of epochs too (<see cref="EpochProgress.IsSearch"/>), and within
    /// long epochs (<see cref="ProgressInterval"/>). ML.NET's own log gets some thirty of them, and one a minute within long epochs. What it throws ends training and reaches the caller.</summary>
    /// <value>Default: null.</value>
    public IProgress<EpochProgress>? Progress { get; set; }

    /// <summary>Ends training within one batch; <see cref="OnCancel"/> says with what. While rows are still being read there is no model yet, and <c>Fit</c> throws <see cref="OperationCanceledException"/>.</summary>
    /// <value>Default: none.</value>
    public CancellationToken CancellationToken { get; set; }

    /// <summary>What a cancelled training gives: the best epoch's weights where there are validation rows and <see cref="RestoreBest"/>, else those of the last step. A cancellation
    /// of the whole context, as AutoML's time limit is one, always throws.</summary>
    /// <value>Default: <see cref="CancelledTraining.ReturnBest"/>.</value>
    public CancelledTraining OnCancel { get; set; }

    /// <summary>What the model's initialization report measures before the first step (docs/diagnostics.md). The trained weights don't depend on it.</summary>
    /// <value>Default: <see cref="DiagnosticsLevel.Summary"/>, some ten to forty steps' time. <see cref="WeightInitCatalog.Diagnose"/> always takes <see cref="DiagnosticsLevel.Full"/>.</value>
    public DiagnosticsLevel Diagnostics { get; set; } = DiagnosticsLevel.Summary;

    /// <summary>What the short form of the catalogs' methods says; everything else is the default.</summary>
    internal static NeuralNetOptions From(string labelColumnName, string featureColumnName, string? exampleWeightColumnName, WeightInitializer? init,
        IReadOnlyList<int>? hiddenLayers, string activation, int? numberOfEpochs)
        => new()
        {
            LabelColumnName = labelColumnName,
            FeatureColumnName = featureColumnName,
            ExampleWeightColumnName = exampleWeightColumnName,
            Init = init,
            HiddenLayers = hiddenLayers ?? NeuralNetDefaults.HiddenLayers,
            Activation = activation,
            NumberOfEpochs = numberOfEpochs,
        };

    /// <summary>A copy that later changes to this object do not reach.</summary>
    internal NeuralNetOptions Copy()
    {
        var copy = (NeuralNetOptions)MemberwiseClone();
        copy.Heads = Heads?.Select(head => head?.Copy()!).ToArray();
        copy.HiddenLayers = HiddenLayers is null ? null! : [.. HiddenLayers];
        copy.CategoricalColumns = CategoricalColumns is null ? null! : [.. CategoricalColumns];
        return copy;
    }
}
