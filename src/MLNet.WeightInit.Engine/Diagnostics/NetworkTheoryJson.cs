using System.Text.Json;
using MLNet.WeightInit.Engine.Text;

namespace MLNet.WeightInit.Engine.Diagnostics;

/// <summary>A report's theory as JSON: its figures by name, and a table of layers.</summary>
internal static class NetworkTheoryJson
{
    public const string Member = "theory";

    const string Layers = "layers", Table = $"{Member}.{Layers}";

    static readonly string[] s_columns = ["layer", "secondMoment", "similarity", "predictedSimilarity", "lowestDeviation", "highestDeviation", "lowestGradientNorm", "highestGradientNorm"];

    public static void Write(Utf8JsonWriter json, NetworkTheory theory)
    {
        json.WriteStartObject(Member);
        foreach ((string name, double value) in Figures(theory))
            JsonNumbers.Write(json, name, value);
        ReportJsonWriter.WriteTable(json, Layers, s_columns, theory.Layers, layer =>
        {
            json.WriteStringValue(layer.Layer);
            JsonNumbers.Write(json, layer.SecondMoment);
            JsonNumbers.Write(json, layer.Similarity);
            JsonNumbers.Write(json, layer.PredictedSimilarity);
            JsonNumbers.Write(json, layer.LowestDeviation);
            JsonNumbers.Write(json, layer.HighestDeviation);
            JsonNumbers.Write(json, layer.LowestGradientNorm);
            JsonNumbers.Write(json, layer.HighestGradientNorm);
        });
        json.WriteEndObject();
    }

    public static NetworkTheory Read(JsonElement theory)
    {
        return new NetworkTheory
        {
            FixedPoint = Figure("fixedPoint"),
            GradientGrowth = Figure("gradientGrowth"),
            StabilitySlope = Figure("stabilitySlope"),
            SimilarityFixedPoint = Figure("similarityFixedPoint"),
            SimilarityDepth = Figure("similarityDepth"),
            GradientDepth = Figure("gradientDepth"),
            VarianceDepth = Figure("varianceDepth"),
            DepthShare = Figure("depthShare"),
            InverseWidth = Figure("inverseWidth"),
            EffectiveRank = Figure("effectiveRank"),
            Layers = ReportJsonReader.ReadTable(ReportJsonReader.Member(theory, Layers), Table, s_columns, row => new LayerTheory
            {
                Layer = row.Text("layer"),
                SecondMoment = row.Number("secondMoment"),
                Similarity = row.Number("similarity"),
                PredictedSimilarity = row.Number("predictedSimilarity"),
                LowestDeviation = row.Number("lowestDeviation"),
                HighestDeviation = row.Number("highestDeviation"),
                LowestGradientNorm = row.Number("lowestGradientNorm"),
                HighestGradientNorm = row.Number("highestGradientNorm"),
            }),
        };

        double Figure(string name) => ReportJsonReader.Number(ReportJsonReader.Member(theory, name), $"{Member}.{name}");
    }

    static IEnumerable<(string Name, double Value)> Figures(NetworkTheory theory) =>
    [
        ("fixedPoint", theory.FixedPoint),
        ("gradientGrowth", theory.GradientGrowth),
        ("stabilitySlope", theory.StabilitySlope),
        ("similarityFixedPoint", theory.SimilarityFixedPoint),
        ("similarityDepth", theory.SimilarityDepth),
        ("gradientDepth", theory.GradientDepth),
        ("varianceDepth", theory.VarianceDepth),
        ("depthShare", theory.DepthShare),
        ("inverseWidth", theory.InverseWidth),
        ("effectiveRank", theory.EffectiveRank),
    ];
}
