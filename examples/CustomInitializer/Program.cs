// An initializer of your own: a class with one method, found by name with arguments, used inside a recipe, and named by the saved model.
using Microsoft.ML;
using Microsoft.ML.Data;
using MLNet.WeightInit;

// README: use
var mlContext = new MLContext(seed: 1);
mlContext.WeightInit.AddTriangular();
var pipeline = mlContext.Transforms.Conversion.MapValueToKey("Label", "Species")
    .Append(mlContext.Transforms.NeuralNet(init: "recipe(hidden=triangular(gain=1.4), output=zeros)"));
// README: end
IDataView irises = mlContext.Data.LoadFromTextFile<Iris>(Path.Combine(AppContext.BaseDirectory, "iris.csv"), separatorChar: ',', hasHeader: true);
ITransformer model = pipeline.Fit(irises);
double accuracy = mlContext.MulticlassClassification.Evaluate(model.Transform(irises)).MicroAccuracy;

string file = Path.Combine(Path.GetTempPath(), "own-initializer.zip");
mlContext.Model.Save(model, irises.Schema, file);
var elsewhere = new MLContext();                                        // knows no triangular, and needs none to load
InitializationReport report = elsewhere.WeightInit.ReportOf(elsewhere.Model.Load(file, out _))!;
foreach (TensorPlan row in report.Plan)
    Console.WriteLine($"{row.Tensor,-18} {row.Initializer}, version {row.InitializerVersion}");
Console.WriteLine($"{report.Verdict}; right for {accuracy:P0} of the flowers that it learnt from.");

// README: initializer
/// <summary>Weights with a triangular distribution about 0: variance gain² / fan-in, and none beyond 2.45 deviations.</summary>
public sealed class Triangular(float gain = 1) : WeightInitializer
{
    public override string Name => "triangular";

    public override string Specification => FormattableString.Invariant($"triangular(gain={gain})");

    public override int Version => 2;                                   // version 1 forgot the fan-in

    public override double? TargetDeviation(in WeightShape shape) => gain / Math.Sqrt(shape.Fan(FanMode.FanIn));

    public override void Fill(Span<float> weights, in WeightShape shape, RandomSource random)
    {
        float limit = (float)(Math.Sqrt(6) * TargetDeviation(shape)!.Value);      // the sum of two U(0, 1) has variance 1/6
        foreach (ref float weight in weights)
            weight = limit * (random.NextSingle() + random.NextSingle() - 1);
    }
}

public static class TriangularExtensions
{
    public static Triangular Triangular(this WeightInitCatalog catalog, float gain = 1) => new(gain);

    public static void AddTriangular(this WeightInitCatalog catalog) => catalog.Register("triangular", arguments => new Triangular(arguments.GetSingle("gain", 1)), "tent");
}
// README: end

sealed class Iris
{
    [LoadColumn(0)] public string Species { get; set; } = "";
    [LoadColumn(1, 4), VectorType(4)] public float[] Features { get; set; } = [];
}
