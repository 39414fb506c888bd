using System.Text.Json;
using MLNet.WeightInit.Engine.Text;

namespace MLNet.WeightInit.Engine.Diagnostics;

/// <summary>Several draws of the weights in a report's JSON: absent where there was one.</summary>
internal static class WeightDrawsJson
{
    const string Member = "draws";

    public static void Write(Utf8JsonWriter json, InitializationReport report)
    {
        if (report.Draws is not { } draws)
            return;
        json.WriteStartObject(Member);
        json.WriteStartArray("verdicts");
        foreach (Verdict verdict in draws.Verdicts)
            json.WriteStringValue(verdict.ToString());
        json.WriteEndArray();
        json.WriteStartArray("figures");
        foreach (DrawnFigure figure in draws.Figures)
        {
            json.WriteStartObject();
            json.WriteString("figure", figure.Name);
            JsonNumbers.Write(json, "lowest", figure.Lowest);
            JsonNumbers.Write(json, "median", figure.Median);
            JsonNumbers.Write(json, "highest", figure.Highest);
            json.WriteEndObject();
        }
        json.WriteEndArray();
        json.WriteEndObject();
    }

    public static WeightDraws? Read(JsonElement root) => !root.TryGetProperty(Member, out JsonElement draws) ? null : new WeightDraws(
        [.. ReportJsonReader.Elements(ReportJsonReader.Member(draws, "verdicts"), "draws.verdicts").Select(verdict => ReportJsonReader.Name<Verdict>(verdict, "draws.verdicts"))],
        [.. ReportJsonReader.Elements(ReportJsonReader.Member(draws, "figures"), "draws.figures").Select(ReadFigure)]);

    static DrawnFigure ReadFigure(JsonElement figure)
    {
        return new DrawnFigure(ReportJsonReader.Text(ReportJsonReader.Member(figure, "figure"), "draws.figures.figure"), Number("lowest"), Number("median"), Number("highest"));

        double Number(string name) => ReportJsonReader.Number(ReportJsonReader.Member(figure, name), $"draws.figures.{name}");
    }
}
