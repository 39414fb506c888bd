using MLNet.WeightInit;

namespace Rates;

/// <summary>One training whose rate is to be found.</summary>
sealed record Cell(int Number, Problem Problem, string Activation, string Init, int Depth, int Width, string Optimizer, float DefaultRate)
{
    const int Count = 60;

    static readonly (string Activation, string Init)[] s_starts =
        [("ReLU", "auto"), ("ReLU", "he"), ("ReLU", "orthogonal(gain=1.4142135)"), ("Tanh", "auto"), ("Tanh", "glorot"), ("Tanh", "orthogonal"), ("GELU", "auto"), ("GELU", "he"), ("SELU", "lecun"), ("LeakyReLU", "he")];
    static readonly int[] s_depths = [1, 2, 3, 6, 10], s_widths = [16, 32, 64, 128];
    static readonly (string Name, float Rate)[] s_optimizers = [("SGD", 0.05f), ("Momentum", 0.01f), ("Adam", 0.001f)];

    /// <summary>Each of the ten starts six times, twice with each optimizer; problems, depths and widths are drawn.</summary>
    public static IReadOnlyList<Cell> All { get; } = [.. Enumerable.Range(0, Count).Select(Create)];

    public NeuralNetOptions Options(double rate, DiagnosticsLevel level) => new()
    {
        HiddenLayers = [.. Enumerable.Repeat(Width, Depth)],
        Activation = Activation,
        Init = Init,
        Optimizer = Optimizer,
        LearningRate = (float)rate,
        NumberOfEpochs = Problem.Epochs,
        EarlyStopping = false,
        BatchSize = 32,
        Seed = Number,
        NumberOfThreads = 1,
        Diagnostics = level,
    };

    static Cell Create(int number)
    {
        // A multiplicative generator (Lehmer 1951; Park and Miller 1988), so that the cells are the same wherever the table is made.
        ulong state = (ulong)number + 1;
        int Draw(int count)
        {
            for (int i = 0; i < 3; i++)
                state = state * 48271 % 2147483647;
            return (int)(state % (ulong)count);
        }
        (string activation, string init) = s_starts[number % s_starts.Length];
        (string name, float rate) = s_optimizers[number / s_starts.Length % s_optimizers.Length];
        return new Cell(number, Problem.All[Draw(Problem.All.Count)], activation, init, s_depths[Draw(s_depths.Length)], s_widths[Draw(s_widths.Length)], name, rate);
    }
}
