using System.Text.Json;
using MLNet.WeightInit.Engine.Text;

namespace MLNet.WeightInit.Engine.Diagnostics.Details;

/// <summary>What a report's details say of the whole network, as JSON: an object each, absent where there is none.</summary>
internal static class NetworkDetailsJson
{
    const string Jacobian = "jacobian", Kernel = "kernel", Noise = "gradientNoise", Quotient = "gradientQuotient";

    public static void Write(Utf8JsonWriter json, InitializationDetails details)
    {
        if (details.Jacobian is { } jacobian)
        {
            json.WriteStartObject(Jacobian);
            json.WriteNumber("rows", jacobian.Rows);
            json.WriteNumber("isExact", jacobian.IsExact ? 1 : 0);
            Number("meanSquare", jacobian.MeanSquare);
            Number("relativeVariance", jacobian.RelativeVariance);
            Number("predictedRelativeVariance", jacobian.PredictedRelativeVariance);
            Number("largestSingularValue", jacobian.LargestSingularValue);
            Number("smallestSingularValue", jacobian.SmallestSingularValue);
            Number("lowerDecile", jacobian.LowerDecile);
            Number("median", jacobian.Median);
            Number("upperDecile", jacobian.UpperDecile);
            json.WriteEndObject();
        }
        if (details.Kernel is { } kernel)
        {
            json.WriteStartObject(Kernel);
            json.WriteNumber("rows", kernel.Rows);
            Number("condition", kernel.Condition);
            Number("meanDiagonal", kernel.MeanDiagonal);
            Number("alignment", kernel.Alignment);
            json.WriteEndObject();
        }
        if (details.Noise is { } noise)
        {
            json.WriteStartObject(Noise);
            Number("signalToNoise", noise.SignalToNoise);
            Number("noiseScale", noise.NoiseScale);
            json.WriteNumber("batchSize", noise.BatchSize);
            json.WriteNumber("microbatches", noise.Microbatches);
            json.WriteEndObject();
        }
        Number(Quotient, details.GradientQuotient);

        void Number(string name, double value) => JsonNumbers.Write(json, name, value);
    }

    public static JacobianSpectrum? ReadJacobian(JsonElement details) => !details.TryGetProperty(Jacobian, out JsonElement jacobian) ? null : new JacobianSpectrum
    {
        Rows = Integer(jacobian, "rows"),
        IsExact = Integer(jacobian, "isExact") != 0,
        MeanSquare = Number(jacobian, "meanSquare"),
        RelativeVariance = Number(jacobian, "relativeVariance"),
        PredictedRelativeVariance = Number(jacobian, "predictedRelativeVariance"),
        LargestSingularValue = Number(jacobian, "largestSingularValue"),
        SmallestSingularValue = Number(jacobian, "smallestSingularValue"),
        LowerDecile = Number(jacobian, "lowerDecile"),
        Median = Number(jacobian, "median"),
        UpperDecile = Number(jacobian, "upperDecile"),
    };

    public static NeuralTangentKernel? ReadKernel(JsonElement details) => !details.TryGetProperty(Kernel, out JsonElement kernel) ? null : new NeuralTangentKernel
    {
        Rows = Integer(kernel, "rows"),
        Condition = Number(kernel, "condition"),
        MeanDiagonal = Number(kernel, "meanDiagonal"),
        Alignment = Number(kernel, "alignment"),
    };

    public static GradientNoise? ReadNoise(JsonElement details) => !details.TryGetProperty(Noise, out JsonElement noise) ? null : new GradientNoise
    {
        SignalToNoise = Number(noise, "signalToNoise"),
        NoiseScale = Number(noise, "noiseScale"),
        BatchSize = Integer(noise, "batchSize"),
        Microbatches = Integer(noise, "microbatches"),
    };

    public static double ReadQuotient(JsonElement details) => Number(details, Quotient);

    static double Number(JsonElement element, string name) => ReportJsonReader.Number(ReportJsonReader.Member(element, name), $"details.{name}");

    static int Integer(JsonElement element, string name) => ReportJsonReader.Integer(ReportJsonReader.Member(element, name), $"details.{name}");
}
