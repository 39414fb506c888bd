using System.Globalization;
using System.Text.RegularExpressions;
using Microsoft.ML;
using Microsoft.ML.Data;
using MLNet.WeightInit;

namespace Initializers;

/// <summary>Should the first layer's weights be larger where features are mostly 0? The textbook's fan-in, the number of features, against the effective one, Σ E x², which starts the sums at the size that the rule means.</summary>
static partial class SparseFeatures
{
    const int Seeds = 5, Epochs = 10;

    /// <summary>t of four degrees of freedom: a one-sided bound of 97.5 %.</summary>
    const double T = 2.776;

    static readonly int[] s_depths = [1, 3, 10];
    static readonly (string Name, float Rate)[] s_optimizers = [("SGD", 0.05f), ("Momentum", 0.01f), ("Adam", 0.001f)];

    public static void Print()
    {
        Console.WriteLine($"""
            ## Fan-in where features are mostly 0

            What `he` for the other layers and `normal(deviation=√(2 / Σ E x²))` for the first saves of the loss that `he` has everywhere, in percent, with its 95 % interval over {Seeds} paired seeds of split and weights: on held-out rows, and behind the
            semicolon on those that trained. {Epochs} epochs, hidden layers of 64 ReLU units, batches of 32. Where trainings diverged, their number of {Seeds} is given.
            `texts` are the definitions of `examples/TextClassification`; `categories` 10,000 rows with four one-hot columns of 500 values each, two of which decide the label, with noise.

            """);
        string[] columns = [.. s_depths.SelectMany(depth => s_optimizers.Select(optimizer => $"{depth}, {optimizer.Name}"))];
        Console.WriteLine($"| data | features | Σ E x² | {string.Join(" | ", columns)} |");
        Console.WriteLine($"|---|---|---|{string.Concat(columns.Select(_ => "---|"))}");
        foreach ((string name, Func<MLContext, IDataView> load) in (ReadOnlySpan<(string, Func<MLContext, IDataView>)>)[("texts", Texts), ("categories", Categories)])
        {
            (int features, double moment) = Moment(load);
            string first = string.Create(CultureInfo.InvariantCulture, $"recipe(hidden=he, first=normal(deviation={Math.Sqrt(2 / moment):G6}))");
            Console.Write($"| {name} | {features:N0} | {moment:G3} |");
            foreach (int depth in s_depths)
                foreach ((string Name, float Rate) optimizer in s_optimizers)
                    Console.Write(Cell([.. Enumerable.Range(1, Seeds).Select(seed => (Losses(load, "he", depth, optimizer, seed), Losses(load, first, depth, optimizer, seed)))]));
            Console.WriteLine();
        }
    }

    static string Cell(((double HeldOut, double Training) Book, (double HeldOut, double Training) Own)[] losses)
    {
        if (losses.Any(pair => !double.IsFinite(pair.Book.HeldOut + pair.Own.HeldOut)))
            return $" diverged: {losses.Count(pair => !double.IsFinite(pair.Own.HeldOut))}, textbook {losses.Count(pair => !double.IsFinite(pair.Book.HeldOut))} |";
        return $" {Saving(losses.Select(pair => (pair.Book.HeldOut, pair.Own.HeldOut)))}; {Saving(losses.Select(pair => (pair.Book.Training, pair.Own.Training)))} |";
    }

    static string Saving(IEnumerable<(double Book, double Own)> losses)
    {
        double[] savings = [.. losses.Select(pair => 100 * (pair.Book - pair.Own) / pair.Book)];
        double mean = savings.Average(), error = Math.Sqrt(savings.Sum(saving => (saving - mean) * (saving - mean)) / (Seeds - 1) / Seeds);
        return FormattableString.Invariant($"{mean:F0} ({mean - T * error:F0} … {mean + T * error:F0})");
    }

    static (double HeldOut, double Training) Losses(Func<MLContext, IDataView> load, string initializer, int depth, (string Name, float Rate) optimizer, int seed)
    {
        var context = new MLContext(seed);
        var split = context.Data.TrainTestSplit(load(context), testFraction: 0.2, seed: seed);
        try
        {
            var model = Pipeline(context, initializer, depth, optimizer.Name, optimizer.Rate, Epochs).Fit(split.TrainSet);
            return (Loss(split.TestSet), Loss(split.TrainSet));

            double Loss(IDataView rows) => context.MulticlassClassification.Evaluate(model.Transform(rows)).LogLoss;
        }
        catch (NonFiniteTrainingException)
        {
            return (double.PositiveInfinity, double.PositiveInfinity);
        }
    }

    /// <summary>As the reason of <c>auto</c>'s first layer gives it: Σ E x² as the network sees the features.</summary>
    static (int Features, double Moment) Moment(Func<MLContext, IDataView> load)
    {
        var context = new MLContext(seed: 1);
        INeuralNetModel model = Pipeline(context, "auto", 1, "Adam", 0.001f, epochs: 1).Fit(load(context)).Model;
        Match figure = SecondMoment().Match(model.Initialization.Plan[0].Reason);
        return (model.Network.Inputs, figure.Success ? double.Parse(figure.Groups[1].Value, CultureInfo.InvariantCulture) : model.Network.Inputs);
    }

    static NeuralNetMulticlassTrainer Pipeline(MLContext context, string initializer, int depth, string optimizer, float rate, int epochs)
        => context.MulticlassClassification.Trainers.NeuralNet(new NeuralNetOptions
        {
            HiddenLayers = [.. Enumerable.Repeat(64, depth)],
            Activation = "ReLU",
            Init = initializer,
            BiasInit = initializer == "auto" ? null : "prior",
            Optimizer = optimizer,
            LearningRate = rate,
            NumberOfEpochs = epochs,
            EarlyStopping = false,
            BatchSize = 32,
        });

    static IDataView Texts(MLContext context)
    {
        IDataView rows = context.Data.LoadFromTextFile(Path.Combine(AppContext.BaseDirectory, "data", "glosses.tsv"), [new TextLoader.Column("Field", DataKind.String, 0), new TextLoader.Column("Definition", DataKind.String, 1)], hasHeader: true);
        return context.Transforms.Text.FeaturizeText("Features", "Definition").Append(context.Transforms.Conversion.MapValueToKey("Label", "Field")).Fit(rows).Transform(rows);
    }

    static IDataView Categories(MLContext context)
    {
        const int Rows = 10_000, Values = 500, Classes = 4;
        var random = new RandomSource(1, "categories");
        var draws = new float[Rows * 5];
        random.FillUniform(draws, 0.5f);
        var effects = new float[2 * Values];
        new RandomSource(1, "effects").FillNormal(effects, 1);
        var rows = new Visit[Rows];
        for (int row = 0; row < Rows; row++)
        {
            int Value(int column) => (int)((draws[row * 5 + column] + 0.5) * Values) % Values;
            double score = effects[Value(0)] + effects[Values + Value(1)] + 2 * draws[row * 5 + 4];
            rows[row] = new Visit { Shop = Value(0), Item = Value(1), Street = Value(2), Clerk = Value(3), Label = score < -1 ? 0 : score < 0 ? 1 : score < 1 ? 2 : Classes - 1 };
        }
        IDataView view = context.Data.LoadFromEnumerable(rows);
        string[] columns = [nameof(Visit.Shop), nameof(Visit.Item), nameof(Visit.Street), nameof(Visit.Clerk)];
        return context.Transforms.Categorical.OneHotEncoding([.. columns.Select(column => new InputOutputColumnPair(column))], maximumNumberOfKeys: Values)
            .Append(context.Transforms.Concatenate("Features", columns)).Append(context.Transforms.Conversion.MapValueToKey("Label")).Fit(view).Transform(view);
    }

    [GeneratedRegex("Σ E x² = ([0-9.E+-]+)")]
    private static partial Regex SecondMoment();

    sealed class Visit
    {
        public int Shop { get; set; }
        public int Item { get; set; }
        public int Street { get; set; }
        public int Clerk { get; set; }
        public int Label { get; set; }
    }
}
