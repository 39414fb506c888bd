using Microsoft.ML;
using Microsoft.ML.Data;
using MLNet.WeightInit;

namespace Initializers;

/// <summary>Should a first layer of one-hot or sparse features start larger, as if Σ E x² were its fan-in? Trainings of He's weights with a larger gain in the first layer, paired over seeds with those without.</summary>
static class SparseStarts
{
    const int Seeds = 3, Epochs = 10, Categories = 500;

    static readonly (string Name, float Rate)[] s_optimizers = [("Adam", 0.001f), ("Momentum", 0.01f)];

    public static void Print()
    {
        Console.WriteLine($"""
            ## First layers of sparse features

            Two hidden layers of 64 ReLU units, batches of 32, {Epochs} epochs on four fifths of the rows, {Seeds} seeds. He's Var W = 2 / fan-in in the first layer against Var W = 2 / Σ E x², which would start its sums as those of standardized
            features, and against the geometric mean of the two: held-out loss saved, in percent, mean and range over the seeds. One-hot: 4,000 rows of two columns with {Categories} categories of unequal frequency. Text: `examples/TextClassification`.

            | features | Σ E x² of fan-in | optimizer | Var W = 2 / Σ E x² | the geometric mean |
            |---|---|---|---|---|
            """);
        foreach ((string name, Func<MLContext, int, IDataView> load) in (IEnumerable<(string, Func<MLContext, int, IDataView>)>)[("one-hot", (context, seed) => OneHot(context, seed)), ("text", (context, _) => Text(context))])
            foreach ((string optimizer, float rate) in s_optimizers)
                PrintRow(name, load, optimizer, rate);
    }

    static void PrintRow(string name, Func<MLContext, int, IDataView> load, string optimizer, float rate)
    {
        var sums = new List<(double Sum, int FanIn)>();
        var savings = new List<(double Full, double Half)>();
        for (int seed = 1; seed <= Seeds; seed++)
        {
            var context = new MLContext(seed);
            IDataView rows = context.Data.Cache(load(context, seed));
            var split = context.Data.TrainTestSplit(rows, testFraction: 0.2, seed: seed);
            int fanIn = ((VectorDataViewType)rows.Schema["Features"].Type).Size;
            double sum = split.TrainSet.GetColumn<VBuffer<float>>("Features").Average(row => row.DenseValues().Sum(value => (double)value * value)), gain = Math.Sqrt(fanIn / sum);
            sums.Add((sum, fanIn));
            double plain = Loss(1), full = Loss(gain), half = Loss(Math.Sqrt(gain));
            savings.Add((100 * (plain - full) / plain, 100 * (plain - half) / plain));

            double Loss(double first) => context.MulticlassClassification.Evaluate(context.MulticlassClassification.Trainers.NeuralNet(new NeuralNetOptions
            {
                HiddenLayers = [64, 64],
                Init = FormattableString.Invariant($"recipe(hidden=he, first=he(gain={first:G6}), output=he, output_bias=prior)"),
                Optimizer = optimizer,
                LearningRate = rate,
                NumberOfEpochs = Epochs,
                EarlyStopping = false,
                BatchSize = 32,
            }).Fit(split.TrainSet).Transform(split.TestSet)).LogLoss;
        }
        Console.WriteLine(FormattableString.Invariant($"| {name} | {sums.Average(figure => figure.Sum):F1} of {sums.Max(figure => figure.FanIn):N0} | {optimizer} | {Saved(saving => saving.Full)} | {Saved(saving => saving.Half)} |"));

        string Saved(Func<(double Full, double Half), double> part) => FormattableString.Invariant($"{savings.Average(part):F1} ({savings.Min(part):F1} … {savings.Max(part):F1})");
    }

    static IDataView Text(MLContext context)
    {
        IDataView glosses = context.Data.LoadFromTextFile(Path.Combine(AppContext.BaseDirectory, "data", "glosses.tsv"), [new TextLoader.Column("Field", DataKind.String, 0), new TextLoader.Column("Definition", DataKind.String, 1)], hasHeader: true);
        return context.Transforms.Text.FeaturizeText("Features", "Definition").Append(context.Transforms.Conversion.MapValueToKey("Label", "Field")).Fit(glosses).Transform(glosses);
    }

    /// <summary>Each category has four hidden numbers; the label is the largest of the sums of a row's two categories, with noise.</summary>
    static IDataView OneHot(MLContext context, int seed)
    {
        var random = new RandomSource(seed, "categories");
        var hidden = new float[2 * Categories * 4];
        random.FillNormal(hidden, 1);
        var rows = new List<Pair>();
        var noise = new float[4];
        for (int i = 0; i < 4000; i++)
        {
            int first = (int)(Categories * Square(random.NextDouble())), second = Categories + (int)(Categories * Square(random.NextDouble()));
            random.FillNormal(noise, 0.5f);
            float[] sums = [.. Enumerable.Range(0, 4).Select(j => hidden[4 * first + j] + hidden[4 * second + j] + noise[j])];
            rows.Add(new Pair { First = $"{first}", Second = $"{second}", Largest = Array.IndexOf(sums, sums.Max()) });
        }
        IDataView data = context.Data.LoadFromEnumerable(rows);
        return context.Transforms.Categorical.OneHotEncoding([new InputOutputColumnPair("First"), new InputOutputColumnPair("Second")]).Append(context.Transforms.Concatenate("Features", "First", "Second"))
            .Append(context.Transforms.Conversion.MapValueToKey("Label", "Largest")).Fit(data).Transform(data);

        static double Square(double value) => value * value;
    }

    sealed class Pair
    {
        public string First { get; set; } = "";
        public string Second { get; set; } = "";
        public int Largest { get; set; }
    }
}
