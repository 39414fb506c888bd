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
sealed record Cell(int Index, DataSet Data, string Activation, string Initializer, int Depth, int Width, Normalization Normalization, string Optimizer, float Rate, int Batch, int Steps, bool Standardize)
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

    /// <summary>Cell number <paramref name="index"/> of the study: every choice is drawn by itself.</summary>
    public static Cell Draw(int index)
    {
        var random = new RandomSource(index, "cell");
        (string optimizer, double lowest, double highest) = Pick(s_optimizers, random);
        return new Cell(index, Pick(DataSet.All, random), Pick(s_activations, random), Pick(s_initializers, random), Pick(s_depths, random), Pick(s_widths, random), random.NextInt32(8) == 0 ? Normalization.Layer : Normalization.None,
            optimizer, (float)Math.Pow(10, lowest + (highest - lowest) * random.NextDouble()), Pick(s_batches, random), Pick(s_steps, random), random.NextInt32(10) > 0);
    }

    static T Pick<T>(IReadOnlyList<T> list, RandomSource random) => list[random.NextInt32(list.Count)];

    public TrainingOptions Options(int seed) => new()
    {
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

    public override string ToString() => string.Create(CultureInfo.InvariantCulture,
        $"{Index},{Data.Name},{Activation},{Initializer.Replace(",", ";", StringComparison.Ordinal)},{Depth},{Width},{Normalization},{Optimizer},{Rate:G4},{Batch},{Steps},{(Standardize ? 1 : 0)}");

    public const string Header = "cell,data,activation,initializer,depth,width,normalization,optimizer,rate,batch,steps,standardized";

    /// <summary>The report of a start whose training is called off at once.</summary>
    public InitializationReport Start(int seed) => Start(Data.Rows, Options(seed));

    public static InitializationReport Start(TrainingSet rows, TrainingOptions options)
    {
        try
        {
            return NetworkTrainer.Train(rows, options with { CancellationToken = new CancellationToken(canceled: true), ReturnBestOnCancel = true }).Initialization;
        }
        catch (NonFiniteTrainingException exception)
        {
            return exception.Initialization!;
        }
    }

    /// <summary>Trains once.</summary>
    public Outcome Train(int seed) => Train(Data.Rows, Options(seed));

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
