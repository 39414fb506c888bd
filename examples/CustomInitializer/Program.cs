// An initializer of your own: a class with one method, found by name with arguments, used inside a recipe, and named by the saved model.
using Microsoft.ML;
using Microsoft.ML.Data;
using MLNet.WeightInit;

// README: use
var mlContext = new MLContext(seed: 1);
mlContext.WeightInit.AddRandomSigns();
var pipeline = mlContext.Transforms.Conversion.MapValueToKey("Label", "Species")
    .Append(mlContext.Transforms.NeuralNet(init: "recipe(hidden=random_signs(gain=1.4), output=zeros)"));
// README: end
IDataView irises = mlContext.Data.LoadFromTextFile<Iris>(Path.Combine(AppContext.BaseDirectory, "iris.csv"), separatorChar: ',', hasHeader: true);
ITransformer model = pipeline.Fit(irises);
double accuracy = mlContext.MulticlassClassification.Evaluate(model.Transform(irises)).MicroAccuracy;

string file = Path.Combine(Path.GetTempPath(), "own-initializer.zip");
mlContext.Model.Save(model, irises.Schema, file);
var elsewhere = new MLContext();                                        // knows no random_signs, and needs none to load
InitializationReport report = elsewhere.WeightInit.ReportOf(elsewhere.Model.Load(file, out _))!;
foreach (TensorPlan row in report.Plan)
    Console.WriteLine($"{row.Tensor,-18} {row.Initializer}, version {row.InitializerVersion}");
Console.WriteLine($"{report.Verdict}; right for {accuracy:P0} of the flowers that it learnt from.");

// README: initializer
/// <summary>Weights of one size with random signs: variance gain² / fan-in, and no weight near 0.</summary>
public sealed class RandomSigns(float gain = 1) : WeightInitializer
{
    public override string Name => "random_signs";

    public override string Specification => FormattableString.Invariant($"random_signs(gain={gain})");

    public override int Version => 2;                                   // the first release drew one word for 32 signs

    public override double? TargetDeviation(in WeightShape shape) => gain / Math.Sqrt(shape.Fan(FanMode.FanIn));

    public override void Fill(Span<float> weights, in WeightShape shape, RandomSource random)
    {
        float size = (float)TargetDeviation(shape)!;
        foreach (ref float weight in weights)
            weight = random.NextInt32(2) == 0 ? size : -size;
    }
}

public static class RandomSignsExtensions
{
    public static RandomSigns RandomSigns(this WeightInitCatalog catalog, float gain = 1) => new(gain);

    public static void AddRandomSigns(this WeightInitCatalog catalog) => catalog.Register("random_signs", arguments => new RandomSigns(arguments.GetSingle("gain", 1)), "rademacher");
}
// README: end

sealed class Iris
{
    [LoadColumn(0)] public string Species { get; set; } = "";
    [LoadColumn(1, 4), VectorType(4)] public float[] Features { get; set; } = [];
}
