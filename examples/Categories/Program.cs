// Categories and missing values: visits to a doctor in a year (RAND Health Insurance Experiment), from the family's income and illnesses, of which some are not known,
// and from two categories: the share of the cost that the insurance plan leaves to the family, and how people call their health.
using System.Globalization;
using Microsoft.ML;
using Microsoft.ML.Data;
using MLNet.WeightInit;

var mlContext = new MLContext(seed: 1);
IDataView file = mlContext.Data.LoadFromTextFile<PersonYear>(Path.Combine(AppContext.BaseDirectory, "randhie.csv"), separatorChar: ',', hasHeader: true);
Visitor[] people = [.. mlContext.Data.CreateEnumerable<PersonYear>(file, reuseRowObject: false).Select(Visitor.Of)];
// One person has several years in the data, one after the other: whole blocks of rows are kept for the test.
IDataView train = mlContext.Data.LoadFromEnumerable(people.Where((_, i) => i / 500 % 5 != 0).ToArray()), test = mlContext.Data.LoadFromEnumerable(people.Where((_, i) => i / 500 % 5 == 0).ToArray());

// README: categories
var pipeline = mlContext.Transforms.Conversion.MapValueToKey("Plan", nameof(Visitor.PlanName))
    .Append(mlContext.Transforms.Conversion.MapValueToKey("Health", nameof(Visitor.HealthName)))
    .Append(mlContext.Regression.Trainers.NeuralNet(new NeuralNetOptions
    {
        LabelColumnName = nameof(Visitor.Visits),
        CategoricalColumns = ["Plan", new("Health", dimensions: 2)],
        MissingValues = MissingValues.MeanWithIndicator,
        Loss = "Poisson",
        HiddenLayers = [32, 16],
        NumberOfEpochs = 10,
    }));
var model = pipeline.Fit(train);
// README: end

Console.WriteLine($"Share of the variance of visits that is explained in people of the test: {mlContext.Regression.Evaluate(model.Transform(test), nameof(Visitor.Visits)).RSquared:F3}");
FeedForwardNetwork network = model.LastTransformer.Model.Network;
Console.WriteLine($"Inputs of the first layer: {network.Inputs} features, {network.MissingIndicators.Count} of them with an indicator, and {network.Embeddings.Sum(embedding => embedding.Dimensions)} numbers of categories: {network.DenseLayers[0].Inputs}.");
Console.WriteLine();

// README: vectors
Embedding health = network.Embeddings.Single(embedding => embedding.Column == "Health");
VBuffer<ReadOnlyMemory<char>> names = default;
model.Transform(train).Schema["Health"].GetKeyValues(ref names);
for (int key = 1; key <= health.KeyCount; key++)
    Console.WriteLine($"  {names.GetItemOrDefault(key - 1),-10} {string.Join("  ", health.GetVector(key).Select(value => $"{value,6:F2}"))}");
// README: end

Console.WriteLine();
Console.WriteLine("What is lost of that share when a column's values are shuffled among the people:");
// README: importance
IReadOnlyList<ColumnImportance> importances = mlContext.WeightInit.ColumnImportance(model, test,
    scored => mlContext.Regression.Evaluate(scored, nameof(Visitor.Visits)).RSquared, ["Features", nameof(Visitor.PlanName), nameof(Visitor.HealthName)]);
foreach (ColumnImportance importance in importances)
    Console.WriteLine($"  {importance}");
// README: end

// README: export
using (FileStream onnx = File.Create(Path.Combine(Path.GetTempPath(), "visits.onnx")))
    mlContext.Model.ConvertToOnnx(model, test, onnx);
// README: end

Console.WriteLine();
foreach (Visitor person in people.GroupBy(person => person.HealthName).Select(group => group.First()).OrderBy(person => person.HealthName))
{
    using var engine = mlContext.Model.CreatePredictionEngine<Visitor, Prediction>(model);
    Console.WriteLine($"The first person in {person.HealthName.ToLower(CultureInfo.InvariantCulture)} health: {engine.Predict(person).Score:F1} visits expected, {person.Visits:F0} were made.");
}

class PersonYear
{
    [LoadColumn(0)]
    public float Visits { get; set; }

    [LoadColumn(1)]
    public float LogCoinsurance { get; set; }

    [LoadColumn(2, 6), VectorType(5)]
    public float[] Others { get; set; } = [];

    [LoadColumn(7, 9), VectorType(3)]
    public float[] Health { get; set; } = [];
}

class Visitor
{
    static readonly string[] s_health = ["Good", "Fair", "Poor"];

    public float Visits { get; set; }

    /// <summary>The table has it as ln(1 + percent).</summary>
    public string PlanName { get; set; } = "";

    /// <summary>The table has it as three columns of 0 and 1, all 0 for excellent health.</summary>
    public string HealthName { get; set; } = "";

    [VectorType(5)]
    public float[] Features { get; set; } = [];

    public static Visitor Of(PersonYear row, int number) => new()
    {
        Visits = row.Visits,
        PlanName = (MathF.Exp(row.LogCoinsurance) - 1).ToString("F0", CultureInfo.InvariantCulture) + " %",
        HealthName = Array.IndexOf(row.Health, 1) is >= 0 and int level ? s_health[level] : "Excellent",
        // The number of chronic diseases is the last; here it is unknown of every third person-year.
        Features = number % 3 == 0 ? [.. row.Others[..4], float.NaN] : row.Others,
    };
}

class Prediction
{
    public float Score { get; set; }
}
