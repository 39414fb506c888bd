using System.Globalization;
using MLNet.WeightInit;
using MLNet.WeightInit.Engine;
using MLNet.WeightInit.Engine.Data;
using MLNet.WeightInit.Engine.Kernels.Activations;
using MLNet.WeightInit.Engine.Network;
using MLNet.WeightInit.Engine.Training;
using MLNet.WeightInit.Engine.Training.Losses;
using MLNet.WeightInit.Engine.Training.Optimizers;

namespace Trainability;

/// <summary>A training that somebody might ask for.</summary>
sealed record Cell(int Index, DataSet Data, string Activation, string Initializer, int Depth, int Width, Normalization Normalization, string Optimizer, float Rate, int Batch, int Steps, bool Standardize,
    string Bias = "", string Head = "", float Scale = 1)
{
    static readonly string[] s_activations = ["ReLU", "ReLU", "ReLU", "Tanh", "Tanh", "GELU", "SiLU", "SELU", "ELU", "LeakyReLU", "Sigmoid", "Mish", "Erf", "HardTanh", "Softplus"];
    static readonly string[] s_initializers =
    [
        "auto", "auto", "he", "he", "he_uniform", "glorot", "glorot", "lecun", "pytorch_default", "orthogonal", "orthogonal(gain=1.4142135)", "edge_of_chaos", "looks_linear", "sparse(sparsity=0.7)", "identity", "constant(value=0.05)",
        "normal(deviation=0.01)", "normal(deviation=0.05)", "normal(deviation=0.3)", "normal(deviation=1)", "uniform(limit=0.1)",
    ];
    static readonly int[] s_depths = [1, 2, 3, 5, 8, 12, 20, 30], s_widths = [16, 32, 64], s_batches = [16, 32, 64], s_steps = [150, 300, 600];
    static readonly (string Name, double Lowest, double Highest)[] s_optimizers =
    [
        ("SGD", -3.5, 1), ("Momentum", -4, 0.3), ("Adam", -5, 0), ("Adam", -5, 0), ("RMSProp", -5, -0.5), ("AdamW", -5, 0), ("Lion", -5.5, -1),
    ];

    /// <summary>The first cell of the wider study, which is for fitting only: more data sets, deeper networks, biases and output weights that somebody set, features of other scales; one seed each.</summary>
    public const int Wider = 2_000;

    /// <summary>The first of those that are all deep, where one start learns and its neighbour doesn't.</summary>
    public const int Deeper = 8_000;

    static readonly int[] s_deep = [10, 15, 20, 25, 30, 30, 40, 50];
    static readonly string[] s_biases = ["zeros", "zeros", "normal(deviation=0.1)", "constant(value=0.1)", "constant(value=-1)", "constant(value=-10)"], s_heads = ["zeros", "small_logits", "normal(deviation=0.3)", "normal(deviation=3)", "normal(deviation=30)"];
    static readonly float[] s_scales = [1e-4f, 1e-2f, 10, 1_000];

    public int Seeds => Index < Wider ? Cells.Seeds : 1;

    static Cell DrawWider(int index)
    {
        var random = new RandomSource(index, "wider cell");
        (string optimizer, double lowest, double highest) = Pick(s_optimizers, random);
        bool isDeep = index < Deeper && random.NextInt32(16) == 0, isStandardized = random.NextInt32(8) > 0;
        return new Cell(index, Pick(DataSet.ToFit, random), Pick(s_activations, random), Pick(s_initializers, random), isDeep ? random.NextInt32(4) == 0 ? 100 : 50 : Pick(index < Deeper ? s_depths : s_deep, random), isDeep ? 32 : Pick(s_widths, random),
            random.NextInt32(8) == 0 ? Normalization.Layer : Normalization.None,
            optimizer, (float)Math.Pow(10, lowest + (highest - lowest) * random.NextDouble()), Pick(s_batches, random), Pick(s_steps, random), isStandardized,
            random.NextInt32(6) == 0 ? Pick(s_biases, random) : "", random.NextInt32(6) == 0 ? Pick(s_heads, random) : "", !isStandardized && random.NextInt32(2) == 0 ? Pick(s_scales, random) : 1);
    }

    /// <summary>Cell number <paramref name="index"/> of the study: every choice is drawn by itself.</summary>
    public static Cell Draw(int index)
    {
        if (index >= Wider)
            return DrawWider(index);
        var random = new RandomSource(index, "cell");
        (string optimizer, double lowest, double highest) = Pick(s_optimizers, random);
        return new Cell(index, Pick(DataSet.All, random), Pick(s_activations, random), Pick(s_initializers, random), Pick(s_depths, random), Pick(s_widths, random), random.NextInt32(8) == 0 ? Normalization.Layer : Normalization.None,
            optimizer, (float)Math.Pow(10, lowest + (highest - lowest) * random.NextDouble()), Pick(s_batches, random), Pick(s_steps, random), random.NextInt32(10) > 0);
    }

    static T Pick<T>(IReadOnlyList<T> list, RandomSource random) => list[random.NextInt32(list.Count)];

    /// <summary>The data set's rows at the cell's scale.</summary>
    public TrainingSet Rows => Scale == 1 ? Data.Rows : new TrainingSet([.. Data.Rows.Features.Select(value => value * Scale)], Data.Rows.Rows, Data.Rows.FeatureCount, Data.Rows.Targets, 1);

    public TrainingOptions Options(int seed) => new()
    {
        BiasInit = Parse(Bias),
        OutputInit = Parse(Head),
        Task = Data.Task,
        Outputs = Data.Outputs,
        HiddenLayers = [.. Enumerable.Repeat(Width, Depth)],
        Normalization = Normalization,
        Activation = Activations.Parse(Activation),
        Loss = Losses.Parse(Data.Task switch { NetworkTask.Multiclass => "SoftmaxCrossEntropy", NetworkTask.Binary => "BinaryCrossEntropy", _ => "Squared" }),
        Optimizer = Optimizers.Parse(Optimizer),
        Init = InitializerRegistry.CreateDefault().Parse(Initializer),
        LearningRate = Rate,
        BatchSize = Batch,
        NumberOfEpochs = (int)Math.Ceiling(Steps / Math.Ceiling((double)Data.Rows.Rows / Batch)),
        Seed = seed,
        Threads = 1,
        Standardize = Standardize,
        EarlyStopping = false,
        WeightDecay = 0,
    };

    static WeightInitializer? Parse(string initializer) => initializer.Length == 0 ? null : InitializerRegistry.CreateDefault().Parse(initializer);

    public override string ToString() => string.Create(CultureInfo.InvariantCulture,
        $"{Index},{Data.Name},{Activation},{Initializer.Replace(",", ";", StringComparison.Ordinal)},{Depth},{Width},{Normalization},{Optimizer},{Rate:G4},{Batch},{Steps},{(Standardize ? 1 : 0)},{Bias},{Head},{Scale}");

    public const string Header = "cell,data,activation,initializer,depth,width,normalization,optimizer,rate,batch,steps,standardized,bias,head,scale";

    /// <summary>The report of a start, without its training.</summary>
    public InitializationReport Start(int seed) => Start(Rows, Options(seed));

    public static InitializationReport Start(TrainingSet rows, TrainingOptions options)
    {
        try
        {
            return NetworkTrainer.Train(rows, options with { OnlyMeasures = true }).Initialization;
        }
        catch (NonFiniteTrainingException exception)
        {
            return exception.Initialization!;
        }
    }

    /// <summary>Trains once.</summary>
    public Outcome Train(int seed) => Train(Rows, Options(seed));

    public static Outcome Train(TrainingSet rows, TrainingOptions options)
    {
        InitializationReport? report;
        double loss;
        try
        {
            TrainingResult result = NetworkTrainer.Train(rows, options);
            report = result.Initialization;
            loss = result.History.Epochs[^1].TrainingLoss;
        }
        catch (NonFiniteTrainingException exception)
        {
            report = exception.Initialization;
            loss = double.PositiveInfinity;
        }
        return new Outcome(report!, loss);
    }
}

/// <summary>What a training came to.</summary>
/// <param name="Loss">Mean over the last epoch; infinite where it diverged.</param>
sealed record Outcome(InitializationReport Report, double Loss);
