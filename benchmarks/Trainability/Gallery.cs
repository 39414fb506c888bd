using System.Globalization;
using MLNet.WeightInit;
using MLNet.WeightInit.Engine;
using MLNet.WeightInit.Engine.Data;
using MLNet.WeightInit.Engine.Diagnostics;
using MLNet.WeightInit.Engine.Diagnostics.Findings;
using MLNet.WeightInit.Engine.Network;
using MLNet.WeightInit.Engine.Training;

namespace Trainability;

/// <summary>A network that somebody built, by a mistake or with care.</summary>
/// <param name="Change">What the cell can't say.</param>
/// <param name="Scale">Of the features.</param>
sealed record Exhibit(string Name, Cell Cell, Func<TrainingOptions, TrainingOptions>? Change = null, float Scale = 1)
{
    public Outcome Train(int seed) => Cell.Train(Data, Change is null ? Cell.Options(seed) : Change(Cell.Options(seed)));

    /// <summary>The report before the first step.</summary>
    public InitializationReport Judge(DiagnosticsLevel level) => Judge(level, options => options);

    /// <summary>The same of other options.</summary>
    public InitializationReport Judge(DiagnosticsLevel level, Func<TrainingOptions, TrainingOptions> change) => Cell.Start(Data, change(Options(1) with { Diagnostics = level }));

    /// <summary>Of a fifth of the rows, after training on the others; infinite where that diverges.</summary>
    public double HeldOutLoss(int seed, Func<TrainingOptions, TrainingOptions> change)
    {
        try
        {
            return NetworkTrainer.Train(Data, change(Options(seed)) with { ValidationFraction = 0.2f }).History.Epochs[^1].ValidationLoss is { } loss && double.IsFinite(loss) ? loss : double.PositiveInfinity;
        }
        catch (NonFiniteTrainingException)
        {
            return double.PositiveInfinity;
        }
    }

    TrainingOptions Options(int seed) => Change is null ? Cell.Options(seed) : Change(Cell.Options(seed));

    TrainingSet Data => Scale == 1 ? Cell.Data.Rows : new TrainingSet([.. Cell.Data.Rows.Features.Select(value => value * Scale)], Cell.Data.Rows.Rows, Cell.Data.Rows.FeatureCount, Cell.Data.Rows.Targets, 1);
}

/// <summary>Is the verdict right? Networks of every kind, each judged before its first step and trained with ten seeds.</summary>
static class Gallery
{
    const int Seeds = 10;

    static readonly string[] s_data = ["digits", "prototypes", "breast cancer", "diabetes", "rare positives", "wine", "rings", "one-hot words"];

    static Exhibit Show(string name, string data, string activation, string initializer, int depth, string optimizer, double rate, int width = 64, Func<TrainingOptions, TrainingOptions>? change = null, float scale = 1, bool standardize = true,
        Normalization normalization = Normalization.None, int steps = 600)
        => new(name, new Cell(0, DataSet.All.Single(set => set.Name == data), activation, initializer, depth, width, normalization, optimizer, (float)rate, 64, steps, standardize), change, scale);

    static TrainingOptions Bias(TrainingOptions options, string bias) => options with { BiasInit = InitializerRegistry.CreateDefault().Parse(bias) };

    static TrainingOptions Head(TrainingOptions options, string output) => options with { OutputInit = InitializerRegistry.CreateDefault().Parse(output) };

    public static IReadOnlyList<Exhibit> All { get; } =
    [
        // ReLU by initializer, depth and optimizer.
        Show("He, 2 layers, SGD", "digits", "ReLU", "he", 2, "SGD", 0.05),
        Show("He, 10 layers, SGD", "digits", "ReLU", "he", 10, "SGD", 0.05),
        Show("He, 30 layers, SGD", "prototypes", "ReLU", "he", 30, "SGD", 0.05),
        Show("Xavier, 30 ReLU layers, SGD", "prototypes", "ReLU", "glorot", 30, "SGD", 0.05),
        Show("Xavier, 30 ReLU layers, Adam", "prototypes", "ReLU", "glorot", 30, "Adam", 0.001),
        Show("He, 30 layers, Adam", "prototypes", "ReLU", "he", 30, "Adam", 0.001),
        Show("Xavier, 3 ReLU layers, SGD", "digits", "ReLU", "glorot", 3, "SGD", 0.05),
        Show("PyTorch's default, 3 layers, SGD", "digits", "ReLU", "pytorch_default", 3, "SGD", 0.05),
        Show("PyTorch's default, 30 layers, SGD", "prototypes", "ReLU", "pytorch_default", 30, "SGD", 0.05),
        Show("PyTorch's default, 30 layers, Adam", "prototypes", "ReLU", "pytorch_default", 30, "Adam", 0.001),
        Show("Normal(0.01), 3 layers, SGD", "digits", "ReLU", "normal(deviation=0.01)", 3, "SGD", 0.05),
        Show("Normal(0.01), 3 layers, Adam", "digits", "ReLU", "normal(deviation=0.01)", 3, "Adam", 0.001),
        Show("Normal(0.01), 30 layers, Adam", "prototypes", "ReLU", "normal(deviation=0.01)", 30, "Adam", 0.001),
        Show("Normal(1), 5 ReLU layers, SGD", "digits", "ReLU", "normal(deviation=1)", 5, "SGD", 0.01),
        Show("Normal(1), 5 ReLU layers, Adam", "digits", "ReLU", "normal(deviation=1)", 5, "Adam", 0.001),
        Show("looks-linear, 50 layers, momentum", "prototypes", "ReLU", "looks_linear", 50, "Momentum", 0.01),
        Show("auto, 50 ReLU layers, momentum", "prototypes", "ReLU", "auto", 50, "Momentum", 0.01),
        Show("auto, 2 layers, Adam", "digits", "ReLU", "auto", 2, "Adam", 0.001),
        Show("auto, 2 layers, diabetes", "diabetes", "ReLU", "auto", 2, "Adam", 0.001),
        Show("auto, 2 layers, breast cancer", "breast cancer", "ReLU", "auto", 2, "Momentum", 0.01),
        Show("auto, 2 layers, wine", "wine", "ReLU", "auto", 2, "Adam", 0.001),
        // Bounded activations.
        Show("tanh, Xavier, 3 layers", "digits", "Tanh", "glorot", 3, "Momentum", 0.01),
        Show("tanh, Normal(1), 3 layers", "digits", "Tanh", "normal(deviation=1)", 3, "Momentum", 0.01),
        Show("tanh, Normal(1), 10 layers", "digits", "Tanh", "normal(deviation=1)", 10, "Momentum", 0.01),
        Show("tanh, Normal(1), 10 layers, Adam", "digits", "Tanh", "normal(deviation=1)", 10, "Adam", 0.001),
        Show("tanh, orthogonal, 100 layers", "prototypes", "Tanh", "orthogonal(gain=1.03)", 100, "Momentum", 0.01),
        Show("tanh, Gaussian, 100 layers", "prototypes", "Tanh", "normal(deviation=0.12875)", 100, "Momentum", 0.01),
        Show("tanh, orthogonal at gain 0.7, 40 layers, SGD", "prototypes", "Tanh", "orthogonal(gain=0.7)", 40, "SGD", 0.05),
        Show("tanh, orthogonal at gain 0.7, 40 layers, Adam", "prototypes", "Tanh", "orthogonal(gain=0.7)", 40, "Adam", 0.001),
        Show("tanh, gain 5/3, 30 layers", "prototypes", "Tanh", "glorot(gain=1.6667)", 30, "Momentum", 0.01),
        Show("sigmoid, Xavier, 2 layers, Adam", "digits", "Sigmoid", "glorot", 2, "Adam", 0.003),
        Show("sigmoid, Xavier, 5 layers, SGD", "digits", "Sigmoid", "glorot", 5, "SGD", 0.05),
        Show("sigmoid, Xavier, 10 layers, Adam", "digits", "Sigmoid", "glorot", 10, "Adam", 0.001),
        Show("sigmoid × 10, 3 layers, SGD", "digits", "Sigmoid", "glorot(gain=40)", 3, "SGD", 0.05),
        Show("hard tanh, He, 5 layers", "digits", "HardTanh", "he", 5, "Momentum", 0.01),
        Show("erf, Xavier, 5 layers", "digits", "Erf", "glorot", 5, "Momentum", 0.01),
        Show("softsign, Xavier, 5 layers", "digits", "Softsign", "glorot", 5, "Momentum", 0.01),
        // Smooth rectifiers.
        Show("SELU, LeCun, 32 layers", "prototypes", "SELU", "lecun", 32, "Momentum", 0.01),
        Show("SELU, He, 32 layers", "prototypes", "SELU", "he", 32, "Momentum", 0.01),
        Show("SELU, He, 32 layers, Adam", "prototypes", "SELU", "he", 32, "Adam", 0.001),
        Show("GELU, gain of unit variance, 30 layers", "prototypes", "GELU", "he(gain=1.0842)", 30, "Momentum", 0.01),
        Show("GELU, edge of chaos, 30 layers", "prototypes", "GELU", "edge_of_chaos", 30, "Momentum", 0.01),
        Show("GELU, He, 3 layers, Adam", "digits", "GELU", "he", 3, "Adam", 0.001),
        Show("SiLU, He, 30 layers, SGD", "prototypes", "SiLU", "he", 30, "SGD", 0.05),
        Show("Mish, He, 5 layers, Adam", "digits", "Mish", "he", 5, "Adam", 0.001),
        Show("ELU, He, 10 layers, momentum", "digits", "ELU", "he", 10, "Momentum", 0.01),
        Show("softplus, He, 5 layers, Adam", "digits", "Softplus", "he", 5, "Adam", 0.001),
        Show("identity activation, orthogonal, 30 layers", "prototypes", "Identity", "orthogonal", 30, "Momentum", 0.01),
        // Symmetry and dead units.
        Show("zeros everywhere", "digits", "ReLU", "zeros", 2, "SGD", 0.05),
        Show("constant weights, 2 layers", "digits", "ReLU", "constant(value=0.1)", 2, "SGD", 0.05),
        Show("constant weights, 2 layers, Adam", "digits", "Tanh", "constant(value=0.1)", 2, "Adam", 0.001),
        Show("dead by a bias of −10", "digits", "ReLU", "he", 2, "Momentum", 0.01, change: options => Bias(options, "constant(value=-10)")),
        Show("a bias of −1", "digits", "ReLU", "he", 2, "Adam", 0.001, change: options => Bias(options, "constant(value=-1)")),
        Show("zero head", "digits", "ReLU", "he", 3, "Momentum", 0.01, change: options => Head(options, "zeros")),
        Show("zero head, 20 layers, Adam", "digits", "ReLU", "he", 20, "Adam", 0.001, change: options => Head(options, "zeros")),
        Show("a head of deviation 3", "digits", "ReLU", "he", 2, "Adam", 0.001, change: options => Head(options, "normal(deviation=3)")),
        Show("a head of deviation 30, SGD", "digits", "ReLU", "he", 2, "SGD", 0.05, change: options => Head(options, "normal(deviation=30)")),
        // Learning rates.
        Show("SGD at rate 10", "digits", "ReLU", "he", 2, "SGD", 10),
        Show("SGD at rate 1", "digits", "ReLU", "he", 2, "SGD", 1),
        Show("SGD at rate 10⁻⁶", "digits", "ReLU", "he", 2, "SGD", 1e-6),
        Show("momentum at rate 1", "digits", "Tanh", "glorot", 2, "Momentum", 1),
        Show("Adam at rate 1", "digits", "ReLU", "he", 3, "Adam", 1),
        Show("Adam at rate 10⁻⁷", "digits", "ReLU", "he", 3, "Adam", 1e-7),
        Show("Adam at rate 0.01", "digits", "ReLU", "he", 2, "Adam", 0.01),
        Show("SGD at rate 0.5, diabetes", "diabetes", "Tanh", "glorot", 2, "SGD", 0.5),
        Show("RMSProp at rate 0.3", "digits", "ReLU", "he", 3, "RMSProp", 0.3),
        // Features as they come.
        Show("features × 1000, SGD", "digits", "ReLU", "he", 2, "SGD", 0.05, standardize: false, scale: 1000),
        Show("features × 1000, Adam", "digits", "ReLU", "he", 2, "Adam", 0.001, standardize: false, scale: 1000),
        Show("features × 0.0001, SGD", "digits", "ReLU", "he", 2, "SGD", 0.05, standardize: false, scale: 1e-4f),
        Show("raw features, momentum", "breast cancer", "ReLU", "he", 2, "Momentum", 0.01, standardize: false),
        Show("raw features, Adam", "breast cancer", "Tanh", "glorot", 2, "Adam", 0.001, standardize: false),
        Show("one-hot words", "one-hot words", "ReLU", "auto", 2, "Adam", 0.001),
        // Rare labels, normalization, width.
        Show("6 % positives, zero bias", "rare positives", "ReLU", "he", 2, "Adam", 0.001, change: options => Bias(options, "zeros")),
        Show("6 % positives, prior bias", "rare positives", "ReLU", "auto", 2, "Adam", 0.001),
        Show("layer normalization, 30 layers, Xavier", "prototypes", "ReLU", "glorot", 30, "Momentum", 0.01, normalization: Normalization.Layer),
        Show("layer normalization, 10 layers, Normal(1)", "digits", "ReLU", "normal(deviation=1)", 10, "Adam", 0.001, normalization: Normalization.Layer),
        Show("batch normalization, 10 layers, Normal(0.01)", "digits", "ReLU", "normal(deviation=0.01)", 10, "Momentum", 0.01, normalization: Normalization.Batch),
        Show("4 units a layer, 20 layers", "digits", "ReLU", "he", 20, "Momentum", 0.01, width: 4),
        Show("rings, tanh, Xavier", "rings", "Tanh", "glorot", 2, "Adam", 0.01, steps: 1_500),
    ];

    /// <summary>Trains every exhibit with every seed: its name and the losses, a line each.</summary>
    public static void WriteOutcomes()
    {
        var lines = new string[All.Count];
        Parallel.For(0, All.Count, new ParallelOptions { MaxDegreeOfParallelism = Environment.ProcessorCount },
            index => lines[index] = $"{All[index].Name};{string.Join(';', Enumerable.Range(1, Seeds).Select(seed => All[index].Train(seed).Loss.ToString("G6", CultureInfo.InvariantCulture)))}");
        foreach (string line in lines)
            Console.WriteLine(line);
    }

    /// <summary>Takes the first remedy of every exhibit that fails and is called sick, and trains with and without it: held-out loss, paired over seeds.</summary>
    public static void WriteRemedies(string outcomes)
    {
        const int Pairs = 5;
        Dictionary<string, double[]> losses = Read(outcomes);
        Exhibit[] failing = [.. All.Where(exhibit => Learned(exhibit, losses) < Seeds / 2)];
        var lines = new (string Text, bool Helps, bool Keeps)[failing.Length];
        Parallel.For(0, failing.Length, new ParallelOptions { MaxDegreeOfParallelism = Environment.ProcessorCount }, index =>
        {
            Exhibit exhibit = failing[index];
            InitializationReport report = exhibit.Judge(DiagnosticsLevel.Full);
            if (report.Verdict == Verdict.Healthy)
                return;
            Finding gravest = report.Findings.First(finding => finding.Severity >= Severity.Warning && finding.Verdict == report.Verdict);
            Remedy? remedy = gravest.Remedies.FirstOrDefault(remedy => remedy.Effect?.Helps != false);
            if (remedy is null)
            {
                lines[index] = ($"| {exhibit.Name} | {report.Verdict} | – | | | | |", false, false);
                return;
            }
            TrainingOptions Changed(TrainingOptions options) => RemedyTrials.Apply(remedy.Code, options) ?? options;
            (double Before, double After)[] pairs = [.. Enumerable.Range(1, Pairs).Select(seed => (exhibit.HeldOutLoss(seed, options => options), exhibit.HeldOutLoss(seed, Changed)))];
            int lower = pairs.Count(pair => pair.After < pair.Before);
            bool keeps = remedy.Effect is { } effect && exhibit.Judge(DiagnosticsLevel.Summary, options => Changed(options) with { TriesOut = true, TriesRate = effect.Figure == JudgedFigures.TrialLoss }).FigureOf(effect.Figure) is { } again && again.Equals(effect.After);
            lines[index] = (string.Create(CultureInfo.InvariantCulture, $"| {exhibit.Name} | {report.Verdict} | `{remedy.Code}` | {remedy.Effect} | {Median(pairs.Select(pair => pair.Before)):G3} | {Median(pairs.Select(pair => pair.After)):G3} | {lower} of {Pairs} |"), lower > Pairs / 2, keeps);
        });
        Console.WriteLine("| network | verdict | first remedy | promised | held-out loss | with the remedy | seeds in which it is lower |\n|---|---|---|---|---|---|---|");
        foreach ((string text, _, _) in lines.Where(line => line.Text is not null))
            Console.WriteLine(text);
        Console.WriteLine($"\nOf {lines.Count(line => line.Text is not null)} the remedy helps {lines.Count(line => line.Helps)}, and {lines.Count(line => line.Keeps)} show the promised figure, to all its digits, when they are made with the remedy.");

        static double Median(IEnumerable<double> values) => values.Order().ElementAt(Pairs / 2);
    }

    static Dictionary<string, double[]> Read(string outcomes)
        => File.ReadLines(outcomes).Select(line => line.Split(';')).ToDictionary(fields => fields[0], fields => fields.Skip(1).Select(field => double.Parse(field, CultureInfo.InvariantCulture)).Order().ToArray());

    /// <summary>Seeds that close half of the gap between the best constant and the best of the gallery on the same data.</summary>
    static int Learned(Exhibit exhibit, Dictionary<string, double[]> losses)
    {
        double best = All.Where(other => other.Cell.Data == exhibit.Cell.Data).Min(other => losses[other.Name][Seeds / 2]), goal = (exhibit.Judge(DiagnosticsLevel.Summary).PriorLoss + best) / 2;
        return losses[exhibit.Name].Count(loss => loss <= goal);
    }

    /// <summary>Judges every exhibit by its first seed, beside what <see cref="WriteOutcomes"/> found.</summary>
    public static void Print(string outcomes)
    {
        Dictionary<string, double[]> losses = Read(outcomes);
        InitializationReport[] reports = Judged(DiagnosticsLevel.Full), starts = Judged(DiagnosticsLevel.Summary);
        int[,] counts = new int[2, 2], ofStart = new int[2, 2];
        foreach (string data in s_data)
        {
            int[] indices = [.. Enumerable.Range(0, All.Count).Where(index => All[index].Cell.Data.Name == data)];
            double best = indices.Min(index => losses[All[index].Name][Seeds / 2]);
            foreach (int index in indices)
            {
                InitializationReport report = reports[index];
                double goal = (report.PriorLoss + best) / 2, median = losses[All[index].Name][Seeds / 2];
                int learned = losses[All[index].Name].Count(loss => loss <= goal);
                bool isSick = learned < Seeds / 2, isCalledSick = report.Verdict != Verdict.Healthy;
                counts[isSick ? 1 : 0, isCalledSick ? 1 : 0]++;
                ofStart[isSick ? 1 : 0, starts[index].Verdict != Verdict.Healthy ? 1 : 0]++;
                Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
                    $"| {All[index].Name} | {data} | {learned} of {Seeds} | {median:G3} | {(report.Forecast is { } forecast ? $"{forecast.Probability:P0}" : "–")} | {report.Verdict} | {(isSick == isCalledSick ? "" : isSick ? "missed" : "false alarm")} | {report.Findings.FirstOrDefault()?.Evidence} |"));
            }
        }
        Console.WriteLine($"""

            | | called sick | called healthy | by the start alone: sick | healthy |
            |---|---|---|---|---|
            | fails | {counts[1, 1]} | {counts[1, 0]} | {ofStart[1, 1]} | {ofStart[1, 0]} |
            | learns | {counts[0, 1]} | {counts[0, 0]} | {ofStart[0, 1]} | {ofStart[0, 0]} |
            """);

        static InitializationReport[] Judged(DiagnosticsLevel level)
        {
            var judged = new InitializationReport[All.Count];
            Parallel.For(0, All.Count, new ParallelOptions { MaxDegreeOfParallelism = Environment.ProcessorCount }, index => judged[index] = All[index].Judge(level));
            return judged;
        }
    }
}
