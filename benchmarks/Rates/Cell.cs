using MLNet.WeightInit;

namespace Rates;

/// <summary>One training whose rate is to be found.</summary>
sealed record Cell(int Number, Problem Problem, string Activation, string Init, int Depth, int Width, string Optimizer, float DefaultRate)
{
    /// <summary>Cells of the page, and the first of those by which the method was found: other draws of everything.</summary>
    public const int Count = 200, Tuning = 100_000;

    /// <summary>Trainings that measure a cell, from other weights and in other orders of the rows than the report's.</summary>
    public const int Seeds = 7;

    static readonly (string Activation, string Init)[] s_starts =
        [("ReLU", "auto"), ("ReLU", "he"), ("ReLU", "orthogonal(gain=1.4142135)"), ("Tanh", "auto"), ("Tanh", "glorot"), ("Tanh", "orthogonal"), ("GELU", "auto"), ("GELU", "he"), ("SELU", "lecun"), ("LeakyReLU", "he")];
    static readonly int[] s_depths = [1, 2, 3, 6, 10], s_widths = [16, 32, 64, 128];
    static readonly (string Name, float Rate)[] s_optimizers = [("SGD", 0.05f), ("Momentum", 0.01f), ("Adam", 0.001f)];

    /// <summary>The ten starts and three optimizers in turn; problems, depths and widths are drawn.</summary>
    public static IEnumerable<Cell> Of(int first, int count) => Enumerable.Range(first, count).Select(Create);

    public string Name => $"{Problem.Name}, {Depth} × {Width} {Activation}, `{Init}`";

    /// <param name="seed">0 for the report, then one a training.</param>
    public NeuralNetOptions Options(double rate, DiagnosticsLevel level, int seed) => new()
    {
        HiddenLayers = [.. Enumerable.Repeat(Width, Depth)],
        Activation = Activation,
        Init = Init,
        Optimizer = Optimizer,
        LearningRate = (float)rate,
        NumberOfEpochs = Problem.Epochs,
        EarlyStopping = false,
        BatchSize = 32,
        Seed = Number + 1_000_000 * seed,
        NumberOfThreads = 1,
        Diagnostics = level,
    };

    static Cell Create(int number)
    {
        // A multiplicative generator (Lehmer 1951; Park and Miller 1988), so that the cells are the same wherever the table is made.
        ulong state = (ulong)number + 7_001;           // no number of an earlier table
        int Draw(int count)
        {
            for (int i = 0; i < 3; i++)
                state = state * 48271 % 2147483647;
            return (int)(state % (ulong)count);
        }
        (string activation, string init) = s_starts[number % s_starts.Length];
        (string name, float rate) = s_optimizers[number / s_starts.Length % s_optimizers.Length];
        return new Cell(number, Problem.Of(Draw(Problem.Count), split: 0), activation, init, s_depths[Draw(s_depths.Length)], s_widths[Draw(s_widths.Length)], name, rate);
    }
}
